"""Measure an interface in files: one pass, then the phases of the frames that were kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.interface.course import MOBILE, Course, follow
from liponflow.analysis.interface.depth import zone_regions
from liponflow.analysis.interface.phases import PhaseNamer
from liponflow.analysis.interface.result import InsertionPoint, InterfaceLayer, InterfaceResult
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.interface.summary import summarise
from liponflow.analysis.result import Provenance
from liponflow.analysis.trajectory.frames import Frames, read_frames
from liponflow.analysis.transport.result import RegionTransport, TransportResult
from liponflow.analysis.transport.run import follow_run
from liponflow.analysis.transport.summary import summarise as summarise_transport
from liponflow.arrays import FloatArray
from liponflow.boundary import FileError
from liponflow.structures.glass.library import library_glasses
from liponflow.structures.phases import phase
from liponflow.units import FS_PER_PS
from liponflow.workflows.transport.files import HOP_LENGTH

REFERENCES: Mapping[str, Sequence[str]] = {
    "Li": ("Li_bcc",),
    "Li2O": ("Li2O",),
    "Li3N": ("Li3N_alpha", "Li3N_beta"),
    "Li3P": ("Li3P",),
    "Li3PO4": ("Li3PO4_beta", "Li3PO4_gamma"),
}
"""Reference crystals by phase: what is published to form from Li and LiPON."""


def phase_namer(elements: Sequence[str]) -> PhaseNamer:
    """Return a namer with the reference crystals and glasses of the package."""
    crystals = {
        name: [phase(entry).structure() for entry in entries]
        for name, entries in REFERENCES.items()
    }
    return PhaseNamer(crystals, [model.structure() for model in library_glasses()], elements)


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Attributes
    ----------
    interval
        Time from frame to frame where the files have no times, ps.
    skip, every
        Frames to take.
    species_map
        Elements by label.
    cell
        Lattice vectors of files without any (rows, Å).
    diffusing
        Files and stage in which transport is measured; all files if None.
    """

    interval: float | None = None
    skip: int = 0
    every: int = 1
    species_map: Mapping[str, str] = field(default_factory=dict)
    cell: FloatArray | None = None
    diffusing: tuple[Sequence[Path], str | None] | None = None


def measure(
    files: Sequence[Path],
    settings: InterfaceSettings,
    made: Provenance,
    *,
    reading: Reading,
    phases: bool,
    layers: Sequence[InterfaceLayer] = (),
    insertion: Sequence[InsertionPoint] = (),
    complete: bool = True,
) -> InterfaceResult:
    """Return what formed at the interface in a trajectory.

    Parameters
    ----------
    files
        Segments in order.
    settings
        Of the analysis.
    made
        Provenance of the result.
    reading
        How the files are read.
    phases
        Whether atoms are named by phase.
    layers
        Of the model, as it was built.
    insertion
        Energies of one Li on its way into the electrolyte.
    complete
        Whether the run took all its steps.

    Raises
    ------
    ValueError
        If a file cannot be read, its atoms change, or it has no interface.
    """
    notes: list[str] = []
    ends: list[Structure] = []
    blocks = _remembered(_timed(files, reading, notes), ends)
    course: Course = follow(blocks, settings, str(files[0]))
    namer = phase_namer(course.elements) if phases else None
    regions, reason = _transport(files, reading, course, settings.zone, made)
    notes += [reason] if reason else []
    return summarise(
        course,
        settings,
        made,
        first=ends[0],
        last=ends[-1],
        files=files,
        namer=namer,
        layers=layers,
        insertion=insertion,
        regions=regions,
        warnings=notes,
        complete=complete,
    )


def _transport(
    files: Sequence[Path],
    reading: Reading,
    course: Course,
    zone: float,
    made: Provenance,
) -> tuple[list[RegionTransport], str]:
    """Return the transport of Li by region, or none and the reason."""
    chosen, stage = reading.diffusing or (files, None)
    interval = reading.interval

    def read(path: Path) -> Iterator[Frames]:
        return read_frames(
            path,
            skip=reading.skip if path == files[0] else 0,
            every=reading.every,
            stage=stage,
            species_map=reading.species_map,
            cell=reading.cell,
            distances=False,
        )

    try:
        run = follow_run(
            chosen,
            read,
            species=MOBILE,
            time_step=None if interval is None else interval * reading.every * FS_PER_PS,
            regions=zone_regions(course.sides, zone),
        )
        found = summarise_transport([run], made, species=MOBILE, charge=1, hop_length=HOP_LENGTH)
    except FileError as error:
        return [], f"no transport by region: {error}"
    return found.points[0].regions, _unsure(found)


def _unsure(found: TransportResult) -> str:
    """Say why the transport by region is uncertain, where it is."""
    [point] = found.points
    if point.fitted:
        return ""
    if point.diffusivity is None or point.relative_deviation is None:
        return f"no transport by region: {'; '.join(found.warnings)}"
    return (
        f"the transport by region is uncertain: {point.length:.3g} ps leave a relative standard "
        f"deviation of {point.relative_deviation:.2g} of D over the whole cell"
    )


def _timed(files: Sequence[Path], reading: Reading, notes: list[str]) -> Iterator[Frames]:
    """Yield blocks of frames, with times where the files have none and the interval is known."""
    count = 0
    for frames in read_frames(
        files,
        skip=reading.skip,
        every=reading.every,
        notes=notes,
        species_map=reading.species_map,
        cell=reading.cell,
    ):
        times = frames.times
        if reading.interval is not None:
            numbers = np.arange(count, count + len(frames), dtype=np.float64)
            times = np.multiply(numbers, reading.interval * reading.every, dtype=np.float64)
        count += len(frames)
        yield replace(frames, times=times)


def _remembered(blocks: Iterator[Frames], ends: list[Structure]) -> Iterator[Frames]:
    """Yield blocks, and leave the first and the latest frame in a list."""
    for frames in blocks:
        first = ends[0] if ends else frames.structure(0)
        ends[:] = [first, frames.structure(len(frames) - 1)]
        yield frames
