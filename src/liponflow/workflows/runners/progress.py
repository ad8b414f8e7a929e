"""How a run shows itself on standard error: a live bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """What the runner tells its audience."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def update(self, done: int, total: int, running: Sequence[str]) -> None:
        """Show how many of the jobs known by now are done, and which ones are at work."""

    def event(self, text: str, *, important: bool = False) -> None:
        """Tell what happened; `important` lines stay visible above a bar."""


class BarProgress:
    """A live bar over the known jobs, with elapsed time and the names of running jobs."""

    def __init__(self, console: Console) -> None:
        self._bar = RichProgress(
            TimeElapsedColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, done: int, total: int, running: Sequence[str]) -> None:
        """Move the bar; its total grows as jobs answer with new ones."""
        names = escape(", ".join(running))
        self._bar.update(self._task, completed=done, total=total, description=names)

    def event(self, text: str, *, important: bool = False) -> None:
        """Print important events above the bar."""
        if important:
            self._bar.console.print(text, markup=False, highlight=False)


class LineProgress:
    """One line per event, each with the elapsed time (minutes:seconds)."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.monotonic()
        self._done, self._total = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def update(self, done: int, total: int, running: Sequence[str]) -> None:  # noqa: ARG002
        """Take note of the counts for the next line."""
        self._done, self._total = done, total

    def event(self, text: str, *, important: bool = False) -> None:  # noqa: ARG002
        """Print the event."""
        minutes, seconds = divmod(int(time.monotonic() - self._start), 60)
        line = f"{minutes:02d}:{seconds:02d} [{self._done}/{self._total}] {text}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def open_progress(console: Console | None = None) -> Progress:
    """Choose between bar and lines.

    Parameters
    ----------
    console
        Where to write; standard error by default.
    """
    console = console or Console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(console)
