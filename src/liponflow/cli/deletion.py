"""Command that deletes results."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.console import reported_errors, say
from liponflow.cli.options import ResultArgument, StoreOption
from liponflow.cli.output import settings_with


def results_delete(
    ctx: typer.Context,
    result: ResultArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Delete the directory of its run, too.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Delete a result from the store, with its data.

    Calculations that it was made from stay, and so does the directory of its run, from which
    `liponflow resume` stores it again.
    """
    with reported_errors(debug=ctx.obj):
        from liponflow.crystals.formula_unit import written_by_unit
        from liponflow.store.deletion import delete_result, referrers
        from liponflow.store.results import get_result, open_results
        from liponflow.workflows.run import run_of, writable_store

        settings = settings_with(store=store)
        with closing(open_results(settings.store)) as reading:  # without the lock
            found = get_result(reading, result)
        with writable_store(settings.store) as opened:
            made_by = run_of(settings, found.uuid)
            place = settings.store if isinstance(settings.store, Path) else opened.name
            say(
                f"{found.result.kind} of {written_by_unit(found.result.formula)}, {found.uuid}, "
                f"completed {found.completed_at:%Y-%m-%d %H:%M}, with its data in {place}"
            )
            for item in referrers(opened, found.uuid):
                say(f"the {item.kind} {item.uuid[:8]} refers to it, and stays")
            _say_of_run(made_by, delete=run)
            if not yes and not typer.confirm("Delete?", err=True):
                raise typer.Exit
            if run and made_by is not None:
                _delete_run(made_by)  # first, for it may be refused
            delete_result(opened, found.uuid)
        say(f"deleted {found.uuid}")


def _say_of_run(run_dir: Path | None, *, delete: bool) -> None:
    if run_dir is not None:
        say(f"its run in {run_dir} {'and every file of it' if delete else 'stays'}")
    elif delete:
        say("the directory of its run is not in the setting runs_dir")


def _delete_run(run_dir: Path) -> None:
    """Delete the directory of a run that no process is running."""
    from liponflow.runners.journal import Journal

    journal = Journal.open(run_dir)
    with journal.lock():
        shutil.rmtree(journal.path)
