"""Ranking of values that have intervals: only what is certainly better stands before another."""

from collections.abc import Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """A value with the limits of its interval."""

    value: float
    low: float
    high: float


def ranks(found: Sequence[Interval | None], *, largest_first: bool = True) -> list[int | None]:
    """Return the rank of every value; those whose intervals overlap may share one.

    Parameters
    ----------
    found
        Values with their intervals; None for one that is missing or not reliable.
    largest_first
        Whether the largest value is the best.

    Returns
    -------
    list of int or None
        One more than the number of values that are certainly better: their interval lies beyond
        this one. None where there is no reliable value.

    Examples
    --------
    >>> ranks([Interval(3, 2.5, 3.5), Interval(2.7, 2, 3), None, Interval(1, 0.5, 1.5)])
    [1, 1, None, 3]
    >>> ranks([Interval(0.5, 0.4, 0.6), Interval(0.3, 0.2, 0.35)], largest_first=False)
    [2, 1]
    """

    def is_better(one: Interval, other: Interval) -> bool:
        return one.low > other.high if largest_first else one.high < other.low

    known = [item for item in found if item is not None]
    return [
        None if item is None else 1 + sum(is_better(other, item) for other in known)
        for item in found
    ]
