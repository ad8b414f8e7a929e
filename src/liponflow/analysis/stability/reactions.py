"""Balanced reactions: coefficients from compositions, and equations that balance as printed."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from liponflow.analysis.stability.materials import exact_amounts
from liponflow.analysis.stability.result import Reaction

BALANCED = 1e-6
"""Atoms per formula unit that a reaction may lack before it is refused."""

DECIMALS = 4
"""Decimals of printed coefficients that are not whole numbers."""

LARGEST_COEFFICIENT = 1000
"""Largest whole coefficient."""

LARGEST_FOR_DECIMALS = 100
"""The same where a formula has decimals: Li2.98PO3.3N0.46 reads better once than 50 times."""

Formulas = Mapping[str, Mapping[str, float]]


def balance(reactants: Formulas, products: Formulas, guess: Mapping[str, float]) -> Reaction:
    """Return a balanced reaction from coefficients with small errors.

    Parameters
    ----------
    reactants
        Composition of a formula unit by formula. The first keeps its coefficient of `guess`.
    products
        The same for the products.
    guess
        Coefficients by formula, all positive, from the equilibrium.

    Returns
    -------
    Reaction
        Coefficients corrected to balance every element.

    Raises
    ------
    ValueError
        If no coefficients near the guess balance (which element lacks how much).

    Notes
    -----
    The correction is the smallest that balances (least squares), so coefficients that balance
    already stay as they are, also where several sets of coefficients would balance.

    Examples
    --------
    >>> balance(
    ...     {"Li2PO2N": {"Li": 2, "P": 1, "O": 2, "N": 1}, "Li": {"Li": 1}},
    ...     {"Li3N": {"Li": 3, "N": 1}, "Li3P": {"Li": 3, "P": 1}, "Li2O": {"Li": 2, "O": 1}},
    ...     {"Li2PO2N": 1, "Li": 8, "Li3N": 1, "Li3P": 1, "Li2O": 2},
    ... ).equation
    'Li2PO2N + 8 Li -> Li3N + Li3P + 2 Li2O'
    """
    formulas = [*reactants, *products]
    signs = [1.0] * len(reactants) + [-1.0] * len(products)
    amounts = [*reactants.values(), *products.values()]
    elements = sorted({symbol for composition in amounts for symbol in composition})
    matrix = np.array(
        [
            [
                sign * composition.get(symbol, 0.0)
                for sign, composition in zip(signs, amounts, strict=True)
            ]
            for symbol in elements
        ]
    )
    values = np.array([guess[formula] for formula in formulas], dtype=float)
    step, *_ = np.linalg.lstsq(matrix[:, 1:], -matrix @ values, rcond=None)
    values[1:] += step
    lacking = matrix @ values
    worst = int(np.argmax(np.abs(lacking)))
    if abs(lacking[worst]) > BALANCED * max(1.0, float(values.max())) or values.min() < -BALANCED:
        raise ValueError(
            f"the reaction {' + '.join(reactants)} -> {' + '.join(products)} does not balance: "
            f"{lacking[worst]:+.2g} {elements[worst]}"
        )
    return Reaction(
        equation=_equation(list(reactants), list(products), amounts, values),
        reactants=dict(zip(reactants, values[: len(reactants)].tolist(), strict=True)),
        products=dict(zip(products, values[len(reactants) :].tolist(), strict=True)),
    )


def _equation(
    reactants: Sequence[str],
    products: Sequence[str],
    amounts: Sequence[Mapping[str, float]],
    values: np.ndarray,
) -> str:
    names = [*reactants, *products]
    has_decimals = any("." in name for name in names)
    largest = LARGEST_FOR_DECIMALS if has_decimals else LARGEST_COEFFICIENT
    for multiple in range(1, largest + 1):
        scaled = values / values[0] * multiple
        whole = np.round(scaled)
        if whole.max() > largest:
            break
        if np.all(np.abs(scaled - whole) < BALANCED * multiple) and np.all(whole > 0):
            coefficients = [Fraction(int(number)) for number in whole]
            if _balances(coefficients, names, amounts, len(reactants)):
                texts = ["" if c == 1 else f"{c} " for c in coefficients]
                return _join(texts, reactants, products)
    texts = [
        "" if math.isclose(value, 1, abs_tol=BALANCED) else f"{round(value, DECIMALS):.12g} "
        for value in values
    ]
    return _join(texts, reactants, products)


def _balances(
    coefficients: Sequence[Fraction],
    names: Sequence[str],
    amounts: Sequence[Mapping[str, float]],
    n_reactants: int,
) -> bool:
    left: dict[str, Fraction] = {}
    for number, (coefficient, name, composition) in enumerate(
        zip(coefficients, names, amounts, strict=True)
    ):
        sign = 1 if number < n_reactants else -1
        for symbol, amount in exact_amounts(name, composition).items():
            left[symbol] = left.get(symbol, Fraction(0)) + sign * coefficient * amount
    return not any(left.values())


def _join(texts: Sequence[str], reactants: Sequence[str], products: Sequence[str]) -> str:
    terms = [text + name for text, name in zip(texts, [*reactants, *products], strict=True)]
    count = len(reactants)
    return f"{' + '.join(terms[:count])} -> {' + '.join(terms[count:]) or 'nothing'}"
