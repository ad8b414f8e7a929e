"""Messages on standard error: one line for each problem that a user can act on."""

import shlex
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from liponflow.runners.report import JobFailure, RunReport

EXIT_FAILED = 1
EXIT_USAGE = 2


def say(message: str, style: str | None = None) -> None:
    """Print one unbroken line to standard error, so that paths in it can be copied."""
    Console(stderr=True).print(message, style=style, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def reported_errors(*, debug: bool) -> Iterator[None]:
    """Print errors that a user can act on as one line; with `debug`, their traceback."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            yield
        except typer.Exit:  # a RuntimeError
            raise
        except (ValueError, OSError, RuntimeError) as error:
            if debug:
                raise
            say(f"error: {_message(error)}", style="red")
            failed = isinstance(error, RuntimeError)
            raise typer.Exit(EXIT_FAILED if failed else EXIT_USAGE) from None


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
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """Show warnings that are meant for the user, not the deprecations of libraries."""
    if issubclass(category, UserWarning):
        say(f"warning: {message}", style="yellow")
