"""Messages on standard error: one line for each problem that a user can act on."""

import os
import shlex
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from liponflow.runners.report import JobFailure, RunReport

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNCONVERGED = 3
"""Status of a campaign that finished with a result that is not converged."""
EXIT_PIPE = 128 + signal.SIGPIPE
"""Status of the programs that a closed pipe ends, as a shell reports it."""


class StandardOutput(Console):
    """Console on standard output; it ends the command quietly where nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Exit with :data:`EXIT_PIPE`."""
        leave_closed_pipe()


def leave_closed_pipe() -> NoReturn:
    """Exit quietly after the reader of standard output has gone, as ``head`` does.

    Raises
    ------
    SystemExit
        With :data:`EXIT_PIPE`.
    """
    # Otherwise Python reports what is left in its buffer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(EXIT_PIPE)


def say(message: str, style: str | None = None) -> None:
    """Print one unbroken line to standard error, so that paths in it can be copied."""
    Console(stderr=True).print(message, style=style, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def said_if_slow(message: str, after: float = 2.0) -> Iterator[None]:
    """Say what is being done, once it has taken longer than so many seconds."""
    timer = Timer(after, say, [message])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def reported_errors(*, debug: bool) -> Iterator[None]:
    """Print errors that a user can act on as one line; with `debug`, their traceback."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            yield
        except typer.Exit:  # a RuntimeError
            raise
        except BrokenPipeError:
            leave_closed_pipe()
        except (ValueError, OSError, RuntimeError) as error:
            if debug:
                raise
            say(f"error: {_message(error)}", style="red")
            failed = isinstance(error, RuntimeError)
            raise typer.Exit(EXIT_FAILED if failed else EXIT_USAGE) from None


def say_commands(*commands: tuple[str, str]) -> None:
    """Print commands that a user may want next, and what each does."""
    width = max(len(command) for command, _ in commands)
    for command, purpose in commands:
        say(f"  {command:{width}}  {purpose}")


def report_failures(report: "RunReport") -> None:
    """Print the failed jobs, each cause once."""
    by_cause: dict[str, list[JobFailure]] = {}
    for failure in report.failures:
        by_cause.setdefault(failure.cause, []).append(failure)
    for cause, failures in by_cause.items():
        say(f"failed: {', '.join(failure.name for failure in failures)}: {cause}", style="red")
        say(f"  see {failures[0].directory}")
    if by_cause:
        say(
            "what finished is kept; try the rest again with: "
            f"liponflow resume {shlex.quote(str(report.run_dir))}"
        )


def _message(error: Exception) -> str:
    """Return what is wrong, and where the documentation explains errors of this class."""
    page = getattr(error, "page", None)
    return f"{_reason(error)} (see {page})" if page else _reason(error)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """Show warnings that are meant for the user, not the deprecations of libraries."""
    if issubclass(category, UserWarning):
        say(f"warning: {message}", style="yellow")
