"""NaN and infinity, refused where files and documents are read.

A whole number of more than 64 bits is refused in documents, too: no database takes it.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def check_finite(values: ArrayLike, what: str) -> None:
    """Refuse NaN and infinity among numbers.

    Parameters
    ----------
    values
        A number or an array of numbers of any shape.
    what
        File and quantity, for the message.

    Raises
    ------
    ValueError
        Naming the first such value, with its place if there are several values.

    Examples
    --------
    >>> check_finite([[1.0, 2.0], [3.0, float("nan")]], "DOSCAR: the density")
    Traceback (most recent call last):
    ...
    ValueError: DOSCAR: the density holds nan at index [1, 1], which is not finite: ...
    """
    array = np.asarray(values, dtype=float)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = f" at index {bad[0].tolist()}" if array.ndim else ""
        value = array[tuple(bad[0])]
        raise ValueError(
            f"{what} holds {value}{place}, which is not finite: what wrote it failed, or "
            "the file is damaged"
        )


def not_finite(document: Any) -> Iterator[tuple[str, float]]:
    """Yield place and value of each NaN, infinity and endless integer in a JSON-like document.

    Examples
    --------
    >>> list(not_finite({"entries": [{"energy": float("inf")}, {"energy": 1.0}]}))
    [('entries.0.energy', inf)]
    """
    stack = [("", document)]
    while stack:
        place, item = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            yield place, item
        elif isinstance(item, int) and not -(2**63) <= item < 2**63:
            yield place, math.copysign(math.inf, item)
        elif isinstance(item, dict):
            stack += [(f"{place}.{key}".lstrip("."), value) for key, value in item.items()]
        elif isinstance(item, list | tuple):
            stack += [(f"{place}.{key}".lstrip("."), value) for key, value in enumerate(item)]
