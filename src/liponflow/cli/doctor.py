"""The command that examines this installation and its engines, and a project for clusters."""

import sys
from contextlib import redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from liponflow.cli.completion import engine_names
from liponflow.cli.console import EXIT_FAILED, reported_errors, said_if_slow
from liponflow.cli.options import ProjectOption
from liponflow.cli.output import settings_with

if TYPE_CHECKING:
    from liponflow.diagnosis import Finding
    from liponflow.settings import Settings


def doctor(
    ctx: typer.Context,
    engine: Annotated[
        str | None,
        typer.Argument(
            help="An engine \\[default: all registered ones].", autocompletion=engine_names
        ),
    ] = None,
    *,
    hpc: Annotated[
        bool,
        typer.Option(
            "--hpc", help="Examine a project of jobflow-remote: queue, runner and every worker."
        ),
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Examine settings, extras and engines, and say how to install what is missing.

    The exit code is 1 if the named engine cannot run, or the project cannot be used.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        from liponflow.diagnosis import missing
        from liponflow.engines.registry import check_name, engine_class, engine_names

        settings = settings_with()
        if hpc:
            if engine:
                check_name(engine)
            with said_if_slow("asking the queue and the workers ..."):
                found = _project(project or settings.hpc_project, engine)
        else:
            found = {} if engine else _installation(settings)
            names = [engine] if engine else engine_names()
            found |= {name: engine_class(name).diagnose(name, settings) for name in names}
    print_findings = import_module("liponflow.cli.tables").print_findings
    print_findings(found)
    if (engine or hpc) and any(missing(findings) for findings in found.values()):
        raise typer.Exit(EXIT_FAILED)


def _installation(settings: "Settings") -> "dict[str, list[Finding]]":
    """Examine what concerns all engines."""
    installation = import_module("liponflow.workflows.installation")
    return {
        "settings": installation.settings_findings(settings),
        "extras": installation.extras_findings(),
    }


def _project(name: str | None, engine: str | None) -> "dict[str, list[Finding]]":
    """Examine a project and its workers; those that get jobs of the engine must have it."""
    checks = import_module("liponflow.runners.remote.checks")
    submission = import_module("liponflow.workflows.submission")
    opened, findings = checks.project_findings(name)
    found = {"project": findings}
    if opened is None:
        return found
    rules, faults = submission.rules_or_faults(settings_with(), opened.name)
    findings += faults
    needing = submission.workers_for(engine, rules) if engine and rules else set()
    # The worker for batches has the host and the environment of another, which are examined once.
    places = {
        key: (worker.type, getattr(worker, "host", None), worker.pre_run)
        for key, worker in opened.workers.items()
    }
    with_engine = {places[key] for key in needing}
    seen = set()
    for key, worker in opened.workers.items():
        place = places[key]
        needed = [engine] if place in with_engine else []
        check = checks.WorkerCheck(key, worker, rules, needed, software=place not in seen)
        seen.add(place)
        found[f"worker {key}"] = check.findings()
    return found
