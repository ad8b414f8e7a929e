"""Van Hove functions: how far ions have moved after a time, and where the others are then.

L. Van Hove, Phys. Rev. 95, 249 (1954). Level k compares frames 8 x 2^k apart, with a time origin
at every 2^k-th frame, as the mean-squared displacements do; memory does not grow with the run. The
distinct part takes windows one after the other.
"""

from typing import NamedTuple

import numpy as np

from liponflow.analysis.glass.neighbours import widths
from liponflow.analysis.transport.mean_squares import BUFFER, LEVELS, LONGEST
from liponflow.arrays import FloatArray, IntArray
from liponflow.periodic import shortest

BIN = 0.1
"""Å."""
REACH = 12.0
"""Longest displacement of the histogram, Å; four hops (our choice)."""
CENTRES = 200
"""Most ions around which the others are counted: the time for them grows with the square."""
TIMES = 4
"""Times that are kept of a run, the longest ones."""


class VanHoveFunction(NamedTuple):
    """Van Hove functions after one time.

    Attributes
    ----------
    lag
        Time in frames.
    r
        Centres of the bins, Å.
    own
        Probability density of the displacement's length, 4πr² G_s(r, t), 1/Å.
    beyond
        Share of displacements beyond the last bin.
    distinct
        Density of the other ions around where an ion was, over their mean density; up to half
        the narrowest width of the cell, and empty for a single ion.
    alpha
        Non-Gaussian parameter 3<r⁴> / 5<r²>² - 1: 0 for Brownian motion.
    """

    lag: int
    r: FloatArray
    own: FloatArray
    beyond: float
    distinct: FloatArray
    alpha: float


class _Level:
    def __init__(self, ions: int, bins: int, near: int) -> None:
        self.kept = np.zeros((0, ions, 3))
        self.seen = 0
        self.own: IntArray = np.zeros(bins, dtype=np.int64)
        self.count = 0
        self.second = self.fourth = 0.0
        self.distinct: IntArray = np.zeros(near, dtype=np.int64)
        self.windows = 0


class VanHove:
    """Takes the places of ions block by block.

    Parameters
    ----------
    ions
        Number of ions.
    cell
        Cell of the fractional places, rows (Å).
    """

    def __init__(self, ions: int, cell: FloatArray) -> None:
        self.ions, self.cell = ions, cell
        self._edges: FloatArray = np.linspace(0, REACH, round(REACH / BIN) + 1)
        near = int(widths(cell).min() / 2 / BIN) if ions > 1 else 0
        self._near = self._edges[: near + 1]
        self._levels = [_Level(ions, len(self._edges) - 1, near) for _ in range(LEVELS)]
        self.frames = 0

    def add(self, places: FloatArray) -> None:
        """Add fractional places with the framework at rest, frames x ions x 3, not wrapped."""
        self.frames += len(places)
        for level in self._levels:
            if not len(places):
                return
            joined = np.concatenate([level.kept, places])
            begin = max(len(level.kept), BUFFER)
            if begin < len(joined):
                self._own(level, joined[begin:] - joined[begin - BUFFER : len(joined) - BUFFER])
            # One window after the other: frames 0, 8, 16, ... of the level.
            first = begin + (-(level.seen + begin - len(level.kept))) % BUFFER
            for end in range(first, len(joined), BUFFER):
                self._distinct(level, joined[end - BUFFER], joined[end])
            upper = places[level.seen % 2 :: 2]
            level.seen += len(places)
            level.kept = joined[-BUFFER:]
            places = upper

    def _own(self, level: _Level, moved: FloatArray) -> None:
        squares = ((moved @ self.cell) ** 2).sum(axis=2).ravel()
        bins = (np.sqrt(squares) / BIN).astype(np.int64)
        level.own += np.bincount(bins[bins < len(level.own)], minlength=len(level.own))
        level.count += len(squares)
        level.second += float(squares.sum())
        level.fourth += float((squares**2).sum())

    def _distinct(self, level: _Level, before: FloatArray, after: FloatArray) -> None:
        level.windows += 1
        if not len(level.distinct):
            return
        centres = before[:CENTRES, None]
        apart = shortest(after[None] - centres, self.cell) @ self.cell
        others = ~np.eye(len(centres), self.ions, dtype=bool)
        bins = (np.linalg.norm(apart, axis=2)[others] / BIN).astype(np.int64)
        level.distinct += np.bincount(
            bins[bins < len(level.distinct)], minlength=len(level.distinct)
        )

    def result(self) -> list[VanHoveFunction]:
        """Return the functions at up to four times, each twice the one before."""
        levels = [
            (BUFFER * 2**number, level)
            for number, level in enumerate(self._levels)
            if level.windows and BUFFER * 2**number <= LONGEST * (self.frames - 1)
        ]
        return [self._function(lag, level) for lag, level in levels[-TIMES:]]

    def _function(self, lag: int, level: _Level) -> VanHoveFunction:
        shells = 4 * np.pi / 3 * np.diff(self._near**3)
        r: FloatArray = self._edges[1:] - BIN / 2
        density = (self.ions - 1) / float(abs(np.linalg.det(self.cell)))
        pairs = level.windows * min(self.ions, CENTRES)
        return VanHoveFunction(
            lag,
            r,
            level.own / level.count / BIN,
            1 - float(level.own.sum()) / level.count,
            level.distinct / pairs / (shells * density) if len(level.distinct) else np.zeros(0),
            3 * (level.fourth / level.count) / (5 * (level.second / level.count) ** 2) - 1
            if level.second
            else 0.0,
        )
