"""Mean-squared displacements of a path that is read once, at exact intervals.

Level k keeps the last positions of every 2^k-th frame, with a time origin at each. Its intervals
are 5, 6, 7 and 8 (those of level 0: 1 to 8) times 2^k frames, so that windows overlap by four
fifths or more, and memory grows with the logarithm of the number of frames (order-n algorithm:
D. Frenkel and B. Smit, Understanding Molecular Simulation, section 4.4.2; here positions are not
averaged, so that every interval is exact).
"""

from dataclasses import dataclass

import numpy as np

from liponflow.arrays import BoolArray, FloatArray, IntArray

BUFFER = 8
"""Positions that a level keeps."""
LEVELS = 40
"""More than the logarithm of any number of frames."""
MOST_INTERVALS = 50
"""Longest table of intervals; the rest, of the shortest levels, is thinned."""
LONGEST = 0.5
"""Longest interval as a part of the run: beyond it, windows overlap in the middle of the run."""


@dataclass(frozen=True)
class MeanSquares:
    """Second moments of the displacements.

    Attributes
    ----------
    lags
        Intervals in frames, ascending, shape (n,).
    spacings
        Frames between two time origins, (n,).
    frames
        Frames of the run.
    ions
        Number of mobile ions.
    own
        Mean of d dᵀ of the ions' displacements d, (n, 3, 3), Å².
    collective
        Mean of D Dᵀ / `ions` of the sum D of the displacements, (n, 3, 3), Å².
    fourth
        Mean of |d|⁴ of the ions, (n,), Å⁴.
    windows
        Windows, as an average over the ions, (n,): fewer in a region than in the whole cell.
    """

    lags: IntArray
    spacings: IntArray
    frames: int
    ions: int
    own: FloatArray
    collective: FloatArray
    fourth: FloatArray
    windows: FloatArray

    def in_cell(self, matrix: FloatArray) -> "MeanSquares":
        """Return the moments of displacements (rows) multiplied with a matrix near 1."""
        scale = float(np.abs(np.linalg.det(matrix))) ** (4 / 3)
        return MeanSquares(
            self.lags, self.spacings, self.frames, self.ions,
            matrix.T @ self.own @ matrix, matrix.T @ self.collective @ matrix, self.fourth * scale,
            self.windows,
        )  # fmt: skip


class _Level:
    def __init__(self, ions: int, lags: range) -> None:
        self.lags = lags
        self.kept = np.zeros((0, ions, 3))
        self.inside = np.zeros((0, ions), dtype=bool)
        self.seen = 0
        self.count = np.zeros(len(lags))
        self.own = np.zeros((len(lags), 3, 3))
        self.collective = np.zeros((len(lags), 3, 3))
        self.fourth = np.zeros(len(lags))

    def add(
        self, path: FloatArray, inside: BoolArray | None
    ) -> tuple[FloatArray, BoolArray | None]:
        """Take positions, and return every second one for the level above."""
        joined = np.concatenate([self.kept, path])
        there = None if inside is None else np.concatenate([self.inside, inside])
        old = len(self.kept)
        for number, lag in enumerate(self.lags):
            begin = max(old, lag)
            if begin >= len(joined):
                continue
            moved = joined[begin:] - joined[begin - lag : len(joined) - lag]
            flat = moved.reshape(-1, 3)
            if there is not None:
                stays = there[begin:] & there[begin - lag : len(joined) - lag]
                flat = moved[stays]
            self.own[number] += flat.T @ flat
            if there is None:
                together = moved.sum(axis=1)
                self.collective[number] += together.T @ together
            squares = np.einsum("ij,ij->i", flat, flat)
            self.fourth[number] += squares @ squares
            self.count[number] += len(flat) / moved.shape[1]
        upper = slice(self.seen % 2, None, 2)
        self.seen += len(path)
        self.kept = joined[-BUFFER:]
        if inside is None or there is None:
            return path[upper], None
        self.inside = there[-BUFFER:]
        return path[upper], inside[upper]


class Accumulator:
    """Takes a path block by block.

    Parameters
    ----------
    ions
        Number of mobile ions.
    """

    def __init__(self, ions: int) -> None:
        self.ions = ions
        self.frames = 0
        self._levels = [
            _Level(ions, range(BUFFER // 2 + 1 if number else 1, BUFFER + 1))
            for number in range(LEVELS)
        ]

    def add(self, path: FloatArray, inside: BoolArray | None = None) -> None:
        """Add the next positions.

        Parameters
        ----------
        path
            Frames x ions x 3 (Å).
        inside
            Whether an ion is in the region that is looked at, frames x ions. Only windows count
            that begin and end there, and nothing collective is measured then; None for all.
        """
        self.frames += len(path)
        for level in self._levels:
            if not len(path):
                return
            path, inside = level.add(path, inside)

    def result(self) -> MeanSquares:
        """Return the moments at the intervals up to half the run that have a window."""
        rows = [
            (lag * 2**number, 2**number, level, place)
            for number, level in enumerate(self._levels)
            for place, lag in enumerate(level.lags)
            if lag * 2**number <= LONGEST * (self.frames - 1) and level.count[place]
        ]
        rows = _thinned(rows)
        counts = np.array([level.count[place] for _, _, level, place in rows])
        atoms = counts * self.ions
        return MeanSquares(
            np.array([row[0] for row in rows]),
            np.array([row[1] for row in rows]),
            self.frames,
            self.ions,
            np.array([level.own[place] for _, _, level, place in rows]).reshape(-1, 3, 3)
            / atoms[:, None, None],
            np.array([level.collective[place] for _, _, level, place in rows]).reshape(-1, 3, 3)
            / atoms[:, None, None],
            np.array([level.fourth[place] for _, _, level, place in rows]) / atoms,
            counts,
        )


def _thinned(rows: list[tuple[int, int, _Level, int]]) -> list[tuple[int, int, _Level, int]]:
    """Leave out odd multiples of the lowest levels until the table is short enough."""
    surplus = len(rows) - MOST_INTERVALS
    odd = [row for row in rows if row[2].lags[row[3]] % 2 and row[0] > 1][: max(surplus, 0)]
    return [row for row in rows if row not in odd]
