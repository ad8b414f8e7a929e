"""Common lateral cells of two slabs, and the strain that each takes.

Two crystals are matched by the lattice-matching algorithm of A. Zur and T. C. McGill, J. Appl.
Phys. 55, 378 (1984), in pymatgen. A glass has no lattice: it is packed on a rectangular supercell
of the crystal, and nothing is strained.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

import numpy as np
from pymatgen.analysis.interfaces.zsl import ZSLGenerator

from liponflow.arrays import FloatArray
from liponflow.structures.interface.slab import InterfaceError, Slab, upright

RIGHT_ANGLE = 5.0
"""Largest difference (degrees) from 90 of a cell that is sheared to a rectangle."""

_MOST_CELLS = 12
"""Largest number of cells along an edge of a rectangular supercell."""

_LONGEST_RATIO = 2.0
"""Largest ratio of the edges of a rectangle, where a smaller one is large enough."""


@dataclass(frozen=True)
class Limits:
    """What a common lateral cell must keep to.

    Attributes
    ----------
    strain
        Largest strain of a side, along any direction in the plane.
    share
        Share of the misfit of two crystals that the first takes, 0 to 1.
    length
        Least distance between opposite edges, Å.
    area
        Largest area, Å².
    """

    strain: float = 0.04
    share: float = 1.0
    length: float = 9.0
    area: float = 300.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InterfaceError(f"strain_share = {self.share:g} is not between 0 and 1")


@dataclass(frozen=True, eq=False)
class Matched:
    """Two slabs on one lateral cell.

    Attributes
    ----------
    first, second
        The slabs, repeated and strained.
    first_strain, second_strain
        Principal strains in the plane of each, the smaller first.
    """

    first: Slab
    second: Slab
    first_strain: tuple[float, float]
    second_strain: tuple[float, float]


def principal_strains(before: FloatArray, after: FloatArray) -> tuple[float, float]:
    """Return the principal strains that turn one lateral cell into another.

    Parameters
    ----------
    before, after
        Lateral vectors in rows, 2 x 2 (Å).

    Returns
    -------
    tuple
        Singular values of the deformation gradient less 1, the smaller first; a rotation is no
        strain.

    Examples
    --------
    >>> low, high = principal_strains(np.eye(2), np.diag([1.02, 0.99]))
    >>> round(low, 3), round(high, 3)
    (-0.01, 0.02)
    """
    gradient = np.linalg.inv(before) @ after
    values = np.linalg.svd(gradient, compute_uv=False) - 1
    return float(values.min()), float(values.max())


def strained(slab: Slab, lateral: FloatArray) -> Slab:
    """Return a slab strained to a lateral cell; its thickness stays."""
    return replace(slab, lateral=lateral)


def match(first: Slab, second: Slab, limits: Limits) -> Matched:
    """Find the smallest lateral cell on which two crystals fit.

    Returns
    -------
    Matched
        The smallest of the cells within the limits; of equal ones that with the least strain.

    Raises
    ------
    InterfaceError
        If there is none, with the best that was found and its strain.
    """
    found = _candidates(first, second, limits, 2 * limits.strain)
    fitting = [item for item in found if item.strain <= limits.strain]
    if not fitting:
        _refuse(first, second, limits)
    best = min(fitting, key=lambda item: (item.area, item.strain))
    return _shared(
        first.repeated(best.first_cells), second.repeated(best.second_cells), limits.share
    )


def _refuse(first: Slab, second: Slab, limits: Limits) -> NoReturn:
    """Refuse two slabs that do not fit, with the least strain of a wider search."""
    found = _candidates(first, second, limits, _LOOSE)
    if not found:
        raise InterfaceError(
            f"{first.name} and {second.name} have no common cell of {limits.length:g} Å or more "
            f"within {limits.area:g} Å²: raise max_area"
        )
    nearest = min(found, key=lambda item: item.strain)
    raise InterfaceError(
        f"{first.name} and {second.name} fit within {limits.area:g} Å² with a strain of "
        f"{nearest.strain:.1%} at best ({nearest.area:.0f} Å²), and {limits.strain:.1%} is the "
        "limit (strain_limit): raise max_area, choose other surfaces, or raise the limit"
    )


class _Candidate(NamedTuple):
    """A pair of lateral supercells and the larger of their strains."""

    area: float
    strain: float
    first_cells: FloatArray
    second_cells: FloatArray


_EXACT = 1e-6
_LOOSE = 0.15
"""Relative misfit of lengths in the search that finds the best beyond the limit."""


def _candidates(first: Slab, second: Slab, limits: Limits, misfit: float) -> list[_Candidate]:
    """List pairs of lateral supercells whose edges differ by a relative misfit at most."""
    search = ZSLGenerator(  # type: ignore[no-untyped-call]
        max_area_ratio_tol=2 * misfit,
        max_area=limits.area,
        max_length_tol=misfit,
        max_angle_tol=misfit,
    )
    film, substrate = (np.column_stack([slab.lateral, np.zeros(2)]) for slab in (second, first))
    inverses = np.linalg.inv(first.lateral), np.linalg.inv(second.lateral)
    found = []
    for pair in search(film, substrate):
        one = _right_handed(np.asarray(pair.substrate_sl_vectors)[:, :2] @ inverses[0])
        other = _right_handed(np.asarray(pair.film_sl_vectors)[:, :2] @ inverses[1])
        cells = upright(one @ first.lateral), upright(other @ second.lateral)
        if min(_heights(cells[0])) > limits.length - _EXACT:
            strain = max(abs(value) for both in _strains(*cells, limits.share) for value in both)
            area = abs(float(np.linalg.det(cells[0])))
            found.append(_Candidate(round(area, 3), strain, one, other))
    return found


def _right_handed(cells: FloatArray) -> FloatArray:
    """Return a matrix of whole numbers whose rows make a right-handed cell of such a one."""
    whole: FloatArray = np.rint(cells)
    # Left-handed pairs that are alike would be mirror images, which no rotation makes one.
    right: FloatArray = whole * np.array([[1.0], [np.sign(np.linalg.det(whole))]])
    return right


def _shared(first: Slab, second: Slab, share: float) -> Matched:
    """Strain two slabs to one cell between theirs."""
    first_strain, second_strain = _strains(first.lateral, second.lateral, share)
    common = _common(first.lateral, second.lateral, share)
    return Matched(strained(first, common), strained(second, common), first_strain, second_strain)


def _common(first: FloatArray, second: FloatArray, share: float) -> FloatArray:
    """Return the cell between two like ones, both of which have their first vector along x."""
    between: FloatArray = first + share * (second - first)
    return between


def _strains(
    first: FloatArray, second: FloatArray, share: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    common = _common(first, second, share)
    low, high = principal_strains(first, common)
    other_low, other_high = principal_strains(second, common)
    return (_zero(low), _zero(high)), (_zero(other_low), _zero(other_high))


def _heights(lateral: FloatArray) -> tuple[float, float]:
    """Return the distances between opposite edges, Å."""
    area = abs(float(np.linalg.det(lateral)))
    first, second = np.linalg.norm(lateral, axis=1)
    return area / float(second), area / float(first)


def rectangle(slab: Slab, limits: Limits) -> Matched:
    """Return the smallest rectangular supercell of a slab of a crystal.

    Returns
    -------
    Matched
        With the slab as the first and as the second; the area is not changed by the shear.

    Raises
    ------
    InterfaceError
        If there is none within the limits.

    Examples
    --------
    >>> from liponflow.structures.interface.slab import crystal_slab
    >>> from liponflow.structures.lithium import bcc_lithium
    >>> slab = crystal_slab(bcc_lithium(), "Li", (1, 0, 0), 7)
    >>> found = rectangle(slab, Limits(length=10))
    >>> found.first.lateral.round(2).tolist(), found.first_strain
    ([[10.53, 0.0], [0.0, 10.53]], (0.0, 0.0))
    """
    best: tuple[tuple[bool, float, float], Slab, tuple[float, float]] | None = None
    for cells in _supercells(slab.lateral):
        made = upright(cells @ slab.lateral)
        edges = np.linalg.norm(made, axis=1)
        area = abs(float(np.linalg.det(made)))
        if edges.min() < limits.length - _EXACT or area > limits.area + _EXACT:
            continue
        target = np.diag([edges[0], area / edges[0]])
        low, high = principal_strains(made, target)
        if max(abs(low), abs(high)) > limits.strain:
            continue
        ratio = float(edges.max() / edges.min())
        key = (ratio > _LONGEST_RATIO, round(area, 3), ratio)
        if best is None or key < best[0]:
            found = strained(slab.repeated(cells), target)
            best = key, found, (_zero(low), _zero(high))
    if best is None:
        raise InterfaceError(
            f"{slab.name} has no rectangular cell with edges of {limits.length:g} Å or more "
            f"within {limits.area:g} Å² and a strain of {limits.strain:.1%}: raise max_area or "
            "choose another surface"
        )
    return Matched(best[1], best[1], best[2], best[2])


def _zero(value: float) -> float:
    return 0.0 if abs(value) < _EXACT else value


def _supercells(lateral: FloatArray) -> Iterator[FloatArray]:
    """Yield whole matrices whose rows are nearly at right angles."""
    span = range(-_MOST_CELLS, _MOST_CELLS + 1)
    whole = np.array([(i, j) for i in span for j in span if (i, j) > (0, 0)])
    vectors = whole @ lateral
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = np.abs(vectors @ vectors.T) / np.outer(lengths, lengths)
    for i, j in np.argwhere(np.triu(cosines < np.sin(np.radians(RIGHT_ANGLE)), 1)):
        yield np.array([whole[i], whole[j]], dtype=float)
