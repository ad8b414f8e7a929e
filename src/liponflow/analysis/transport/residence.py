"""Residence times of ions on their sites."""

from collections import Counter

import numpy as np
from scipy.stats import CensoredData, chi2, ecdf

from liponflow.arrays import FloatArray

_TAIL = 0.025
MOST_POINTS = 50
"""Longest table of a survival function."""


def residence_time(stay: float, jumps: int) -> tuple[float | None, float, float | None]:
    """Return the mean residence time with its 95 % limits.

    Parameters
    ----------
    stay
        Time that all ions together spent on sites.
    jumps
        Jumps in that time.

    Returns
    -------
    tuple
        Time over jumps, which is the most likely mean of exponential times of which the last are
        cut off; and the exact limits of a Poisson number of jumps (F. Garwood, Biometrika 28, 437
        (1936)). Without a jump only the lower limit is known.

    Examples
    --------
    >>> [round(value, 1) for value in residence_time(100.0, 25)]
    [4.0, 2.7, 6.2]
    >>> residence_time(100.0, 0)[0] is None
    True
    """
    low = 2 * stay / float(chi2.ppf(1 - _TAIL, 2 * jumps + 2))
    if not jumps:
        return None, low, None
    return stay / jumps, low, 2 * stay / float(chi2.ppf(_TAIL, 2 * jumps))


def survival(
    completed: Counter[int], lasting: Counter[int], interval: float
) -> tuple[FloatArray, FloatArray]:
    """Return which part of the stays lasts longer than a time, at up to 50 times.

    Parameters
    ----------
    completed, lasting
        Stays that began with a jump and ended with one, and those that lasted until the run
        ended: how many, by their length in frames.
    interval
        Time from frame to frame.

    Returns
    -------
    tuple
        Times, ascending from 0, and the survival function after E. L. Kaplan and P. Meier (J. Am.
        Stat. Assoc. 53, 457 (1958)); empty without a completed stay.
    """
    if not completed:
        return np.zeros(0), np.zeros(0)
    ended = np.repeat(*_columns(completed))
    cut = np.repeat(*_columns(lasting)) if lasting else np.zeros(0)
    found = ecdf(CensoredData(uncensored=ended, right=cut)).sf
    times = np.concatenate([[0.0], found.quantiles])
    shares = np.concatenate([[1.0], found.probabilities])
    if len(times) > MOST_POINTS:
        wanted = np.geomspace(times[1], times[-1], MOST_POINTS - 1)
        places = np.unique(np.concatenate([[0], np.searchsorted(times, wanted)]))
        places = places.clip(max=len(times) - 1)
        times, shares = times[places], shares[places]
    return times * interval, shares


def _columns(counts: Counter[int]) -> tuple[FloatArray, list[int]]:
    return np.array(list(counts), dtype=float), list(counts.values())
