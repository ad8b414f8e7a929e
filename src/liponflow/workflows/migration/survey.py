"""Sites and hops of dopants with one engine: relaxations, bands and their analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.hops import HopRecord, has_saddle, hop_barrier
from liponflow.analysis.migration.hops import Vibrations as HopVibrations
from liponflow.analysis.migration.result import HopBarrier, SiteEnergy
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.crystals.supercell import Supercell
from liponflow.engines.reading import read_calculation
from liponflow.engines.vibrations import moving_atoms
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.end_points import relaxed_ends
from liponflow.structures.migration.hop_cell import interstitial_start
from liponflow.structures.migration.images import interpolate, path_mirror
from liponflow.structures.migration.order import dopant_last
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.migration.branches import OnSite, follow
from liponflow.workflows.migration.sites import (
    cell_of,
    hop_record,
    hops_of,
    settle,
    starting_points,
)


class Tools(TypedDict):
    """Makers of one engine."""

    relax: Maker
    band: Maker
    vibrations: Maker | None
    """None if vibrations are not requested."""


class Survey(TypedDict):
    """Dopants in one host with one engine."""

    host: Calculation
    host_atoms: int
    sites: list[SiteEnergy]
    hops: list[HopBarrier]


class Route(TypedDict):
    """Sites and hops of one dopant."""

    sites: list[SiteEnergy]
    hops: list[HopBarrier]


@job
def explore(
    host: Any,
    *,
    parameters: MigrationParameters,
    supercell: Supercell,
    tools: Tools,
    engine: EngineInfo,
) -> Response[Survey]:
    """Relax every kind of site of every dopant, then compute their hops.

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
        Its description before it runs.

    Raises
    ------
    ValueError
        If the cell of the host did not converge.
    """
    relaxed = read_calculation(host, engine, parameters.force_limit)
    if reason := unconverged_reason(relaxed):
        raise ValueError(f"the cell of the host: {reason}")
    cell = cell_of(relaxed.structure, parameters, supercell)
    jobs: list[Flow | Job] = []
    routes = []
    for dopant in parameters.dopant:
        starts = starting_points(cell, dopant, parameters)
        documents = {}
        for label, start in starts.items():
            relaxation = named(tools["relax"].make(start), f"relax {dopant} {label}")
            documents[label] = relaxation.output
            jobs.append(relaxation)
        routed = named(
            route(
                dopant,
                relaxed.structure,
                starts,
                documents,
                parameters=parameters,
                supercell=supercell,
                tools=tools,
                engine=engine,
            ),
            f"hops of {dopant}",
        )
        tolerate_failures(routed)
        jobs.append(routed)
        routes.append(routed.output)
    collected = named(collect(relaxed, len(cell.supercell), routes), "collect")
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
    supercell: Supercell,
    tools: Tools,
    engine: EngineInfo,
) -> Response[Route] | Route:
    """Connect the relaxed sites of a dopant by bands.

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
        Directly if no site is stable, else through the bands.
    """
    cell = cell_of(host, parameters, supercell)
    sites, relaxed = settle(
        cell, dopant, starts, documents, engine=engine, force_limit=parameters.force_limit
    )
    hops = hops_of(cell, sites, parameters)
    if not hops:
        return Route(sites=sites, hops=[])
    jobs: list[Flow | Job] = []
    # Where all atoms vibrate, one calculation of a site serves every hop that begins there.
    modes: dict[str, Any] = {}
    if tools["vibrations"] is not None and parameters.vibration_radius is None:
        for label in sorted({label for hop in hops for label in hop.end_labels}):
            vibrating = named(
                tools["vibrations"].make(relaxed[label], None), f"vibrations {dopant} {label}"
            )
            jobs.append(vibrating)
            modes[label] = vibrating.output
    on_sites = {
        site.site: OnSite(structure=relaxed[site.site], energy=site.calculation.energy)
        for site in sites
        if site.reason is None and site.calculation is not None
    }
    held = {}
    for label in _left(sites) if parameters.check_branches else ():
        # On the site itself, symmetry holds a dopant that leaves it otherwise.
        place = int(cell.sites.positions_of(label)[0])
        relaxation = named(
            tools["relax"].make(interstitial_start(cell, dopant, place)),
            f"relax {dopant} {label}, held by symmetry",
        )
        jobs.append(relaxation)
        held[label] = relaxation.output
    found = []
    for hop in hops:
        ends = relaxed_ends(cell, hop, relaxed)
        mirror = path_mirror(cell, ends.start, ends.end) if hop.symmetric else None
        band = named(
            tools["band"].make(interpolate(ends.start, ends.end, parameters.images), mirror),
            f"band {dopant} {hop.label}",
        )
        jobs.append(band)
        followed = band.output
        record: Any = asdict(hop_record(cell, hop, dopant, mirrored=mirror is not None))
        if parameters.check_branches:
            following = named(
                follow(
                    record,
                    band.output,
                    host=host,
                    on_sites=on_sites,
                    held=held,
                    maker=tools["band"],
                    parameters=parameters,
                    supercell=supercell,
                    engine=engine,
                ),
                f"sites on the way {dopant} {hop.label}",
            )
            tolerate_failures(following)
            jobs.append(following)
            record, followed = following.output["record"], following.output["band"]
        analysed = named(
            analyse(
                record,
                followed,
                vibrations=tools["vibrations"],
                radius=parameters.vibration_radius,
                force_limit=parameters.force_limit,
                known={
                    name: modes[label]
                    for name, label in zip(("start", "end"), hop.end_labels, strict=True)
                    if label in modes
                },
            ),
            f"barrier {dopant} {hop.label}",
        )
        tolerate_failures(analysed)
        jobs.append(analysed)
        found.append(analysed.output)
    joined = named(join(sites, found), f"sites and hops of {dopant}")
    tolerate_failures(joined)
    return Response(replace=Flow([*jobs, joined], output=joined.output))


def _left(sites: Sequence[SiteEnergy]) -> list[str]:
    """Return the kinds of interstitial site that the dopant left in its relaxation."""
    return [site.site for site in sites if site.moved is not None and site.positions]


@job
def analyse(
    record: dict[str, Any],
    band: NEBResult | None,
    *,
    vibrations: Maker | None,
    radius: float | None,
    force_limit: float,
    known: dict[str, Any],
) -> Response[HopBarrier] | HopBarrier:
    """Analyse a band, with vibrations of its end points and saddle if requested.

    Parameters
    ----------
    record
        The HopRecord, as a dictionary.
    band
        Relaxed band; None if it failed.
    vibrations
        Maker of vibrations; None for none.
    radius
        Distance from the dopant within which atoms vibrate, Å; None for all.
    force_limit
        Largest force of a converged band, eV/Å.
    known
        Vibrations (GammaModes) of ``start`` and ``end``, as far as they were computed.

    Returns
    -------
    HopBarrier
        Through the vibrations, unless the path goes downhill all the way: then it has no saddle.
    """
    found = hop_barrier(HopRecord(**record), band, force_limit=force_limit)
    if vibrations is None or band is None or found.saddle is None or not has_saddle(found):
        return found
    states = {
        "start": band.images[0].structure,
        "saddle": found.saddle,
        "end": band.images[-1].structure,
    }
    # The dopant may have been sorted to another place by the engine.
    states = {name: dopant_last(state, record["dopant"]) for name, state in states.items()}
    moving = None if radius is None else moving_atoms(list(states.values()), radius)
    if record["start_site"] == record["end_site"]:
        del states["end"]
    jobs = {}
    for name in (name for name in states if name not in known):
        jobs[name] = named(
            vibrations.make(states[name], moving),
            f"vibrations {record['dopant']} {record['hop']} {name}",
        )
    modes = known | {name: made.output for name, made in jobs.items()}
    rated = named(
        rate(record, band, {name: modes[name] for name in states}, force_limit),
        f"prefactor {record['dopant']} {record['hop']}",
    )
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
    """Collect sites and hops of a dopant."""
    return Route(sites=sites, hops=[hop for hop in hops if hop is not None])


@job
def collect(host: Calculation, host_atoms: int, routes: Sequence[Route | None]) -> Survey:
    """Collect the dopants."""
    known = [route for route in routes if route is not None]
    return Survey(
        host=host,
        host_atoms=host_atoms,
        sites=[site for route in known for site in route["sites"]],
        hops=[hop for route in known for hop in route["hops"]],
    )
