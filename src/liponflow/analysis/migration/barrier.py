"""Barriers from the images of a band: a spline through energies and slopes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PPoly

from liponflow.arrays import FloatArray

WELL = 0.01
"""Smallest depth (eV) of a minimum between the end points, more than end points relaxed to 0.03
eV/Å can still lose."""

POINTS = 121
"""Number of points of the curve kept for figures."""


@dataclass(frozen=True)
class Barrier:
    """Barrier and shape of a hop from its band.

    Attributes
    ----------
    forward, reverse
        Saddle above the first and above the last image, eV.
    saddle_distance
        Path length from the first image to the saddle, Å.
    lowest_between
        Energy of the lowest minimum between the end points above the first image, eV; None if
        there is none deeper than ``WELL``.
    curve
        Path length (Å) and energy above the first image (eV), shape (n, 2).
    """

    forward: float
    reverse: float
    saddle_distance: float
    lowest_between: float | None
    curve: FloatArray


def barrier(
    distances: Sequence[float] | FloatArray,
    energies: Sequence[float] | FloatArray,
    slopes: Sequence[float] | FloatArray | None = None,
    *,
    climbing: int | None = None,
) -> Barrier:
    """Return the barrier from the saddle on the spline through a band.

    Parameters
    ----------
    distances
        Path length from the first image to each, Å, shape (n,), increasing.
    energies
        Energy of each image, eV.
    slopes
        Derivative of the energy along the path at each image, eV/Å: minus the force along the
        path. Without them the spline is emmet's, with slopes of zero at the end points.
    climbing
        Number of a converged climbing image, which is the saddle where slopes are unknown:
        Henkelman, Uberuaga and Jónsson, J. Chem. Phys. 113, 9901 (2000). The spline then has a
        slope of zero there too, and decides only whether the path rises above it in a part that
        does not touch it.

    Returns
    -------
    Barrier
        The saddle may be an end point: then the hop has no barrier in that direction.

    Raises
    ------
    ValueError
        If there are fewer than three images, the numbers of values differ, one is not finite,
        the images are not in order, or the climbing one is not between the end points.

    Examples
    --------
    >>> found = barrier([0, 0.5, 1], [0, 0.4, 0])
    >>> round(found.forward, 3), round(found.saddle_distance, 3), found.lowest_between
    (0.4, 0.5, None)
    """
    s, e = np.asarray(distances, dtype=np.float64), np.asarray(energies, dtype=np.float64)
    d = None if slopes is None else np.asarray(slopes, dtype=np.float64)
    _check(s, e, d, climbing)
    spline = _spline(s, e, d, climbing)
    ends = s[[0, -1]]
    stationary = spline.derivative().roots(extrapolate=False)
    # A part of the band that is flat to the last digit gives nan.
    stationary = stationary[np.isfinite(stationary)]
    candidates = np.concatenate([ends, stationary, s])
    if climbing is not None and d is None:
        # Beside the saddle itself a cubic between images may only overshoot it.
        near = (candidates > s[climbing - 1]) & (candidates < s[climbing + 1])
        candidates = np.append(candidates[~near], s[climbing])
    heights = spline(candidates)
    top = int(heights.argmax())
    curve_at = np.linspace(float(s[0]), float(s[-1]), POINTS)
    return Barrier(
        forward=float(heights[top] - e[0]),
        reverse=float(heights[top] - e[-1]),
        saddle_distance=float(candidates[top]),
        lowest_between=_lowest_between(spline, np.sort(stationary), ends),
        curve=np.column_stack([curve_at, spline(curve_at) - e[0]]),
    )


def _spline(
    s: FloatArray, e: FloatArray, slopes: FloatArray | None, climbing: int | None
) -> PPoly:
    if slopes is not None:
        return CubicHermiteSpline(s, e, slopes)
    if climbing is None:
        return _emmet_spline(s, e)
    # One spline on either side, each with slopes of zero at its ends.
    sides = [
        CubicSpline(s[part], e[part], bc_type="clamped")
        for part in (slice(climbing + 1), slice(climbing, None))
    ]
    return PPoly(np.concatenate([side.c for side in sides], axis=1), s)


def _emmet_spline(distances: FloatArray, energies: FloatArray) -> PPoly:
    from emmet.core.neb import BarrierAnalysis

    found = BarrierAnalysis.from_energies(energies.tolist(), distances.tolist())
    # emmet's coordinate runs from 0 to 1.
    length = distances[-1]
    coefficients = np.array(found.cubic_spline_pars) / length ** np.arange(3, -1, -1)[:, None]
    return PPoly(coefficients, distances)


def _lowest_between(spline: PPoly, stationary: FloatArray, ends: FloatArray) -> float | None:
    """Return the energy above the start of the lowest minimum with a climb on both sides."""
    points = np.concatenate([ends[:1], stationary, ends[1:]])
    heights = spline(points)
    wells = [
        heights[i]
        for i in range(1, len(points) - 1)
        if heights[:i].max() > heights[i] + WELL and heights[i + 1 :].max() > heights[i] + WELL
    ]
    # The highest point between two end points is not a well, nor is a shoulder.
    return float(min(wells) - heights[0]) if wells else None


def _check(
    distances: FloatArray, energies: FloatArray, slopes: FloatArray | None, climbing: int | None
) -> None:
    n = len(distances)
    if n < 3:  # noqa: PLR2004 - two end points and one between
        raise ValueError(f"a band of {n} images has no barrier: give the end points and one more")
    if len(energies) != n or (slopes is not None and len(slopes) != n):
        given = "" if slopes is None else f", {len(slopes)} slopes"
        raise ValueError(f"{n} distances, {len(energies)} energies{given}: give one per image")
    everything = [distances, energies] if slopes is None else [distances, energies, slopes]
    if not np.isfinite(everything).all():
        raise ValueError("a distance, energy or slope of the band is not finite: compute it again")
    steps = np.diff(distances)
    if (steps <= 0).any():
        image = int(np.flatnonzero(steps <= 0)[0])
        raise ValueError(
            f"images out of order: image {image + 1} is not farther along the path than image "
            f"{image}; sort them"
        )
    if climbing is not None and not 0 < climbing < n - 1:
        raise ValueError(
            f"climbing image {climbing} is not between the end points 0 and {n - 1}: name another"
        )
