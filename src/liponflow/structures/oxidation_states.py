"""Formal oxidation states of a composition, mixed valence included.

pymatgen's guesses maximise how frequent states are in the ICSD. For LiNi1/3Mn1/3Co1/3O2 that gives
Ni4+ and Mn2+, and for compositions of a hundred atoms it takes minutes. Here the electrons of the
transition metals fill their couples from the most oxidising one down.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element
from pymatgen.core.structure import Structure

COUPLES = (
    ("Ni", 4),
    ("Fe", 4),
    ("Co", 4),
    ("Cu", 3),
    ("Ni", 3),
    ("Mn", 4),
    ("V", 5),
    ("Co", 3),
    ("Cr", 4),
    ("Mn", 3),
    ("V", 4),
    ("Fe", 3),
    ("Mo", 6),
    ("Cu", 2),
    ("V", 3),
    ("Nb", 5),
    ("Mo", 5),
    ("Ti", 4),
    ("Cr", 3),
    ("Nb", 4),
    ("Ni", 2),
    ("Mo", 4),
    ("Ti", 3),
)
"""Couples of metals that change their valence, by the higher state: the first is reduced first.

The order of the battery oxides: Ni2+, Co3+ and Mn4+ in LiNi1/3Mn1/3Co1/3O2, Ni2+ and Mn4+ in
LiNi0.5Mn1.5O4, Ni3+ and Co3+ in LiNi0.8Co0.15Al0.05O2, Fe3+ and Ni2+ in NaNi1/3Fe1/3Mn1/3O2.
"""

_HIGHEST = dict(reversed(COUPLES))
_FIRST_ANIONS = ("F", "O", "N", "Cl", "Br", "I", "S", "Se", "Te")
"""Elements that are anions unless only a higher state makes the crystal neutral."""

NEUTRAL = 0.02
"""Charge per atom (e) of a crystal that counts as neutral: occupancies are rounded."""

_MOST_COMBINATIONS = 20_000


def formal_states(composition: Composition) -> dict[str, float] | None:
    """Return the oxidation state of every element.

    Parameters
    ----------
    composition
        Of plain elements; amounts need not be whole.

    Returns
    -------
    dict or None
        Mean state by symbol; those that come nearest to neutrality if none is neutral. None for an
        element or an alloy, which has no anion.

    Examples
    --------
    >>> formal_states(Composition("LiNi0.5Mn1.5O4"))
    {'Li': 1.0, 'Ni': 2.0, 'Mn': 4.0, 'O': -2.0}
    >>> formal_states(Composition("Li0.5CoO2"))
    {'Li': 1.0, 'Co': 3.5, 'O': -2.0}
    >>> formal_states(Composition("CuAu")) is None
    True
    """
    amounts = {str(element): float(amount) for element, amount in composition.items()}
    atoms = sum(amounts.values())
    redox = [symbol for symbol in amounts if symbol in _HIGHEST]
    others = {symbol: _states(symbol) for symbol in amounts if symbol not in _HIGHEST}
    best: tuple[float, int] | None = None
    chosen: dict[str, float] | None = None
    for deviations, states in _combinations(others):
        if not any(state < 0 for state in states.values()):
            continue
        owed = -sum(amounts[symbol] * state for symbol, state in states.items())
        filled = _filled({symbol: amounts[symbol] for symbol in redox}, owed)
        rest = abs(owed - sum(amounts[symbol] * filled[symbol] for symbol in redox)) / atoms
        rank = (0.0 if rest <= NEUTRAL else rest, deviations)
        if best is None or rank < best:
            best, chosen = rank, states | filled
    return None if chosen is None else {symbol: float(chosen[symbol]) for symbol in amounts}


def stated_states(structure: Structure) -> dict[str, float] | None:
    """Return the mean oxidation state of every element as the species of a structure state it.

    Returns
    -------
    dict or None
        None if a species has no state, or the crystal isn't neutral with them.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> places = [[0, 0, 0], [0.5, 0.5, 0.5]]
    >>> mixed = {"Mn3+": 0.25, "Mn4+": 0.25}
    >>> stated_states(Structure(Lattice.cubic(4), [mixed, {"O2-": 0.875}], places))
    {'Mn': 3.5, 'O': -2.0}
    """
    charges: dict[str, float] = {}
    amounts: dict[str, float] = {}
    for site in structure:
        for species, occupancy in site.species.items():
            state = getattr(species, "oxi_state", None)
            if state is None:
                return None
            symbol = species.symbol
            charges[symbol] = charges.get(symbol, 0.0) + occupancy * state
            amounts[symbol] = amounts.get(symbol, 0.0) + occupancy
    if not any(charges.values()) or abs(sum(charges.values())) > NEUTRAL * sum(amounts.values()):
        return None
    return {symbol: charge / amounts[symbol] for symbol, charge in charges.items()}


def _states(symbol: str) -> tuple[int, ...]:
    """Return the common states of an element, the likeliest first."""
    states = sorted(Element(symbol).common_oxidation_states, reverse=True) or [0]
    if symbol in _FIRST_ANIONS:
        return (states[-1], *states[:-1]) if symbol not in {"F", "O"} else (states[-1],)
    return tuple(states)


def _combinations(
    states: Mapping[str, tuple[int, ...]],
) -> Iterator[tuple[int, dict[str, float]]]:
    """Yield choices of a state per element, with the number of steps from the likeliest."""
    if prod(map(len, states.values())) > _MOST_COMBINATIONS:
        states = {symbol: one[:1] for symbol, one in states.items()}
    for places in product(*(range(len(one)) for one in states.values())):
        picked = zip(states.items(), places, strict=True)
        yield sum(places), {symbol: float(one[place]) for (symbol, one), place in picked}


def _filled(amounts: Mapping[str, float], owed: float) -> dict[str, float]:
    """Return the states of metals whose charges add up to what is owed, or come nearest to it."""
    charge = {symbol: amount * _HIGHEST[symbol] for symbol, amount in amounts.items()}
    electrons = sum(charge.values()) - owed
    for symbol, _ in COUPLES:
        if symbol in charge and electrons > 0:
            taken = min(electrons, amounts[symbol])
            charge[symbol] -= taken
            electrons -= taken
    return {symbol: charge[symbol] / amount for symbol, amount in amounts.items()}
