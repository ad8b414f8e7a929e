"""Characteristic temperatures of a glass transition by tangents, as ISO 11357-2 defines them.

The heat flow follows one straight line in the glass and another in the liquid. The tangent at the
inflection meets the first at the extrapolated onset and the second at the extrapolated end; at the
midpoint, the heat flow is halfway between the lines.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.signal import savgol_filter

from liponflow.arrays import FloatArray

_ORDER = 2
"""Order of the polynomials that smooth."""
LEAST_POINTS = 10
"""Points that a baseline, or the width of the smoothing, must have."""


class TangentError(ValueError):
    """Tangents that cannot be drawn."""


@dataclass(frozen=True)
class Construction:
    """How the tangents are drawn.

    Attributes
    ----------
    below, above
        Ranges of the straight lines of glass and liquid (°C).
    smoothing
        Width of the polynomials (K) that the slope is taken from.
    """

    below: tuple[float, float]
    above: tuple[float, float]
    smoothing: float

    def narrowed(self, *, below: float = 0.0, above: float = 0.0) -> "Construction":
        """Return it with a range shortened by a part, at its low end if positive, else high."""
        return replace(
            self, below=_shortened(self.below, below), above=_shortened(self.above, above)
        )


class Points(NamedTuple):
    """Characteristic temperatures (°C)."""

    onset: float
    midpoint: float
    inflection: float
    end: float


class Drawn(NamedTuple):
    """Points with the lines that give them."""

    points: Points
    smooth: FloatArray
    glass: FloatArray
    """Slope and intercept of the line below."""
    liquid: FloatArray
    """Slope and intercept of the line above."""
    tangent: FloatArray
    """Slope and intercept of the tangent at the inflection."""


def draw(temperature: FloatArray, heat_flow: FloatArray, how: Construction) -> Drawn:
    """Draw the tangents.

    Parameters
    ----------
    temperature
        Equidistant temperatures (°C), ascending, shape (n,).
    heat_flow
        Of either sign, shape (n,).
    how
        Ranges and smoothing.

    Raises
    ------
    TangentError
        If a range has too few points, or the curve has no inflection between the ranges.

    Examples
    --------
    >>> t = np.linspace(60, 420, 3601)
    >>> step = 1 / (1 + np.exp(-(t - 234) / 13.5))
    >>> found = draw(t, step, Construction((60, 120), (360, 420), 3.0)).points
    >>> round(found.onset, 1), round(found.inflection, 1)
    (207.0, 234.0)
    """
    spacing = float(temperature[1] - temperature[0])
    width = 2 * round(how.smoothing / spacing / 2) + 1
    if width < LEAST_POINTS:
        raise TangentError(
            f"the smoothing of {how.smoothing:g} K holds {width} points, and it needs "
            f"{LEAST_POINTS}: choose a larger --smoothing"
        )
    glass, liquid = (
        _line(temperature, heat_flow, window, name)
        for window, name in ((how.below, "below"), (how.above, "above"))
    )
    smooth = savgol_filter(heat_flow, width, _ORDER)
    slope = savgol_filter(heat_flow, width, _ORDER, deriv=1, delta=spacing)
    between = (temperature > how.below[1]) & (temperature < how.above[0])
    if between.sum() < LEAST_POINTS:
        raise TangentError("--below and --above leave nothing between them for a transition")
    # The slope of the lines is not part of the step.
    share = np.clip((temperature - how.below[1]) / (how.above[0] - how.below[1]), 0, 1)
    step = slope - (glass[0] + share * (liquid[0] - glass[0]))
    upwards = np.sign(np.polyval(liquid, how.above[0]) - np.polyval(glass, how.above[0]))
    place = int(np.flatnonzero(between)[np.argmax((upwards * step)[between])])
    inflection = _top(temperature, upwards * step, place, width)
    steepest = float(np.interp(inflection, temperature, slope))
    tangent = np.array(
        [steepest, float(np.interp(inflection, temperature, smooth)) - steepest * inflection]
    )
    onset, end = (_crossing(tangent, line) for line in (glass, liquid))
    midpoint = _midpoint(temperature, smooth, glass, liquid, (onset, end))
    return Drawn(Points(onset, midpoint, inflection, end), smooth, glass, liquid, tangent)


def _line(
    temperature: FloatArray, heat_flow: FloatArray, window: tuple[float, float], name: str
) -> FloatArray:
    inside = (temperature >= window[0]) & (temperature <= window[1])
    if inside.sum() < LEAST_POINTS:
        raise TangentError(
            f"--{name} {window[0]:g} {window[1]:g} holds {int(inside.sum())} points; a line needs "
            f"{LEAST_POINTS}: choose a wider range within the trace"
        )
    return np.asarray(np.polyfit(temperature[inside], heat_flow[inside], 1))


def _top(temperature: FloatArray, step: FloatArray, place: int, width: int) -> float:
    """Return where the parabola through the slopes around the steepest one has its top."""
    reach = slice(max(place - width // 2, 0), place + width // 2 + 1)
    x = temperature[reach] - temperature[place]
    curvature, linear, _ = np.polyfit(x, step[reach], 2)
    if not curvature < 0:
        return float(temperature[place])
    shift = float(np.clip(-linear / (2 * curvature), x[0], x[-1]))
    return float(temperature[place]) + shift


def _crossing(one: FloatArray, other: FloatArray) -> float:
    if one[0] == other[0]:
        raise TangentError("the tangent is as steep as a line: there is no transition")
    return float((other[1] - one[1]) / (one[0] - other[0]))


def _midpoint(
    temperature: FloatArray,
    smooth: FloatArray,
    glass: FloatArray,
    liquid: FloatArray,
    reach: tuple[float, float],
) -> float:
    middle = 0.5 * (glass + liquid)

    def above(t: float) -> float:
        return float(np.interp(t, temperature, smooth) - np.polyval(middle, t))

    if not reach[0] < reach[1] or above(reach[0]) * above(reach[1]) > 0:
        raise TangentError(
            "the heat flow is not halfway between the lines where the tangent meets them: choose "
            "other ranges --below and --above"
        )
    return float(brentq(above, *reach))


def _shortened(window: tuple[float, float], part: float) -> tuple[float, float]:
    length = window[1] - window[0]
    if part > 0:
        return window[0] + part * length, window[1]
    return window[0], window[1] + part * length
