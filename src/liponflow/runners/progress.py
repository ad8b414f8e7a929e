"""Progress of a run on standard error: a live bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from rich.text import Text


class Progress(Protocol):
    """Display of the progress of a run."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def update(self, done: int, total: int, running: Sequence[str], left: str = "") -> None:
        """Show how many of the jobs known so far are done, and the status of the running ones.

        Parameters
        ----------
        done, total
            Numbers of jobs; the total grows as jobs return further jobs.
        running
            Running jobs, each with its status.
        left
            Time that is left, in words; empty if it is not known.
        """

    def event(self, text: str, *, important: bool = False) -> None:
        """Report an event; `important` lines stay visible above a bar."""


class BarProgress:
    """A live bar over the known jobs, with elapsed time and the status of running jobs."""

    def __init__(self, console: Console) -> None:
        self._bar = RichProgress(
            TimeElapsedColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            console=console,
        )
        self._task = self._bar.add_task("", total=None)
        self._running: Sequence[str] = ()
        self._live = Live(get_renderable=self._render, console=console, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def update(self, done: int, total: int, running: Sequence[str], left: str = "") -> None:
        """Move the bar."""
        self._running = running
        self._bar.update(self._task, completed=done, total=total, description=left)

    def event(self, text: str, *, important: bool = False) -> None:
        """Print important events above the bar."""
        if important:
            self._live.console.print(text, markup=False, highlight=False)

    def _render(self) -> Group:
        lines = [Text(f"  {name}", no_wrap=True, overflow="ellipsis") for name in self._running]
        return Group(self._bar.get_renderable(), *lines)


STATUS_EVERY_S = 60.0
"""Interval (s) between lines on the progress of long jobs; printed lines stay."""


AT_ONCE = 100
"""Lines that are printed at once, as events come."""
EVENTS_EVERY_S = 10.0
"""Interval (s) between lines on events after these, so that long runs leave short logs."""


class LineProgress:
    """One line per event, each with the elapsed time (minutes:seconds).

    Parameters
    ----------
    console
        Console to write to.
    clock
        Function that returns a time in seconds, with any zero.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._start = self._told = self._last = clock()
        self._printed = self._held = 0
        self._running: Sequence[str] = ()
        self._done, self._total = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def update(self, done: int, total: int, running: Sequence[str], left: str = "") -> None:
        """Keep the counts for the next line, and report at intervals what is running."""
        self._done, self._total = done, total
        if self._clock() - self._told >= STATUS_EVERY_S:
            self._told = self._clock()
            if running and running != self._running:
                self._running = list(running)
                text = f"at work: {', '.join(running)}"
                self.event(f"{text}; {left}" if left else text, important=True)

    def event(self, text: str, *, important: bool = False) -> None:
        """Print the event; of many, one per interval, with the number of the others."""
        now = self._clock()
        if not important and self._printed >= AT_ONCE and now - self._last < EVENTS_EVERY_S:
            self._held += 1
            return
        self._printed, self._last = self._printed + 1, now
        if self._held:
            text = f"{text} ({self._held} more since the last line)"
            self._held = 0
        minutes, seconds = divmod(int(now - self._start), 60)
        line = f"{minutes:02d}:{seconds:02d} [{self._done}/{self._total}] {text}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def open_progress(console: Console | None = None) -> Progress:
    """Return a bar in a terminal, and lines elsewhere.

    Parameters
    ----------
    console
        Console to write to; standard error by default.
    """
    console = console or Console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(console)
