"""Glass transition from the intersection of two straight lines through a property on cooling."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from liponflow.analysis.quantity import Quantity
from liponflow.arrays import FloatArray
from liponflow.document import Document

MINIMUM_POINTS = 4
"""Number of points that each line needs: two for the line and two to test it."""
RESAMPLES = 1000
"""Bootstrap samples; the relative error of a standard deviation from n is 1/sqrt(2n): 2 %."""
SIGNIFICANCE = 0.001
"""Two lines must beat one at this level in an F test. Since the position of the break is fitted,
the test is too lenient; the level is therefore ten times below the usual 0.01."""
POLYNOMIALS = {2: "a parabola", 3: "a cubic"}
"""Curves without a break, by degree: they also bend away from one line."""
BETTER_BY = 2.0
"""The AIC of two lines must be lower than that of each curve by more than this: models within 2 of
the best have substantial support (Burnham and Anderson, Sociol. Methods Res. 33, 261, 2004)."""
PARAMETERS = 4
"""Of two lines: a value, two slopes and the position of the break."""
GRID = 60
"""Number of positions of the break that are tried before the best is refined."""
FINE_GRID = 600
"""Number of positions for bootstrap samples, without refinement: steps are far below the error."""


class GlassTransition(Document):
    """Glass transition as the intersection of two straight lines through V(T) or H(T)."""

    quantity: Literal["volume", "enthalpy"] = Field(
        description="What was fitted: volume (Å³/atom) or enthalpy (eV/atom)."
    )
    temperature: Annotated[float, Quantity("K", fmt=".0f", label="T")] = Field(
        description="Glass transition temperature."
    )
    error: Annotated[float, Quantity("K", fmt=".0f")] = Field(
        description="Standard deviation of the temperature over bootstrap samples."
    )
    cooling_rate: Annotated[float, Quantity("K/ps", fmt=".3g")] = Field(
        description="Cooling rate."
    )
    glass_slope: float = Field(
        description="Slope below the transition (unit of the quantity per K)."
    )
    liquid_slope: float = Field(
        description="Slope above the transition (unit of the quantity per K)."
    )
    value_at_tg: float = Field(description="Value where the lines meet (unit of the quantity).")
    residual: float = Field(
        description="Root mean square of the residuals (unit of the quantity)."
    )
    single_line_residual: float = Field(
        description="The same for one straight line through all points (unit of the quantity)."
    )
    temperatures: Annotated[list[float], Quantity("K")] = Field(
        description="Temperatures of the points, ascending."
    )
    values: list[float] = Field(description="Values of the points (unit of the quantity).")
    resolved: bool = Field(
        description="Whether two lines describe the points significantly better than one line, "
        "better than a parabola and a cubic, and the break lies inside the range that was cooled "
        "through."
    )
    note: str = Field(description="Remarks on the reliability.")


class _Fit:
    """Least squares with two lines that meet, at the best position of the break."""

    def __init__(self, temperatures: FloatArray, values: FloatArray) -> None:
        from scipy.optimize import minimize_scalar

        low, high = temperatures[MINIMUM_POINTS - 1], temperatures[-MINIMUM_POINTS]
        # For a given break the rest is linear least squares, so only the break is searched. The
        # sum of squares may have a minimum between any two points: a grid finds the deepest.
        grid = np.linspace(low, high, GRID)
        sums = [_solve(temperatures, values, place)[1] for place in grid]
        best = int(np.argmin(sums))
        around = (grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)])
        found = minimize_scalar(
            lambda place: _solve(temperatures, values, place)[1], bounds=around, method="bounded"
        )
        self.place = float(found.x)
        self.coefficients, self.squares = _solve(temperatures, values, self.place)
        self.predicted = _basis(temperatures, self.place) @ self.coefficients
        self.at_end = min(self.place - low, high - self.place) < (high - low) / GRID


def _best_places(temperatures: FloatArray, samples: FloatArray) -> FloatArray:
    """Return the best break for sets of values (samples x points), on a fine grid."""
    low, high = temperatures[MINIMUM_POINTS - 1], temperatures[-MINIMUM_POINTS]
    grid = np.linspace(low, high, FINE_GRID)
    # The part of the values that a fit explains is their projection on its basis.
    explained = [
        ((samples @ np.linalg.qr(_basis(temperatures, place))[0]) ** 2).sum(axis=1)
        for place in grid
    ]
    best: FloatArray = grid[np.argmax(explained, axis=0)]
    return best


def _basis(temperatures: FloatArray, place: float) -> FloatArray:
    offset = temperatures - place
    # Value at the break, slope below it and slope above it: the lines meet by construction.
    return np.column_stack([np.ones_like(offset), np.minimum(offset, 0), np.maximum(offset, 0)])


def _solve(temperatures: FloatArray, values: FloatArray, place: float) -> tuple[FloatArray, float]:
    basis = _basis(temperatures, place)
    coefficients: FloatArray = np.linalg.lstsq(basis, values, rcond=None)[0].astype(np.float64)
    return coefficients, float(((basis @ coefficients - values) ** 2).sum())


def fit_glass_transition(
    temperatures: Sequence[float] | FloatArray,
    values: Sequence[float] | FloatArray,
    *,
    quantity: Literal["volume", "enthalpy"],
    cooling_rate: float,
    seed: int = 0,
) -> GlassTransition:
    """Return Tg as the meeting point of two fitted straight lines.

    Parameters
    ----------
    temperatures
        Temperatures (K), in any order.
    values
        Volume (Å³/atom) or enthalpy (eV/atom) at each; points should be means over enough time to
        be independent.
    quantity
        Which of the two.
    cooling_rate
        K/ps.
    seed
        Seed of the bootstrap.

    Returns
    -------
    GlassTransition
        Tg with the standard deviation over a bootstrap of the residuals; ``resolved`` says
        whether the break is significant.

    Raises
    ------
    ValueError
        If there are too few points, not as many values as temperatures, or numbers that are not
        finite, or if the cooling rate is not above 0.

    Notes
    -----
    A glass transition on cooling shows as a smaller slope below it, for volume as for enthalpy.
    Molecular dynamics cools some 14 orders of magnitude faster than calorimetry (10 K/min are
    1.7e-13 K/ps), and Tg rises with the rate (Vollmayr, Kob and Binder, J. Chem. Phys. 105, 4714,
    1996). A smooth bend, as of a liquid whose expansion grows with temperature, is not a
    transition: by Akaike's information criterion the lines must beat a parabola and a cubic too.
    """
    order = np.argsort(np.asarray(temperatures, dtype=np.float64), kind="stable")
    x = np.asarray(temperatures, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    _check(x, y, cooling_rate)
    x, y = x[order], y[order]
    fit = _Fit(x, y)
    line = np.polynomial.Polynomial.fit(x, y, 1)
    single = float(((line(x) - y) ** 2).sum())
    chance = np.random.default_rng(seed)
    # The fitted parameters make the residuals smaller than the noise by this factor.
    residuals = (y - fit.predicted) * np.sqrt(len(x) / (len(x) - PARAMETERS))
    samples = fit.predicted + chance.choice(residuals, (RESAMPLES, len(x)))
    # The basis holds the constant, so means change no best place; without them the squares of the
    # projections keep their digits.
    places = _best_places(x, samples - samples.mean(axis=1, keepdims=True))
    reason = _doubt(x, y, fit, single)
    return GlassTransition(
        quantity=quantity,
        temperature=fit.place,
        error=float(np.std(places, ddof=1)),
        cooling_rate=cooling_rate,
        glass_slope=float(fit.coefficients[1]),
        liquid_slope=float(fit.coefficients[2]),
        value_at_tg=float(fit.coefficients[0]),
        residual=float(np.sqrt(fit.squares / len(x))),
        single_line_residual=float(np.sqrt(single / len(x))),
        temperatures=x.tolist(),
        values=y.tolist(),
        resolved=reason is None,
        note=reason
        or f"at {cooling_rate:.3g} K/ps; calorimetry cools at some 1e-13 K/ps (10 K/min), which "
        "lowers Tg",
    )


def _check(x: FloatArray, y: FloatArray, cooling_rate: float) -> None:
    if len(x) != len(y):
        raise ValueError(f"{len(x)} temperatures and {len(y)} values do not belong together")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a temperature or a value is not a finite number; leave that point out")
    if len(np.unique(x)) < 2 * MINIMUM_POINTS:
        raise ValueError(
            f"{len(np.unique(x))} temperatures are too few for two lines; give at least "
            f"{2 * MINIMUM_POINTS}"
        )
    if not cooling_rate > 0:
        raise ValueError(f"cooling rate = {cooling_rate:g} K/ps must be above 0")


def _doubt(x: FloatArray, y: FloatArray, fit: _Fit, single: float) -> str | None:
    """Return why the break is not a glass transition; None if it is."""
    return (
        _no_better_than_one_line(fit, single, len(x))
        or _not_on_cooling(fit)
        or _no_better_than_a_curve(x, y, fit)
    )


def _no_better_than_one_line(fit: _Fit, single: float, number: int) -> str | None:
    from scipy.stats import f as f_distribution

    if fit.squares == 0:
        return None
    free = number - PARAMETERS
    # Two lines have two more parameters than one: a second slope, and the break.
    ratio = (single - fit.squares) / 2 / (fit.squares / free)
    chance = float(f_distribution.sf(ratio, 2, free))
    if chance <= SIGNIFICANCE:
        return None
    return (
        f"not resolved: two lines describe the points no better than one (F test: {chance:.2g}, "
        f"limit {SIGNIFICANCE:g}); cool through a wider range, slower, or with more models"
    )


def _no_better_than_a_curve(x: FloatArray, y: FloatArray, fit: _Fit) -> str | None:
    number = len(x)
    for degree, name in POLYNOMIALS.items():
        curve = np.polynomial.Polynomial.fit(x, y, degree)
        squares = float(((curve(x) - y) ** 2).sum())
        if squares == 0 or fit.squares == 0:
            # Points without noise: only one of the two models can be exact.
            lower = -math.inf if fit.squares < squares else math.inf
        else:
            lower = number * math.log(fit.squares / squares) + 2 * (PARAMETERS - degree - 1)
        if lower >= -BETTER_BY:
            return (
                f"not resolved: two lines describe the points no better than {name}, which has no "
                f"break (AIC of the lines minus that of the curve {lower:+.1f}, limit "
                f"{-BETTER_BY:+g}); cool through a wider range, slower, or with more models"
            )
    return None


def _not_on_cooling(fit: _Fit) -> str | None:
    if fit.at_end:
        return (
            "not resolved: the break lies at the end of the temperatures; cool through a wider "
            "range"
        )
    if fit.coefficients[2] <= fit.coefficients[1]:
        return (
            "not resolved: the slope is larger below the break than above it, which is not a "
            "glass transition; look for a phase change or an unequilibrated melt"
        )
    return None
