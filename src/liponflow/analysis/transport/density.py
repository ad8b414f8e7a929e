"""Where ions are: how often they are in each part of the cell."""

from typing import NamedTuple

import numpy as np

from liponflow.arrays import FloatArray, IntArray

VOXEL = 0.7
"""Longest edge of a voxel, Å: about twice the amplitude with which Li vibrates (our choice)."""
MOST_VOXELS = 100_000
"""Voxels of a map; those of larger cells are larger."""


class Density(NamedTuple):
    """Number of ions in each voxel, summed over frames.

    Attributes
    ----------
    cell
        Cell, rows (Å).
    counts
        Along the three lattice vectors, shape (n_a, n_b, n_c).
    frames
        Frames.
    """

    cell: FloatArray
    counts: IntArray
    frames: int


class DensityMap:
    """Takes the places of ions block by block.

    Parameters
    ----------
    cell
        Cell of the fractional places, rows (Å).
    """

    def __init__(self, cell: FloatArray) -> None:
        lengths = np.linalg.norm(cell, axis=1)
        edge = max(VOXEL, float(np.prod(lengths) / MOST_VOXELS) ** (1 / 3))
        self.cell = cell
        self.shape = tuple(int(number) for number in np.ceil(lengths / edge))
        self._counts: IntArray = np.zeros(int(np.prod(self.shape)), dtype=np.int64)
        self._frames = 0

    def add(self, places: FloatArray) -> None:
        """Add fractional places with the framework at rest, frames x ions x 3."""
        shape = np.array(self.shape)
        voxels = np.minimum((places % 1.0 * shape).astype(np.int64), shape - 1).reshape(-1, 3)
        flat = np.ravel_multi_index(tuple(voxels.T), self.shape)
        self._counts += np.bincount(flat, minlength=len(self._counts))
        self._frames += len(places)

    def result(self) -> Density:
        """Return the sums."""
        return Density(self.cell, self._counts.reshape(self.shape), self._frames)
