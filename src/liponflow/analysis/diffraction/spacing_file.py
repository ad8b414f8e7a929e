"""Lists of observed spacings, in columns of text."""

import re
from pathlib import Path

import numpy as np

from liponflow.analysis.diffraction.candidates import Observed
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import read_text

_SEPARATOR = re.compile(r"[,;\t ]+")
_NANOMETRES = re.compile(r"\bnm\b", re.IGNORECASE)
_REMEDY = "give one spacing a line (Å), with its standard error behind it if it is known"

LEAST, LARGEST = 0.5, 50.0
"""Spacings that are accepted (Å): others are in another unit, or no spacings."""

DEFAULT_RANGE = (1.0, 6.0)
"""Range in which lines are looked for (Å); a list that goes beyond widens it. Our choice: it holds
the strong lines of the phases in question."""

MOST_LINES = 1000


class SpacingError(FileError):
    """A list of spacings that cannot be used."""


def read_spacings(path: Path, d_range: tuple[float, float] | None = None) -> Observed:
    """Read a list of spacings.

    Parameters
    ----------
    path
        Text with a spacing (Å) in each line, and its standard error (Å) behind it, by blanks or
        commas; ``nm`` in a header converts both. Further columns are not used. Lines that begin
        with ``#`` and a header are skipped.
    d_range
        Range in which lines were looked for (Å); DEFAULT_RANGE if None. Lines beyond widen it.

    Returns
    -------
    Observed
        The spacings in the order of the file. Lines without an error have 0: only the tolerance
        counts then.

    Raises
    ------
    SpacingError
        If there are none or too many, or a value is not a number or not in the accepted range.
    """
    check_is_file(path, SpacingError, remedy=_REMEDY)
    with file_boundary(path, SpacingError, what="a list of spacings", remedy=_REMEDY) as place:
        rows, scale = list[tuple[float, float]](), 1.0
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            place.text = f"line {number}"
            text = line.strip().strip(",;")
            values = _numbers(text)
            if not text or text.startswith("#") or (values is None and not rows):
                scale = 10.0 if _NANOMETRES.search(text) else scale
                continue
            if values is None:
                raise SpacingError(
                    f"{path}, line {number}: {text[:60]!r} is not a number; {_REMEDY}"
                )
            error = values[1] if len(values) > 1 else 0.0
            rows.append(_checked(values[0] * scale, error * scale))
            if len(rows) > MOST_LINES:
                raise SpacingError(f"{path}: more than {MOST_LINES} spacings; keep the strongest")
        place.text = ""
        if not rows:
            raise SpacingError(f"{path}: holds no spacings; {_REMEDY}")
    spacing, errors = np.array(rows).T
    low, high = d_range or DEFAULT_RANGE
    return Observed(
        spacing, errors, None, (min(low, float(spacing.min())), max(high, float(spacing.max())))
    )


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(word) for word in _SEPARATOR.split(text)[:2]]
    except ValueError:
        return None


def _checked(spacing: float, error: float) -> tuple[float, float]:
    if not LEAST <= spacing <= LARGEST:
        raise ValueError(
            f"a spacing of {spacing:g} Å is not between {LEAST:g} and {LARGEST:g} Å: the unit is "
            "Å, or nm if a header says so; 2θ and 1/d are not converted"
        )
    if not 0 <= error < spacing / 2:
        raise ValueError(
            f"an error of {error:g} Å of the spacing {spacing:g} Å is not between 0 and half of it"
        )
    return spacing, error
