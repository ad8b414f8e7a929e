"""Commands that read files which are there already: VASP runs, structures, trajectories."""

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.options import FigureOption, JsonOption, StoreOption
from liponflow.cli.output import check_out, export, print_json, settings_with
from liponflow.console import EXIT_FAILED, reported_errors, say


class Analysis(StrEnum):
    """What can be measured in files; each is a module of `workflows`, with `_files` behind it."""

    GLASS = "glass"


def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Directories with VASP runs at any depth, or vasprun.xml files."),
    ],
    *,
    formula_units: Annotated[
        int | None,
        typer.Option(min=1, help="Li of a lithiation's cell at x = 1 \\[default: guessed]."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Read VASP runs that are there already, and store what they are; known ones are skipped."""
    with reported_errors(debug=ctx.obj):
        from rich.console import Console

        from liponflow.workflows.campaigns import writable_store
        from liponflow.workflows.ingest import ingest as ingest_runs

        with writable_store(settings_with(store=store).store) as opened:
            report = ingest_runs(
                paths, opened, formula_units=formula_units, console=Console(stderr=True)
            )
    for item in report.stored:
        runs = f"{item.runs} run{'s' if item.runs > 1 else ''}"
        typer.echo(f"{item.uuid[:8]}  {item.result.kind} of {item.result.formula}, {runs}")
    if report.known:
        say(f"{len(report.known)} in the store already")
    for message in report.broken:
        say(f"not read: {message}", style="red")
    if report.broken:
        raise typer.Exit(EXIT_FAILED)


def analyze(
    ctx: typer.Context,
    kind: Annotated[Analysis, typer.Argument(help="What to measure.", show_default=False)],
    paths: Annotated[
        list[Path],
        typer.Argument(help="Structures or trajectories that ASE reads, in their order."),
    ],
    *,
    pdf: Annotated[
        Path | None, typer.Option(help="Measured PDF to compare with: two columns, r and G(r).")
    ] = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Measure structures and trajectories from files, whoever made them."""
    with reported_errors(debug=ctx.obj):
        check_out(out)
        module = import_module(f"liponflow.workflows.{kind}_files")
        result = module.analyze(paths, experiment=pdf)
        if out is not None:
            export(result, out)
        if json:
            print_json(result.model_dump(mode="json"))
        else:
            import_module("liponflow.tables").print_document(result)
