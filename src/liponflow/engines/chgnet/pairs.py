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


class Angles(NamedTuple):
    """Every ordered pair of different bonds that start from the same atom.

    Attributes
    ----------
    centre
        The atom, shape (angles,).
    first, second
        Directed bonds: of n pairs, pair i is bond i seen from its first atom and bond n + i seen
        from its second.
    """

    centre: IntArray
    first: IntArray
    second: IntArray


def angles(pairs: Pairs, cutoff: float) -> Angles:
    """Return the angles between bonds shorter than a cut-off (Å).

    Examples
    --------
    >>> chain = Pairs(np.array([0, 0]), np.array([1, 2]), np.eye(3)[:2], np.ones(2))
    >>> [column.tolist() for column in angles(chain, 1.5)]
    [[0, 0], [0, 1], [1, 0]]
    """
    short = np.flatnonzero(pairs.lengths < cutoff)
    bonds = np.concatenate([short, short + len(pairs.lengths)])
    centres = np.concatenate([pairs.first[short], pairs.second[short]])
    order = np.argsort(centres, kind="stable")
    bonds, centres = bonds[order], centres[order]
    # Bonds of one atom are consecutive: each is combined with its `partners` neighbours.
    _, starts, inverse, counts = np.unique(
        centres, return_index=True, return_inverse=True, return_counts=True
    )
    partners = counts[inverse]
    one = np.repeat(np.arange(len(bonds)), partners)
    within = np.arange(len(one)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = starts[inverse[one]] + within
    different = one != other
    one, other = one[different], other[different]
    return Angles(centres[one], bonds[one], bonds[other])
