"""Structures without what a calculation left on them."""

from pymatgen.core.structure import Structure


def without_properties(structure: Structure) -> Structure:
    """Return a copy of a structure without velocities and moments."""
    return Structure(structure.lattice, structure.species, structure.frac_coords)
