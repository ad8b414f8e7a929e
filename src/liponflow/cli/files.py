"""Read runs that exist already."""

from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.console import EXIT_FAILED, reported_errors, say
from liponflow.cli.early import check_paths
from liponflow.cli.options import StoreOption
from liponflow.cli.output import settings_with


def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Directories with VASP runs at any depth, or vasprun.xml files."),
    ],
    *,
    formula_units: Annotated[
        int | None,
        typer.Option(
            min=1, help="Formula units in the cell of a lithiation \\[default: guessed]."
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Read VASP runs that exist already, and store their results; known ones are skipped."""
    with reported_errors(debug=ctx.obj):
        check_paths(paths)

        from rich.console import Console

        from liponflow.crystals.formula_unit import written_by_unit
        from liponflow.ingest.ingest import ingest as ingest_runs
        from liponflow.workflows.run import writable_store

        with writable_store(settings_with(store=store).store) as opened:
            report = ingest_runs(
                paths, opened, formula_units=formula_units, console=Console(stderr=True)
            )
    for item in report.stored:
        runs = f"{item.runs} run{'s' if item.runs > 1 else ''}"
        formula = written_by_unit(item.result.formula)
        typer.echo(f"{item.uuid[:8]}  {item.result.kind} of {formula}, {runs}")
    if report.known:
        say(f"{len(report.known)} in the store already")
    for message in report.passed_over:
        say(f"passed over: {message}")
    for message in report.broken:
        say(f"not read: {message}", style="red")
    if report.broken:
        raise typer.Exit(EXIT_FAILED)
