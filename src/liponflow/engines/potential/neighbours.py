"""Neighbours within a cut-off, updated only when atoms have moved far enough.

This is Verlet's list (L. Verlet, Phys. Rev. 159, 98 (1967)): pairs within the cut-off and a skin
are kept until an atom could have crossed the skin, here also in a cell that changes.
"""

from typing import NamedTuple, cast

import numpy as np
from pymatgen.optimization.neighbors import find_points_in_spheres

from liponflow.arrays import FloatArray, IntArray

SKIN = 0.6
"""Å beyond the cut-off: at 1000 K a list of LiPON serves some 15 steps of 2 fs (our choice)."""

_SAME_PLACE = 1e-8


class Pairs(NamedTuple):
    """Every pair of atoms once; images of the same atom are pairs too.

    Attributes
    ----------
    first, second
        Indices of the atoms, shape (pairs,).
    vectors
        From the first to the second, shape (pairs, 3), Å.
    lengths
        Their lengths, Å.
    """

    first: IntArray
    second: IntArray
    vectors: FloatArray
    lengths: FloatArray


class VerletList:
    """Pairs within a cut-off of positions that change little between calls.

    The order of the pairs does not depend on when they were found, and so neither do sums over
    them.

    Parameters
    ----------
    cutoff
        Å.
    skin
        Å beyond the cut-off within which pairs are remembered.

    Notes
    -----
    Atoms that were farther apart than cut-off and skin are, in a cell deformed by F since, at
    least s (cut-off + skin) - 2 u apart, where s is the smallest singular value of F and u the
    largest displacement beyond the deformation. While that exceeds the cut-off, no pair is missed.
    """

    def __init__(self, cutoff: float, skin: float = SKIN) -> None:
        self.cutoff = cutoff
        self.skin = skin
        self.builds = 0
        """Number of neighbour searches."""
        self._cell: FloatArray | None = None

    def pairs(self, positions: FloatArray, cell: FloatArray) -> Pairs:
        """Return the pairs.

        Parameters
        ----------
        positions
            Shape (atoms, 3), Å, inside the cell or outside.
        cell
            Lattice vectors in rows, Å; periodic along all three.
        """
        if self._cell is None or not self._holds(positions, cell):
            self._build(positions, cell)
        vectors = positions[self._second] - positions[self._first] + self._images @ cell
        squares = np.einsum("ij,ij->i", vectors, vectors)
        near = squares < self.cutoff**2
        return Pairs(self._first[near], self._second[near], vectors[near], np.sqrt(squares[near]))

    def _holds(self, positions: FloatArray, cell: FloatArray) -> bool:
        if positions.shape != self._positions.shape:
            return False
        # Rows: cell = old cell @ F. A uniform deformation by a barostat is not a displacement.
        deformation = np.linalg.solve(cast("FloatArray", self._cell), cell)
        least = np.linalg.svd(deformation, compute_uv=False)[-1]
        moved = positions - self._positions @ deformation
        farthest = np.sqrt(np.einsum("ij,ij->i", moved, moved).max())
        return bool(2 * farthest <= least * (self.cutoff + self.skin) - self.cutoff)

    def _build(self, positions: FloatArray, cell: FloatArray) -> None:
        places = np.ascontiguousarray(positions, dtype=float)
        first, second, images, lengths = find_points_in_spheres(
            all_coords=places,
            center_coords=places,
            r=self.cutoff + self.skin,
            pbc=np.ones(3, dtype=np.int64),
            lattice=np.ascontiguousarray(cell, dtype=float),
            tol=_SAME_PLACE,
        )
        images = images.astype(np.int64)
        # Keep one direction of each pair, by the atoms, or by the image for images of one atom.
        a, b, c = images.T
        forward = (a > 0) | ((a == 0) & ((b > 0) | ((b == 0) & (c > 0))))
        kept = (lengths > _SAME_PLACE) & ((first < second) | ((first == second) & forward))
        first, second, images = first[kept], second[kept], images[kept]
        order = np.lexsort((*images.T[::-1], second, first))
        self._first, self._second = first[order], second[order]
        self._images = images[order].astype(float)
        self._positions, self._cell = places.copy(), np.array(cell, dtype=float)
        self.builds += 1
