"""Shares of units as a table, printed elsewhere or of another program."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liponflow.analysis.measured.table import TableError
from liponflow.boundary import check_is_file, file_boundary
from liponflow.decompression import read_text

UNIT = re.compile(r"(?:[A-Z][a-z]? )?Q\d_\d")
"""Name of a unit, as the fingerprint of a glass writes it: Q1_0."""
REMEDY = (
    "give a spectrum as two columns, shift (ppm) and intensity, or a table of unit, share and, "
    "perhaps, standard error, such as 'Q0_0, 0.45, 0.02'"
)
_SEPARATOR = re.compile(r"\s*[,;\t]\s*")
_MOST_OFF = 0.02
"""Largest difference of the sum of shares from 1, or from 100: shares are printed rounded."""
_PERCENT = 100.0
TWO_SIDED = 1.96
"""Half of an interval of 95 % in standard errors."""


class Shares(NamedTuple):
    """Shares of units with their errors.

    Attributes
    ----------
    source
        The file.
    values, errors
        By unit; errors are standard errors, 0 where none are given.
    limits
        Lower and upper limit of 95 % by unit, where a fit gives them.
    """

    source: str
    values: dict[str, float]
    errors: dict[str, float]
    limits: Mapping[str, tuple[float, float]] = {}

    def interval(self, unit: str) -> tuple[float, float] | None:
        """Return the limits of 95 % of a share; None without an error.

        Examples
        --------
        >>> Shares("a.csv", {"Q0_0": 0.5}, {"Q0_0": 0.01}).interval("Q0_0")
        (0.4804, 0.5196)
        """
        if unit in self.limits:
            return self.limits[unit]
        half = round(TWO_SIDED * self.errors.get(unit, 0.0), 12)
        value = self.values.get(unit, 0.0)
        return (max(value - half, 0.0), value + half) if half else None


def is_share_table(path: Path) -> bool:
    """Tell whether a file is a table of shares: one of its lines begins with a unit.

    Raises
    ------
    TableError
        If there is no such file or it is not text.
    """
    check_is_file(path, TableError, remedy=REMEDY)
    with file_boundary(path, TableError, what="shares of units or a spectrum", remedy=REMEDY):
        lines = read_text(path, errors="replace").splitlines()
    return any(UNIT.match(line.strip()) for line in lines)


def read_shares(path: Path) -> Shares:
    """Read a table of shares.

    Parameters
    ----------
    path
        Lines of unit, share and, perhaps, standard error, in parts of 1 or in percent; other
        lines are comments.

    Raises
    ------
    TableError
        If a line is no such row, a unit comes twice, or the shares do not add up.
    """
    check_is_file(path, TableError, remedy=REMEDY)
    with file_boundary(path, TableError, what="a table of shares", remedy=REMEDY):
        values, errors = dict[str, float](), dict[str, float]()
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            if not UNIT.match(line.strip()):
                continue
            name, *words = _SEPARATOR.split(line.strip().rstrip(",;"))
            numbers = [float(word) for word in words]
            if len(numbers) not in {1, 2} or not np.isfinite(numbers).all() or min(numbers) < 0:
                raise TableError(
                    f"{path}, line {number}: {line.strip()[:60]!r} is not unit, share and, "
                    "perhaps, error, none below 0"
                )
            if name in values:
                raise TableError(f"{path}, line {number}: {name} comes twice; add its shares up")
            values[name] = numbers[0]
            errors[name] = numbers[1] if len(numbers) > 1 else 0.0
        total = sum(values.values())
        scale = _PERCENT if total > 2 else 1.0  # noqa: PLR2004 - parts or percent
        if abs(total / scale - 1) > _MOST_OFF:
            raise TableError(
                f"{path}: the shares add up to {total:g}, not to 1 or 100: give all units"
            )
        return Shares(
            str(path),
            {name: value / total for name, value in values.items()},
            {name: error / total for name, error in errors.items()},
        )
