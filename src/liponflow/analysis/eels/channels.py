"""The axis and the counts of a scan of measured spectra."""

import numpy as np
from numpy.typing import ArrayLike

from liponflow.arrays import FloatArray
from liponflow.finite import check_finite


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
