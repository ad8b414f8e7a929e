"""Frames of a trajectory in blocks of arrays, read from any file that ASE reads.

A block holds some hundred frames, and nothing is kept of the blocks before it: memory does not
grow with the length of a trajectory. Formats that ASE loads into memory completely (XDATCAR,
vasprun.xml), or that it reads slowly (extended XYZ), have readers in ``readers``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.trajectory.readers import (
    Frame,
    Orderer,
    TrajectoryError,
    frames_of_file,
)
from liponflow.arrays import FloatArray
from liponflow.crystals.checked import StructureError, check_distances, check_lattice, in_cell
from liponflow.crystals.elements import NO_MAP, is_symbol

_FAR_OUTSIDE = 10.0
"""Cells beyond which the single precision of distances suffers."""

BLOCK = 100
"""Number of frames in a block, whose distances take some ten megabytes for a hundred atoms."""


@dataclass(frozen=True)
class Frames:
    """Consecutive frames of one set of atoms."""

    symbols: tuple[str, ...]
    """Element of every atom."""
    positions: FloatArray
    """Cartesian, frames x atoms x 3 (Å)."""
    cells: FloatArray
    """Lattice vectors in rows, frames x 3 x 3 (Å)."""
    times: FloatArray
    """Time of every frame (ps); NaN where the file has none."""
    temperatures: FloatArray
    """Temperature (K); NaN where unknown."""
    energies: FloatArray
    """Potential energy of the cell (eV); NaN where unknown."""
    stages: tuple[str, ...]
    """Stage of the protocol that every frame belongs to; empty where unknown."""

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def volumes(self) -> FloatArray:
        """Volume of every frame (Å³)."""
        volumes: FloatArray = np.abs(np.linalg.det(self.cells))
        return volumes

    def structure(self, index: int) -> Structure:
        """Return one frame as a pymatgen Structure."""
        return Structure(
            self.cells[index], self.symbols, self.positions[index], coords_are_cartesian=True
        )


def read_frames(
    paths: str | Path | Sequence[str | Path],
    *,
    block: int = BLOCK,
    skip: int = 0,
    every: int = 1,
    stage: str | None = None,
    notes: list[str] | None = None,
    species_map: Mapping[str, str] = NO_MAP,
    ordered: Orderer | None = None,
    block_of_cif: str | None = None,
    distances: bool = True,
    cell: FloatArray | None = None,
) -> Iterator[Frames]:
    """Read one or several files as one trajectory, block by block.

    Parameters
    ----------
    paths
        Files in their order: anything that ASE reads, gzip-compressed or not.
    block
        Frames per block.
    skip
        Number of frames to skip at the beginning, such as those of the equilibration.
    every
        Take every n-th of the other frames.
    stage
        Take only frames of this stage of the protocol (info key ``stage`` of extended XYZ).
    notes
        List to which remarks are added, such as on a file that ends within a frame.
    species_map
        Elements by the labels of extended XYZ, or by the types of LAMMPS.
    ordered
        Orders a crystal with partial occupancies; None to refuse it.
    block_of_cif
        Name or number of the only crystal of a CIF to read; None for all.
    distances
        Whether to refuse atoms on one place, which takes as long as to read a frame.
    cell
        Lattice vectors (rows, Å) of frames without any, such as those of CP2K.

    Yields
    ------
    Frames
        Up to `block` frames.

    Raises
    ------
    TrajectoryError
        If a file is missing, cannot be read or has no periodic cell, if the atoms change within or
        between the files (the frame and both counts are given), if two atoms of a frame that is
        taken are on one place, or if no frame is left.
    ValueError
        If `block`, `skip` or `every` is out of range.
    """
    if block < 1 or every < 1 or skip < 0:
        raise ValueError(
            f"block = {block}, every = {every} and skip = {skip}: block and every must be at "
            "least 1, skip at least 0"
        )
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    taken = 0
    from_file = partial(
        frames_of_file,
        notes=notes,
        species_map=species_map,
        ordered=ordered,
        block_of_cif=block_of_cif,
    )

    def read(path: Path) -> Iterator[Frame]:
        for frame in from_file(path):
            if cell is not None and not np.any(frame.cell):
                yield frame._replace(cell=cell, periodic=True)
            else:
                yield frame

    selected = _selected(files, read, skip=skip, every=every, stage=stage, distances=distances)
    for frames in _blocks(selected, block):
        taken += len(frames)
        yield frames
    if taken == 0:
        names = ", ".join(map(str, files)) or "no file"
        of_stage = f" of stage {stage!r}" if stage is not None else ""
        raise TrajectoryError(
            f"{names}: no frame{of_stage} is left of skip = {skip}, every = {every}; "
            "skip fewer, or name another file"
        )


def frames_of_structures(structures: Structure | Iterable[Structure]) -> Frames:
    """Return frames of one or several pymatgen Structures of the same atoms.

    Raises
    ------
    TrajectoryError
        If the list is empty, the atoms differ, or a structure is disordered.

    Examples
    --------
    >>> from pymatgen.core.structure import Structure
    >>> from pymatgen.core.lattice import Lattice
    >>> li = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> len(frames_of_structures([li, li]))
    2
    """
    pool = [structures] if isinstance(structures, Structure) else list(structures)
    frames = []
    for structure in pool:
        if not structure.is_ordered:
            raise TrajectoryError("a structure has partially occupied sites; give an ordered one")
        symbols = tuple(site.specie.symbol for site in structure)
        frames.append(Frame(symbols, structure.cart_coords, structure.lattice.matrix))
    if not frames:
        raise TrajectoryError("no structure was given")
    [block] = _blocks(_checked(frames, "structures", None), len(frames))
    return block


def _selected(
    files: Sequence[str | Path],
    read: Callable[[Path], Iterator[Frame]],
    *,
    skip: int,
    every: int,
    stage: str | None,
    distances: bool,
) -> Iterator[Frame]:
    number = 0
    symbols: tuple[str, ...] | None = None
    for file in files:
        path = Path(file).expanduser()
        frames = _checked(read(path), str(path), symbols)
        for inside, frame in enumerate(frames, start=1):
            symbols = frame.symbols
            if stage is not None and frame.stage != stage:
                continue
            if number >= skip and (number - skip) % every == 0:
                place = f"{path}, frame {inside}"
                yield _in_cell(frame, place) if distances else frame
            number += 1


def _in_cell(frame: Frame, place: str) -> Frame:
    """Check the distances of a frame; wrap atoms that are far outside of its cell.

    Others stay where they are, so that the numbers of ordinary trajectories do not change by
    rounding.
    """
    try:
        check_lattice(frame.cell)
        fractional = frame.positions @ np.linalg.inv(frame.cell)
        inside = in_cell(fractional)
        check_distances(frame.symbols, inside, frame.cell)
    except StructureError as error:
        raise TrajectoryError(f"{place}: {error}; or leave the frame out") from error
    if np.abs(fractional).max() < _FAR_OUTSIDE:
        return frame
    return frame._replace(positions=inside @ frame.cell)


def _checked(
    frames: Iterable[Frame], place: str, symbols: tuple[str, ...] | None
) -> Iterator[Frame]:
    """Yield frames that belong to one trajectory; refuse others with the reason."""
    for number, frame in enumerate(frames, start=1):
        shape = (len(frame.symbols), 3)
        if not frame.symbols or frame.positions.shape != shape or frame.cell.shape != (3, 3):
            raise TrajectoryError(
                f"{place}, frame {number}: {len(frame.symbols)} atoms, but positions of the shape "
                f"{frame.positions.shape} in a cell of {frame.cell.shape}: the file is damaged; "
                "leave out the frames from here on"
            )
        if symbols is None:
            symbols = frame.symbols
            if unknown := sorted(one for one in set(symbols) if not is_symbol(one)):
                raise TrajectoryError(
                    f"{place}, frame {number}: {unknown[0]!r} is not an element; write symbols"
                )
        if frame.symbols != symbols:
            raise TrajectoryError(f"{place}, frame {number}: {_difference(symbols, frame)}")
        if not frame.periodic or not np.any(frame.cell):
            raise TrajectoryError(
                f"{place}, frame {number}: has no cell that repeats in three directions; a "
                "density and a g(r) need one: write the cell (Lattice and pbc of extended XYZ)"
            )
        if not (np.isfinite(frame.positions).all() and np.isfinite(frame.cell).all()):
            raise TrajectoryError(
                f"{place}, frame {number}: a coordinate or lattice vector is not a finite "
                "number: the run exploded, or the file is damaged; leave out the frames from "
                "here on"
            )
        volume = abs(np.linalg.det(frame.cell))
        if volume < len(symbols):  # no solid has atoms of less than 1 Å³
            raise TrajectoryError(
                f"{place}, frame {number}: a cell of {volume:.3g} Å³ for {len(symbols)} atoms; "
                "check the lattice vectors and their unit (Å)"
            )
        yield frame


def _difference(symbols: tuple[str, ...], frame: Frame) -> str:
    if len(frame.symbols) != len(symbols):
        return (
            f"has {len(frame.symbols)} atoms, the frames before it {len(symbols)}; one trajectory "
            "has one set of atoms: analyse the files apart"
        )
    first = next(
        index
        for index, pair in enumerate(zip(symbols, frame.symbols, strict=True))
        if pair[0] != pair[1]
    )
    return (
        f"atom {first + 1} is {frame.symbols[first]}, in the frames before it {symbols[first]}; "
        "bring the atoms into one order, or analyse the files apart"
    )


def _blocks(frames: Iterable[Frame], size: int) -> Iterator[Frames]:
    pool: list[Frame] = []
    for frame in frames:
        pool.append(frame)
        if len(pool) == size:
            yield _stack(pool)
            pool = []
    if pool:
        yield _stack(pool)


def _stack(pool: Sequence[Frame]) -> Frames:
    return Frames(
        symbols=pool[0].symbols,
        positions=np.array([frame.positions for frame in pool]),
        cells=np.array([frame.cell for frame in pool]),
        times=np.array([frame.time for frame in pool]),
        temperatures=np.array([frame.temperature for frame in pool]),
        energies=np.array([frame.energy for frame in pool]),
        stages=tuple(frame.stage for frame in pool),
    )
