"""Oxidation states of elements in insertion hosts.

The states of a metal are those for which R. D. Shannon, Acta Crystallogr. A 32, 751 (1976), lists
a radius of six-fold coordination, as far as they follow one another: Mn2+ to Mn4+, not Mn7+.
"""

from collections.abc import Mapping
from functools import cache

from pymatgen.core.periodic_table import Element


@cache
def octahedral_states(symbol: str) -> tuple[int, ...]:
    """Return the oxidation states of an element in octahedra, ascending.

    Examples
    --------
    >>> octahedral_states("Mn"), octahedral_states("Ti"), octahedral_states("Zr")
    ((2, 3, 4), (2, 3, 4), (4,))
    """
    radii = Element(symbol).data.get("Shannon radii", {})
    listed = sorted(int(state) for state, by_number in radii.items() if "VI" in by_number)
    states = listed[:1]
    for state in listed[1:]:
        if state != states[-1] + 1:
            break
        states.append(state)
    return tuple(states)


def is_redox_metal(symbol: str) -> bool:
    """Return whether an element is a transition metal with more than one state in octahedra.

    Examples
    --------
    >>> [symbol for symbol in ("Ti", "Co", "Zr", "La", "Al", "Li") if is_redox_metal(symbol)]
    ['Ti', 'Co']
    """
    return Element(symbol).is_transition_metal and len(octahedral_states(symbol)) > 1


def fixed_charge(symbol: str, anions: frozenset[str]) -> int:
    """Return the charge (e) of an element that is not a redox metal.

    Parameters
    ----------
    symbol
        Element.
    anions
        Elements that are anions in the structure.

    Returns
    -------
    int
        The lowest common charge of an anion, the highest of any other element.

    Examples
    --------
    >>> fixed_charge("O", frozenset("O")), fixed_charge("P", frozenset("O"))
    (-2, 5)
    """
    states = Element(symbol).common_oxidation_states
    return min(states, default=0) if symbol in anions else max(states, default=0)


def redox_charge(amounts: Mapping[str, float], anions: frozenset[str]) -> float:
    """Return the charge (e) that the redox metals have to balance: minus that of the others.

    Parameters
    ----------
    amounts
        Amount of every element.
    anions
        Elements that are anions.

    Examples
    --------
    >>> redox_charge({"Li": 1, "Mn": 2, "O": 4}, frozenset("O"))
    7
    """
    return -sum(
        amount * fixed_charge(symbol, anions)
        for symbol, amount in amounts.items()
        if not is_redox_metal(symbol)
    )
