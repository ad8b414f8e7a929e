"""Last job of the migration campaign: its result."""

from collections.abc import Sequence
from typing import Any

from jobflow import job

from liponflow.analysis.migration.dopant import Conditions, Way
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.refinement import refinement_warnings
from liponflow.analysis.migration.result import (
    HopBarrier,
    MigrationResult,
)
from liponflow.analysis.migration.summary import (
    Extras,
    finite_sizes,
    model_barriers,
    observables,
    summarise,
    with_energies,
)
from liponflow.analysis.provenance import provenance
from liponflow.analysis.spread import engine_names, with_spread
from liponflow.formulas import reduced_formula
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.hops import edges_of_jumps
from liponflow.structures.migration.interstitials import Interstitials, interstitial_sites
from liponflow.structures.migration.percolation import easiest_network
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.migration.ladder import RefinedHop
from liponflow.workflows.migration.survey import Survey

RECOMPUTED = "the cell of the host, every site and every hop"
"""What a further engine computes."""


@job
def conclude(
    survey: Survey | None,
    *,
    further: Comparison | None,
    larger: Survey | None,
    rungs: Sequence[tuple[str, Sequence[RefinedHop] | None]],
    parameters: MigrationParameters,
    record: dict[str, Any],
) -> MigrationResult:
    """Summarise the campaign.

    Parameters
    ----------
    survey
        Sites and hops.
    further
        Surveys with further engines.
    larger
        Survey in a larger cell, if asked.
    rungs
        Name of the engine of every rung of the ladder, and its refined hops; None if it failed.
    parameters
        Of the campaign.
    record
        Provenance known before the run.

    Returns
    -------
    MigrationResult

    Raises
    ------
    ValueError
        If the survey is missing.
    """
    if survey is None:
        raise ValueError("the cell of the host or every site failed: there is nothing to conclude")
    known = published_migration(reduced_formula(survey["host"].structure.composition))

    def summarised(computed: Survey) -> MigrationResult:
        return _summarised(computed, parameters, record)

    others = further_results(further, summarised)
    results = {name: other for name, other in others.items() if not isinstance(other, str)}
    made = {name: other.provenance.engine for name, other in results.items()}
    names = engine_names(survey["host"].engine, made)
    by_engine = {survey["host"].engine.short: survey["hops"]}
    by_engine |= {names[name]: other.hops for name, other in results.items()}
    refinements = [hop["refinement"] for _, rung in rungs for hop in rung or ()]
    failed = [
        f"the refinement with {name} failed; the run's report names the cause"
        for name, rung in rungs
        if rung is None
    ]
    result = _summarised(
        survey,
        parameters,
        record,
        Extras(
            models=model_barriers(by_engine, known) if others else [],
            finite_size=[]
            if larger is None
            else finite_sizes(
                survey["hops"],
                larger["hops"],
                n_atoms=(survey["host_atoms"], larger["host_atoms"]),
            ),
            refinements=refinements,
            warnings=[*refinement_warnings(refinements), *failed],
        ),
    )
    return with_spread(
        result,
        others,
        lambda found: observables(found.hops),
        limits=parameters.disagreement,
        recomputed=RECOMPUTED,
    )


def _summarised(
    survey: Survey,
    parameters: MigrationParameters,
    record: dict[str, Any],
    extras: Extras | None = None,
) -> MigrationResult:
    """Return the result of a survey with one engine."""
    sites, hops = with_energies(survey["sites"], survey["hops"])
    host = survey["host"].structure
    found = interstitial_sites(host, min_radius=parameters.min_radius)
    return summarise(
        host,
        found.frac_coords.tolist(),
        sites,
        hops,
        {dopant: _easiest_way(dopant, hops, found) for dopant in parameters.dopant},
        host_atoms=survey["host_atoms"],
        provenance=provenance(engine=survey["host"].engine, **record),
        conditions=Conditions(
            attempt_frequency=parameters.attempt_frequency,
            temperatures=parameters.temperatures,
        ),
        extras=extras,
    )


def _easiest_way(dopant: str, hops: Sequence[HopBarrier], sites: Interstitials) -> Way | None:
    edges, energies = {}, {}
    for hop in hops:
        if hop.dopant == dopant and hop.saddle_energy is not None:
            edges[hop.hop] = edges_of_jumps(sites, hop.jumps)
            energies[hop.hop] = hop.saddle_energy
    network = easiest_network(len(sites), edges, energies)
    if network is None:
        return None
    return Way(network.dimension, network.saddle_energy, network.hops)
