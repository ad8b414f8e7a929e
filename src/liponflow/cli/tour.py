"""The command ``liponflow run all``: every campaign in one go, then the report."""

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from liponflow.cli.choices import Choices
from liponflow.cli.console import (
    EXIT_FAILED,
    EXIT_UNCONVERGED,
    reported_errors,
    said_if_slow,
    say,
)
from liponflow.cli.options import StoreOption, WorkersOption
from liponflow.cli.output import check_file, settings_with
from liponflow.cli.report import write_report
from liponflow.workflows.campaign import Campaign

EVERY = "all"
"""In place of a campaign."""


def run_all(
    ctx: typer.Context,
    *,
    preset: Annotated[str, typer.Option(help="Preset of every campaign.")] = "quick",
    workers: WorkersOption = None,
    store: StoreOption = None,
    out: Annotated[Path, typer.Option(help="HTML file of the report.")] = Path("report.html"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the campaigns and their time, and stop.")
    ] = False,
) -> None:
    """Run every campaign in one go, and write the report.

    What is in the store is not computed again, and unfinished runs are resumed, so that the same
    command continues after a stop. A campaign that fails does not stop the others.
    """
    states: list[Any] = []
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        with said_if_slow("loading the libraries of the campaigns ..."):
            from liponflow.workflows.tour import run_tour, tour
        stops = tour().stops(preset)
        if dry_run:
            for stop in stops:
                typer.echo(f"{stop.campaign}: about {stop.minutes:g} min")
            total = sum(stop.minutes for stop in stops)
            typer.echo(f"together about {total:g} min on two cores")
            for name, reason in tour().left_out.items():
                typer.echo(f"not {name}: {reason}")
            return
        check_file(out)
        settings = settings_with(workers=workers, store=store)
        for done in run_tour(preset, settings, _recorded(preset)):
            states.append(done.finished.state)
            where = f"{len(states)} of {len(stops)}: {done.campaign}: {done.finished.state}"
            reason = done.finished.reason
            say(f"{where}: {reason}" if reason else where)
        with said_if_slow("drawing the figures of the report ..."):
            write_report(out, settings.store, [])
        say(f"the report is in {out}")
    if "failed" in states:
        raise typer.Exit(EXIT_FAILED)
    if "not converged" in states:
        raise typer.Exit(EXIT_UNCONVERGED)


def _recorded(preset: str) -> Any:
    """Return the function that describes the parameters of a campaign in the record of its run."""

    def record(campaign: Campaign, overrides: Mapping[str, Any], parameters: Any) -> Any:
        origins = dict.fromkeys(overrides, "run all")
        chosen = Choices(preset, overrides, origins, config=None, engine_arguments={})
        return {"command": sys.argv, "kind": campaign.name, **chosen.record(campaign, parameters)}

    return record


def tour_command() -> Any:
    """Make the command."""
    app = typer.Typer(add_completion=False)
    app.command(EVERY, short_help="Every campaign in one go, then the report.")(run_all)
    return get_command(app)
