"""Anions of a crystal."""

from collections.abc import Iterable

from pymatgen.core.structure import Structure

HARD_ANIONS = frozenset({"O", "F", "N", "Cl", "Br", "I"})
"""Elements that are anions wherever they appear."""

CHALCOGENIDES = frozenset({"S", "Se", "Te"})
"""Anions where there are no others; the centres of sulfate-like groups where there are."""


def anions(structure: Structure) -> frozenset[str]:
    """Return the element symbols of the anions of a structure."""
    return anions_among(element.symbol for element in structure.composition.elements)


def anions_among(symbols: Iterable[str]) -> frozenset[str]:
    """Return those of the elements of a crystal that are its anions.

    Examples
    --------
    >>> sorted(anions_among(["Li", "Fe", "S", "O"])), sorted(anions_among(["Li", "Ti", "S"]))
    (['O'], ['S'])
    """
    present = frozenset(symbols)
    return present & HARD_ANIONS or present & CHALCOGENIDES
