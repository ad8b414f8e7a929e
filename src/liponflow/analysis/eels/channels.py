"""Channels of a scan of measured spectra: their axis, and those that a detector has damaged."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from liponflow.arrays import BoolArray, FloatArray
from liponflow.finite import check_finite

DARK_LIMIT = 25.0
"""Counts of neighbours beside which a channel without any is dark: the chance is exp(-25)."""
SATURATED_LIMIT = 1000.0
"""Counts above which equal maxima of three adjacent channels are no chance."""
NEIGHBOURS = 5
"""Channels with which a channel is compared, itself among them."""


def check_scan(energies: ArrayLike, counts: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the energies of a scan in increasing order, and its counts as a table.

    Parameters
    ----------
    energies
        Energy losses (eV), shape (channels,), increasing or decreasing.
    counts
        Shape (channels,) or (points, channels).

    Returns
    -------
    tuple of numpy.ndarray
        Shapes (channels,) and (points, channels).

    Raises
    ------
    ValueError
        If shapes differ, a number is negative or not finite, or the energies are in no order.
    """
    axis = np.asarray(energies, dtype=float)
    scan = np.atleast_2d(np.asarray(counts, dtype=float))
    if axis.ndim != 1 or scan.ndim != 2 or scan.shape[1] != len(axis) or not scan.size:  # noqa: PLR2004
        raise ValueError(
            f"{' x '.join(map(str, np.shape(energies)))} energies and "
            f"{' x '.join(map(str, np.shape(counts)))} counts: give one energy per channel, and "
            "counts as points x channels"
        )
    check_finite(axis, "the energy axis")
    check_finite(scan, "the scan (point, channel)")
    if len(axis) > 1 and axis[0] > axis[-1]:
        axis, scan = axis[::-1], scan[:, ::-1]
    late = np.flatnonzero(np.diff(axis) <= 0)
    if len(late):
        at = int(late[0])
        raise ValueError(
            f"the energies are in no order: {axis[at + 1]:g} eV follows {axis[at]:g} eV; sort the "
            "channels, and remove repeated ones"
        )
    low = np.argwhere(scan < 0)
    if len(low):
        point, channel = low[0]
        raise ValueError(
            f"point {point + 1} has {scan[point, channel]:g} counts at {axis[channel]:g} eV, and "
            "the least is 0: give the counts as measured, and fit the background with the "
            "references (constant or power-law) instead of subtracting it"
        )
    return axis, scan


def dark_channels(scan: FloatArray) -> BoolArray:
    """Return which channels have no counts at any point though their neighbours have many.

    Examples
    --------
    >>> dark_channels(np.array([[40.0, 50.0, 0.0, 60.0, 50.0]]))
    array([False, False,  True, False, False])
    """
    totals = scan.sum(axis=0)
    reach = NEIGHBOURS // 2
    around = sliding_window_view(np.pad(totals, reach, mode="reflect"), NEIGHBOURS)
    medians: FloatArray = np.median(around, axis=1)
    dark: BoolArray = (totals == 0) & (medians >= DARK_LIMIT)
    return dark


def saturated_channels(scan: FloatArray) -> BoolArray:
    """Return which channels have reached the most that the detector counts, at any point.

    Three or more adjacent channels of one spectrum share its maximum exactly.

    Examples
    --------
    >>> saturated_channels(np.array([[100.0, 4095.0, 4095.0, 4095.0, 200.0]]))
    array([False,  True,  True,  True, False])
    """
    top: FloatArray = scan.max(axis=1, keepdims=True)
    full: BoolArray = np.logical_and(scan == top, top >= SATURATED_LIMIT)
    windows = sliding_window_view(np.pad(full, ((0, 0), (2, 2))), 3, axis=1)
    runs = np.logical_and.reduce(windows, axis=-1)
    # A channel is in a run that begins at it, one before it or two before it.
    inside = np.logical_or.reduce((runs[:, :-2], runs[:, 1:-1], runs[:, 2:]))
    saturated: BoolArray = np.logical_or.reduce(inside, axis=0)
    return saturated
