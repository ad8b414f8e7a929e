"""Jobs of the migration campaign after its surveys: refinement and result."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.dopant import Conditions, Way
from liponflow.analysis.migration.hops import has_saddle
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.refinement import refinement, refused
from liponflow.analysis.migration.result import (
    HopBarrier,
    MigrationResult,
    Refinement,
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
from liponflow.analysis.runs import NEBResult
from liponflow.crystals.supercell import Supercell
from liponflow.engines.reading import read_calculation
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.end_points import match
from liponflow.structures.migration.hops import edges_of_jumps
from liponflow.structures.migration.images import PathMirror, interpolate, moved_path, path_mirror
from liponflow.structures.migration.interstitials import Interstitials, interstitial_sites
from liponflow.structures.migration.order import in_order_of
from liponflow.structures.migration.percolation import easiest_network
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.migration.sites import cell_of
from liponflow.workflows.migration.survey import Survey, Tools


@job
def refine(
    host: Any,
    survey: Survey | None,
    *,
    parameters: MigrationParameters,
    supercell: Supercell,
    tools: Tools,
    engine: EngineInfo,
) -> Response[list[Refinement]]:
    """Refine the converged paths of a survey with a costlier engine.

    Parameters
    ----------
    host
        Task document of the host's cell, relaxed with the costlier engine: the paths are scaled
        to its lattice, and their end points relaxed in it.
    survey
        Survey to refine.
    parameters, supercell
        Of the survey.
    tools, engine
        Of the costlier engine.

    Raises
    ------
    ValueError
        If there is no survey, or the cell of the host did not converge.
    """
    if survey is None:
        raise ValueError("nothing to refine: the survey of the hops failed")
    relaxed = read_calculation(host, engine, parameters.force_limit)
    if reason := unconverged_reason(relaxed):
        raise ValueError(f"the cell of the host: {reason}")
    cell = cell_of(relaxed.structure, parameters, supercell)
    lattice = cell.supercell.lattice
    jobs: list[Flow | Job] = []
    found = []
    for hop in survey["hops"]:
        if not has_saddle(hop):
            continue
        path = [
            Structure(lattice, image.structure.species, image.structure.frac_coords)
            for image in hop.images
        ]
        mirror = path_mirror(cell, path[0], path[-1]) if hop.symmetric else None
        # Equivalent end points that are relaxed independently need not end equivalent.
        ends = [tools["relax"].make(path[place]) for place in ((0,) if mirror else (0, -1))]
        for name, relaxation in zip(("first", "last"), ends, strict=False):
            relaxation.name = f"refine {hop.dopant} {hop.hop}: relax the {name} point"
        going_on = named(
            go_on(
                hop.dopant,
                hop.hop,
                path,
                [relaxation.output for relaxation in ends],
                mirror=None if mirror is None else asdict(mirror),
                band=tools["band"],
                engine=engine,
                force_limit=parameters.force_limit,
                baseline=parameters.refine_baseline,
            ),
            f"refine {hop.dopant} {hop.hop}",
        )
        tolerate_failures(going_on)
        jobs += [*ends, going_on]
        found.append(going_on.output)
    listed = named(as_list(found), "refinements")
    tolerate_failures(listed)
    return Response(replace=Flow([*jobs, listed], output=listed.output))


@job
def go_on(
    dopant: str,
    hop: str,
    path: Sequence[Structure],
    ends: Sequence[Any],
    *,
    mirror: dict[str, Any] | None,
    band: Maker,
    engine: EngineInfo,
    force_limit: float,
    baseline: bool,
) -> Response[Refinement] | Refinement:
    """Relax a path again between its newly relaxed end points.

    Parameters
    ----------
    dopant, hop
        Dopant and label of the hop.
    path
        Images of the cheaper engine, end points included, in the new lattice.
    ends
        Task documents of the relaxed end points, of the first alone if there is a mirror; None
        for one that failed.
    mirror
        The PathMirror of a symmetric path, as a dictionary.
    band
        Maker of the band.
    engine, force_limit
        Of the costlier engine.
    baseline
        Whether a band from the interpolation is relaxed, too.
    """
    if any(document is None for document in ends):
        return refused(dopant, hop, engine, "the relaxation of an end point failed")
    results = [read_calculation(document, engine, force_limit) for document in ends]
    for result in results:
        if reason := unconverged_reason(result):
            return refused(dopant, hop, result.engine, f"an end point: {reason}")
    first = in_order_of(path[0], results[0].structure)
    turns = None if mirror is None else PathMirror(**{k: np.array(v) for k, v in mirror.items()})
    if turns is None:
        last = in_order_of(path[-1], results[1].structure)
    else:
        places = turns.positions(first.cart_coords, path[-1].cart_coords)
        last = Structure(first.lattice, first.species, places, coords_are_cartesian=True)
    try:
        bands = {"path": band.make(moved_path(path, first, last), turns)}
        if baseline:
            pair = match(first, last)
            bands["interpolation"] = band.make(
                interpolate(pair.start, pair.end, len(path) - 2), turns
            )
    except ValueError as error:
        return refused(
            dopant, hop, results[0].engine, f"the newly relaxed end points make no path: {error}"
        )
    for name, made in bands.items():
        made.name = f"refine {dopant} {hop}: band from the {name}"
    weighed = named(
        weigh(dopant, hop, {name: made.output for name, made in bands.items()}, engine),
        f"refine {dopant} {hop}: steps saved",
    )
    tolerate_failures(weighed)
    return Response(replace=Flow([*bands.values(), weighed], output=weighed.output))


@job
def weigh(
    dopant: str, hop: str, bands: Mapping[str, NEBResult | None], engine: EngineInfo
) -> Refinement:
    """Compare the steps of the bands from the path and from the interpolation."""
    return refinement(dopant, hop, engine, path=bands["path"], other=bands.get("interpolation"))


@job
def as_list(found: Sequence[Any]) -> list[Any]:
    """Collect the refinements that did not fail."""
    return [one for one in found if one is not None]


@job
def conclude(
    survey: Survey | None,
    *,
    models: Mapping[str, Survey | None],
    larger: Survey | None,
    refinements: Sequence[Refinement] | None,
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
    refinements
        Hops refined by a costlier engine, if asked.
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
            refinements=refinements or [],
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
