"""Numbers as Fortran writes and reads them.

Programs in Fortran read ``1D-6``, ``3*7.0`` and ``1,2``, and stop at the first word that is no
number. They write numbers in columns of fixed width, which leaves no blank in front of a minus
sign, no E in front of an exponent of three digits, and asterisks where a number is too long.
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from liponflow.arrays import FloatArray

MOST_VALUES = 1_000_000
"""Largest number of values that repeats (``3*7.0``) may stand for."""

_LONGEST_INTEGER = 300
"""Digits; Python refuses thousands of them, and a longer one is not one of a calculation."""

_UNSIGNED = r"(?:\d+(?:\.\d*)?|\.\d+)"
_REAL = re.compile(rf"([+-]?{_UNSIGNED})(?:[EeDdQq]([+-]?\d+)|([+-]\d+))?")
_INTEGER = re.compile(r"[+-]?\d+")
_REPEATED = re.compile(r"((?:\d+\*)*)([^*]+)")
_WORD = re.compile(r"[^\s,]+")
_GLUED = re.compile(rf"[+-]?{_UNSIGNED}(?:[EeDdQq][+-]?\d+|[+-]\d{{3}}(?![\d.]))?|\*+")
"""A number in a column: what follows a sign is the next number, unless it has three digits."""


def real(word: str) -> float | None:
    """Return the value of one number.

    Parameters
    ----------
    word
        A number, with blanks around it or without.

    Returns
    -------
    float or None
        None for asterisks, which stand for a number that did not fit its column.

    Raises
    ------
    ValueError
        If it is not a number, or one of 10^308 or more.

    Examples
    --------
    >>> real("1D-6"), real("-2.0d-02"), real("0.5-105"), real(" ****** ")
    (1e-06, -0.02, 5e-106, None)
    """
    text = word.strip()
    if text and not text.strip("*"):
        return None
    match = _REAL.fullmatch(text)
    if match is None:
        if text.lstrip("+-").lower() in {"nan", "inf", "infinity"}:
            return float(text)
        raise ValueError(f"{text[:40]!r} is not a number")
    value = float(f"{match[1]}E{match[2] or match[3] or 0}")
    if math.isinf(value):
        raise ValueError(f"{text[:40]!r} is beyond the largest number")
    return value


def numbers(text: str) -> list[int | float]:
    """Return the numbers at the beginning of a text, up to the first word that is not a number.

    Parameters
    ----------
    text
        Numbers between blanks or commas, ``3*7.0`` for three times the same one, and anything
        behind them: a comment needs no mark.

    Returns
    -------
    list of int or float
        Integers where no point or exponent is written.

    Raises
    ------
    ValueError
        If repeats stand for more than :data:`MOST_VALUES`, or a number is too large.

    Examples
    --------
    >>> numbers("6.94 58.7 16.0  mass of ions")
    [6.94, 58.7, 16.0]
    >>> numbers("2*5, 2*2*-1.0 # 4")
    [5, 5, -1.0, -1.0, -1.0, -1.0]
    """
    found: list[int | float] = []
    for word in _WORD.finditer(text):
        match = _REPEATED.fullmatch(word[0])
        if match is None:
            break
        value = _value(match[2])
        if value is None:
            break
        times = math.prod(int(count) for count in match[1].split("*")[:-1])
        if len(found) + times > MOST_VALUES:
            raise ValueError(f"{word[0][:40]!r} stands for more than {MOST_VALUES:,} values")
        found += [value] * times
    return found


def _value(word: str) -> int | float | None:
    if _INTEGER.fullmatch(word) and len(word) <= _LONGEST_INTEGER:
        return int(word)
    return real(word) if _REAL.fullmatch(word) else None


def columns(line: str) -> list[float | None]:
    """Return the numbers of a line that is written in columns, which may have grown together.

    Parameters
    ----------
    line
        Numbers, up to the first word that is none.

    Returns
    -------
    list of float or None
        None where asterisks stand, for a number that did not fit its column.

    Examples
    --------
    >>> columns("  0.12345678-10.00000000 -0.50000000 Li")
    [0.12345678, -10.0, -0.5]
    >>> columns(" 0.1-105 ******** 2.0")
    [1e-106, None, 2.0]
    """
    found: list[float | None] = []
    for chunk in line.split():
        words = _GLUED.findall(chunk)
        if "".join(words) != chunk:
            break
        found += [real(word) for word in words]
    return found


def table(lines: Sequence[str], width: int) -> FloatArray:
    """Return the first numbers of every line of a table.

    Parameters
    ----------
    lines
        Lines with at least `width` numbers each, which may have grown together.
    width
        Number of columns to take.

    Returns
    -------
    FloatArray
        Shape (lines, width).

    Raises
    ------
    ValueError
        If a line has fewer numbers, or asterisks for one of them; the line is shown.

    Examples
    --------
    >>> table(["0.1 0.2 0.3 Li", "0.1-0.2 0.3"], 3).tolist()
    [[0.1, 0.2, 0.3], [0.1, -0.2, 0.3]]
    """
    try:
        plain = np.array([line.split(maxsplit=width)[:width] for line in lines], dtype=float)
    except ValueError:  # numbers have grown together, have an exponent D, or are missing
        pass
    else:
        if plain.shape == (len(lines), width):
            return plain
    return np.array([_row(line, width) for line in lines], dtype=float).reshape(-1, width)


def _row(line: str, width: int) -> list[float]:
    row = columns(line)[:width]
    values = [value for value in row if value is not None]
    if len(row) < width:
        raise ValueError(f"{line.strip()!r} has {len(row)} numbers, not {width}")
    if len(values) < width:
        raise ValueError(f"{line.strip()!r} has asterisks for a number that did not fit")
    return values
