"""Chemical formulas as chemists write them."""

import re
from collections.abc import Mapping

from pymatgen.core.composition import Composition

_FORMULA = re.compile(r"(?:[A-Z][a-z]?|[0-9.()])+")

PHOSPHATE_LAST = ("P", "O", "N")
"""Order of these elements in a phosphorus oxynitride, whose formula has no brackets."""


def conventional(formula: str) -> str:
    """Return a formula with the elements of a phosphorus oxynitride in their usual order.

    Everything else is returned as it is, also what is not a formula.

    Examples
    --------
    >>> conventional("Li14P2(N2O)3"), conventional("Mn(NO3)2"), conventional("LixNi0.5O4")
    ('Li14P2O3N6', 'Mn(NO3)2', 'LixNi0.5O4')
    """
    if any(symbol not in formula for symbol in PHOSPHATE_LAST) or not _FORMULA.fullmatch(formula):
        return formula
    try:
        amounts = Composition(formula).get_el_amt_dict()
    except ValueError:
        return formula
    if not set(PHOSPHATE_LAST) <= amounts.keys():
        return formula
    first = [symbol for symbol in amounts if symbol not in PHOSPHATE_LAST]
    return "".join(
        symbol if amounts[symbol] == 1 else f"{symbol}{amounts[symbol]:.6g}"
        for symbol in [*first, *PHOSPHATE_LAST]
    )


def reduced_formula(composition: Composition | Mapping[str, float] | str) -> str:
    """Return the reduced formula as pymatgen does, but in the order of :func:`conventional`.

    Parameters
    ----------
    composition
        Composition, atoms by element, or a formula.

    Examples
    --------
    >>> reduced_formula("Li4P2O4N2"), reduced_formula({"Mn": 1, "N": 2, "O": 6})
    ('Li2PO2N', 'Mn(NO3)2')
    """
    return conventional(Composition(composition).reduced_formula)


def spellings(formula: str) -> list[str]:
    """Return the ways in which results of a composition may have its formula.

    Besides the formula itself, these are the reduced formula in whole numbers and the same as
    pymatgen writes it, as results of older versions have it.

    Examples
    --------
    >>> spellings("LiNi0.5Mn1.5O4"), spellings("Li2PO2N"), spellings("a glass")
    (['LiNi0.5Mn1.5O4', 'Li2Mn3NiO8'], ['Li2PO2N', 'Li2PNO2'], ['a glass'])
    """
    found = [formula]
    try:
        whole, _ = Composition(formula).get_integer_formula_and_factor(max_denominator=10_000)
        found += [reduced_formula(whole), Composition(whole).reduced_formula]
    except Exception:  # noqa: BLE001 - no formula; without atoms, pymatgen raises an IndexError
        return found
    return list(dict.fromkeys(found))


def elements_in(formula: str) -> frozenset[str]:
    """Return the elements of a formula; empty for what is not a formula.

    Examples
    --------
    >>> sorted(elements_in("LiPON")), elements_in("film")
    (['Li', 'N', 'O', 'P'], frozenset())
    """
    try:
        return frozenset(Composition(formula).get_el_amt_dict())
    except ValueError:
        return frozenset()
