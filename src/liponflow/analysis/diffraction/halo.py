"""First sharp peak of a glass in S(q), and its halo in a diffraction pattern."""

from typing import NamedTuple

import numpy as np

from liponflow.arrays import FloatArray

RANGE = (0.9, 2.4)
"""Momentum transfers between which the first sharp peak is looked for (1/Å): our choice. The next
peak of phosphate glasses lies near 3."""


class FirstPeak(NamedTuple):
    """First sharp peak.

    Attributes
    ----------
    position
        Momentum transfer of the maximum (1/Å).
    height
        Value of the maximum.
    prominence
        Height above the line between the minima beside it.
    width
        Full width at half of the prominence (1/Å).
    """

    position: float
    height: float
    prominence: float
    width: float


def first_sharp_peak(q: FloatArray, s: FloatArray) -> FirstPeak:
    """Return the first sharp peak of a structure factor.

    Parameters
    ----------
    q
        Momentum transfers (1/Å), ascending.
    s
        S(q), or any other curve with this peak.

    Raises
    ------
    ValueError
        If the largest value of the range lies at its end, so that there is no peak.

    Examples
    --------
    >>> q = np.linspace(0.5, 4, 701)
    >>> peak = first_sharp_peak(q, 1 + np.exp(-(((q - 1.6) / 0.3) ** 2)))
    >>> round(peak.position, 3), round(peak.width, 2)
    (1.6, 0.5)
    """
    inside = np.flatnonzero((q >= RANGE[0]) & (q <= RANGE[1]))
    place = int(inside[np.argmax(s[inside])]) if len(inside) else 0
    if not len(inside) or place in {inside[0], inside[-1]} or not 0 < place < len(q) - 1:
        raise ValueError(
            f"no peak of S(q) between {RANGE[0]:g} and {RANGE[1]:g} 1/Å, where that of a glass "
            "lies; is the model a glass, and large enough?"
        )
    left, middle, right = s[place - 1 : place + 2]
    curvature = left - 2 * middle + right
    shift = (left - right) / (2 * curvature) if curvature else 0.0
    position = float(q[place] + shift * (q[place + 1] - q[place]))
    first, last = _foot(s, place, -1), _foot(s, place, 1)
    line = np.interp(q, [q[first], q[last]], [s[first], s[last]])
    prominence = float(middle - line[place])
    half = (s - line) - prominence / 2
    low = _crossing(q, half, place, first, -1)
    high = _crossing(q, half, place, last, 1)
    return FirstPeak(position, float(middle), prominence, high - low)


def _foot(s: FloatArray, place: int, step: int) -> int:
    """Return where the curve stops falling on one side of a maximum."""
    while 0 <= place + step < len(s) and s[place + step] <= s[place]:
        place += step
    return place


def _crossing(q: FloatArray, values: FloatArray, place: int, foot: int, step: int) -> float:
    """Return where values change their sign between a maximum and its foot."""
    while place != foot and values[place + step] > 0:
        place += step
    if place == foot:
        return float(q[foot])
    share = values[place] / (values[place] - values[place + step])
    return float(q[place] + share * (q[place + step] - q[place]))
