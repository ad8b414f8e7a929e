"""Commands that read files which are there already: VASP runs, structures, trajectories."""

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.console import EXIT_FAILED, reported_errors, say
from liponflow.cli.options import FigureOption, JsonOption, SetOption, StoreOption
from liponflow.cli.output import check_out, export, print_json, settings_with


class Analysis(StrEnum):
    """What can be measured in files; each is a module of `workflows`, with `_files` behind it."""

    GLASS = "glass"


class Probe(StrEnum):
    """Radiation of a measured pair distribution function."""

    NEUTRON = "neutron"
    X_RAY = "x-ray"


class PairFunction(StrEnum):
    """What a measured pair distribution function is."""

    REDUCED = "G"
    RADIAL = "g"
    TOTAL = "T"


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

        from liponflow.ingest.ingest import ingest as ingest_runs
        from liponflow.workflows.run import writable_store

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
    probe: Annotated[Probe, typer.Option(help="Radiation of --pdf.")] = Probe.NEUTRON,
    quantity: Annotated[
        PairFunction, typer.Option(help="What the second column of --pdf is.")
    ] = PairFunction.REDUCED,
    stage: Annotated[
        str | None, typer.Option(help="Only frames of this stage of our own trajectories.")
    ] = None,
    skip: Annotated[int, typer.Option(min=0, help="Frames to leave out at the beginning.")] = 0,
    every: Annotated[int, typer.Option(min=1, help="Take one frame of so many.")] = 1,
    set_: SetOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Measure structures and trajectories from files, whoever made them."""
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.presets import parse_settings

        check_out(out)
        result = import_module(f"liponflow.workflows.{kind}.files").analyze(
            paths,
            experiment=pdf,
            probe=probe.value,
            quantity=quantity.value,
            stage=stage,
            skip=skip,
            every=every,
            settings=parse_settings(set_ or []),
        )
        if out is not None:
            export(result, out)
        if json:
            print_json(result.model_dump(mode="json"))
        else:
            import_module("liponflow.cli.tables").print_document(result)
