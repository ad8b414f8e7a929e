"""Last job of the migration campaign: its result."""

from collections.abc import Sequence
from typing import Any

from jobflow import job

from liponflow.analysis.migration.dopant import Conditions, Way
from liponflow.analysis.migration.hop_documents import HopBarrier, Mover
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.refinement import refinement_warnings
from liponflow.analysis.migration.result import MigrationResult
from liponflow.analysis.migration.summary import (
    Extras,
    finite_sizes,
    model_barriers,
    observables,
    quoted_for,
    summarise,
    with_energies,
)
from liponflow.analysis.provenance import provenance
from liponflow.analysis.spread import engine_names, with_spread
from liponflow.formulas import reduced_formula
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.hops import edges_of_jumps
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.percolation import easiest_network
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.migration.ladder import RefinedHop
from liponflow.workflows.migration.sites import cells_of
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
    quoted = quoted_for(survey["host"].structure)

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
            models=model_barriers(by_engine, known, quoted) if others else [],
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
    positions = {mover: cell.sites for mover, cell in cells_of(host, parameters).items()}
    interstices = [one for one in positions.values() if one.occupied_by is None]
    energy = survey["host"].energy
    return summarise(
        host,
        interstices[0].frac_coords.tolist() if interstices else [],
        sites,
        hops,
        {mover: _easiest_way(mover, hops, found) for mover, found in positions.items()},
        host_atoms=survey["host_atoms"],
        vacancy_positions={
            one.occupied_by: one.frac_coords.tolist()
            for one in positions.values()
            if one.occupied_by is not None
        },
        # DFT computes the host's cell and the supercells with different k-points.
        host_energy=energy * survey["host_atoms"] / len(host)
        if survey["host"].engine.surrogate
        else None,
        provenance=provenance(engine=survey["host"].engine, **record),
        conditions=Conditions(
            attempt_frequency=parameters.attempt_frequency,
            temperatures=parameters.temperatures,
        ),
        extras=extras,
    )


def _easiest_way(mover: Mover, hops: Sequence[HopBarrier], sites: HostSites) -> Way | None:
    edges, energies = {}, {}
    for hop in hops:
        if hop.mover == mover and hop.saddle_energy is not None:
            edges[hop.hop] = edges_of_jumps(sites, hop.jumps)
            energies[hop.hop] = hop.saddle_energy
    network = easiest_network(len(sites), edges, energies)
    if network is None:
        return None
    return Way(network.dimension, network.saddle_energy, network.hops)
