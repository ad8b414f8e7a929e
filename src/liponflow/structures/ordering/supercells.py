"""The distinct supercells of a crystal, the most compact first."""

from collections.abc import Iterator

import numpy as np
import spglib
from pymatgen.core.lattice import Lattice
from pymatgen.util.coord import lattice_points_in_supercell
from spglib import SpglibError

from liponflow.arrays import FloatArray, IntArray
from liponflow.structures.lithiation.arrangements import SYMPREC
from liponflow.structures.ordering.parent import Parent

MOST_LISTED = 24
"""Number of cells up to which all shapes of a supercell are listed; beyond it, only repeats."""

_WHOLE = 1e-6


def supercells(parent: Parent, cells: int, most: int, given: Parent | None = None) -> list[Parent]:
    """Return supercells of one size that no symmetry operation maps on one another.

    Parameters
    ----------
    parent
        Cell to repeat.
    cells
        How many of it.
    most
        Largest number of supercells.
    given
        A supercell of this size that comes first, as it is.

    Returns
    -------
    list of Parent
        The others with reduced lattice vectors, those first whose longest vector is shortest.

    Notes
    -----
    Every sublattice has one Hermite normal form: G. L. W. Hart and R. W. Forcade, Phys. Rev. B 77,
    224115 (2008).
    """
    if cells == 1:
        return [parent if given is None else given]
    forms = list(_hermite_forms(cells))
    reduced = [Lattice(form @ parent.lattice).get_lll_reduced_lattice() for form in forms]
    longest = np.array([max(lattice.abc) for lattice in reduced]).round(4)
    rotations = _rotations(parent)
    chosen: list[IntArray] = []
    found: list[Parent] = []
    if given is not None:
        chosen.append(_in_vectors_of(parent, given.lattice))
        found.append(given)
    for number in np.argsort(longest, kind="stable"):
        if len(chosen) == most:
            break
        images = forms[number] @ rotations.transpose(0, 2, 1)
        if not any(_any_same_lattice(images, other) for other in chosen):
            chosen.append(forms[number])
            found.append(repeated(parent, reduced[number].matrix))
    return found


def repeated(parent: Parent, lattice: FloatArray) -> Parent:
    """Return a cell filled up to a larger lattice, whose vectors (Å) are made of its own."""
    matrix = _in_vectors_of(parent, lattice)
    points = lattice_points_in_supercell(matrix)
    inside = parent.frac_coords @ np.linalg.inv(matrix)
    coords = (inside[:, None] + points[None]).reshape(-1, 3)
    coords -= np.floor(coords + _WHOLE)
    kinds = np.repeat(parent.kinds, len(points))
    return Parent(matrix @ parent.lattice, coords, kinds, parent.mixtures)


def _hermite_forms(cells: int) -> Iterator[IntArray]:
    """Yield a matrix per sublattice, its vectors in rows."""
    for a in _divisors(cells):
        for d in _divisors(cells // a):
            f = cells // (a * d)
            if cells > MOST_LISTED:
                yield np.diag([a, d, f])
                continue
            for b in range(d):
                for c in range(f):
                    for e in range(f):
                        yield np.array([[a, b, c], [0, d, e], [0, 0, f]])


def _in_vectors_of(parent: Parent, lattice: FloatArray) -> IntArray:
    matrix: IntArray = np.rint(lattice @ np.linalg.inv(parent.lattice)).astype(np.int64)
    return matrix


def _divisors(number: int) -> list[int]:
    return [one for one in range(1, number + 1) if number % one == 0]


def _rotations(parent: Parent) -> IntArray:
    cell = (parent.lattice.tolist(), parent.frac_coords.tolist(), (parent.kinds + 1).tolist())
    try:
        found = spglib.get_symmetry(cell, symprec=SYMPREC)
    except SpglibError:  # raised instead of None once phonopy has been imported
        found = None
    if found is None:
        return np.eye(3, dtype=np.int64)[None]
    rotations: IntArray = np.unique(found["rotations"], axis=0).astype(np.int64)
    return rotations


def _any_same_lattice(images: IntArray, other: IntArray) -> bool:
    """Tell whether one of some matrices, vectors in rows, spans the lattice of another."""
    between = images @ np.linalg.inv(other)
    return bool((np.abs(between - np.rint(between)) < _WHOLE).all(axis=(1, 2)).any())
