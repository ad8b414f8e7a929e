"""The end of a run: its result, what failed or did not converge, and what to do next."""

import shlex
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from liponflow.analysis.kinds import get_kind
from liponflow.cli.console import (
    EXIT_FAILED,
    EXIT_UNCONVERGED,
    report_failures,
    reported_errors,
    say,
)
from liponflow.cli.output import export, print_json

if TYPE_CHECKING:
    from liponflow.store.reading import StoredResult
    from liponflow.workflows.run import Outcome

MOST_LINES = 10
"""Relaxations and bands that are listed one by one."""


def finish(ctx: typer.Context, outcome: "Outcome", *, out: Path | None, json: bool) -> None:
    """Print the result, the failures and the next commands.

    Raises
    ------
    typer.Exit
        With :data:`EXIT_FAILED` if a job failed or there is no result, and with
        :data:`EXIT_UNCONVERGED` if the result is not converged.
    """
    stored = outcome.result
    with reported_errors(debug=ctx.obj):
        if stored is not None:
            if out is not None:
                export(stored.result, out)
            if json:
                print_json(stored.result.with_units())
            else:
                import_module("liponflow.cli.tables").print_result(stored)
    report_failures(outcome.report)
    _report_unconverged(outcome)
    run_dir = outcome.report.run_dir
    if stored is not None:
        place = outcome.store.absolute() if outcome.store else "the results store of the settings"
        say(f"result {stored.uuid[:8]} is in {place}, its calculations in {run_dir}")
        for line in next_commands(stored, outcome.store):
            say(f"  {line}")
    if outcome.report.failures or stored is None:
        raise typer.Exit(EXIT_FAILED)
    # A start that ran out of steps beside a converged one of the same state is named above.
    if not stored.result.converged:
        raise typer.Exit(EXIT_UNCONVERGED)


def next_commands(stored: "StoredResult", store: Path | None) -> list[str]:
    """List commands about a new result, to be copied into a shell.

    Parameters
    ----------
    stored
        The result.
    store
        File that it is in; None on a server.
    """
    from liponflow.settings import load_settings

    usual = load_settings().store
    elsewhere = store is not None and (isinstance(usual, dict) or store != usual)
    option = ["--store", str(store)] if elsewhere else []
    uuid = stored.uuid[:8]
    commands = [["results", "show", uuid, *option]]
    if get_kind(stored.result.kind).figures:
        commands.append(["figures", uuid, "--out", "figures", *option])
    commands.append(["results", "list", *option])
    return [shlex.join(["liponflow", *command]) for command in commands]


def _report_unconverged(outcome: "Outcome") -> None:
    """Print what did not converge, by how much, and how to continue."""
    for item in outcome.shortfalls[:MOST_LINES]:
        say(f"not converged: {item.name}: {item.reason}", style="yellow")
    if len(outcome.shortfalls) > MOST_LINES:
        say(f"not converged: {len(outcome.shortfalls) - MOST_LINES} more", style="yellow")
    if outcome.shortfalls:
        run_dir = shlex.quote(str(outcome.report.run_dir))
        say(f"continue from the last geometry with: liponflow resume {run_dir} --continue")
    elif outcome.result is not None and not outcome.result.result.converged:
        say(f"not converged: {outcome.result.result.criterion}", style="yellow")
