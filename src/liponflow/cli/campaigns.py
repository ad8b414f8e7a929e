"""Commands that run campaigns or write their VASP inputs."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liponflow.cli.console import EXIT_FAILED, report_failures, reported_errors, say
from liponflow.cli.options import (
    EngineOption,
    FigureOption,
    JsonOption,
    KindArgument,
    PresetOption,
    SetOption,
    StoreOption,
    StructureOption,
    WorkersOption,
)
from liponflow.cli.output import check_out, export, print_json, settings_with

if TYPE_CHECKING:
    from jobflow import JobStore

    from liponflow.cost.estimate import Estimate
    from liponflow.settings import Settings
    from liponflow.workflows.run import Outcome


def run(
    ctx: typer.Context,
    kind: KindArgument,
    *,
    preset: PresetOption = "quick",
    engine: EngineOption = None,
    structure: StructureOption = None,
    set_: SetOption = None,
    entries: Annotated[
        Path | None,
        typer.Option(help="stability: pymatgen entries (JSON) to use, same as --set entries=..."),
    ] = None,
    refine: Annotated[
        str | None,
        typer.Option(help="migration: engine that goes on from the path, e.g. vasp."),
    ] = None,
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
        from liponflow.engines.installed import check_installed
        from liponflow.inputs.presets import parse_settings
        from liponflow.registry import resolve
        from liponflow.workflows import run as campaigns
        from liponflow.workflows.campaign import get_campaign

        settings = settings_with(workers=workers, store=store)
        given = {"entries": entries and str(entries), "refine": refine}
        choices: dict[str, Any] = {
            "preset": preset,
            "engine": engine or settings.engine,
            "overrides": parse_settings(set_ or [])
            | {key: value for key, value in given.items() if value is not None},
            "structure_file": structure,
        }
        campaign = get_campaign(kind)
        if not dry_run:
            flow_module = import_module(campaign.plan.partition(":")[0])
            further: Callable[..., list[str]] = getattr(
                flow_module, "further_engines", lambda *_: []
            )
            for name in [choices["engine"], *further(preset, choices["overrides"])]:
                check_installed(name, settings.vasp_cmd)
        plan = resolve(campaign.plan)
        known = {"store": _known_store(settings)} if "store" in signature(plan).parameters else {}
        flow = plan(**choices, **known)
        if dry_run:
            cost = _estimate(flow, settings)
        else:
            check_out(out)
            record = {"command": sys.argv, "kind": kind} | choices
            outcome = campaigns.run(flow, settings, record | {"structure_file": str(structure)})
    if dry_run:
        import_module("liponflow.cli.tables").print_estimate(cost)
    else:
        _finish(ctx, outcome, out=out, json=json)


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
        from liponflow.workflows import run as campaigns

        check_out(out)
        outcome = campaigns.resume(settings_with(workers=workers), run)
    _finish(ctx, outcome, out=out, json=json)


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
        from liponflow.registry import resolve
        from liponflow.workflows.campaign import get_campaign

        campaign = get_campaign(kind)
        choices = {"preset": preset, "overrides": parse_settings(set_ or [])}
        if out is not None and diff is None:
            check_out(out.absolute().parent)
            written = resolve(str(campaign.write))(out, structure_file=structure, **choices)
            typer.echo(f"{written.summary} written to {out}; read {out / 'README.md'}")
            if not written.with_potcar:
                say("no POTCAR library is configured: POTCAR.spec takes the place of POTCAR")
        elif diff is not None and out is None:
            found = resolve(str(campaign.compare))(diff, **choices)
            import_module("liponflow.cli.tables").print_differences(found)
        else:
            raise ValueError("give either --out, to write, or --diff, to compare")
    if found:
        raise typer.Exit(EXIT_FAILED)


def _estimate(flow: Any, settings: "Settings") -> "Estimate":
    from liponflow.cost.estimate import estimate

    return estimate(flow, _known_store(settings))


def _known_store(settings: "Settings") -> "JobStore | None":
    """Open the results store to read, if there is one."""
    from liponflow.store.results import open_store

    known = isinstance(settings.store, dict) or settings.store.exists()
    return open_store(settings.store, read_only=True) if known else None


def _finish(ctx: typer.Context, outcome: "Outcome", *, out: Path | None, json: bool) -> None:
    """Print the result and say what failed."""
    stored = outcome.result
    with reported_errors(debug=ctx.obj):
        if stored is not None:
            if out is not None:
                export(stored.result, out)
            if json:
                print_json(stored.result.model_dump(mode="json"))
            else:
                import_module("liponflow.cli.tables").print_result(stored)
    report_failures(outcome.report)
    if outcome.report.failures or stored is None:
        raise typer.Exit(EXIT_FAILED)
