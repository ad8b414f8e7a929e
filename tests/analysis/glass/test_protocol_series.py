import numpy as np
import pytest

from liponflow.analysis.glass.protocol_series import LIMIT, SeriesRecorder
from liponflow.analysis.trajectory.frames import Frames


def blocks(number: int, size: int = 100, *, timed: bool = True):
    for begin in range(0, number, size):
        index = np.arange(begin, min(begin + size, number), dtype=float)
        yield Frames(
            symbols=("Li", "Li"),
            positions=np.zeros((len(index), 2, 3)),
            cells=np.tile(2 * np.eye(3), (len(index), 1, 1)),
            times=0.002 * index if timed else np.full(len(index), np.nan),
            temperatures=300 + index,
            energies=np.full(len(index), np.nan),
            stages=tuple("melt" if i < number / 2 else "hold" for i in index),
        )


def test_values_have_the_units_of_their_fields() -> None:
    recorder = SeriesRecorder()
    assert sum(map(len, recorder.watch(blocks(3)))) == 3
    point = recorder.points[1]
    assert (point.time, point.temperature, point.volume_per_atom) == (0.002, 301, pytest.approx(4))
    assert (point.stage, point.energy_per_atom) == ("melt", None)


@pytest.mark.parametrize("number", [LIMIT, 3 * LIMIT, 17 * LIMIT + 3])
def test_long_series_are_thinned_evenly(number: int) -> None:
    recorder = SeriesRecorder()
    for _ in recorder.watch(blocks(number)):
        assert len(recorder._points) <= 2 * LIMIT
    times = [point.time for point in recorder.points]
    assert LIMIT / 4 < len(times) <= LIMIT
    assert np.ptp(np.diff(times)) < 1e-9
    assert times[0] == 0
    assert times[-1] > 0.99 * 0.002 * number


def test_run_without_times_has_no_series() -> None:
    recorder = SeriesRecorder()
    for _ in recorder.watch(blocks(10, timed=False)):
        pass
    assert recorder.points == []
