"""Fit of Vogel, Tammann and Fulcher, for ions that move with the matrix around them.

H. Vogel, Phys. Z. 22, 645 (1921); G. Tammann and W. Hesse, Z. Anorg. Allg. Chem. 156, 245 (1926);
G. S. Fulcher, J. Am. Ceram. Soc. 8, 339 (1925).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from liponflow.analysis.transport.arrhenius import ROOM
from liponflow.analysis.transport.estimate import NORMAL_95, Estimate
from liponflow.arrays import FloatArray
from liponflow.units import BOLTZMANN

LEAST_TEMPERATURES = 4
"""Fewest temperatures: one more than the parameters."""
NEAREST = 0.98
"""Highest T0 that is looked at, relative to the lowest temperature."""
_GRID = 200
_CHANGE = float(chi2.ppf(0.95, 1))
"""Chi-square by which 95 % limits of one parameter differ from the best fit."""


class VTF(NamedTuple):
    """Curve ln D = ln D0 - B / (T - T0)."""

    temperature: Estimate
    """T0, K."""
    energy: Estimate
    """B times the Boltzmann constant, eV."""
    log_prefactor: float
    """ln D0."""
    log_room: float | None
    """ln D at 300 K; None if T0 is not below that."""
    preferred: bool
    """Whether it fits better than T0 = 0 (Arrhenius), with 95 % confidence."""


class _Line(NamedTuple):
    chi_square: float
    slope: float
    error: float
    intercept: float


def fit_vtf(temperatures: Sequence[float], found: Sequence[Estimate]) -> VTF:
    """Fit diffusion coefficients at four temperatures or more.

    Parameters
    ----------
    temperatures
        K, at least four.
    found
        Coefficients above zero with their 95 % intervals.

    Returns
    -------
    VTF
        The limits are those of the profile likelihood. With five temperatures or more the
        chi-square is divided by its value per degree of freedom if that is above 1. T0 is between
        0 and just below the lowest temperature.

    Notes
    -----
    With T0 given, the fit is a straight line against 1 / (T - T0), so that only T0 is searched.
    """
    warm = np.array(temperatures, dtype=float)
    values = np.log([item.value for item in found])
    errors = np.array([(item.high - item.low) / 2 / NORMAL_95 / item.value for item in found])

    def line(start: float) -> _Line:
        return _straight(1 / (warm - start), values, errors)

    highest = NEAREST * float(warm.min())
    grid = np.linspace(0, highest, _GRID)
    lines = [line(start) for start in grid]
    squares = np.array([item.chi_square for item in lines])
    nearest = int(squares.argmin())
    around = grid[max(nearest - 1, 0)], grid[min(nearest + 1, _GRID - 1)]
    refined = minimize_scalar(
        lambda start: line(start).chi_square, bounds=around, method="bounded"
    )
    best = float(refined.x) if refined.fun < squares[nearest] else float(grid[nearest])
    fit = line(best)
    scale = max(1.0, fit.chi_square / (len(warm) - 3)) if len(warm) > LEAST_TEMPERATURES else 1.0
    room = _CHANGE - (squares - fit.chi_square) / scale
    inside = room >= 0
    starts = [best, *grid[inside]]
    slopes = [fit.slope]
    for place in np.flatnonzero(inside):
        half = float(np.sqrt(room[place] * scale)) * lines[place].error
        slopes += [lines[place].slope - half, lines[place].slope + half]
    return VTF(
        Estimate(best, float(min(starts)), float(max(starts))),
        Estimate(
            fit.slope * BOLTZMANN, float(min(slopes)) * BOLTZMANN, float(max(slopes)) * BOLTZMANN
        ),
        fit.intercept,
        fit.intercept - fit.slope / (ROOM - best) if best < ROOM else None,
        bool((squares[0] - fit.chi_square) / scale > _CHANGE),
    )


def _straight(inverse: FloatArray, values: FloatArray, errors: FloatArray) -> _Line:
    """Fit ln D = intercept - slope * inverse."""
    design = np.stack([-inverse, np.ones_like(inverse)], axis=1) / errors[:, None]
    covariance = np.linalg.inv(design.T @ design)
    slope, intercept = covariance @ (design.T @ (values / errors))
    rest = values / errors - design @ [slope, intercept]
    return _Line(
        float(rest @ rest), float(slope), float(np.sqrt(covariance[0, 0])), float(intercept)
    )
