"""Last job of the migration campaign: its result."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobflow import job

from liponflow.analysis.migration.dopant import Conditions, Way
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import (
    HopBarrier,
    MigrationResult,
)
from liponflow.analysis.migration.summary import (
    Extras,
    finite_sizes,
    model_barriers,
    summarise,
    with_energies,
)
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.hops import edges_of_jumps
from liponflow.structures.migration.interstitials import Interstitials, interstitial_sites
from liponflow.structures.migration.percolation import easiest_network
from liponflow.workflows.migration.ladder import RefinedHop
from liponflow.workflows.migration.survey import Survey


@job
def conclude(
    survey: Survey | None,
    *,
    models: Mapping[str, Survey | None],
    larger: Survey | None,
    rungs: Sequence[tuple[str, Sequence[RefinedHop] | None]],
    parameters: MigrationParameters,
    engine: EngineInfo,
    record: dict[str, Any],
) -> MigrationResult:
    """Summarise the campaign.

    Parameters
    ----------
    survey
        Sites and hops.
    models
        Surveys with other engines, by name; None for one that failed.
    larger
        Survey in a larger cell, if asked.
    rungs
        Name of the engine of every rung of the ladder, and its refined hops; None if it failed.
    parameters
        Of the campaign.
    engine
        Description of the engine before it ran.
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
    sites, hops = with_energies(survey["sites"], survey["hops"])
    host = survey["host"].structure
    found = interstitial_sites(host, min_radius=parameters.min_radius)
    warnings = [
        f"the hops with {name} failed; the run's report names the cause"
        for name, other in models.items()
        if other is None
    ]
    warnings += [
        f"the refinement with {name} failed; the run's report names the cause"
        for name, rung in rungs
        if rung is None
    ]
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
        extras=Extras(
            models=model_barriers(
                {
                    name: other["hops"]
                    for name, other in {engine.short: survey, **models}.items()
                    if other is not None
                },
                published_migration(host.composition.reduced_formula),
            )
            if models
            else [],
            finite_size=[]
            if larger is None
            else finite_sizes(
                survey["hops"],
                larger["hops"],
                n_atoms=(survey["host_atoms"], larger["host_atoms"]),
            ),
            refinements=[hop["refinement"] for _, rung in rungs for hop in rung or ()],
            warnings=warnings,
        ),
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
