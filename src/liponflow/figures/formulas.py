"""Formulas and reactions in the markup of matplotlib."""

import re

from liponflow.formulas import conventional

_AMOUNT = re.compile(r"(?<=[A-Za-z)])(\d+(?:\.\d+)?|x)(?![a-z])")
_TERM = re.compile(r"(?P<count>\d+(?:\.\d+)? )?(?P<formula>\S+)")


def pretty_formula(formula: str) -> str:
    """Return a formula with subscripts, phosphorus oxynitrides in their usual order.

    Examples
    --------
    >>> pretty_formula("Li2PNO2"), pretty_formula("Mn(NO3)2"), pretty_formula("LixNi0.5O4")
    ('Li$_{2}$PO$_{2}$N', 'Mn(NO$_{3}$)$_{2}$', 'Li$_{x}$Ni$_{0.5}$O$_{4}$')
    >>> pretty_formula("Li14P2(N2O)3")
    'Li$_{14}$P$_{2}$O$_{3}$N$_{6}$'
    """
    return _AMOUNT.sub(r"$_{\1}$", conventional(formula))


def pretty_reaction(equation: str) -> str:
    """Return a reaction with subscripts and an arrow, without trailing zeros.

    Examples
    --------
    >>> pretty_reaction("Li2O -> 0.5000 O2 + 2 Li")
    'Li$_{2}$O → 0.5 O$_{2}$ + 2 Li'
    """
    sides = []
    for side in equation.split(" -> "):
        terms = []
        for text in side.split(" + "):
            match = _TERM.fullmatch(text)
            if match is None:
                return equation
            count = match["count"]
            shown = f"{float(count):.12g} " if count else ""
            terms.append(shown + pretty_formula(match["formula"]))
        sides.append(" + ".join(terms))
    return " → ".join(sides)
