"""Statistics of bond lengths and angles over a stream of frames."""

from collections.abc import Mapping

import numpy as np

from liponflow.analysis.block_average import BlockAverage
from liponflow.analysis.glass.bonding import Values
from liponflow.analysis.glass.result import AngleStatistics, BondStatistics
from liponflow.arrays import FloatArray, IntArray


class Distribution:
    """Mean, width and block error of values of several kinds, over blocks of frames.

    Parameters
    ----------
    bins
        Number of bins of a histogram from 0 to 180; 0 for no histogram.
    """

    def __init__(self, *, bins: int) -> None:
        self._bins = bins
        self._moments: dict[str, FloatArray] = {}
        self._averages: dict[str, BlockAverage] = {}
        self._histograms: dict[str, IntArray] = {}

    def add(self, n_frames: int, found: Mapping[str, Values]) -> None:
        """Add the values of a block of frames."""
        for name, (values, frames) in found.items():
            moments = np.array([len(values), values.sum(), (values**2).sum()])
            self._moments[name] = self._moments.get(name, np.zeros(3)) + moments
            counts = np.bincount(frames, minlength=n_frames)
            sums = np.bincount(frames, values, minlength=n_frames)
            # A frame without this kind has no mean and does not enter the error.
            there = counts > 0
            self._averages.setdefault(name, BlockAverage(1)).add(sums[there] / counts[there])
            if self._bins:
                counted = np.histogram(values, self._bins, (0, 180))[0]
                self._histograms[name] = self._histograms.get(name, 0) + counted

    def _statistics(self, name: str) -> tuple[float, float, float | None, float]:
        number, total, squares = self._moments[name]
        mean = total / number
        width = np.sqrt(max(squares / number - mean**2, 0))
        error = self._averages[name].error()
        return float(mean), float(width), None if error is None else float(error[0]), float(number)

    def bond_statistics(self, n_frames: int) -> list[BondStatistics]:
        """Return the statistics of lengths (Å) over all frames."""
        found = []
        for name in self._moments:
            mean, width, error, number = self._statistics(name)
            found.append(
                BondStatistics(
                    name=name, length=mean, error=error, width=width, number=number / n_frames
                )
            )
        return found

    def angle_statistics(self, n_frames: int) -> list[AngleStatistics]:
        """Return the statistics of angles (degrees) over all frames."""
        found = []
        for name in self._moments:
            mean, width, error, number = self._statistics(name)
            density = self._histograms[name] / (number * 180 / self._bins)
            found.append(
                AngleStatistics(
                    name=name,
                    angle=mean,
                    error=error,
                    width=width,
                    number=number / n_frames,
                    density=listed(density),
                )
            )
        return found


def listed(values: FloatArray) -> list[float]:
    """Return values with six significant digits, to save space in the store."""
    return [float(f"{value:.6g}") for value in values]
