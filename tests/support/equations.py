"""Parse printed reactions and check that they balance."""

import re
from decimal import Decimal

from liponflow.analysis.stability.materials import parse_formula

TERM = re.compile(r"(?:(\d+(?:\.\d+)?) )?(\S+)")


def terms(side: str) -> list[tuple[str, str]]:
    """Return the printed coefficient and the formula of each term."""
    found = []
    for text in side.split(" + "):
        match = TERM.fullmatch(text.strip())
        assert match, f"{text!r} is not a term of a reaction"
        found.append((match[1] or "1", match[2]))
    return found


def imbalance(equation: str) -> float:
    """Return the largest imbalance of an element beyond rounding of the coefficients (atoms)."""
    left, right = equation.split(" -> ")
    excess: dict[str, float] = {}
    slack: dict[str, float] = {}
    for sign, side in ((1, left), (-1, right)):
        for digits, formula in terms(side):
            exponent = Decimal(digits).as_tuple().exponent
            error = 0.5 * 10.0**exponent if exponent else 0.0
            for symbol, amount in parse_formula(formula).items():
                excess[symbol] = excess.get(symbol, 0.0) + sign * float(digits) * amount
                slack[symbol] = slack.get(symbol, 0.0) + error * amount
    return max(abs(excess[symbol]) - slack[symbol] for symbol in excess)
