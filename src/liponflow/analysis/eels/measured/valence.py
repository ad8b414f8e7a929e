"""Valence from the white-line ratio, by a calibration with compounds of known valence."""

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.boundary import check_is_file, file_boundary
from liponflow.decompression import read_text

_FORM = "give two columns, valence and L3/L2, one line per compound"


class ValenceError(SpectrumError):
    """A calibration that cannot be used."""


class Calibration(NamedTuple):
    """L3/L2 of compounds of known valence, by descending ratio.

    Attributes
    ----------
    ratios, valences
        Of each compound.
    source
        Publication or file.
    """

    ratios: tuple[float, ...]
    valences: tuple[float, ...]
    source: str

    def valence(self, ratio: float) -> float | None:
        """Return the valence, interpolated linearly; None outside the calibration.

        Examples
        --------
        >>> round(MANGANESE.valence(2.9), 2), round(MANGANESE.valence(2.4), 2)
        (2.76, 3.33)
        >>> MANGANESE.valence(4.2) is None
        True
        """
        if not self.ratios[-1] <= ratio <= self.ratios[0]:
            return None
        return float(np.interp(ratio, self.ratios[::-1], self.valences[::-1]))

    def remark(self, ratio: float) -> str | None:
        """Say where a ratio outside the calibration lies; None inside."""
        if ratio > self.ratios[0]:
            return f"above {self.ratios[0]:g} of valence {self.valences[0]:g}"
        if ratio < self.ratios[-1]:
            return f"below {self.ratios[-1]:g} of valence {self.valences[-1]:g}"
        return None


MANGANESE = Calibration(
    ratios=(3.85, 2.6, 2.0),
    valences=(2.0, 3.0, 4.0),
    source="Z. L. Wang, J. S. Yin and Y. D. Jiang, Micron 31, 571 (2000)",
)
"""Mn2+, Mn3+ and Mn4+."""

CALIBRATIONS = {"Mn": MANGANESE}
"""Built-in calibrations by element."""


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Parameters
    ----------
    path
        Text with the valence and L3/L2 of a compound per line; lines that are not two numbers are
        comments.

    Raises
    ------
    ValenceError
        If there are fewer than two compounds, or the ratio does not change with the valence in one
        direction, so that a ratio has no single valence.
    """
    check_is_file(path, ValenceError, remedy=_FORM)
    with file_boundary(path, ValenceError, what="a calibration", remedy=_FORM):
        rows = sorted(filter(None, map(_row, read_text(path).splitlines())))
        if len(rows) < 2:  # noqa: PLR2004 - a line needs two points
            raise ValenceError(f"{path}: {len(rows)} compounds; {_FORM}, for at least two")
        steps = [later[1] - before[1] for before, later in pairwise(rows)]
        same = any(later[0] == before[0] for before, later in pairwise(rows))
        if same or not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
            raise ValenceError(
                f"{path}: the ratio must rise or fall with every step of the valence, so that "
                "each ratio has one valence; leave compounds out, or average those of one valence"
            )
        rows.sort(key=lambda row: -row[1])
        return Calibration(
            ratios=tuple(ratio for _, ratio in rows),
            valences=tuple(valence for valence, _ in rows),
            source=str(path),
        )


def _row(line: str) -> tuple[float, float] | None:
    words = line.replace(",", " ").replace(";", " ").split()
    try:
        valence, ratio = map(float, words)
    except ValueError:
        return None
    if not (np.isfinite([valence, ratio]).all() and ratio > 0):
        raise ValueError(f"valence {valence:g} with L3/L2 {ratio:g}; {_FORM}")
    return valence, ratio
