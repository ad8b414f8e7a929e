"""Mean and error of correlated frames, in constant memory.

Frames of a trajectory are correlated, so the plain standard error is too small. Flyvbjerg and
Petersen, J. Chem. Phys. 91, 461 (1989), average neighbours into ever longer blocks: the standard
error of the blocks' mean grows until the blocks are longer than the correlation time.
"""

from dataclasses import dataclass

import numpy as np

from liponflow.arrays import FloatArray

MINIMUM_BLOCKS = 10
"""Smallest number of blocks for a meaningful standard error: its own relative error is
1/sqrt(2(n-1)), 24 % for 10."""

ROUNDING = 1e-12
"""Relative errors below this are rounding errors."""


@dataclass
class _Level:
    """Blocks of one length: their number, mean, squared deviations, and one left over."""

    count: int
    mean: FloatArray
    deviations: FloatArray
    pending: FloatArray | None = None

    def add(self, values: FloatArray) -> None:
        """Merge more blocks in (Chan, Golub and LeVeque, Am. Stat. 37, 242, 1983)."""
        number = len(values)
        mean = values.mean(axis=0)
        shift = mean - self.mean
        total = self.count + number
        self.deviations += ((values - mean) ** 2).sum(axis=0)
        self.deviations += shift**2 * (self.count * number / total)
        self.mean += shift * (number / total)
        self.count = total


class BlockAverage:
    """Mean and block error of any number of quantities, updated with every frame.

    Parameters
    ----------
    width
        Number of quantities.

    Examples
    --------
    >>> average = BlockAverage(1)
    >>> average.add(np.arange(100.0)[:, None])
    >>> average.mean.tolist()
    [49.5]
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._levels: list[_Level] = []

    @property
    def count(self) -> int:
        """Number of frames so far."""
        return self._levels[0].count if self._levels else 0

    @property
    def mean(self) -> FloatArray:
        """Mean of every quantity; NaN without frames."""
        return self._levels[0].mean if self._levels else np.full(self._width, np.nan)

    def add(self, values: FloatArray) -> None:
        """Add frames.

        Parameters
        ----------
        values
            frames x quantities.
        """
        blocks = np.asarray(values, dtype=np.float64).reshape(-1, self._width)
        number = 0
        while len(blocks):
            if number == len(self._levels):
                self._levels.append(_Level(0, np.zeros(self._width), np.zeros(self._width)))
            # Level n has blocks of 2**n frames. Each call climbs the levels with half as many
            # blocks, and an odd one waits for a partner, so that blocks do not depend on how
            # frames are fed.
            level = self._levels[number]
            level.add(blocks)
            if level.pending is not None:
                blocks = np.concatenate([level.pending[None], blocks])
            level.pending = blocks[-1].copy() if len(blocks) % 2 else None
            even = len(blocks) // 2 * 2
            blocks = (blocks[0:even:2] + blocks[1:even:2]) / 2
            number += 1

    def error(self) -> FloatArray | None:
        """Estimate the standard error of the means.

        Returns
        -------
        array or None
            Largest standard error over all block lengths of which there are enough blocks, for
            every quantity; None for fewer than ``MINIMUM_BLOCKS`` frames.
        """
        errors = [
            np.sqrt(level.deviations / level.count / (level.count - 1))
            for level in self._levels
            if level.count >= MINIMUM_BLOCKS
        ]
        if not errors:
            return None
        largest: FloatArray = np.max(errors, axis=0)
        # A constant has no error beyond the rounding of its sums.
        largest[largest < ROUNDING * np.abs(self.mean)] = 0
        return largest


class NamedAverages:
    """Block averages of quantities that are added by name when they first occur.

    A quantity that first occurs late counts as zero in all frames before.

    Examples
    --------
    >>> averages = NamedAverages()
    >>> averages.add(2, {"a": np.array([1.0, 3.0])})
    >>> averages.add(2, {"b": np.array([1.0, 1.0])})
    >>> averages.means()
    {'a': 1.0, 'b': 0.5}
    """

    def __init__(self) -> None:
        self._averages: dict[str, BlockAverage] = {}
        self._frames = 0

    def add(self, n_frames: int, values: dict[str, FloatArray]) -> None:
        """Add frames: arrays of `n_frames` numbers by name."""
        for name in values:
            if name not in self._averages:
                self._averages[name] = BlockAverage(1)
                self._averages[name].add(np.zeros(self._frames))
        zeros = np.zeros(n_frames)
        for name, average in self._averages.items():
            average.add(values.get(name, zeros))
        self._frames += n_frames

    def means(self) -> dict[str, float]:
        """Return the mean of every quantity."""
        return {name: float(average.mean[0]) for name, average in self._averages.items()}

    def errors(self) -> dict[str, float | None]:
        """Return the block error of every quantity; None for too few frames."""
        errors: dict[str, float | None] = {}
        for name, average in self._averages.items():
            error = average.error()
            errors[name] = None if error is None else float(error[0])
        return errors
