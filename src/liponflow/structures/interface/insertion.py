"""Places of one Li on its way into an electrolyte."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.structures.interface.slab import InterfaceError

GRID = 0.4
"""Spacing (Å) of the places that are tried at each height."""


@dataclass(frozen=True, eq=False)
class Inserted:
    """A structure with one atom moved.

    Attributes
    ----------
    structure
        With the atom at its new place, the sites in their order.
    level
        Fractional height of the atom.
    room
        Distance to the nearest atom, Å.
    """

    structure: Structure
    level: float
    room: float


def moved_to(structure: Structure, atom: int, levels: Sequence[float]) -> list[Inserted]:
    """Move one atom to the widest place at each of several heights; the others stay.

    Parameters
    ----------
    structure
        With the normal of the interface along a x b.
    atom
        Index of the atom that moves.
    levels
        Fractional heights, along c.

    Returns
    -------
    list of Inserted
        One for each height, at the place with the farthest nearest atom.

    Raises
    ------
    InterfaceError
        If the atom does not exist.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> cell = Structure(Lattice.cubic(4), ["Li", "O"], [[0, 0, 0], [0, 0, 0.5]])
    >>> [found] = moved_to(cell, 0, [0.5])
    >>> found.structure[0].frac_coords.tolist(), round(found.room, 3)
    ([0.5, 0.5, 0.5], 2.828)
    """
    if not 0 <= atom < len(structure):
        raise InterfaceError(f"there is no atom {atom} in a structure of {len(structure)}")
    lattice = structure.lattice
    others = np.delete(np.array(structure.frac_coords), atom, axis=0)
    along, across = (np.arange(n) / n for n in (np.ceil(np.array(lattice.abc[:2]) / GRID)))
    plane = np.stack(np.meshgrid(along, across, indexing="ij"), axis=-1).reshape(-1, 2)
    found = []
    for level in levels:
        places = np.column_stack([plane, np.full(len(plane), level)])
        nearest = lattice.get_all_distances(places, others).min(axis=1)
        best = int(nearest.argmax())
        moved = structure.copy()
        moved.replace(atom, structure[atom].specie, places[best] % 1.0)
        found.append(Inserted(moved, float(level), float(nearest[best])))
    return found


def room_of(structure: Structure, atom: int) -> float:
    """Return the distance from an atom to the nearest other one, Å."""
    distances = np.delete(structure.distance_matrix[atom], atom)
    return float(distances.min())
