"""Angles between spots: which vectors of a crystal they are, and its zone axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from liponflow.analysis.diffraction.reflections import Reflections
from liponflow.arrays import FloatArray, IntArray

ANGLE_TOLERANCE = 3.0
"""Largest deviation of an angle between two spots (degrees): our choice. A spot of a grain of 5 nm
is about 2 degrees wide."""

_RIGHT_ANGLE = 90.0
_DIGITS = 3
MOST_MEMBERS = 48
"""Vectors of a line whose angles are compared; the largest family of a cubic crystal has 48."""


@dataclass(frozen=True)
class Zone:
    """Spots of one grain.

    Attributes
    ----------
    spots
        Numbers of the two spots, as given.
    indices
        Miller indices of each.
    axis
        Zone axis [uvw], without common divisor.
    angle, expected
        Angle between them, observed and of the crystal (degrees).
    score
        Logarithm of one over the probability that an angle by chance would be one of the crystal.
    """

    spots: tuple[int, int]
    indices: tuple[tuple[int, ...], tuple[int, ...]]
    axis: tuple[int, ...]
    angle: float
    expected: float
    score: float


def acute(first: float, second: float) -> float:
    """Return the angle between two directions without sign, 0 to 90 degrees.

    Examples
    --------
    >>> acute(10.0, 100.0), acute(5.0, 178.0)
    (90.0, 7.0)
    """
    difference = abs(first - second) % 180
    return min(difference, 180 - difference)


def find_zone(
    phase: Reflections, lines: Sequence[int], angles: Sequence[float], spots: Sequence[int]
) -> Zone | None:
    """Return the pair of spots whose angle is the least likely by chance, of those that fit.

    Parameters
    ----------
    phase
        Reflections of the phase.
    lines
        Line of the phase that each spot is.
    angles
        Direction of each spot (degrees).
    spots
        Number of each spot, for the result.

    Returns
    -------
    Zone or None
        None if no angle fits one between different vectors of the crystal, as of different grains.
        Spots in one direction, as the orders of one plane, define no zone.
    """
    best: Zone | None = None
    for i, j in combinations(range(len(lines)), 2):
        found = _pair(phase, lines[i], lines[j], acute(angles[i], angles[j]))
        if found is None:
            continue
        first, second, expected, score = found
        if best is None or score > best.score:
            best = Zone(
                (spots[i], spots[j]),
                (_miller(first), _miller(second)),
                _axis(first, second),
                acute(angles[i], angles[j]),
                expected,
                score,
            )
    return best


def _pair(
    phase: Reflections, one: int, other: int, angle: float
) -> tuple[IntArray, IntArray, float, float] | None:
    first, second = phase.indices[one][:MOST_MEMBERS], phase.indices[other][:MOST_MEMBERS]
    between = _angles(first @ phase.reciprocal, second @ phase.reciprocal)
    between[between < ANGLE_TOLERANCE] = np.nan
    if np.isnan(between).all():
        return None
    place = np.unravel_index(np.nanargmin(np.abs(between - angle)), between.shape)
    expected = float(between[place])
    if abs(expected - angle) > ANGLE_TOLERANCE:
        return None
    distinct = np.unique(between[~np.isnan(between)].round(_DIGITS))
    return first[place[0]], second[place[1]], expected, -float(np.log(_covered(distinct)))


def _angles(first: FloatArray, second: FloatArray) -> FloatArray:
    lengths = np.outer(np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1))
    cosines = np.clip(np.abs(first @ second.T) / lengths, 0, 1)
    angles: FloatArray = np.degrees(np.arccos(cosines))
    return angles


def _covered(angles: FloatArray) -> float:
    """Return the share of all angles that is within the tolerance of one of them."""
    low = np.maximum(angles - ANGLE_TOLERANCE, 0)
    high = np.minimum(angles + ANGLE_TOLERANCE, _RIGHT_ANGLE)
    ends = np.maximum.accumulate(np.concatenate([[0.0], high[:-1]]))
    return float(np.maximum(high - np.maximum(low, ends), 0).sum() / _RIGHT_ANGLE)


def _miller(vector: IntArray) -> tuple[int, ...]:
    return tuple(int(part) for part in vector)


def _axis(first: IntArray, second: IntArray) -> tuple[int, ...]:
    axis = np.cross(first, second)
    axis //= np.gcd.reduce(axis)
    leading = axis[np.flatnonzero(axis)[0]]
    return _miller(axis * np.sign(leading))
