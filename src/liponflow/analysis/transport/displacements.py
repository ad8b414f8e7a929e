"""Paths of ions relative to the rest, from wrapped or unwrapped frames in a cell of any shape.

Displacements are taken in fractional coordinates, so that a cell that breathes (NpT) moves no ion,
and multiplied with one cell for the whole run. Only the last frame is kept from block to block.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase.data import atomic_masses, atomic_numbers
from ase.geometry.minkowski_reduction import minkowski_reduce

from liponflow.analysis.trajectory.frames import Frames
from liponflow.arrays import BoolArray, FloatArray
from liponflow.boundary import FileError

SAME = 1e-6
"""Largest displacement (Å) between two frames that count as one frame written twice."""


class TransportError(FileError):
    """Error of a trajectory from which no transport can be measured; the remedy is named."""

    page = "docs/transport.md"


class Moved(NamedTuple):
    """Consecutive frames of a path."""

    mobile: FloatArray
    """Displacements of the mobile ions since the first frame, frames x ions x 3 (Å)."""
    places: FloatArray
    """Where the ions are in the first cell with the framework at rest, fractional, not wrapped."""
    kept: BoolArray
    """Which of the frames these are; those that equal the ones before them are left out."""


@dataclass
class Unwrapper:
    """Follows atoms from block to block.

    Attributes
    ----------
    symbols
        Element of every atom.
    species
        Element of the mobile ions.
    place
        The file, for messages.
    """

    symbols: tuple[str, ...]
    species: str
    place: str = "trajectory"

    def __post_init__(self) -> None:
        self.mobile = np.array([symbol == self.species for symbol in self.symbols])
        if not self.mobile.any():
            found = ", ".join(sorted(set(self.symbols)))
            raise TransportError(
                f"{self.place}: no {self.species}, only {found}; name the mobile ion by --species"
            )
        masses = atomic_masses[[atomic_numbers[symbol] for symbol in self.symbols]]
        framework = np.where(self.all_mobile | ~self.mobile, masses, 0.0)
        self._masses = masses
        self._weights: FloatArray = framework / framework.sum()
        self._last: FloatArray | None = None
        self._offset: FloatArray = np.zeros((len(self.symbols), 3))
        self._operation: FloatArray = np.eye(3)
        self._cell: FloatArray = np.eye(3)
        self._cells: FloatArray = np.zeros((3, 3))
        self._start: FloatArray = np.zeros((0, 3))
        self._kinetic = 0.0
        self.frames = 0

    @property
    def all_mobile(self) -> bool:
        """Whether there is no framework; the centre of mass of all atoms is at rest then."""
        return bool(self.mobile.all())

    @property
    def mean_cell(self) -> FloatArray:
        """Mean of the lattice vectors, rows (Å)."""
        mean: FloatArray = self._cells / self.frames
        return mean

    @property
    def first_cell(self) -> FloatArray:
        """Lattice vectors of the first frame, rows (Å)."""
        return self._cell

    @property
    def to_mean_cell(self) -> FloatArray:
        """Matrix that turns the displacements (rows, Å) into those in the mean cell."""
        matrix: FloatArray = np.linalg.inv(self._cell) @ self.mean_cell
        return matrix

    @property
    def mean_square_step(self) -> float:
        """Mean of m |displacement|² from frame to frame (u Å²), the framework at rest."""
        return self._kinetic / max(self.frames - 1, 1)

    @property
    def framework_displacements(self) -> dict[str, float]:
        """Root mean square by element from the first frame to the last (Å), without the ions."""
        squares = (self._offset**2).sum(axis=1)
        symbols = np.array(self.symbols)
        return {
            symbol: float(np.sqrt(squares[symbols == symbol].mean()))
            for symbol in sorted(set(self.symbols) - {self.species})
        }

    def follow(self, frames: Frames) -> Moved:
        """Return the paths in the next frames.

        Raises
        ------
        TransportError
            If an atom moves so far between two frames that its image is not certain.
        """
        inverse = np.linalg.inv(frames.cells)
        fractional = frames.positions @ inverse
        first = self._last is None
        if self._last is None:
            # Components in the reduced cell are rounded: that is the shortest image whenever it
            # is shorter than half the smallest height.
            _, operation = minkowski_reduce(frames.cells[0])  # type: ignore[no-untyped-call]
            self._operation = np.array(operation, dtype=np.float64)
            self._cell = frames.cells[0]
            self._last = fractional[0]
            self._start = fractional[0, self.mobile]
        steps = np.diff(fractional, axis=0, prepend=self._last[None])
        self._last = fractional[-1]
        inside = steps @ np.linalg.inv(self._operation)
        steps -= np.round(inside) @ self._operation
        lengths = np.linalg.norm(steps @ frames.cells, axis=2)
        self._check(lengths, frames)
        moved = lengths.max(axis=1) > SAME
        if first:
            moved[0] = True
        cartesian = steps[moved] @ self._cell
        cartesian -= np.einsum("a,fax->fx", self._weights, cartesian)[:, None]
        self._kinetic += float(np.einsum("a,fax,fax->", self._masses, cartesian, cartesian)) / len(
            self.symbols
        )
        path = self._offset[self.mobile] + np.cumsum(cartesian[:, self.mobile], axis=0)
        self._offset = self._offset + cartesian.sum(axis=0)
        self._cells += frames.cells[moved].sum(axis=0)
        self.frames += int(moved.sum())
        return Moved(path, self._start + path @ np.linalg.inv(self._cell), moved)

    def _check(self, lengths: FloatArray, frames: Frames) -> None:
        heights = 1 / np.linalg.norm(
            np.linalg.inv(self._operation @ frames.cells), axis=1
        )  # of the reduced cells, frames x 3
        limits = heights.min(axis=1) / 2
        if (lengths < limits[:, None]).all():
            return
        frame, atom = np.argwhere(lengths >= limits[:, None])[0]
        raise TransportError(
            f"{self.place}: atom {atom + 1} ({self.symbols[atom]}) moves by "
            f"{lengths[frame, atom]:.2f} Å between frames {self.frames + frame} and "
            f"{self.frames + frame + 1}, and half the smallest height of the cell is "
            f"{limits[frame]:.2f} Å, so that its image is not certain: give frames that are "
            "closer in time, in one order of the atoms, and one --temperature for each run"
        )
