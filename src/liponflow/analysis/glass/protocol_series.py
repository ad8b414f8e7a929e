"""Temperature, volume and energy along a trajectory, thinned as it grows."""

from collections.abc import Iterator

import numpy as np

from liponflow.analysis.glass.result import SeriesPoint
from liponflow.analysis.trajectory.frames import Frames

LIMIT = 1000
"""Largest number of points kept, more than a figure shows."""


class SeriesRecorder:
    """Recorder of a series from a stream of frames.

    Every n-th frame is kept, n doubling whenever twice the limit is reached, so that memory
    does not grow with the number of frames.
    """

    def __init__(self) -> None:
        self._points: list[SeriesPoint] = []
        self._every = 1
        self._seen = 0
        self._timed = True

    def watch(self, blocks: Iterator[Frames]) -> Iterator[Frames]:
        """Yield frames unchanged, and record them."""
        for frames in blocks:
            self._record(frames)
            yield frames

    @property
    def points(self) -> list[SeriesPoint]:
        """Return the points so far; none if a frame had no time."""
        if not self._timed:
            return []
        step = -(-len(self._points) // LIMIT) or 1
        return self._points[::step]

    def _record(self, frames: Frames) -> None:
        if np.isnan(frames.times).any():
            self._timed = False
            return
        volumes = frames.volumes / len(frames.symbols)
        energies = frames.energies / len(frames.symbols)
        for index in range(len(frames)):
            if self._seen % self._every == 0:
                self._points.append(
                    SeriesPoint(
                        time=float(frames.times[index]),
                        stage=frames.stages[index],
                        temperature=_known(frames.temperatures[index]),
                        volume_per_atom=float(volumes[index]),
                        energy_per_atom=_known(energies[index]),
                    )
                )
                if len(self._points) >= 2 * LIMIT:
                    self._points = self._points[::2]
                    self._every *= 2
            self._seen += 1


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
