"""Anions of a crystal."""

from pymatgen.core.structure import Structure

HARD_ANIONS = frozenset({"O", "F", "N", "Cl", "Br", "I"})
"""Elements that are anions wherever they appear."""

CHALCOGENIDES = frozenset({"S", "Se", "Te"})
"""Anions where there are no others; the centres of sulfate-like groups where there are."""


def anions(structure: Structure) -> frozenset[str]:
    """Return the element symbols of the anions of a structure."""
    symbols = {element.symbol for element in structure.composition.elements}
    return frozenset(symbols & HARD_ANIONS or symbols & CHALCOGENIDES)
