"""The command line: each command parses, calls one function and prints.

Every heavy import stands inside its command, so that ``liponflow --help`` answers at once.
"""

import sys
from contextlib import redirect_stdout
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liponflow import __version__
from liponflow.console import EXIT_FAILED, report_failures, reported_errors, say

if TYPE_CHECKING:
    from liponflow.settings import Settings
    from liponflow.workflows.campaigns import Outcome
    from liponflow.workflows.estimate import Estimate

app = typer.Typer(
    name="liponflow",
    help="Computational-materials workflows for the LiPON thin-film battery.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
results_app = typer.Typer(help="Query and export results.", no_args_is_help=True)
app.add_typer(results_app, name="results")


class Kind(StrEnum):
    """Campaigns; each is a module of `workflows` of the same name."""

    LITHIATION = "lithiation"


class ResultKind(StrEnum):
    """Kinds of results: of campaigns, and of VASP runs that were ingested."""

    LITHIATION = "lithiation"
    PDOS = "pdos"
    MD = "md"
    NEB = "neb"
    CALCULATION = "calculation"


DRAWN = frozenset({ResultKind.LITHIATION, ResultKind.PDOS})
"""Kinds with figures; each is a module of `analysis.figures` of the same name."""


class Format(StrEnum):
    """Formats of `results export`."""

    JSON = "json"
    CSV = "csv"
    CIF = "cif"
    POSCAR = "poscar"


KindArgument = Annotated[Kind, typer.Argument(help="Campaign.", show_default=False)]
PresetOption = Annotated[str, typer.Option(help="Parameters to start from: quick or paper.")]
EngineOption = Annotated[
    str | None,
    typer.Option(help="chgnet, vasp or another force field of atomate2 \\[default: the setting]."),
]
StructureOption = Annotated[
    Path | None,
    typer.Option(help="CIF, POSCAR, ... of the pristine material \\[default: built in]."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a parameter; may be repeated."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes \\[default: cores].")]
StoreOption = Annotated[Path | None, typer.Option(help="Results file \\[default: the setting].")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
FigureOption = Annotated[
    Path | None, typer.Option("--out", help="Also write figures, tables and the result here.")
]


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    *,
    debug: Annotated[bool, typer.Option(help="Show the traceback of errors.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Computational-materials workflows for the LiPON thin-film battery."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    ctx.obj = debug


@app.command("run")
def run_command(
    ctx: typer.Context,
    kind: KindArgument,
    *,
    preset: PresetOption = "quick",
    engine: EngineOption = None,
    structure: StructureOption = None,
    set_: SetOption = None,
    workers: WorkersOption = None,
    store: StoreOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would run and its cost, and stop.")
    ] = False,
) -> None:
    """Run a campaign on this machine and store its result."""
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        from liponflow.inputs.presets import parse_settings
        from liponflow.workflows import campaigns
        from liponflow.workflows.installed import check_installed

        settings = _settings(workers=workers, store=store)
        choices: dict[str, Any] = {
            "preset": preset,
            "engine": engine or settings.engine,
            "overrides": parse_settings(set_ or []),
            "structure_file": structure,
        }
        if not dry_run:
            check_installed(choices["engine"], settings.vasp_cmd)
        flow = import_module(f"liponflow.workflows.{kind}").plan(**choices)
        if dry_run:
            cost = _estimate(flow, settings)
        else:
            _check_out(out)
            record = {"command": sys.argv, "kind": kind.value} | choices
            outcome = campaigns.run(flow, settings, record | {"structure_file": str(structure)})
    if dry_run:
        import_module("liponflow.tables").print_estimate(cost)
    else:
        _finish(ctx, outcome, out=out, json=json)


@app.command()
def resume(
    ctx: typer.Context,
    run: Annotated[
        Path | None, typer.Argument(help="Run or its directory \\[default: latest unfinished].")
    ] = None,
    *,
    workers: WorkersOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Go on with a run that was interrupted or had failures; nothing finished is repeated."""
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        from liponflow.workflows import campaigns

        _check_out(out)
        outcome = campaigns.resume(_settings(workers=workers), run)
    _finish(ctx, outcome, out=out, json=json)


@app.command()
def inputs(
    ctx: typer.Context,
    kind: KindArgument,
    out: Annotated[Path | None, typer.Option(help="Directory to write to; new or empty.")] = None,
    *,
    diff: Annotated[
        Path | None, typer.Option(help="Compare this VASP directory instead of writing.")
    ] = None,
    preset: PresetOption = "paper",
    structure: StructureOption = None,
    set_: SetOption = None,
) -> None:
    """Write the VASP input directories of a campaign, or compare one with them key by key."""
    found = []
    with reported_errors(debug=ctx.obj):
        from liponflow.inputs.presets import parse_settings

        module = import_module(f"liponflow.workflows.{kind}_inputs")
        choices = {"preset": preset, "overrides": parse_settings(set_ or [])}
        if out is not None and diff is None:
            _check_out(out.absolute().parent)
            written = module.write(out, structure_file=structure, **choices)
            candidates = f"{written.candidates} candidates written to {out}"
            typer.echo(f"{candidates}; read {out / 'README.md'}")
            if not written.with_potcar:
                say("no POTCAR library is configured: POTCAR.spec takes the place of POTCAR")
        elif diff is not None and out is None:
            found = module.compare(diff, **choices)
            import_module("liponflow.tables").print_differences(found)
        else:
            raise ValueError("give either --out, to write, or --diff, to compare")
    if found:
        raise typer.Exit(EXIT_FAILED)


@app.command()
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

        with writable_store(_settings(store=store).store) as opened:
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


@app.command()
def figures(
    ctx: typer.Context,
    result: Annotated[str, typer.Argument(help="First characters of the result's uuid.")],
    out: Annotated[Path, typer.Option(help="Directory to write to.")],
    *,
    store: StoreOption = None,
) -> None:
    """Draw the figures of a stored result."""
    with reported_errors(debug=ctx.obj):
        stored = _get(result, store)
        for path in _draw(stored.result, out):
            typer.echo(path)


@results_app.command("list")
def results_list(
    ctx: typer.Context,
    *,
    kind: Annotated[ResultKind | None, typer.Option(help="Only this kind.")] = None,
    formula: Annotated[str | None, typer.Option(help="Only this reduced formula.")] = None,
    engine: Annotated[str | None, typer.Option(help="Only this engine.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Completed at or after.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Completed at or before.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD>VALUE", help="Condition on a field; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Most results; 0 for all.")] = 50,
    store: StoreOption = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print every scalar field as CSV.")] = False,
) -> None:
    """List results, the latest first."""
    with reported_errors(debug=ctx.obj):
        from liponflow.store import find_results, open_store
        from liponflow.store.frames import results_frame

        settings = _settings(store=store)
        found = find_results(
            open_store(settings.store, read_only=True),
            kind=kind,
            formula=formula,
            engine=engine,
            since=since,
            until=until,
            where=where or [],
            limit=limit,
            trusted=settings.trusted_packages,
        )
        if json:
            documents = [
                {"uuid": item.uuid, "completed_at": item.completed_at.isoformat()}
                | item.result.model_dump(mode="json")
                for item in found
            ]
            _print_json(documents)
        elif csv:
            typer.echo(results_frame(found).to_csv(index=False), nl=False)
        else:
            import_module("liponflow.tables").print_list(found)


@results_app.command("show")
def results_show(
    ctx: typer.Context,
    result: Annotated[str, typer.Argument(help="First characters of the result's uuid.")],
    *,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show a result."""
    with reported_errors(debug=ctx.obj):
        stored = _get(result, store)
        if json:
            _print_json(stored.result.model_dump(mode="json"))
        else:
            import_module("liponflow.tables").print_result(stored)


@results_app.command("export")
def results_export(
    ctx: typer.Context,
    result: Annotated[str, typer.Argument(help="First characters of the result's uuid.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    *,
    format_: Annotated[
        Format | None, typer.Option("--format", help="\\[default: by the file's ending]")
    ] = None,
    field: Annotated[
        str | None,
        typer.Option(help="Table (CSV) or structure (CIF, POSCAR), e.g. states or states.2."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Export a result: all of it as JSON, a table as CSV, a structure as CIF or POSCAR."""
    with reported_errors(debug=ctx.obj):
        from liponflow.store.export import export

        export(_get(result, store).result, out, format_ and format_.value, field)
        typer.echo(out)


def _settings(**overrides: Any) -> "Settings":
    from liponflow.settings import load_settings

    settings = load_settings()
    for name, value in overrides.items():
        if value is not None:
            setattr(settings, name, value)
    return settings


def _get(uuid: str, store: Path | None) -> Any:
    from liponflow.store import get_result, open_store

    settings = _settings(store=store)
    opened = open_store(settings.store, read_only=True)
    return get_result(opened, uuid, trusted=settings.trusted_packages)


def _estimate(flow: Any, settings: "Settings") -> "Estimate":
    from liponflow.store import open_store
    from liponflow.workflows.estimate import estimate

    known = isinstance(settings.store, dict) or settings.store.exists()
    store = open_store(settings.store, read_only=True) if known else None
    return estimate(flow, store)


def _check_out(out: Path | None) -> None:
    """Find out before the computing that nothing could be written after it."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
    except FileExistsError:
        raise NotADirectoryError(f"{out} exists and is no directory; name another --out") from None
    except OSError as error:
        raise OSError(f"cannot write to {out}: {error.strerror}; name another --out") from None


def _finish(ctx: typer.Context, outcome: "Outcome", *, out: Path | None, json: bool) -> None:
    """Print the result and say what failed."""
    stored = outcome.result
    with reported_errors(debug=ctx.obj):
        if stored is not None:
            if out is not None:
                from liponflow.store.export import export_all

                written = [*export_all(stored.result, out), *_draw(stored.result, out)]
                say(f"{len(written)} files written to {out}")
            if json:
                _print_json(stored.result.model_dump(mode="json"))
            else:
                import_module("liponflow.tables").print_result(stored)
    report_failures(outcome.report)
    if outcome.report.failures or stored is None:
        raise typer.Exit(EXIT_FAILED)


def _draw(result: Any, out: Path) -> list[Path]:
    """Draw every figure of a result; one topic has one name in every room."""
    from liponflow.analysis.figures.style import save

    if result.kind not in DRAWN:
        raise ValueError(
            f"no figures of {result.kind} results; of {', '.join(sorted(DRAWN))} only"
        )
    out.mkdir(parents=True, exist_ok=True)
    module = import_module(f"liponflow.analysis.figures.{result.kind}")
    return [
        path
        for name, figure in module.all_figures(result).items()
        for path in save(figure, out / name)
    ]


def _print_json(document: Any) -> None:
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
