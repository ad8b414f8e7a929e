"""Status line of a run: its progress, its speed and the remaining time."""

import time
from collections.abc import Callable
from pathlib import Path

from liponflow.job_directory import write_status

SHOW_EVERY_S = 2.0
"""Time between two lines, s."""

_SECONDS_PER_DAY = 86_400.0


class Speedometer:
    """Write the status line of a job that propagates time.

    Parameters
    ----------
    directory
        Working directory of the job.
    begin, end
        Time of the run at this start and at its end, ps.
    clock
        Function that returns a time in seconds, with any zero.
    """

    def __init__(
        self,
        directory: Path,
        begin: float,
        end: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory, self._begin, self._end, self._clock = directory, begin, end, clock
        self._started = clock()
        self._shown = -SHOW_EVERY_S

    def update(self, stage: str, now: float) -> None:
        """Report that the run is at a time (ps) in a stage; most calls only check the clock."""
        elapsed = self._clock() - self._started
        if elapsed - self._shown < SHOW_EVERY_S:
            return
        self._shown = elapsed
        line = f"{stage}, {now:.4g} of {self._end:.4g} ps"
        if elapsed > 0 and now > self._begin:
            rate = (now - self._begin) / elapsed
            line += f", {rate * _SECONDS_PER_DAY:.3g} ps/day"
            line += f", {in_words((self._end - now) / rate)} left"
        write_status(self._directory, line)


def in_words(seconds: float) -> str:
    """Return a duration in words, with at most two units.

    Examples
    --------
    >>> [in_words(seconds) for seconds in (42, 150, 7_500, 200_000)]
    ['42 s', '2 min 30 s', '2 h 5 min', '2 d 7 h']
    """
    whole = max(0, round(seconds))
    parts = [
        (whole // 86_400, "d"),
        (whole // 3600 % 24, "h"),
        (whole // 60 % 60, "min"),
        (whole % 60, "s"),
    ]
    first = next((i for i, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number) or (
        "0 s"
    )
