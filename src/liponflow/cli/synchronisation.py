"""Command that copies results from store to store."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.console import EXIT_FAILED, reported_errors, say
from liponflow.cli.output import settings_with


def results_sync(
    ctx: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC", help="Results file, or YAML file of the specification of a store."
        ),
    ],
    target: Annotated[
        Path, typer.Argument(metavar="DST", help="The same; a file is made if it is missing.")
    ],
) -> None:
    """Copy what DST lacks from SRC: results, documents of their jobs, and data.

    What DST has stays. Call it again to copy what has come since, or after it was stopped.
    Documents that differ in the two are named and not copied, and the exit status is 1.
    """
    with reported_errors(debug=ctx.obj):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        from liponflow.store.results import open_store
        from liponflow.store.sync import sync
        from liponflow.workflows.run import writable_store

        places = [settings_with(store=path).store for path in (source, target)]
        console = Console(stderr=True)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with (
            closing(open_store(places[0], read_only=True)) as read,
            writable_store(places[1]) as written,
            Progress(
                *columns, console=console, transient=True, disable=not console.is_terminal
            ) as bar,
        ):
            task = bar.add_task("documents", total=read.count())
            done = sync(read, written, lambda number: bar.advance(task, number))
        for line in done.refused:
            say(f"not copied: {line}", style="red")
        say(
            f"{_counted(done.copied, 'document')} copied with "
            f"{_counted(done.data, 'piece')} of data, {done.equal} there already"
            + (f", {len(done.refused)} not copied" if done.refused else "")
        )
        if not done.complete:
            raise typer.Exit(EXIT_FAILED)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
