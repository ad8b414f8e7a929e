"""Whether a structure can be a bulk solid: volume, vacuum, isolated atoms and short distances.

A potential gives a converged answer for atoms in a box of vacuum, too. What no solid has is
refused, what few solids have is warned of; both with the number and the limit.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from ase.data import covalent_radii, missing
from ase.data.vdw_alvarez import vdw_radii
from pymatgen.core.structure import Structure
from scipy.spatial import cKDTree

from liponflow.arrays import FloatArray, IntArray
from liponflow.crystals.checked import StructureError

Policy = Literal["refuse", "warn"]
"""What happens to a structure that no solid has: it is refused, or only warned of."""


class Limits(NamedTuple):
    """Limits of a measure: beyond the first it is doubtful, beyond the second no solid has it."""

    odd: float
    absurd: float


VOLUME = Limits(3.0, 8.0)
"""Volume of the cell over that of its van der Waals spheres (radii: S. Alvarez, Dalton Trans. 42,
8617, 2013). Metals have 0.2, oxides 0.3 to 0.5, solid N2 1.2, solid H2 3.4, the metal-organic
framework MOF-5 2.7 and the emptiest frameworks about 8 (our estimates from their densities)."""

GAP = Limits(6.0, 10.0)
"""Layer without an atom, Å. Layers of graphite and black P are 3.4 and 3.5 Å apart, and PBE
without dispersion widens that to about 5. Surface calculations leave 10 Å and more."""

VOID = Limits(5.0, 10.0)
"""Radius of a sphere without an atom, Å. The widest in the library of reference crystals has 2.9,
the cages of zeolites about 7 and those of frameworks up to 10, measured to the atoms' centres."""

ISOLATION = Limits(1.5, 2.0)
"""Distance to the nearest neighbour over the sum of the covalent radii (B. Cordero et al., Dalton
Trans., 2832, 2008), noble gases aside. Metals have up to 1.2, as bcc Li."""

CLOSENESS = Limits(0.7, 0.55)
"""Shortest distance of two elements over the sum of their covalent radii. The triple bond of N2,
the shortest among these crystals, has 0.77."""

_RADII = np.where(covalent_radii == missing, covalent_radii[96], covalent_radii)
"""Covalent radii (Å) by atomic number; elements beyond Cm have none, and get that of Cm."""

GRID = 1.0
"""Step (Å) of the grid on which spheres without an atom are searched."""

MOST_POINTS = 200_000
"""Points of that grid; larger cells have a coarser one."""

GO_ON = "plausible=warn"
"""Setting that turns refusals into warnings."""


class ImplausibleStructureWarning(UserWarning):
    """A structure that few solids have, or that none has and that the user wants all the same."""


@dataclass(frozen=True)
class Doubt:
    """What is unusual about a structure.

    Attributes
    ----------
    text
        The value, the limit and what it may mean.
    absurd
        Whether no solid has it.
    """

    text: str
    absurd: bool


def check_plausible(structure: Structure, policy: Policy, *, what: str = "") -> str:
    """Refuse a structure that no solid has, and warn of what few solids have.

    Parameters
    ----------
    structure
        Ordered structure that :func:`~liponflow.crystals.checked.checked_structure` accepts.
    policy
        ``warn`` to warn only.
    what
        File or other source, which begins the message.

    Returns
    -------
    str
        What was warned of, for the record; empty without doubts.

    Raises
    ------
    StructureError
        With the value, the limit and the remedy.
    """
    found = doubts(structure)
    said = " ".join(doubt.text for doubt in found)
    named = f"{what}: " if what else ""
    if policy == "refuse" and any(doubt.absurd for doubt in found):
        raise StructureError(
            f"{named}{' '.join(doubt.text for doubt in found if doubt.absurd)} Give the cell of a "
            f"bulk solid in Å, or continue in spite of it with --set {GO_ON}"
        )
    if said:
        warnings.warn(f"{named}{said}", ImplausibleStructureWarning, stacklevel=2)
    return said


def doubts(structure: Structure) -> list[Doubt]:
    """List what is unusual about a structure as a bulk solid.

    Parameters
    ----------
    structure
        As for :func:`check_plausible`.

    Returns
    -------
    list of Doubt
        The volume alone, if no solid has that: everything else follows from it.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> [doubt.text for doubt in doubts(Structure(Lattice.cubic(15), ["Li"], [[0, 0, 0]]))]
    ['3,375 Å³ per atom are 84.6 times the volume of the van der Waals spheres (no solid has more \
than 8): is it a molecule or a slab in vacuum, or a lattice in another unit?']
    """
    volume = list(_volume(structure))
    if any(doubt.absurd for doubt in volume):
        return volume
    gap = list(_gap(structure))
    void = [] if gap else list(_void(structure))
    return [*volume, *gap, *void, *_neighbours(structure)]


def _volume(structure: Structure) -> Iterator[Doubt]:
    numbers = np.array([site.specie.Z for site in structure])
    if numbers.max() >= len(vdw_radii):
        return  # the heaviest elements have no radius
    ratio = structure.volume / float(np.sum(4 / 3 * np.pi * vdw_radii[numbers] ** 3))
    if ratio > VOLUME.odd:
        yield _doubt(
            f"{structure.volume / len(structure):,.0f} Å³ per atom are {ratio:,.3g} times the "
            "volume of the van der Waals spheres",
            ratio,
            VOLUME,
            "is it a molecule or a slab in vacuum, or a lattice in another unit?",
        )


def _gap(structure: Structure) -> Iterator[Doubt]:
    """Find the widest layer without an atom, parallel to two lattice vectors."""
    widest, axis = 0.0, 0
    for number, height in enumerate(_heights(structure.lattice.matrix)):
        places = np.sort(structure.frac_coords[:, number] % 1)
        gap = float(np.diff(places, append=places[0] + 1).max() * height)
        if gap > widest:
            widest, axis = gap, number
    if widest > GAP.odd:
        yield _doubt(
            f"a layer of {widest:.1f} Å across the axis {'abc'[axis]} holds no atom",
            widest,
            GAP,
            "is it a surface or a molecule in vacuum?",
        )


def _void(structure: Structure) -> Iterator[Doubt]:
    matrix, reach = structure.lattice.matrix, VOID.absurd + GRID
    step = max(GRID, (structure.volume / MOST_POINTS) ** (1 / 3))
    axes = [np.arange(n) / n for n in np.ceil(np.array(structure.lattice.abc) / step)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    tree = cKDTree(_with_images(structure.frac_coords % 1, matrix, reach)[0] @ matrix)
    distances, _ = tree.query(points @ matrix, distance_upper_bound=reach)
    radius = min(float(np.max(distances)), reach)
    if radius > VOID.odd:
        yield _doubt(
            f"a sphere with a radius of {radius:.1f} Å holds no atom",
            radius,
            VOID,
            "is it a molecule or a wire in vacuum, or a porous solid?",
        )


def _neighbours(structure: Structure) -> Iterator[Doubt]:
    """Find isolated atoms, and pairs of elements that come too close."""
    numbers = np.array([site.specie.Z for site in structure])
    reach = ISOLATION.absurd * 2 * float(_RADII[numbers].max())
    nearest = np.full(len(numbers), np.inf)
    closest: tuple[float, int, int] = (np.inf, 0, 0)
    coords, matrix = structure.frac_coords % 1, structure.lattice.matrix
    for other in np.unique(numbers):
        indices = np.flatnonzero(numbers == other)
        distances, atoms = _nearest(coords, indices, matrix, reach)
        shares = distances / (_RADII[numbers] + _RADII[other])
        nearest = np.minimum(nearest, shares)
        atom = int(shares.argmin())
        closest = min(closest, (float(shares[atom]), atom, int(atoms[atom])))
    yield from _isolated(structure, nearest)
    share, first, second = closest
    if share < CLOSENESS.odd:
        distance = share * (_RADII[numbers[first]] + _RADII[numbers[second]])
        partner = "its own image" if first == second else _atom(structure, second)
        yield _doubt(
            f"{_atom(structure, first)} and {partner} are {distance:.2f} Å apart, {share:.2f} of "
            "the sum of their covalent radii",
            -share,
            Limits(-CLOSENESS.odd, -CLOSENESS.absurd),
            "is the unit of the lattice Å, and no atom there twice?",
        )


def _isolated(structure: Structure, nearest: FloatArray) -> Iterator[Doubt]:
    noble = [site.specie.is_noble_gas for site in structure]
    shares = np.where(noble, 0.0, nearest)
    alone = int((shares > ISOLATION.odd).sum())
    if alone:
        atom, share = int(shares.argmax()), float(shares.max())
        reached = f"{share:.2f}" if np.isfinite(share) else f"over {ISOLATION.absurd:g}"
        yield _doubt(
            f"{alone} of {len(shares)} atoms are isolated: the nearest neighbour of "
            f"{_atom(structure, atom)} is at {reached} times the sum of the covalent radii",
            share,
            ISOLATION,
            "is an element missing, or the lattice in another unit?",
        )


def _doubt(found: str, value: float, limits: Limits, question: str) -> Doubt:
    absurd = value > limits.absurd
    limit, bound = abs(limits.absurd if absurd else limits.odd), "less" if value < 0 else "more"
    few = f"{'no solid has' if absurd else 'few solids have'} {bound} than {limit:g}"
    return Doubt(f"{found} ({few}): {question}", absurd)


def _atom(structure: Structure, index: int) -> str:
    return f"atom {index + 1} ({structure[index].specie.symbol})"


def _nearest(
    coords: FloatArray, indices: IntArray, matrix: FloatArray, reach: float
) -> tuple[FloatArray, IntArray]:
    """Return distance and index of the nearest other atom among some, for every atom.

    Beyond `reach` (Å) the distance is infinite.
    """
    images, owners = _with_images(coords[indices], matrix, reach)
    # The nearest of an atom among its own kind is itself.
    nearest = cKDTree(images @ matrix).query(coords @ matrix, k=[1, 2], distance_upper_bound=reach)
    distances, found = np.asarray(nearest[0]), np.asarray(nearest[1])
    own = np.zeros(len(coords), dtype=bool)
    own[indices] = True
    column = own.astype(int)
    rows = np.arange(len(coords))
    chosen = np.minimum(found[rows, column], len(owners) - 1)  # the length stands for none
    return distances[rows, column], indices[owners[chosen]]


def _with_images(
    frac_coords: FloatArray, matrix: FloatArray, reach: float
) -> tuple[FloatArray, IntArray]:
    """Return points and their periodic images within reach of the cell, and whose each is."""
    images, owners = frac_coords, np.arange(len(frac_coords))
    for axis, height in enumerate(_heights(matrix)):
        margin = reach / height
        shifts: Sequence[int] = range(-int(np.ceil(margin)), int(np.ceil(margin)) + 1)
        moved = np.concatenate([images + shift * np.eye(3)[axis] for shift in shifts])
        near = (moved[:, axis] >= -margin) & (moved[:, axis] <= 1 + margin)
        images, owners = moved[near], np.tile(owners, len(shifts))[near]
    return images, owners


def _heights(matrix: FloatArray) -> FloatArray:
    """Return the distances (Å) between opposite faces of a cell."""
    heights: FloatArray = 1 / np.linalg.norm(np.linalg.inv(matrix), axis=0)
    return heights
