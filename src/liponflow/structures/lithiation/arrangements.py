"""Symmetry-distinct ways to occupy some of a crystal's sites.

A subset of n sites stands for its orbit under the symmetry group; its representative is the one
whose sorted site indices come first, and its multiplicity is the size of the orbit. Permutation
tables have the shape (n_operations, n_sites): operation g moves site i to ``table[g, i]``. They
must form a group, as the operations of a space group modulo the cell do.
"""

from collections import Counter
from collections.abc import Sequence
from math import comb

import numpy as np
import spglib
from numpy.typing import ArrayLike, NDArray
from pymatgen.core.structure import Structure
from spglib import SpglibError

from liponflow.arrays import IntArray
from liponflow.formulas import reduced_formula

Subset = tuple[int, ...]

MAX_ENUMERATED = 2_000_000
"""Largest number of combinations that :func:`distinct_subsets` lists; beyond it, sample."""

SYMPREC = 0.01
"""Distance (Å) within which two positions count as symmetry-equivalent."""

_MASK_BITS = 63
_CHUNK = 8


def site_permutations(structure: Structure, frac_coords: ArrayLike) -> IntArray:
    """Return the permutations of some sites under the symmetry of the structure around them.

    Parameters
    ----------
    structure
        The host, without those sites.
    frac_coords
        The sites, fractional coordinates, shape (n_sites, 3).

    Returns
    -------
    ndarray of int, shape (n_operations, n_sites)
        The operations of the host that map the set of sites on itself.

    Raises
    ------
    ValueError
        If spglib finds no symmetry, which means overlapping or nearly overlapping atoms.
    """
    sites = np.asarray(frac_coords, dtype=float).reshape(-1, 3)
    # All sites are filled with one species of their own (number 0): the symmetry of that crystal
    # is the part of the host's that maps the set of sites on itself.
    kinds = [*structure.atomic_numbers, *([0] * len(sites))]
    positions = np.vstack([structure.frac_coords, sites])
    cell = (structure.lattice.matrix.tolist(), positions.tolist(), kinds)
    try:
        symmetry = spglib.get_symmetry(cell, symprec=SYMPREC)
    except SpglibError:  # raised instead of None once phonopy has been imported
        symmetry = None
    if symmetry is None:
        raise ValueError(
            f"no symmetry found for {reduced_formula(structure.composition)} with {len(sites)} "
            "sites; check for overlapping atoms"
        )
    table = []
    for rotation, translation in zip(symmetry["rotations"], symmetry["translations"], strict=True):
        moved = sites @ rotation.T + translation
        table.append(structure.lattice.get_all_distances(moved, sites).argmin(axis=1))
    return np.array(table)


def count_distinct(permutations: IntArray, k: int) -> int:
    """Count the distinct subsets of k sites without listing them.

    Burnside's lemma: the mean over the group of the number of subsets that an operation leaves
    fixed, which is the coefficient of t^k in the product of (1 + t^length) over its cycles.

    Parameters
    ----------
    permutations
        Group of permutations, shape (n_operations, n_sites).
    k
        Sites in a subset.

    Returns
    -------
    int
        The exact number.

    Examples
    --------
    >>> square = np.array([[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]])
    >>> count_distinct(square, 2)
    2
    """
    fixed = 0
    for lengths, operations in Counter(map(_cycle_lengths, permutations)).items():
        coefficients = [1] + [0] * k
        for length in lengths:
            # Downwards, so that each cycle is counted once: the powers below are still without it.
            for power in range(k, length - 1, -1):
                coefficients[power] += coefficients[power - length]
        fixed += operations * coefficients[k]
    return fixed // len(permutations)


def distinct_subsets(permutations: IntArray, k: int) -> list[tuple[Subset, int]]:
    """List the distinct subsets of k sites with their multiplicities.

    Parameters
    ----------
    permutations
        Group of permutations, shape (n_operations, n_sites).
    k
        Sites in a subset.

    Returns
    -------
    list of (subset, multiplicity)
        Representatives in lexicographic order; the multiplicities add up to C(n_sites, k).

    Raises
    ------
    ValueError
        If there are more than ``MAX_ENUMERATED`` combinations or more than 63 sites.

    Notes
    -----
    The representative of an orbit is found for all subsets at once: every subset is a bit mask,
    and a permutation of sites turns all masks together, byte by byte, through a look-up table.
    icet 4.0's ``enumerate_structures`` (M. Ångqvist et al., Adv. Theory Simul. 2, 1900015
    (2019)) finds the same 584 ways to put 8 Li on the 16 octahedra of ordered LNMO in 5.9 s
    instead of 0.02 s, without their multiplicities; it neither counts nor samples spaces that
    are too large to list. pymatgen's enumeration needs the Fortran program enumlib.

    Examples
    --------
    >>> square = np.array([[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]])
    >>> distinct_subsets(square, 2)
    [((0, 1), 4), ((0, 2), 2)]
    """
    n = permutations.shape[1]
    if not enumerable(n, k):
        raise ValueError(
            f"{comb(n, k)} ways to choose {k} of {n} sites are too many to list (limit "
            f"{MAX_ENUMERATED} ways and {_MASK_BITS} sites); use sample_distinct"
        )
    masks = _combinations(n, k)
    first = masks
    for permutation in np.unique(permutations, axis=0):
        # Subsets of one orbit end with the same largest mask, whose count is their multiplicity.
        first = np.maximum(first, _permuted(masks, permutation))
    orbits, multiplicities = np.unique(first, return_counts=True)
    bits = np.arange(n - 1, -1, -1, dtype=np.uint64)
    occupied = (orbits[::-1, None] >> bits) & np.uint64(1) == 1
    return [
        (tuple(np.flatnonzero(row).tolist()), int(count))
        for row, count in zip(occupied, multiplicities[::-1], strict=True)
    ]


def sample_distinct(
    permutations: IntArray, k: int, n_samples: int, seed: int
) -> list[tuple[Subset, int]]:
    """Sample distinct subsets of k sites from a space of any size.

    Every combination is equally likely to be drawn, so an orbit is as likely as it is large.

    Parameters
    ----------
    permutations
        Group of permutations, shape (n_operations, n_sites).
    k
        Sites in a subset.
    n_samples
        Distinct subsets wanted. Fewer come back if the space has fewer, or if the rest is so
        rare that 50 draws per wanted subset did not meet it.
    seed
        Seed of the draws.

    Returns
    -------
    list of (subset, multiplicity)
        Representatives in the order in which they were drawn.
    """
    rng = np.random.default_rng(seed)
    table = np.unique(permutations, axis=0)
    wanted = min(n_samples, count_distinct(table, k))
    drawn: dict[Subset, int] = {}
    for _ in range(50 * wanted):
        if len(drawn) == wanted:
            break
        subset = rng.choice(table.shape[1], k, replace=False)
        images = np.unique(np.sort(table[:, subset], axis=1), axis=0)
        drawn.setdefault(tuple(images[0].tolist()), len(images))
    return list(drawn.items())


def enumerable(n: int, k: int) -> bool:
    """Return whether :func:`distinct_subsets` can list the choices of k among n sites."""
    return n <= _MASK_BITS and comb(n, k) <= MAX_ENUMERATED


def _cycle_lengths(permutation: Sequence[int] | IntArray) -> tuple[int, ...]:
    lengths = []
    left = set(range(len(permutation)))
    while left:
        site = start = left.pop()
        length = 1
        while (site := int(permutation[site])) != start:
            left.remove(site)
            length += 1
        lengths.append(length)
    return tuple(sorted(lengths))


# A subset is a bit mask in which site 0 is the highest bit: then the lexicographically first of
# some subsets of one size is the one with the largest mask.


def _combinations(n: int, k: int) -> NDArray[np.uint64]:
    """Return the masks of all subsets of k among n sites, shape (C(n, k),)."""
    if k > n // 2:  # fewer intermediate subsets on the other side
        return np.uint64((1 << n) - 1) ^ _combinations(n, n - k)
    by_size = [np.zeros(1 if size == 0 else 0, dtype=np.uint64) for size in range(k + 1)]
    for site in range(n):
        bit = np.uint64(1 << site)
        # Only sizes from which the remaining sites can still reach k.
        for size in range(min(k, site + 1), max(0, k - (n - site)), -1):
            by_size[size] = np.concatenate([by_size[size], by_size[size - 1] | bit])
    return by_size[k]


def _permuted(masks: NDArray[np.uint64], permutation: IntArray) -> NDArray[np.uint64]:
    """Return masks after a permutation, looked up byte by byte."""
    n = len(permutation)
    out = np.zeros_like(masks)
    for shift in range(0, n, _CHUNK):
        table = np.zeros(1 << _CHUNK, dtype=np.uint64)
        for bit in range(min(_CHUNK, n - shift)):
            image = np.uint64(1 << (n - 1 - int(permutation[n - 1 - (shift + bit)])))
            table[np.arange(1 << _CHUNK) >> bit & 1 == 1] |= image
        out |= table[(masks >> np.uint64(shift)) & np.uint64((1 << _CHUNK) - 1)]
    return out
