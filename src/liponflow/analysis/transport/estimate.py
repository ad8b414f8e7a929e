"""Diffusion coefficients from mean-squared displacements, and where diffusion begins."""

from typing import NamedTuple

import numpy as np

from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.line import Line, Windows, fit_line
from liponflow.analysis.transport.mean_squares import MeanSquares
from liponflow.arrays import FloatArray, IntArray

NORMAL_95 = 1.959964
"""Half width of 95 % of a normal distribution."""
LEAST_INTERVALS = 6
"""Fewest intervals of a fit."""
LEAST_RANGE = 4
"""Least ratio of the longest and the shortest interval of a fit."""
LATER = 3
"""Start of diffusion over the first interval from which on a straight line fits. Where ions forget
their velocity exponentially, the 95 % interval holds D in 4 to 30 % of runs with 1, in 88 to 97 %
with 2, and in 95 to 99 % with 3 (benchmarks/RESULTS_transport.md)."""
SUPERDIFFUSIVE = 1.5
"""Exponent halfway between diffusion (1) and flight (2)."""
RELIABLE = 0.5
"""Largest relative standard deviation of a point of an Arrhenius fit."""
_DIMENSIONS = 3


class NotDiffusiveError(TransportError):
    """A run in which no diffusion is seen yet."""


class Estimate(NamedTuple):
    """Value with the limits of its 95 % interval."""

    value: float
    low: float
    high: float


class Diffusion(NamedTuple):
    """Diffusion of one run; coefficients in Å² per frame."""

    first: int
    """Number of the interval at which diffusion begins."""
    exponent: float
    """Of the MSD, from the beginning to the longest interval."""
    own: Line
    components: tuple[Line, Line, Line]
    collective: Line
    excess: float
    """Variance of the tracer's MSD over that of independent Gaussian displacements."""


def coefficient(line: Line, dimensions: int = _DIMENSIONS, *, scale: float = 1.0) -> Estimate:
    """Return the diffusion coefficient of a line, which the interval may leave negative.

    Parameters
    ----------
    line
        Line through the mean-squared displacement of `dimensions` coordinates.
    dimensions
        Their number.
    scale
        Factor of the unit.
    """
    factor = scale / (2 * dimensions)
    value, half = line.slope * factor, NORMAL_95 * line.error * factor
    return Estimate(value, value - half, value + half)


def ratio(above: Estimate, below: Estimate) -> tuple[float | None, float | None, float | None]:
    """Return a ratio of independent estimates with its 95 % limits.

    Returns
    -------
    tuple
        Value and limits after E. C. Fieller, J. R. Stat. Soc. B 16, 175 (1954); None for all if
        the denominator is not significantly above zero.

    Examples
    --------
    >>> [round(x, 2) for x in ratio(Estimate(1, 0.9, 1.1), Estimate(2, 1.6, 2.4))]
    [0.5, 0.4, 0.64]
    """
    if below.low <= 0:
        return None, None, None
    value = above.value / below.value
    one, other = (above.high - above.value), (below.high - below.value)
    share = (other / below.value) ** 2
    half = np.sqrt((1 - share) * one**2 + value**2 * other**2) / below.value
    low, high = ((value + sign * half) / (1 - share) for sign in (-1, 1))
    return value, float(low), float(high)


def estimate_diffusion(squares: MeanSquares, place: str, *, interval: float) -> Diffusion:
    """Return the diffusion of ions, where it is diffusion.

    A straight line must fit the tracer MSD at all intervals from one on (99 % of the chi-square of
    its covariance), and the MSD must grow with an exponent below 1.5. Diffusion begins at three
    times that interval: a curvature that is just not seen there still bends the line by more than
    its error, and decays in a time of about that interval.

    Parameters
    ----------
    squares
        Second moments of the displacements.
    place
        The run, for messages.
    interval
        Time from frame to frame, ps.

    Raises
    ------
    NotDiffusiveError
        If no interval is diffusive, with the length of a run that may be.
    """
    lags = squares.lags
    own = np.trace(squares.own, axis1=1, axis2=2)
    windows = Windows(lags, squares.spacings, squares.frames)
    for first in range(len(lags)):
        begin = int(np.searchsorted(lags, LATER * lags[first]))
        if len(lags) - begin < LEAST_INTERVALS or lags[-1] < LEAST_RANGE * lags[begin]:
            break
        if own[first] <= 0 or _exponent(lags[first:], own[first:]) > SUPERDIFFUSIVE:
            continue
        straight = fit_line(
            own,
            windows,
            dimensions=_DIMENSIONS,
            copies=squares.ions,
            first=first,
            excess=_excess(squares, first),
        )
        if straight.fits:
            return _diffusion(squares, windows, begin)
    exponent = _exponent(lags[len(lags) // 2 :], own[len(lags) // 2 :])
    raise NotDiffusiveError(
        f"{place}: not diffusive: up to the longest interval of {lags[-1] * interval:.3g} ps the "
        f"MSD grows with an exponent of {exponent:.2f}, and no straight line fits it over a "
        f"factor of {LATER * LEAST_RANGE} in time; give a run of at least "
        f"{LEAST_RANGE * (squares.frames - 1) * interval:.3g} ps, or one at a higher temperature"
    )


def _diffusion(squares: MeanSquares, windows: Windows, first: int) -> Diffusion:
    """Return the lines from an interval on."""
    own = np.trace(squares.own, axis1=1, axis2=2)
    together = np.trace(squares.collective, axis1=1, axis2=2)
    excess = _excess(squares, first)

    def line(values: FloatArray, dimensions: int) -> Line:
        return fit_line(
            values,
            windows,
            dimensions=dimensions,
            copies=squares.ions,
            first=first,
            excess=excess,
        )

    x, y, z = (line(squares.own[:, axis, axis], 1) for axis in range(_DIMENSIONS))
    return Diffusion(
        first,
        _exponent(squares.lags[first:], own[first:]),
        line(own, _DIMENSIONS),
        (x, y, z),
        fit_line(together, windows, dimensions=_DIMENSIONS, copies=1, first=first),
        excess,
    )


def _excess(squares: MeanSquares, first: int) -> float:
    """Return the variance of the tracer's MSD over that of independent Gaussian displacements."""
    own = float(np.trace(squares.own[first]))
    together = float(np.trace(squares.collective[first]))
    # Squares of Gaussian displacements have the variance 2/3 of their squared mean.
    excess = max(1.0, (float(squares.fourth[first]) / own**2 - 1) * _DIMENSIONS / 2)
    return excess * _concert(squares.ions, together / own)


def _concert(ions: int, ratio: float) -> float:
    """Return the factor of the variance of a mean over ions that are correlated.

    With the same correlation r of all pairs, collective over tracer displacement is
    1 + (n - 1) r, and the factor is 1 + (n - 1) r².
    """
    if ions == 1:
        return 1.0
    correlation = min(max((ratio - 1) / (ions - 1), 0.0), 1.0)
    return 1 + (ions - 1) * correlation**2


def _exponent(lags: IntArray, squares: FloatArray) -> float:
    if (squares <= 0).any():
        return 0.0
    return float(np.polyfit(np.log(lags), np.log(squares), 1)[0])


def effective_hops(squares: MeanSquares, hop_length: float) -> float:
    """Return the largest total MSD over the square of the hop length.

    Parameters
    ----------
    squares
        Second moments of the displacements.
    hop_length
        Distance of neighbouring sites, Å.
    """
    total = np.trace(squares.own, axis1=1, axis2=2).max() * squares.ions
    return float(total) / hop_length**2


def relative_deviation(hops: float) -> float:
    """Return the relative standard deviation of D that so many effective hops leave.

    Notes
    -----
    3.43 / sqrt(hops) + 0.04: X. He, Y. Zhu, A. Epstein, Y. Mo, npj Comput. Mater. 4, 18 (2018).

    Examples
    --------
    >>> round(relative_deviation(55.6), 3)
    0.5
    """
    return 3.43 / float(np.sqrt(hops)) + 0.04


def hops_needed() -> float:
    """Return the effective hops at which the relative standard deviation is :data:`RELIABLE`."""
    return (3.43 / (RELIABLE - 0.04)) ** 2
