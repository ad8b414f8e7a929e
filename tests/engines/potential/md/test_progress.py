"""Status lines of running jobs."""

from pathlib import Path

import pytest

from liponflow.engines.potential.md.progress import Speedometer, in_words


def test_speed_and_time_left_count_from_the_last_start(tmp_path: Path) -> None:
    now = [100.0]
    speedometer = Speedometer(tmp_path, begin=1.0, end=5.0, clock=lambda: now[0])
    now[0] = 160.0
    speedometer.update("melt", 1.5)  # 0.5 ps in a minute
    assert (tmp_path / "status").read_text() == "melt, 1.5 of 5 ps, 720 ps/day, 7 min left"


def test_status_is_written_only_every_few_seconds(tmp_path: Path) -> None:
    now = [0.0]
    speedometer = Speedometer(tmp_path, begin=0.0, end=5.0, clock=lambda: now[0])
    speedometer.update("melt", 0.1)
    now[0] = 1.9
    speedometer.update("melt", 0.2)
    assert (tmp_path / "status").read_text() == "melt, 0.1 of 5 ps"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (90_061, "1 d 1 h")]
)
def test_durations_are_given_in_two_units_at_most(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
