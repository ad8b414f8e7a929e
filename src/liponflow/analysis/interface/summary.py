"""The result of a trajectory of an interface."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.structure import Structure

from liponflow.analysis.interface.course import SHELL_PAIRS, Course
from liponflow.analysis.interface.depth import BULK, bin_volumes
from liponflow.analysis.interface.phases import OTHER, PhaseNamer
from liponflow.analysis.interface.published import published_first_bond
from liponflow.analysis.interface.result import (
    BrokenBonds,
    DepthProfile,
    Front,
    InsertionPoint,
    InterfaceLayer,
    InterfaceResult,
    PhaseShare,
    ShellNumber,
    Snapshot,
)
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.result import Provenance
from liponflow.analysis.transport.result import RegionTransport
from liponflow.arrays import FloatArray
from liponflow.formulas import reduced_formula

LISTED = 200
"""Most times in the lists of a result."""
NM3 = 1000.0
"""1 nm³ in Å³."""
MOVED = 0.5
"""Least advance of a front (Å) that is more than vibration."""
ENOUGH = 10.0
"""Length of a run (ps) below which what has formed is only the beginning: our choice, some hundred
vibrations of P-O."""
HALF = 0.5
DIGITS = 3
"""Digits of the coordinates (Å) of the movie."""


def summarise(
    course: Course,
    settings: InterfaceSettings,
    provenance: Provenance,
    *,
    first: Structure,
    last: Structure,
    files: Sequence[Path],
    namer: PhaseNamer | None = None,
    layers: Sequence[InterfaceLayer] = (),
    insertion: Sequence[InsertionPoint] = (),
    regions: Sequence[RegionTransport] = (),
    warnings: Sequence[str] = (),
    complete: bool = True,
) -> InterfaceResult:
    """Return what formed at an interface.

    Parameters
    ----------
    course
        The trajectory, followed once.
    settings
        With which it was followed.
    provenance
        Of the result.
    first, last
        First and last frame.
    files
        Of the trajectory.
    namer
        Names the phases of the frames that the course has kept; None to leave them out.
    layers
        Of the model, as it was built.
    insertion
        Energies of one Li against its depth.
    regions
        Transport near the interface and in the bulk.
    warnings
        Doubts met before.
    complete
        Whether the run took all its steps.
    """
    number = len(course.times)
    window = max(1, round(settings.window * number))
    begin, end = slice(0, window), slice(number - window, number)
    timed = bool(np.isfinite(course.times).all()) and number > 1
    times = np.array(course.times) if timed else np.arange(number, dtype=float)
    duration = float(times[-1] - times[0]) if timed else None
    picked = _picked(number)
    bonds = _bonds(course, times if timed else None, picked, end)
    fronts = _fronts(course, begin, end)
    zone = _reacted(course, fronts, end)
    phases, names = _named(course, namer)
    volumes = bin_volumes(course.edges, course.sides, float(np.mean(course.areas)))
    free = _mean_free(course, end)
    found = [
        *warnings,
        *_doubts(duration, bonds, number=number, complete=complete),
    ]
    heat = np.array(course.temperatures)
    tetrahedra = np.sum(course.tetrahedra[end], axis=0)
    return InterfaceResult(
        formula=reduced_formula(first.composition),
        converged=complete,
        criterion=f"{number} frames of the run, all steps taken"
        if complete
        else f"{number} frames of a run that ended early",
        provenance=provenance,
        warnings=list(dict.fromkeys(found)),
        layers=list(layers),
        interfaces=len(course.sides.faces),
        n_atoms=len(course.symbols),
        area=float(np.mean(course.areas)),
        electrolyte_height=2 * course.sides.half,
        other_thickness=course.sides.other,
        n_frames=number,
        duration=duration,
        temperature=float(heat.mean()) if np.isfinite(heat).all() else None,
        zone=settings.zone,
        times=times[picked].tolist(),
        bonds=bonds,
        first_broken=_weakest(bonds),
        tetrahedral=np.array(course.tetrahedral)[picked].tolist(),
        tetrahedral_end=float(np.mean(course.tetrahedral[end])),
        free=free,
        loss_order=_loss_order(course, times, timed=timed),
        shells=_shells(course, begin, end),
        lithium_tetrahedra_interface=_ratio(*tetrahedra[0]),
        lithium_tetrahedra_bulk=_ratio(*tetrahedra[1]),
        depth_edges=course.edges.tolist(),
        profiles=_profiles(course, volumes, begin, end),
        fronts=fronts,
        reacted_from=zone[0],
        reacted_to=zone[1],
        reacted_width=zone[1] - zone[0],
        phase_times=[float(times[number]) for number, _, _ in course.kept] if names else [],
        phases=_phases(course, phases, names),
        snapshots=_snapshots(course, times, phases, names),
        regions=list(regions),
        conductivity_ratio=_conductivity_ratio(regions),
        insertion=list(insertion),
        start=first,
        structure=last,
        trajectory_files=[str(path) for path in files],
    )


def _picked(number: int) -> np.ndarray:
    """Return the numbers of frames that are listed, evenly spread."""
    return np.unique(np.linspace(0, number - 1, min(number, LISTED)).round().astype(int))


def _bonds(
    course: Course, times: FloatArray | None, picked: np.ndarray, end: slice
) -> list[BrokenBonds]:
    broken = np.array(course.broken)
    found = []
    for index, kind in enumerate(course.bonds.kinds):
        initial = int((course.bonds.kind == index).sum())
        shares = broken[:, index] / initial
        first = np.flatnonzero(broken[:, index])
        start = None if times is None or not len(first) else float(times[first[0]] - times[0])
        found.append(
            BrokenBonds(
                bond=kind,
                initial=initial,
                broken_share=float(shares[end].mean()),
                first_break=start,
                shares=shares[picked].tolist(),
            )
        )
    return found


def _weakest(bonds: Sequence[BrokenBonds]) -> str:
    most = max(bonds, key=lambda item: item.broken_share, default=None)
    return most.bond if most is not None and most.broken_share > 0 else "none broke"


def _fronts(course: Course, begin: slice, end: slice) -> list[Front]:
    found = []
    for element in course.fronts[0]:
        depth = np.array([item[element] for item in course.fronts])
        first, last = float(depth[begin].mean()), float(depth[end].mean())
        found.append(Front(element=element, begin=first, end=last, advance=first - last))
    return found


def _reacted(course: Course, fronts: Sequence[Front], end: slice) -> tuple[float, float]:
    """Return from where to where the electrolyte has reacted, Å.

    From the outermost front that advanced by more than :data:`MOVED` to the initial depth of the
    deepest former that has a broken bond in half of the last frames.
    """
    outer = min((item.end for item in fronts if item.advance > MOVED), default=0.0)
    damaged = np.mean(course.damaged[end], axis=0) >= HALF
    depths = course.first_depths[course.sides.formers][damaged]
    inner = float(depths.max()) if len(depths) else 0.0
    return min(outer, 0.0), max(inner, 0.0)


def _mean_free(course: Course, end: slice) -> dict[str, float]:
    return {
        element: float(np.mean([item[element] for item in course.free[end]]))
        for element in course.free[0]
    }


def _loss_order(course: Course, times: FloatArray, *, timed: bool) -> str:
    """Say which of N and P is the first to have no bond of the network."""
    first = {}
    for element in ("N", "P"):
        counts = np.array([item.get(element, 0) for item in course.free])
        above = np.flatnonzero(counts > counts[0])
        if len(above):
            first[element] = float(times[above[0]] - times[0])
    if not first:
        return "neither N nor P left the network"
    unit = "ps" if timed else "frames"
    if len(first) == 1:
        element, time = next(iter(first.items()))
        other = "P" if element == "N" else "N"
        return f"{element} left the network, first after {time:.3g} {unit}; {other} did not"
    early, late = sorted(first, key=lambda element: first[element])
    return f"{early} before {late}: after {first[early]:.3g} and {first[late]:.3g} {unit}"


def _shells(course: Course, begin: slice, end: slice) -> list[ShellNumber]:
    early, late = np.sum(course.shells[begin], axis=0), np.sum(course.shells[end], axis=0)
    return [
        ShellNumber(
            pair=f"{centre}-{other}",
            begin=_ratio(*early[row, 0]),
            end=_ratio(*late[row, 0]),
            bulk=_ratio(*late[row, 1]),
        )
        for row, (centre, other) in enumerate(SHELL_PAIRS)
        if centre in course.symbols and other in course.symbols
    ]


def _conductivity_ratio(regions: Sequence[RegionTransport]) -> float | None:
    """Return the mean conductivity of the interfaces over that of the bulk, where both conduct."""
    bulk = [item.conductivity for item in regions if item.name == BULK and _conducts(item)]
    faces = [item for item in regions if item.name != BULK]
    if not bulk or bulk[0] is None or not faces or not all(_conducts(item) for item in faces):
        return None
    return float(np.mean([item.conductivity for item in faces]) / bulk[0])


def _conducts(region: RegionTransport) -> bool:
    low = region.conductivity_low
    return low is not None and low > 0


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _profiles(course: Course, volumes: FloatArray, begin: slice, end: slice) -> list[DepthProfile]:
    first, last = np.mean(course.counts[begin], axis=0), np.mean(course.counts[end], axis=0)
    scale = np.divide(NM3, volumes, out=np.zeros_like(volumes), where=volumes > 0)
    return [
        DepthProfile(
            element=element,
            begin=(first[row] * scale).tolist(),
            end=(last[row] * scale).tolist(),
        )
        for row, element in enumerate(course.elements)
    ]


def _named(
    course: Course, namer: PhaseNamer | None
) -> tuple[tuple[str, ...], list[NDArray[np.str_]]]:
    """Return the phases, and the name of every atom in the kept frames."""
    if namer is None:
        return (), []
    names = [namer.name(structure) for _, structure, _ in course.kept]
    return (*namer.phases, OTHER), names


def _phases(
    course: Course, phases: Sequence[str], names: Sequence[NDArray[np.str_]]
) -> list[PhaseShare]:
    """Count the atoms of each phase against time and depth."""
    if not names:
        return []
    last = max(1, len(names) // 4)
    bins = len(course.edges) - 1
    places = np.concatenate(
        [
            np.clip(np.digitize(depths, course.edges) - 1, 0, bins - 1)
            for _, _, depths in course.kept[-last:]
        ]
    )
    recent = np.concatenate(names[-last:])
    total = np.bincount(places, minlength=bins)
    found = []
    for phase in phases:
        shares = [float((item == phase).mean()) for item in names]
        inside = np.bincount(places[recent == phase], minlength=bins)
        profile = np.divide(inside, total, out=np.zeros(bins), where=total > 0)
        found.append(
            PhaseShare(
                phase=phase,
                begin=shares[0],
                end=shares[-1],
                shares=shares,
                profile=profile.tolist(),
            )
        )
    return found


def _snapshots(
    course: Course,
    times: FloatArray,
    phases: Sequence[str],
    names: Sequence[NDArray[np.str_]],
) -> list[Snapshot]:
    found = []
    for index, (number, structure, _) in enumerate(course.kept):
        inside = np.array(structure.frac_coords) % 1.0
        matrix = structure.lattice.matrix
        along = inside[:, 0] * structure.lattice.a
        height = inside[:, 2] * structure.volume / np.linalg.norm(np.cross(matrix[0], matrix[1]))
        found.append(
            Snapshot(
                time=float(times[number]),
                along=along.round(DIGITS).tolist(),
                height=height.round(DIGITS).tolist(),
                phases=[phases.index(str(name)) for name in names[index]] if names else [],
            )
        )
    return found


def _doubts(
    duration: float | None, bonds: Sequence[BrokenBonds], *, number: int, complete: bool
) -> list[str]:
    found = []
    if not complete:
        found.append("the run ended before its last step: what it shows is not the end")
    if duration is not None and duration < ENOUGH:
        found.append(
            f"{duration:.3g} ps are too short to conclude what forms: they show the first "
            "contact, bonds continue to break, and crystals take far longer; run "
            f"{ENOUGH:g} ps or more"
        )
    elif duration is None and number > 1:
        found.append("the files have no times, so that only the order of the frames is known")
    known = published_first_bond()
    weakest = _weakest(bonds)
    kinds = {item.bond: item for item in bonds}
    if known.bond in kinds and weakest not in {known.bond, "none broke"}:
        found.append(
            f"the largest share that broke is that of {weakest} "
            f"({kinds[weakest].broken_share:.0%} of {kinds[weakest].initial}), and of "
            f"{known.bond} {kinds[known.bond].broken_share:.0%} of {kinds[known.bond].initial}; "
            f"{known.citation} has these as the first to break"
        )
    return found
