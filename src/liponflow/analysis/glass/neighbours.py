"""Distances in periodic frames: histograms of all pairs, and vectors of the short ones.

Up to some thousand atoms, every pair is combined with every lattice translation that can bring it
within reach, as one matrix product per frame: at these sizes that is faster than any search tree.
Larger frames use scipy's k-d tree. Both are correct for small and for triclinic cells: a
translation is omitted only if the widths of the cell rule it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from liponflow.analysis.trajectory.frames import Frames
from liponflow.arrays import BoolArray, FloatArray, IntArray

TREE_ATOMS = 3000
"""Number of atoms from which the k-d tree is used: it needs less memory, and no more time."""
BATCH = 2_000_000
"""Number of distances that are computed at a time."""
SLACK = 1 + 1e-5
"""Relative margin beyond a radius that compensates for single precision."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of atoms within a distance, every pair once, over a block of frames.

    The number of an atom is ``frame * n_atoms + index``, so that all frames are one set of atoms
    without neighbours in other frames.
    """

    n_frames: int
    n_atoms: int
    first: IntArray
    """First atom of every pair."""
    second: IntArray
    """Second atom of every pair."""
    image: IntArray
    """Lattice translation of the second atom relative to its position, pairs x 3."""
    vector: FloatArray
    """Vectors from the first to the second atom, pairs x 3 (Å)."""

    @cached_property
    def distance(self) -> FloatArray:
        """Length of every pair (Å)."""
        lengths: FloatArray = np.linalg.norm(self.vector, axis=1)
        return lengths

    @cached_property
    def frame(self) -> IntArray:
        """Frame of every pair."""
        return self.first // self.n_atoms

    @cached_property
    def ends(self) -> tuple[IntArray, IntArray]:
        """First and second atom of every pair as indices within their frame."""
        begin = self.frame * self.n_atoms
        return self.first - begin, self.second - begin

    def joining(self, first: BoolArray, second: BoolArray) -> BoolArray:
        """Return a mask of the pairs that join atoms of two kinds, in either order.

        The masks are those of the atoms of a frame.
        """
        a, b = self.ends
        joined: BoolArray = (first[a] & second[b]) | (second[a] & first[b])
        return joined

    def select(self, mask: BoolArray) -> "Pairs":
        """Return the pairs for which the mask is true."""
        return Pairs(
            self.n_frames,
            self.n_atoms,
            self.first[mask],
            self.second[mask],
            self.image[mask],
            self.vector[mask],
        )

    def oriented(self, swap: BoolArray) -> "Pairs":
        """Return the pairs with first and second atom exchanged where the mask is true."""
        sign = np.where(swap, -1, 1)[:, None]
        return Pairs(
            self.n_frames,
            self.n_atoms,
            np.where(swap, self.second, self.first),
            np.where(swap, self.first, self.second),
            self.image * sign,
            self.vector * sign,
        )


def widths(cell: FloatArray) -> FloatArray:
    """Return the distances (Å) between opposite faces of a cell, whose vectors are rows.

    Examples
    --------
    >>> widths(np.diag([3.0, 4.0, 5.0])).tolist()
    [3.0, 4.0, 5.0]
    """
    reciprocal = np.linalg.inv(cell)
    distances: FloatArray = 1 / np.linalg.norm(reciprocal, axis=0)
    return distances


@cache
def _translations(span: tuple[int, ...]) -> IntArray:
    """Return the lattice translations up to a number of cells along each vector, both ways."""
    axes = [np.arange(-n, n + 1) for n in span]
    grid: IntArray = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid


def _pair_terms(delta: NDArray[np.float32], cell: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the left factor, pairs x 5, of the product that gives squared distances.

    With pairs d and translations s in units of the cell A, and its metric G = A·Aᵀ,
    |(d + s)·A|² = 2 d·G·s + d·G·d + s·G·s. Single precision is enough to count distances in bins.
    """
    terms = np.empty((5, len(delta)), dtype=np.float32)
    terms[:3] = delta.T
    cartesian = delta @ cell
    terms[3] = np.einsum("pi,pi->p", cartesian, cartesian)
    terms[4] = 1
    return terms.T


def _shift_terms(cell: FloatArray, shifts: IntArray) -> NDArray[np.float32]:
    """Return the right factor, 5 x translations, for :func:`_pair_terms`."""
    cartesian = shifts @ cell
    terms = np.empty((5, len(shifts)), dtype=np.float32)
    terms[:3] = 2 * cell @ cartesian.T
    terms[3] = 1
    terms[4] = np.einsum("si,si->s", cartesian, cartesian)
    return terms


def _is_first(translations: IntArray) -> BoolArray:
    """Select one of each ± translation pair; drop zero."""
    # The sign of the first non-zero number, as long as none reaches 500.
    chosen: BoolArray = translations @ np.array([1_000_000, 1_000, 1]) > 0
    return chosen


@dataclass(frozen=True)
class _Lattice:
    """Quantities of a cell needed in a search."""

    cell: FloatArray
    inverse: FloatArray
    scaled: NDArray[np.float32]
    """Cell in units of the bin width."""
    shifts: IntArray
    terms: NDArray[np.float32]
    own_histogram: IntArray
    """Pairs of an atom and its own image by distance."""
    own_atoms: IntArray
    """Atoms with an own image within the bond radius."""
    own_images: IntArray


class PairFinder:
    """Finder of pairs in frames of one set of atoms.

    Parameters
    ----------
    symbols
        Element of every atom.
    r_max
        Largest distance in the histograms (Å).
    bins
        Bins from 0 to `r_max`.
    bond_radius
        Largest distance of the pairs that are returned with their vectors (Å).
    order
        Elements in the order in which pairs are named; alphabetical if None.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        *,
        r_max: float,
        bins: int,
        bond_radius: float,
        order: Sequence[str] | None = None,
    ) -> None:
        self.elements = list(order or sorted(set(symbols)))
        self.species = np.array([self.elements.index(symbol) for symbol in symbols])
        self.r_max, self.bins, self.bond_radius = r_max, bins, bond_radius
        self.counts = np.bincount(self.species, minlength=len(self.elements))
        number = len(self.elements)
        self.pair_types = [(a, b) for a in range(number) for b in range(a, number)]
        self._type_of = np.zeros((number, number), dtype=np.int64)
        for index, (a, b) in enumerate(self.pair_types):
            self._type_of[a, b] = self._type_of[b, a] = index
        self._first, self._second, self._ends = self._sorted_pairs()
        self._known: _Lattice | None = None

    def look_for_bonds_up_to(self, radius: float) -> None:
        """Set the largest distance (Å) of the pairs that are returned."""
        self.bond_radius = radius
        self._known = None

    @property
    def names(self) -> list[tuple[str, str]]:
        """Elements of every pair type, in the order of the histograms."""
        return [(self.elements[a], self.elements[b]) for a, b in self.pair_types]

    def find(self, frames: Frames) -> tuple[IntArray, Pairs]:
        """Return the histograms of all pairs, and the short pairs.

        Parameters
        ----------
        frames
            Frames of the atoms that the finder was made for.

        Returns
        -------
        histograms : array of int, frames x pair types x bins
            Every pair once, a pair of an atom and its own image included once for every two
            opposite images.
        pairs : Pairs
            Those within the bond radius.
        """
        search = self._by_tree if len(self.species) > TREE_ATOMS else self._by_product
        histograms = np.zeros((len(frames), len(self.pair_types), self.bins), dtype=np.int64)
        found = []
        for number in range(len(frames)):
            first, second, image, vector = search(
                frames.positions[number], frames.cells[number], histograms[number]
            )
            offset = number * len(self.species)
            found.append((first + offset, second + offset, image, vector))
        joined = [np.concatenate(part) for part in zip(*found, strict=True)]
        return histograms, Pairs(len(frames), len(self.species), *joined)

    def _sorted_pairs(self) -> tuple[IntArray, IntArray, list[int]]:
        """Return unordered pairs of atoms, sorted by type, and the end of each type."""
        if len(self.species) > TREE_ATOMS:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), []
        first, second = np.triu_indices(len(self.species), 1)
        kinds = self._type_of[self.species[first], self.species[second]]
        order = np.argsort(kinds, kind="stable")
        ends = np.cumsum(np.bincount(kinds, minlength=len(self.pair_types))).tolist()
        return first[order], second[order], ends

    def _by_product(
        self, positions: FloatArray, cell: FloatArray, histogram: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        lattice = self._lattice(cell)
        shifts = lattice.shifts
        fractional = (positions @ lattice.inverse).astype(np.float32)
        limit, bond_limit = (
            (SLACK * radius * self.bins / self.r_max) ** 2
            for radius in (max(self.r_max, self.bond_radius), self.bond_radius)
        )
        found = [(lattice.own_atoms, lattice.own_atoms, lattice.own_images)]
        step = max(1, BATCH // len(shifts))
        for start in range(0, len(self._first), step):
            first, second = self._first[start : start + step], self._second[start : start + step]
            delta = fractional.take(second, axis=0)
            delta -= fractional.take(first, axis=0)
            # Every image within reach counts, not only the shortest, which a skewed cell can hide.
            wrap = np.rint(delta)
            delta -= wrap
            squares = (_pair_terms(delta, lattice.scaled) @ lattice.terms).ravel()
            near = np.flatnonzero(squares < limit)
            squares = squares[near]
            self._count(near, squares, start * len(shifts), len(shifts), histogram)
            pair, shift = np.divmod(near[squares < bond_limit], len(shifts))
            found.append((first[pair], second[pair], shifts[shift] - wrap[pair].astype(np.int64)))
        histogram += lattice.own_histogram
        first, second, image = (np.concatenate(part) for part in zip(*found, strict=True))
        vector = positions[second] - positions[first] + image @ cell
        short = np.einsum("pi,pi->p", vector, vector) < self.bond_radius**2
        return first[short], second[short], image[short], vector[short]

    def _lattice(self, cell: FloatArray) -> "_Lattice":
        """Return the quantities that depend on the cell alone, cached while it does not change."""
        if self._known is None or not np.array_equal(self._known.cell, cell):
            reach = max(self.r_max, self.bond_radius)
            # Fractional differences are within 1/2, so a translation by n cells leaves two atoms
            # at least (n - 1/2) widths apart.
            span = np.floor(reach / widths(cell) + 0.5).astype(int)
            shifts = _translations(tuple(span.tolist()))
            # In units of the bin width, the square root of a squared distance is the bin.
            scaled = cell * (self.bins / self.r_max)
            half = shifts[_is_first(shifts)]
            lengths = np.linalg.norm(half @ cell, axis=1)
            near = half[lengths < self.bond_radius]
            self._known = _Lattice(
                cell=cell,
                inverse=np.linalg.inv(cell).astype(np.float64),
                scaled=scaled.astype(np.float32),
                shifts=shifts,
                terms=_shift_terms(scaled, shifts),
                own_histogram=self._own_histogram(lengths),
                own_atoms=np.repeat(np.arange(len(self.species)), len(near)),
                own_images=np.tile(near, (len(self.species), 1)),
            )
        return self._known

    def _own_histogram(self, lengths: FloatArray) -> IntArray:
        """Count pairs of an atom and its own image."""
        bins = (lengths[lengths < self.r_max] * self.bins / self.r_max).astype(np.int64)
        histogram = np.zeros((len(self.pair_types), self.bins), dtype=np.int64)
        for element, count in enumerate(self.counts):
            np.add.at(histogram[self._type_of[element, element]], bins, count)
        return histogram

    def _count(
        self,
        near: IntArray,
        squares: NDArray[np.float32],
        offset: int,
        n_shifts: int,
        histogram: IntArray,
    ) -> None:
        """Add squared distances (in bins²) of the pairs `near` to the histograms."""
        # Pairs are sorted by type and `near` ascends: bisection finds the end of each type,
        # without a look-up per distance.
        edges = np.searchsorted(near, np.array(self._ends) * n_shifts - offset)
        bins = np.sqrt(squares).astype(np.int32)
        inside = bins < self.bins
        kinds = np.repeat(
            np.arange(len(edges), dtype=np.int32) * self.bins,
            np.diff(edges, prepend=0),
        )
        flat = np.bincount((bins + kinds)[inside], minlength=histogram.size)
        histogram += flat.reshape(histogram.shape)

    def _by_tree(
        self, positions: FloatArray, cell: FloatArray, histogram: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        from scipy.spatial import cKDTree

        reach = max(self.r_max, self.bond_radius)
        fractional = positions @ np.linalg.inv(cell)
        wrap = np.floor(fractional)
        fractional -= wrap
        margin = reach / widths(cell)
        shifts = _translations(tuple(np.ceil(margin).astype(int).tolist()))
        moved = fractional[None] + shifts[:, None]
        # Copies of atoms, as far outside the cell as a neighbour can be.
        near = ((moved >= -margin) & (moved <= 1 + margin)).all(axis=2)
        shift, atom = np.nonzero(near)
        images = cKDTree(moved[near] @ cell)
        entries = cKDTree(fractional @ cell).sparse_distance_matrix(
            images, reach, output_type="ndarray"
        )
        first, ghost, distance = entries["i"], entries["j"], entries["v"]
        second, image = atom[ghost], shifts[shift[ghost]]
        # Every pair was found from both ends: keep one.
        keep = (second > first) | ((second == first) & _is_first(image))
        first, second, image, distance = first[keep], second[keep], image[keep], distance[keep]
        kinds = self._type_of[self.species[first], self.species[second]]
        inside = distance < self.r_max
        bins = (distance[inside] * self.bins / self.r_max).astype(np.int64)
        flat = np.bincount(kinds[inside] * self.bins + bins, minlength=histogram.size)
        histogram += flat.reshape(histogram.shape)
        short = distance < self.bond_radius
        first, second = first[short].astype(np.int64), second[short].astype(np.int64)
        image = image[short] - (wrap[second] - wrap[first]).astype(np.int64)
        vector = positions[second] - positions[first] + image @ cell
        return first, second, image, vector
