"""Sites and hops of dopants with one engine: relaxations, bands and their analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

import numpy as np
from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.hop_documents import HopBarrier, Mechanism, Mover, SiteEnergy
from liponflow.analysis.migration.hops import HopRecord, has_saddle, hop_barrier
from liponflow.analysis.migration.hops import Vibrations as HopVibrations
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.crystals.supercell import Supercell, cells_in
from liponflow.engines.reading import read_calculation
from liponflow.engines.vibrations import moving_atoms
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.end_points import relaxed_ends
from liponflow.structures.migration.hop_cell import HopCell, site_start
from liponflow.structures.migration.hops import Hop
from liponflow.structures.migration.images import PathMirror, bent, interpolate, path_mirror
from liponflow.structures.migration.order import hopping_last, in_order_of
from liponflow.structures.migration.vacancies import (
    divacancy_starts,
    mirror_partner,
    relaxed_divacancy_ends,
)
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.migration.branches import OnSite, follow
from liponflow.workflows.migration.sites import (
    cell_of,
    cells_of,
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
    cells = cells_of(relaxed.structure, parameters, supercell)
    jobs: list[Flow | Job] = []
    routes = []
    for mover, cell in cells.items():
        starts = starting_points(cell, mover.dopant, parameters)
        documents = {}
        for label, start in starts.items():
            relaxation = named(tools["relax"].make(start), f"relax {mover} {label}")
            documents[label] = relaxation.output
            jobs.append(relaxation)
        routed = named(
            route(
                mover.dopant,
                relaxed.structure,
                starts,
                documents,
                parameters=parameters,
                supercell=supercell,
                tools=tools,
                engine=engine,
                mechanism=mover.mechanism,
            ),
            f"hops of {mover}",
        )
        tolerate_failures(routed)
        jobs.append(routed)
        routes.append(routed.output)
    host_atoms = len(relaxed.structure) * cells_in(supercell)
    collected = named(collect(relaxed, host_atoms, routes), "collect")
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
    mechanism: Mechanism = "interstitial",
) -> Response[Route] | Route:
    """Connect the relaxed sites of a dopant, or of a vacancy, by bands.

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
    mechanism
        How the dopant moves.

    Returns
    -------
    Route
        Directly if no site is stable, else through the bands.
    """
    mover, vacancy = Mover(dopant, mechanism), mechanism == "vacancy"
    cell = cell_of(host, parameters, mover, supercell)
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
                tools["vibrations"].make(relaxed[label], None), f"vibrations {mover} {label}"
            )
            jobs.append(vibrating)
            modes[label] = vibrating.output
    on_sites = {
        site.site: OnSite(structure=relaxed[site.site], energy=site.calculation.energy)
        for site in sites
        if site.reason is None and site.calculation is not None
    }
    held = {}
    # The atoms on the sites of an element leave no room for one on the way.
    look_aside = parameters.check_branches and not vacancy
    for label in _left(sites) if look_aside else ():
        # On the site itself, symmetry holds a dopant that leaves it otherwise.
        place = int(cell.sites.positions_of(label)[0])
        relaxation = named(
            tools["relax"].make(site_start(cell, dopant, place)),
            f"relax {dopant} {label}, held by symmetry",
        )
        jobs.append(relaxation)
        held[label] = relaxation.output
    found = []
    for hop in hops:
        ends = relaxed_ends(cell, hop, relaxed)
        mirror = path_mirror(cell, ends.start, ends.end) if hop.symmetric else None
        images = interpolate(ends.start, ends.end, parameters.images)
        if vacancy:
            images = bent(images, parameters.nudge, mirror)
        band = named(tools["band"].make(images, mirror), f"band {dopant} {hop.label}")
        jobs.append(band)
        followed = band.output
        record: Any = asdict(hop_record(cell, hop, dopant, mirrored=mirror is not None))
        if look_aside:
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
        if vacancy and parameters.divacancy:
            beside = _divacancy(cell, hop, tools=tools, parameters=parameters, engine=engine)
            jobs.append(beside)
            found.append(beside.output)
    joined = named(join(sites, found), f"sites and hops of {mover}")
    tolerate_failures(joined)
    return Response(replace=Flow([*jobs, joined], output=joined.output))


def _divacancy(
    cell: HopCell, hop: Hop, *, tools: Tools, parameters: MigrationParameters, engine: EngineInfo
) -> Flow:
    """Return the relaxations and the band of a hop beside a second vacancy."""
    assert cell.sites.occupied_by is not None  # noqa: S101 - of vacancies only
    starts = divacancy_starts(cell, hop)
    mirror = path_mirror(cell, starts.start, starts.end)
    mirrored = mirror is not None
    record: Any = asdict(
        hop_record(cell, hop, cell.sites.occupied_by, mirrored=mirrored, divacancy=True)
    )
    label = f"{record['dopant']} {record['hop']}"
    # Where a mirror exchanges the end points, the second is made from the first.
    relaxations = [
        named(tools["relax"].make(state), f"relax {label}, {name}")
        for name, state in (("start", starts.start), ("end", starts.end))
        if name == "start" or not mirrored
    ]
    made = named(
        beside_vacancy(
            record,
            [starts.start, starts.end],
            [relaxation.output for relaxation in relaxations],
            mirror=None if mirror is None else asdict(mirror),
            tools=tools,
            parameters=parameters,
            engine=engine,
        ),
        f"hop {label}",
    )
    tolerate_failures(made)
    return Flow([*relaxations, made], output=made.output, name=label)


@job
def beside_vacancy(
    record: dict[str, Any],
    starts: Sequence[Structure],
    documents: Sequence[Any],
    *,
    mirror: dict[str, Any] | None,
    tools: Tools,
    parameters: MigrationParameters,
    engine: EngineInfo,
) -> Response[HopBarrier] | HopBarrier:
    """Connect the relaxed end points of a hop beside a second vacancy by a band.

    Parameters
    ----------
    record
        The HopRecord, as a dictionary.
    starts
        Both unrelaxed end points, the atom that hops last.
    documents
        Task documents of their relaxations, of the first alone if there is a mirror; None for
        one that failed.
    mirror
        The PathMirror that exchanges them, as a dictionary; None for none.
    tools, parameters, engine
        As for :func:`explore`.
    """

    def without_band(reason: str) -> HopBarrier:
        return hop_barrier(
            HopRecord(**record), None, force_limit=parameters.force_limit, reason=reason
        )

    if any(document is None for document in documents):
        return without_band("the relaxation of an end point failed; the run's report names it")
    results = [read_calculation(one, engine, parameters.force_limit) for one in documents]
    for result in results:
        if reason := unconverged_reason(result):
            return without_band(f"an end point: {reason}")
    relaxed = [
        in_order_of(start, result.structure)
        for start, result in zip(starts, results, strict=False)
    ]
    turns = None
    if mirror is not None:
        turns = PathMirror(**{name: np.array(value) for name, value in mirror.items()})
        relaxed.append(mirror_partner(turns, relaxed[0], starts[1]))
    try:
        ends = relaxed_divacancy_ends(relaxed)
        images = interpolate(ends.start, ends.end, parameters.images)
        band = tools["band"].make(bent(images, parameters.nudge, turns), turns)
    except ValueError as error:  # the other hops stay, and this one has the reason
        return without_band(str(error))
    band.name = f"band {record['dopant']} {record['hop']}"
    analysed = named(
        analyse(
            record,
            band.output,
            vibrations=tools["vibrations"],
            radius=parameters.vibration_radius,
            force_limit=parameters.force_limit,
            known={},
        ),
        f"barrier {record['dopant']} {record['hop']}",
    )
    tolerate_failures(analysed)
    return Response(replace=Flow([band, analysed], output=analysed.output))


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
    # The atom that hops may have been sorted to another place by the engine.
    ordered = hopping_last(list(states.values()), record["dopant"])
    states = dict(zip(states, ordered, strict=True))
    moving = None if radius is None else moving_atoms(list(states.values()), radius)
    if record["start_site"] == record["end_site"] and record.get("environment") is None:
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
