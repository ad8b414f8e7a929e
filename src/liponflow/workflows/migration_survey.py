"""Sites and hops of foreign atoms with one engine: relaxed, connected by bands, analysed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

import numpy as np
from jobflow import Flow, Job, Maker, OnMissing, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration import (
    HopBarrier,
    HopRecord,
    SiteEnergy,
    hop_barrier,
    site_energy,
)
from liponflow.analysis.migration import Vibrations as HopVibrations
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.vasp_runs import NEBResult
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration import (
    Hop,
    HopCell,
    distinct_hops,
    hop_cell,
    interpolate,
    interstitial_sites,
    interstitial_start,
    locate,
    moved,
    path_mirror,
    relaxed_ends,
    split_start,
    substitutional_start,
    worth_computing,
)
from liponflow.workflows.engines import calculation
from liponflow.workflows.vibrations import moving_atoms

SPLIT, SUBSTITUTIONAL = "split", "substitutional"
"""Starts that are no interstitial sites."""


class Tools(TypedDict):
    """Makers of one engine."""

    relax: Maker
    band: Maker
    vibrations: Maker | None
    """None where vibrations are not asked for."""


class Survey(TypedDict):
    """What is known of the foreign atoms in one host with one engine."""

    host: Calculation
    host_atoms: int
    sites: list[SiteEnergy]
    hops: list[HopBarrier]


class Route(TypedDict):
    """Sites and hops of one foreign atom."""

    sites: list[SiteEnergy]
    hops: list[HopBarrier]


def cell_of(
    host: Structure, parameters: MigrationParameters, supercell: Sequence[int] | None = None
) -> HopCell:
    """Find the sites of a host and repeat it.

    Raises
    ------
    StructureError
        If the host is disordered or has no void large enough.
    """
    a, b, c = supercell or parameters.supercell
    return hop_cell(interstitial_sites(host, min_radius=parameters.min_radius), (a, b, c))


def starting_points(
    cell: HopCell, dopant: str, parameters: MigrationParameters
) -> dict[str, Structure]:
    """Build the structures to relax for a foreign atom, by the name of their start."""
    found = {
        kind.label: interstitial_start(
            cell, dopant, int(cell.sites.positions_of(kind.label)[0]), nudge=parameters.nudge
        )
        for kind in cell.sites.kinds
    }
    if SPLIT in parameters.starts:
        found[SPLIT] = split_start(cell, dopant)
    if SUBSTITUTIONAL in parameters.starts:
        found[SUBSTITUTIONAL] = substitutional_start(cell, dopant)
    return found


@job
def explore(
    host: Any,
    *,
    parameters: MigrationParameters,
    supercell: Sequence[int],
    tools: Tools,
    engine: EngineInfo,
) -> Response[Survey]:
    """Relax every kind of site of every foreign atom, and go on to their hops.

    Parameters
    ----------
    host
        Task document of the relaxed cell of the host.
    parameters
        Of the campaign.
    supercell
        Repeats of that cell.
    tools
        Makers of the engine.
    engine
        What is known of it before it runs.

    Raises
    ------
    ValueError
        If the cell of the host did not converge.
    """
    relaxed = calculation(host, engine, parameters.force_limit)
    if reason := unconverged_reason(relaxed):
        raise ValueError(f"the cell of the host: {reason}")
    cell = cell_of(relaxed.structure, parameters, supercell)
    jobs: list[Flow | Job] = []
    routes = []
    for dopant in parameters.dopant:
        starts = starting_points(cell, dopant, parameters)
        documents = {}
        for label, start in starts.items():
            relaxation = tools["relax"].make(start)
            relaxation.name = f"relax {dopant} {label}"
            documents[label] = relaxation.output
            jobs.append(relaxation)
        routed = route(
            dopant,
            relaxed.structure,
            starts,
            documents,
            parameters=parameters,
            supercell=supercell,
            tools=tools,
            engine=engine,
        )
        routed.name = f"hops of {dopant}"
        tolerate_failures(routed)
        jobs.append(routed)
        routes.append(routed.output)
    collected = collect(relaxed, len(cell.supercell), routes)
    collected.name = "collect"
    tolerate_failures(collected)
    return Response(replace=Flow([*jobs, collected], output=collected.output))


@job
def route(
    dopant: str,
    host: Structure,
    starts: Mapping[str, Structure],
    documents: Mapping[str, Any],
    *,
    parameters: MigrationParameters,
    supercell: Sequence[int],
    tools: Tools,
    engine: EngineInfo,
) -> Response[Route] | Route:
    """Connect the relaxed sites of a foreign atom by bands.

    Parameters
    ----------
    dopant
        Element.
    host
        Relaxed cell of the host.
    starts
        Structures that were relaxed, by the name of their start.
    documents
        Task documents of their relaxations; None for one that failed.
    parameters, supercell, tools, engine
        As for :func:`explore`.

    Returns
    -------
    Route
        Directly if the atom stays nowhere, else through the bands.
    """
    cell = cell_of(host, parameters, supercell)
    sites, relaxed = settle(
        cell, dopant, starts, documents, engine=engine, force_limit=parameters.force_limit
    )
    hops = hops_of(cell, sites, parameters)
    if not hops:
        return Route(sites=sites, hops=[])
    jobs: list[Flow | Job] = []
    found = []
    for hop in hops:
        ends = relaxed_ends(cell, hop, relaxed)
        mirror = path_mirror(cell, ends.start, ends.end) if hop.symmetric else None
        band = tools["band"].make(interpolate(ends.start, ends.end, parameters.images), mirror)
        band.name = f"band {dopant} {hop.label}"
        analysed = analyse(
            asdict(hop_record(cell, hop, dopant, mirrored=mirror is not None)),
            band.output,
            vibrations=tools["vibrations"],
            radius=parameters.vibration_radius,
            force_limit=parameters.force_limit,
            equivalent=hop.equivalent_ends,
        )
        analysed.name = f"barrier {dopant} {hop.label}"
        tolerate_failures(analysed)
        jobs += [band, analysed]
        found.append(analysed.output)
    joined = join(sites, found)
    joined.name = f"sites and hops of {dopant}"
    tolerate_failures(joined)
    return Response(replace=Flow([*jobs, joined], output=joined.output))


def settle(
    cell: HopCell,
    dopant: str,
    starts: Mapping[str, Structure],
    documents: Mapping[str, Any],
    *,
    engine: EngineInfo,
    force_limit: float,
) -> tuple[list[SiteEnergy], dict[str, Structure]]:
    """Judge the relaxed sites of a foreign atom.

    Returns
    -------
    list of SiteEnergy
        In the order of the starts.
    dict
        Relaxed structures by start, atoms in the order of the start.
    """
    sites, relaxed = [], {}
    for label, start in starts.items():
        document = documents[label]
        if document is None:
            result, end, displacement = None, start, 0.0
        else:
            result = calculation(document, engine, force_limit)
            end = in_order_of(start, result.structure)
            displacement = largest_displacement(start, end)
            relaxed[label] = end
        interstitial = label not in {SPLIT, SUBSTITUTIONAL}
        site = site_energy(
            dopant,
            label,
            positions=cell.sites.positions_of(label).tolist() if interstitial else [],
            radius=cell.sites.kind_of(label).radius if interstitial else 0.0,
            calculation=result,
            ends_at=locate(cell, end).label,
            displacement=displacement,
            moved=moved(cell, start, end),
        )
        if label == SUBSTITUTIONAL and site.reason is None:
            site = site.model_copy(
                update={
                    "reason": "one host atom less than the other sites: its energy is on "
                    "another scale and does not enter the network"
                }
            )
        sites.append(site)
    return sites, relaxed


def hops_of(
    cell: HopCell, sites: Sequence[SiteEnergy], parameters: MigrationParameters
) -> list[Hop]:
    """Choose the hops between the sites at which a foreign atom stays."""
    energies = {
        site.site: site.calculation.energy
        for site in sites
        if site.reason is None and site.calculation is not None and site.positions
    }
    if not energies:
        return []
    lowest = min(energies, key=lambda label: energies[label])
    return worth_computing(
        distinct_hops(cell.sites, parameters.max_distance), list(energies), lowest
    )


def hop_record(cell: HopCell, hop: Hop, dopant: str, *, mirrored: bool) -> HopRecord:
    """Describe a hop in the words of the result."""
    coordinates, lattice = cell.sites.frac_coords, cell.sites.host.lattice.matrix
    jumps = []
    for start, end, *translation in hop.edges.tolist():
        x, y, z = (coordinates[end] + np.array(translation) - coordinates[start]) @ lattice
        jumps.append((start, end, float(x), float(y), float(z)))
    return HopRecord(
        dopant=dopant,
        hop=hop.label,
        start_site=hop.end_labels[0],
        end_site=hop.end_labels[1],
        hop_distance=hop.distance,
        from_start=hop.from_start,
        from_end=hop.from_end,
        jumps=jumps,
        symmetric=mirrored,
        via=list(hop.via),
    )


@job
def analyse(
    record: dict[str, Any],
    band: NEBResult | None,
    *,
    vibrations: Maker | None,
    radius: float,
    force_limit: float,
    equivalent: bool,
) -> Response[HopBarrier] | HopBarrier:
    """Analyse a band, and let its end points and saddle vibrate if asked.

    Parameters
    ----------
    record
        The HopRecord, as a dictionary.
    band
        Relaxed band; None if it failed.
    vibrations
        Maker of vibrations; None for none.
    radius
        Distance from the foreign atom within which atoms vibrate, Å.
    force_limit
        Largest force of a converged band, eV/Å.
    equivalent
        Whether the end points are equivalent, so that one of them is enough.
    """
    found = hop_barrier(HopRecord(**record), band, force_limit=force_limit)
    if vibrations is None or band is None or found.saddle is None:
        return found
    states = {"start": band.images[0].structure, "saddle": found.saddle}
    if not equivalent:
        states["end"] = band.images[-1].structure
    # The foreign atom may have been sorted to another place by the engine.
    ends = [in_host_order(structure, record["dopant"]) for structure in states.values()]
    moving = moving_atoms(ends, radius)
    jobs = {}
    for name, structure in zip(states, ends, strict=True):
        jobs[name] = vibrations.make(structure, moving)
        jobs[name].name = f"vibrations {record['dopant']} {record['hop']} {name}"
    rated = rate(record, band, {name: made.output for name, made in jobs.items()}, force_limit)
    rated.name = f"prefactor {record['dopant']} {record['hop']}"
    tolerate_failures(rated)
    return Response(replace=Flow([*jobs.values(), rated], output=rated.output))


@job
def rate(
    record: dict[str, Any], band: NEBResult, modes: Mapping[str, Any], force_limit: float
) -> HopBarrier:
    """Analyse a band with the vibrations (GammaModes, None where they failed) of its states."""
    vibrations = None
    if modes["start"] is not None and modes["saddle"] is not None:
        end = modes.get("end")
        vibrations = HopVibrations(
            start=modes["start"].frequencies,
            saddle=modes["saddle"].frequencies,
            end=None if end is None else end.frequencies,
        )
    return hop_barrier(HopRecord(**record), band, force_limit=force_limit, vibrations=vibrations)


@job
def join(sites: list[SiteEnergy], hops: Sequence[HopBarrier | None]) -> Route:
    """Put sites and hops of a foreign atom together."""
    return Route(sites=sites, hops=[hop for hop in hops if hop is not None])


@job
def collect(host: Calculation, host_atoms: int, routes: Sequence[Route | None]) -> Survey:
    """Put the foreign atoms together."""
    known = [route for route in routes if route is not None]
    return Survey(
        host=host,
        host_atoms=host_atoms,
        sites=[site for route in known for site in route["sites"]],
        hops=[hop for route in known for hop in route["hops"]],
    )


def in_order_of(start: Structure, relaxed: Structure) -> Structure:
    """Give a relaxed structure the order that its atoms had before an engine sorted them."""
    if relaxed.species == start.species:
        return relaxed
    order = sorted(range(len(start)), key=lambda index: start[index].specie.X)
    back = np.argsort(order)
    return Structure.from_sites([relaxed[int(index)] for index in back])


def in_host_order(structure: Structure, dopant: str) -> Structure:
    """Put the foreign atom, if there is one of its element, at the end."""
    places = structure.indices_from_symbol(dopant)
    if len(places) != 1 or places[0] == len(structure) - 1:
        return structure
    [place] = places
    others = [site for index, site in enumerate(structure) if index != place]
    return Structure.from_sites([*others, structure[place]])


def largest_displacement(start: Structure, end: Structure) -> float:
    """Farthest way of a host atom (all but the last), the shortest way round, Å."""
    shift = end.frac_coords[:-1] - start.frac_coords[:-1]
    ways = (shift - shift.round()) @ start.lattice.matrix
    return float(np.linalg.norm(ways, axis=1).max())


def tolerate_failures(job_: Job) -> None:
    """Let a job run although some of its inputs failed; they arrive as None."""
    job_.update_config({"on_missing_references": OnMissing.NONE}, dynamic=False)
