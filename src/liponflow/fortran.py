"""Numbers as Fortran's list-directed reading takes them, which is how VASP reads its files."""

import math
import re
from collections.abc import Iterator

_REAL = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdDqQ]([+-]?\d+)|([+-]\d+))?")
_REPEATED = re.compile(r"(\d+)\*(.+)")
_MAX_REPEATS = 1_000_000
_SEPARATORS = re.compile(r"[\s,;]+")


def real(word: str) -> float:
    """Return a number, its exponent written with E, D or, as in ``1.0-100``, with neither.

    Raises
    ------
    ValueError
        If the word is no finite number.

    Examples
    --------
    >>> real("0.25D+00"), real("1.d-2"), real("-.5"), real("0.1-100")
    (0.25, 0.01, -0.5, 1e-101)
    """
    match = _REAL.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} is not a number")
    mantissa, exponent, bare = match.groups()
    value = float(f"{mantissa}e{exponent or bare or 0}")
    if math.isinf(value):
        raise ValueError(f"{word} is too large for a number of double precision")
    return value


def words(line: str) -> Iterator[str]:
    """Yield the words of a line, ``3*0.5`` as three, up to a slash that ends the reading.

    Examples
    --------
    >>> list(words(" 1.0, 2*0.5 T / as relaxed"))
    ['1.0', '0.5', '0.5', 'T']
    """
    for word in _SEPARATORS.split(line.partition("/")[0]):
        repeated = _REPEATED.fullmatch(word)
        if repeated is None:
            if word:
                yield word
        elif (count := int(repeated[1])) <= _MAX_REPEATS:
            for _ in range(count):
                yield repeated[2]
        else:
            raise ValueError(f"{word!r} repeats a value more than {_MAX_REPEATS:,} times")


def leading_reals(line: str, most: int) -> list[float]:
    """Return the numbers that a line begins with, at most `most`; the text behind is ignored.

    Examples
    --------
    >>> leading_reals("0.0 5.43d0 0.0  second vector", 3)
    [0.0, 5.43, 0.0]
    """
    found: list[float] = []
    for word in words(line):
        if len(found) == most:
            break
        try:
            found.append(real(word))
        except ValueError:
            break
    return found


def logical(word: str) -> bool:
    """Return a truth value, of which Fortran reads the first letter: ``T``, ``.false.``.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> logical("T"), logical(".FALSE.")
    (True, False)
    """
    letter = word.removeprefix(".")[:1].upper()
    if letter not in {"T", "F"}:
        raise ValueError(f"{word!r} is neither T nor F")
    return letter == "T"
