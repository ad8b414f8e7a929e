"""End points of a hop: defect in a supercell, symmetry-equivalent partner, displacements."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pymatgen.core.structure import Structure
from scipy.optimize import linear_sum_assignment

from liponflow.arrays import FloatArray, IntArray
from liponflow.crystals.supercell import cells_in, label_of
from liponflow.periodic import shortest
from liponflow.structures.migration.displacement import displacements
from liponflow.structures.migration.hop_cell import (
    HopCell,
    site_start,
    supercell_rotation,
    with_defect,
)
from liponflow.structures.migration.hops import Hop
from liponflow.structures.migration.order import moving_last

IDENTICAL = 0.1
"""End points between which no atom moves farther than this (Å) are the same structure."""

SAME_CELL = 1e-3
"""Largest difference (Å) of two lattice vectors of one cell."""

MIRROR_WORTH = 1.1
"""Largest ratio of lengths at which a path with a mirror is preferred to the shortest one."""

_EXCHANGED = 1e-6  # fractional, in the cell of the host

SPLIT, SUBSTITUTIONAL = "split", "substitutional"


@dataclass(frozen=True)
class SiteAssignment:
    """The site that a dopant, or a vacancy, occupies.

    Attributes
    ----------
    label
        Kind of the nearest site: of an interstitial, or ``split`` or ``substitutional`` on the
        place of a host atom, with or without that atom.
    position
        Index of that site, -1 for a dopant on the place of a host atom.
    place
        That site, fractional in the supercell.
    distance
        From the atom to it, Å.
    """

    label: str
    position: int
    place: tuple[float, float, float]
    distance: float


@dataclass(frozen=True, eq=False)
class EndPoints:
    """Two end points with corresponding atoms.

    Attributes
    ----------
    start, end
        The same atoms in the same order; those of the end at the images nearest to the start.
    rematched
        How many atoms of the end had to change places.
    displacements
        How far each atom moves, shape (n,), Å.
    """

    start: Structure
    end: Structure
    rematched: int
    displacements: FloatArray


def hop_starts(cell: HopCell, hop: Hop, dopant: str) -> EndPoints:
    """Return the unrelaxed end points of a hop, the atom that hops last."""
    start = site_start(cell, dopant, hop.start)
    end = with_defect(cell, dopant, cell.frac_coords(hop.end, _end_cell(cell, hop)))
    return _hopping_last(cell, match(start, end))


def relaxed_ends(cell: HopCell, hop: Hop, relaxed: Mapping[str, Structure]) -> EndPoints:
    """Return the end points of a hop from one relaxed structure per kind of site.

    Where both ends are of one kind, the end is the start moved by a symmetry operation of the
    host, so that the two have one energy: relaxed independently, equivalent end points need not
    end equivalent.

    Parameters
    ----------
    cell
        Supercell.
    hop
        The hop.
    relaxed
        By kind of site, the structure that was relaxed from :func:`site_start` at the
        first position of that kind, ``cell.sites.positions_of(label)[0]``.

    Returns
    -------
    EndPoints
        Matched; a symmetry operation renames atoms, which ``rematched`` counts.

    Raises
    ------
    ValueError
        If the structures are not end points (see :func:`match`), or if the supercell lacks the
        operation that maps one site on the other.
    """
    start = relaxed[hop.end_labels[0]]
    source = hop.end_labels[1]
    first = int(cell.sites.positions_of(source)[0])
    target = cell.sites.frac_coords[hop.end] + _end_cell(cell, hop)
    copies = _carried(cell, relaxed[source], first, target)
    if not copies:
        raise ValueError(
            f"no symmetry operation of the {label_of(cell.repeats)} supercell carries "
            f"the {source} site to the end of {hop.label}; repeat the host alike along its "
            "equivalent axes, or relax both end points"
        )
    # A configuration of low symmetry has several partners; the path to the nearest is meant,
    # which may be a little farther if its second half mirrors the first.
    pairs = [(match(start, end), exchanges) for end, exchanges in copies]
    nearest = min(_length(pair) for pair, _ in pairs)
    mirrors = [
        pair
        for pair, exchanges in pairs
        if exchanges and _length(pair) <= MIRROR_WORTH * nearest + IDENTICAL
    ]
    return _hopping_last(cell, min(mirrors or [pair for pair, _ in pairs], key=_length))


def _hopping_last(cell: HopCell, ends: EndPoints) -> EndPoints:
    """Return end points with the atom that hops as the last; a dopant is there already."""
    return ends if cell.sites.occupied_by is None else moving_atom_last(ends)


def moving_atom_last(ends: EndPoints) -> EndPoints:
    """Return end points with the atom that moves farthest as the last."""
    start, end = moving_last([ends.start, ends.end])
    moved = displacements(start, end)
    return EndPoints(start, end, ends.rematched, np.linalg.norm(moved, axis=1))


def _length(ends: EndPoints) -> float:
    """Return the distance between two end points over all atoms, Å, rounded so that equals tie."""
    return round(float(np.linalg.norm(ends.displacements)), 3)


def locate(cell: HopCell, structure: Structure) -> SiteAssignment:
    """Return the host site that the last atom of a structure, or its vacancy, occupies.

    Relaxations let all atoms drift together. Host atoms are assigned to their sites by least
    squares (the Hungarian algorithm), and their mean displacement is subtracted. The vacancy is
    the site to which none is assigned.
    """
    lattice = cell.supercell.lattice
    if cell.sites.occupied_by is None:
        here = in_host_frame(cell, structure)
    else:
        here = cell.supercell.frac_coords[_vacant(cell, structure)]
    everywhere = cell.in_supercell(
        (cell.sites.frac_coords[:, None, :] + cell.translations).reshape(-1, 3)
    )
    to_sites = lattice.get_all_distances(here, everywhere)[0]
    to_atoms = lattice.get_all_distances(here, cell.supercell.frac_coords)[0]
    if cell.sites.occupied_by is None and to_atoms.min() < to_sites.min():
        atom = int(to_atoms.argmin())
        label = SPLIT if len(structure) > len(cell.supercell) else SUBSTITUTIONAL
        return SiteAssignment(
            label, -1, _triple(cell.supercell[atom].frac_coords), float(to_atoms.min())
        )
    nearest = int(to_sites.argmin())
    position = nearest // cells_in(cell.repeats)
    return SiteAssignment(
        cell.sites.labels[position], position, _triple(everywhere[nearest]), float(to_sites.min())
    )


def in_host_frame(cell: HopCell, structure: Structure) -> FloatArray:
    """Return the fractional coordinates of the last atom relative to the perfect host.

    The mean displacement of the host atoms is subtracted, see :func:`locate`.
    """
    matrix = cell.supercell.lattice.matrix
    host, dopant = structure.frac_coords[:-1], structure.frac_coords[-1]
    shifts = shortest(cell.supercell.frac_coords[None, :, :] - host[:, None, :], matrix)
    rows, places = linear_sum_assignment(np.linalg.norm(shifts @ matrix, axis=2) ** 2)
    here: FloatArray = dopant + shifts[rows, places].mean(axis=0)
    return here


def _vacant(cell: HopCell, structure: Structure) -> int:
    """Return the site of the supercell to which no atom is assigned."""
    element = cell.sites.occupied_by or ""
    places = list(cell.supercell.indices_from_symbol(element))
    atoms = structure.frac_coords[list(structure.indices_from_symbol(element))]
    distances = cell.supercell.lattice.get_all_distances(atoms, cell.supercell.frac_coords[places])
    _, taken = linear_sum_assignment(distances**2)
    [vacant] = set(range(len(places))) - set(taken.tolist())
    return places[vacant]


def moved(cell: HopCell, start: Structure, relaxed: Structure) -> str | None:
    """Describe to which site the defect of a relaxed end point moved.

    Parameters
    ----------
    cell
        Supercell.
    start
        As built.
    relaxed
        The same atoms, relaxed.

    Returns
    -------
    str or None
        Both sites and the distance in a sentence; None if it stayed.
    """
    before, after = locate(cell, start), locate(cell, relaxed)
    lattice = cell.supercell.lattice
    apart = float(lattice.get_all_distances(before.place, after.place)[0, 0])
    if after.label == before.label and apart < IDENTICAL:
        return None
    which = "another" if after.label == before.label else "the nearest"
    what = relaxed[-1].specie.symbol if cell.sites.occupied_by is None else "the vacancy"
    return (
        f"{what} left the {before.label} site where it started for {which} "
        f"{after.label} site, {apart:.2f} Å away"
    )


def match(start: Structure, end: Structure) -> EndPoints:
    """Check two end points and match their atoms.

    Parameters
    ----------
    start, end
        Structures of the same atoms in the same cell, in any order.

    Returns
    -------
    EndPoints
        The end in the order of the start, each atom the one of its element that lies nearest (the
        assignment with the least sum of squared distances).

    Raises
    ------
    ValueError
        If they differ in their atoms or their cell, or are the same structure.
    """
    if len(start) != len(end) or start.composition != end.composition:
        raise ValueError(
            f"end points with different atoms: {start.composition.formula} ({len(start)}) and "
            f"{end.composition.formula} ({len(end)}); a hop moves atoms without creating any"
        )
    lattice = start.lattice
    if not np.allclose(lattice.matrix, end.lattice.matrix, rtol=0, atol=SAME_CELL):
        raise ValueError(
            f"end points in different cells: {lattice.abc} and {end.lattice.abc} Å; relax both "
            "in the cell of the host"
        )
    order = assign(start, end)
    shift = shortest(end.frac_coords[order] - start.frac_coords, lattice.matrix)
    displacements: FloatArray = np.linalg.norm(shift @ lattice.matrix, axis=1)
    if displacements.max() < IDENTICAL:
        raise ValueError(
            f"identical end points: no atom moves farther than {displacements.max():.3f} Å (limit "
            f"{IDENTICAL:g}); give two different sites"
        )
    matched = Structure(lattice, start.species, start.frac_coords + shift)
    rematched = int(np.sum(order != np.arange(len(order))))
    return EndPoints(start, matched, rematched, displacements)


def assign(start: Structure, end: Structure) -> IntArray:
    """Return for each atom of one structure the matching atom of another, shape (n,).

    Minimises the sum of squared distances over each element (the Hungarian algorithm).
    """
    order = np.empty(len(start), dtype=np.int_)
    kinds_start, kinds_end = np.array(start.atomic_numbers), np.array(end.atomic_numbers)
    for kind in np.unique(kinds_start):
        here, there = np.flatnonzero(kinds_start == kind), np.flatnonzero(kinds_end == kind)
        distances = start.lattice.get_all_distances(
            start.frac_coords[here], end.frac_coords[there]
        )
        _, columns = linear_sum_assignment(distances**2)
        order[here] = there[columns]
    return order


def carried(cell: HopCell, relaxed: Structure, first: int, target: FloatArray) -> list[Structure]:
    """Return the copies of a relaxed structure by the symmetry of the host at another site.

    Parameters
    ----------
    cell
        Supercell.
    relaxed
        Structure that was relaxed from :func:`site_start` at the site `first`.
    first
        Index of that site in the interstitials.
    target
        The other site, fractional in the cell of the host, whole cells included.
    """
    return [copy for copy, _ in _carried(cell, relaxed, first, target)]


def _carried(
    cell: HopCell, relaxed: Structure, first: int, target: FloatArray
) -> list[tuple[Structure, bool]]:
    """Return the copies of :func:`carried`.

    Each with whether the operation is its own inverse: then it exchanges the end points.
    """
    group = cell.sites.group
    origin = cell.sites.frac_coords[first] + cell.home(first)
    found = []
    for rotation, translation in zip(group.rotations, group.translations, strict=True):
        image = rotation @ origin + translation
        # Any lattice vector may follow the operation; the nearest whole numbers are those that
        # lead to the end of the hop, if any do.
        cells = np.round(target - image)
        if np.linalg.norm((target - image - cells) @ cell.sites.host.lattice.matrix) > SAME_CELL:
            continue
        turned = supercell_rotation(rotation, cell.repeats)
        if turned is None:
            continue
        moved_by = cell.in_supercell(translation + cells)
        coords = relaxed.frac_coords @ turned.T + moved_by
        # Applied to the end, the same operation leads back to the start if it exchanges them.
        back = rotation @ target + translation + cells - origin
        twice_is_nothing = np.array_equal(rotation @ rotation, np.eye(3))
        exchanges = twice_is_nothing and float(np.abs(back).max()) < _EXCHANGED
        found.append((Structure(relaxed.lattice, relaxed.species, coords), exchanges))
    return found


def _end_cell(cell: HopCell, hop: Hop) -> IntArray:
    away: IntArray = cell.home(hop.start) + np.array(hop.translation)
    return away


def _triple(position: FloatArray) -> tuple[float, float, float]:
    x, y, z = (float(c) for c in position)
    return x, y, z
