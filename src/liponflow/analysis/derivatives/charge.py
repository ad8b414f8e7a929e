"""Formal charge of a printed composition, and a neutral composition in its place.

Compositions of films are measured, and the error of every element enters the charge. A model
must be neutral, or its electrons fill states that the glass does not have.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.crystals.oxidation_states import fixed_charge

MOST_CHANGE = 0.5
"""Largest change of Li, as a share of its amount: our choice. Where half of the Li had to go or to
come, Li is not what the analysis missed."""

_EXACT = 1e-9
"""e: rounding of sums of floating-point numbers."""

_ANIONS = frozenset("NOF")
_CATIONS = frozenset({"Li", "Na", "K"})
_SUBSCRIPT = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?")


class ChargeError(ValueError):
    """A formula that has no formal charge, or that no change makes neutral."""

    page = "docs/derivatives.md"


@dataclass(frozen=True)
class Neutral:
    """A neutral composition in place of a printed one.

    Attributes
    ----------
    printed
        Formula as it is printed.
    modelled
        Neutral formula, amounts to four decimals; the printed one if that is neutral.
    charge
        Sum of the formal charges of the printed formula, e.
    rounding
        Charge (e) that the last digits of the subscripts leave open.
    changed
        Element whose amount differs; None if the printed formula is neutral.
    before, after
        Its amount in the printed and in the modelled formula; 0 without a change.
    """

    printed: str
    modelled: str
    charge: float
    rounding: float
    changed: Literal["Li", "O"] | None = None
    before: float = 0.0
    after: float = 0.0

    @property
    def text(self) -> str:
        """The change in words.

        Examples
        --------
        >>> neutralise("Li1.62PO2.84S0.11N0.32").text
        'Li 1.62 -> 1.86'
        >>> neutralise("Li3SO3N").text
        'none'
        """
        if self.changed is None:
            return "none"
        return f"{self.changed} {self.before:.4g} -> {self.after:.4g}"


def glass_charges(elements: Mapping[str, float] | Composition) -> dict[str, int]:
    """Return the formal charge (e) of every element of an oxynitride glass.

    O is -2, N -3, F -1, and any other element has its highest common oxidation state. S is -2
    where another element forms the network, as in thiophosphates, and else 6, as in sulfates.

    Raises
    ------
    ChargeError
        If there is no O, N or F.

    Examples
    --------
    >>> glass_charges(Composition("Li3PO4"))
    {'Li': 1, 'P': 5, 'O': -2}
    >>> glass_charges(Composition("Li3SO3N"))["S"], glass_charges(Composition("LiPOS"))["S"]
    (6, -2)
    """
    symbols = [str(symbol) for symbol in elements]
    if not _ANIONS & set(symbols):
        raise ChargeError(f"{'-'.join(symbols)} has no O, N or F, the anions of an oxynitride")
    formers = set(symbols) - _ANIONS - _CATIONS - {"S"}
    anions = _ANIONS | ({"S"} if formers else frozenset())
    return {symbol: fixed_charge(symbol, anions) for symbol in symbols}


def net_charge(formula: str) -> float:
    """Return the sum of the formal charges (e) of a formula.

    Raises
    ------
    ChargeError
        If it is not a formula, or has no O, N or F.

    Examples
    --------
    >>> round(net_charge("Li46P16O55N5"), 6), round(net_charge("Li2.3Si0.2PO1.4N1.1"), 6)
    (1.0, 2.0)
    """
    amounts = _amounts(formula)
    charges = glass_charges(amounts)
    return sum(charges[symbol] * amount for symbol, amount in amounts.items())


def rounding_charge(formula: str) -> float:
    """Return the charge (e) that half a unit in the last digit of every subscript amounts to.

    Whole numbers count as exact.

    Examples
    --------
    >>> round(rounding_charge("Li4.2Si0.39PO2.75N1.76"), 6)
    0.095
    """
    amounts = _amounts(formula)
    charges = glass_charges(amounts)
    return sum(
        abs(charges[symbol]) * 0.5 * 10.0 ** -len(number.partition(".")[2])
        for symbol, number in _SUBSCRIPT.findall(formula)
        if "." in number
    )


def neutralise(formula: str, most_change: float = MOST_CHANGE) -> Neutral:
    """Return a neutral composition in place of a printed one.

    A formula that is neutral within the rounding of its subscripts is kept. Otherwise the amount
    of Li is changed; if that would change by more than `most_change` of itself, that of O.

    Parameters
    ----------
    formula
        As printed.
    most_change
        Largest change of Li, as a share of its amount.

    Raises
    ------
    ChargeError
        If it is not a formula, has no O, N or F, or neither change leaves an amount above 0.

    Examples
    --------
    >>> neutralise("Li2.65B0.11P0.89O3.00N0.15").modelled
    'Li1.67B0.11P0.89O3N0.15'
    >>> neutralise("Li2.3Si0.2PO1.4N1.1").modelled
    'Li2.3Si0.2PO2.4N1.1'
    >>> neutralise("Li4.2Si0.39PO2.75N1.76").modelled
    'Li4.2Si0.39PO2.75N1.76'
    """
    amounts = _amounts(formula)
    charge, rounding = net_charge(formula), rounding_charge(formula)
    if abs(charge) <= rounding + _EXACT:
        return Neutral(formula, formula, charge, rounding)
    lithium, oxygen = amounts.get("Li", 0.0), amounts.get("O", 0.0)
    if abs(charge) <= most_change * lithium + _EXACT:
        return _changed(formula, amounts, "Li", lithium - charge)
    if oxygen and oxygen + charge / 2 > 0:
        return _changed(formula, amounts, "O", oxygen + charge / 2)
    raise ChargeError(
        f"{formula} has a charge of {charge:+.3g} e: neither {most_change:.0%} of its Li "
        f"({lithium:g}) nor its O ({oxygen:g}) can balance that"
    )


def is_atom_fractions(formula: str) -> bool:
    """Return whether the subscripts add up to 1 within their rounding.

    Examples
    --------
    >>> is_atom_fractions("Li0.29S0.28O0.35N0.09"), is_atom_fractions("Li3SO3N")
    (True, False)
    """
    numbers = [number for _, number in _SUBSCRIPT.findall(formula)]
    if not all(numbers):
        return False
    error = sum(0.5 * 10.0 ** -len(number.partition(".")[2]) for number in numbers)
    return abs(sum(map(float, numbers)) - 1) <= error


def has_amounts(formula: str) -> bool:
    """Return whether a formula says how much there is of each element, rather than only which.

    A bare row of symbols, such as LiSPON or Li-Al-Ti-P-O, names a system.

    Examples
    --------
    >>> has_amounts("LiSPON"), has_amounts("Li-Al-Ti-P-O"), has_amounts("Li3SO3N")
    (False, False, True)
    """
    return bool(re.search(r"\d", formula))


def _changed(
    formula: str, amounts: Mapping[str, float], symbol: Literal["Li", "O"], after: float
) -> Neutral:
    # In the order of the printed formula, which reduced formulas would lose.
    modelled = "".join(
        key if round(amount, 4) == 1 else f"{key}{round(amount, 4):.10g}"
        for key, amount in {**amounts, symbol: after}.items()
    )
    return Neutral(
        formula,
        modelled,
        net_charge(formula),
        rounding_charge(formula),
        symbol,
        amounts[symbol],
        after,
    )


def _amounts(formula: str) -> dict[str, float]:
    try:
        composition = Composition(formula)
    except ValueError as error:
        raise ChargeError(f"{formula} is not a chemical formula: {error}") from None
    if unknown := [s.symbol for s in composition if not isinstance(s, Element)]:
        raise ChargeError(f"{formula}: {unknown[0]} is not an element")
    return {str(symbol): float(amount) for symbol, amount in composition.items()}
