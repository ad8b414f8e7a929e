"""A disordered crystal as sublattices: sites that hold the same mixture of elements."""

from dataclasses import dataclass

import numpy as np
import spglib
from pymatgen.core.composition import Composition
from pymatgen.core.structure import Structure
from spglib import SpglibError

from liponflow.arrays import FloatArray, IntArray
from liponflow.crystals.checked import (
    check_distances,
    check_lattice,
    check_occupancies,
    in_cell,
)
from liponflow.crystals.occupancies import Mixture, is_full, mixture_of
from liponflow.structures.lithiation.arrangements import SYMPREC

_DIGITS = 3
"""Digits in which the occupancies of one mixture agree."""


@dataclass(frozen=True, eq=False)
class Parent:
    """A cell with mixtures of elements on its sites.

    Attributes
    ----------
    lattice
        Vectors in rows (Å).
    frac_coords
        Shape (sites, 3).
    kinds
        Number of the mixture on every site, shape (sites,).
    mixtures
        The mixtures; one element with occupancy 1 is a full site.
    """

    lattice: FloatArray
    frac_coords: FloatArray
    kinds: IntArray
    mixtures: tuple[Mixture, ...]

    @property
    def sublattices(self) -> dict[int, int]:
        """Sites of the cell by the number of a mixture that isn't a full site."""
        partial = [kind for kind, mixture in enumerate(self.mixtures) if not is_full(mixture)]
        return {kind: int((self.kinds == kind).sum()) for kind in partial}

    @property
    def composition(self) -> Composition:
        """Composition of the cell."""
        amounts: dict[str, float] = {}
        for kind in self.kinds:
            for symbol, occupancy in self.mixtures[kind].items():
                amounts[symbol] = amounts.get(symbol, 0.0) + occupancy
        return Composition(amounts)

    def primitive(self) -> "Parent":
        """Return a primitive cell; the cell itself if it is one, or no symmetry is found."""
        cell = (self.lattice.tolist(), self.frac_coords.tolist(), (self.kinds + 1).tolist())
        try:
            found = spglib.standardize_cell(
                cell, to_primitive=True, no_idealize=True, symprec=SYMPREC
            )
        except SpglibError:  # raised instead of None once phonopy has been imported
            found = None
        if found is None or len(found[2]) == len(self.kinds):
            return self
        lattice, coords, kinds = found
        numbers = np.array(kinds, dtype=np.int64) - 1
        return Parent(np.array(lattice), in_cell(np.array(coords)), numbers, self.mixtures)


def parent_of(structure: Structure) -> Parent:
    """Return the sublattices of a structure.

    Parameters
    ----------
    structure
        From a file; charges and isotopes are left out.

    Raises
    ------
    StructureError
        If the lattice or a coordinate can't be used, a site holds more than one atom, or two full
        sites coincide.

    Examples
    --------
    >>> from pymatgen.core import Lattice
    >>> halves = {"Li+": 0.5, "Na+": 0.5}
    >>> mixed = Structure(Lattice.cubic(4), [halves, "Cl-"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> parent_of(mixed).mixtures
    ({'Li': 0.5, 'Na': 0.5}, {'Cl': 1.0})
    """
    check_lattice(structure.lattice.matrix)
    check_occupancies(structure)
    coords = in_cell(structure.frac_coords)
    mixtures = [mixture_of(site) for site in structure]
    full = [number for number, mixture in enumerate(mixtures) if is_full(mixture)]
    symbols = [next(iter(mixtures[number])) for number in full]
    check_distances(symbols, coords[full], structure.lattice.matrix)
    known: dict[tuple[tuple[str, float], ...], int] = {}
    kinds = [
        known.setdefault(
            tuple(sorted((symbol, round(x, _DIGITS)) for symbol, x in mixture.items())),
            len(known),
        )
        for mixture in mixtures
    ]
    distinct = tuple(mixtures[kinds.index(kind)] for kind in range(len(known)))
    return Parent(structure.lattice.matrix, coords, np.array(kinds), distinct)
