"""Channels of a detector that are dark, hot or saturated."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from liponflow.arrays import BoolArray, FloatArray

DARK = 25.0
"""Counts of both neighbours beside which a channel without any is dark: the chance is exp(-25)."""
SPIKE = 3.0
"""Times the counts of both neighbours that no feature of a spectrum has in one channel alone."""
SATURATED = 100.0
"""Counts above which equal maxima of adjacent channels are not accidental."""
CLIPPED = 3
"""Adjacent channels at exactly the same highest count, which saturation explains."""


def dark_channels(scan: FloatArray) -> BoolArray:
    """Return which channels have no counts at any point though both neighbours have many.

    Parameters
    ----------
    scan
        Counts, shape (points, channels), on any scale.

    Returns
    -------
    numpy.ndarray
        Shape (channels,).

    Examples
    --------
    >>> dark_channels(np.array([[40.0, 50.0, 0.0, 0.0, 50.0]]))
    array([False, False,  True,  True, False])
    """
    total: FloatArray = scan.sum(axis=0)
    full = np.flatnonzero(total > 0)
    if not full.size:
        return np.zeros(total.shape, dtype=bool)
    # The nearest channels with counts on either side; at an end of the scan, those of one side.
    channels = np.arange(len(total))
    below = full[np.clip(np.searchsorted(full, channels) - 1, 0, None)]
    above = full[np.clip(np.searchsorted(full, channels, side="right"), None, full.size - 1)]
    dark: BoolArray = (total <= 0) & (np.minimum(total[below], total[above]) >= DARK)
    return dark


def dead_channels(scan: FloatArray) -> BoolArray:
    """Return which channels are dark or hot, by the counts of all points together.

    Beside those without counts, a channel is dark with less than a third of the counts of both
    neighbours, and hot with more than three times as many.

    Parameters
    ----------
    scan
        Counts as recorded, shape (points, channels): on another scale, noise looks the same.

    Returns
    -------
    numpy.ndarray
        Shape (channels,).

    Examples
    --------
    >>> dead_channels(np.array([[40.0, 50.0, 0.0, 0.0, 50.0, 200.0, 60.0]]))
    array([False, False,  True,  True, False,  True, False])
    """
    total: FloatArray = scan.sum(axis=0)
    left, middle, right = total[:-2], total[1:-1], total[2:]
    low, high = np.minimum(left, right), np.maximum(left, right)
    dead = dark_channels(scan)
    dead[1:-1] |= (middle < low / SPIKE) & (low >= DARK)
    dead[1:-1] |= (middle > high * SPIKE) & (middle >= DARK * SPIKE)
    return dead


def saturated_channels(scan: FloatArray) -> BoolArray:
    """Return which channels of each point have reached the most that the detector counts.

    Three or more adjacent channels of one spectrum share its maximum exactly.

    Parameters
    ----------
    scan
        Counts, shape (points, channels).

    Returns
    -------
    numpy.ndarray
        Shape (points, channels).

    Examples
    --------
    >>> saturated_channels(np.array([[100.0, 4095.0, 4095.0, 4095.0, 200.0]]))
    array([[False,  True,  True,  True, False]])
    """
    top: FloatArray = scan.max(axis=1, keepdims=True)
    full: BoolArray = np.logical_and(scan == top, top >= SATURATED)
    margin = CLIPPED - 1
    padded = np.pad(full, ((0, 0), (margin, margin)))
    runs = np.logical_and.reduce(sliding_window_view(padded, CLIPPED, axis=1), axis=-1)
    windows = sliding_window_view(runs, CLIPPED, axis=1)
    saturated: BoolArray = np.logical_or.reduce(windows, axis=-1)
    return saturated
