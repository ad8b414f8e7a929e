"""``liponflow submit``: campaigns for a cluster, through jobflow-remote."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liponflow.cli.console import EXIT_FAILED, reported_errors, said_if_slow, say, say_commands
from liponflow.cli.options import (
    ConfigOption,
    EngineOption,
    EngineSetOption,
    IncarOption,
    PresetOption,
    ProjectOption,
    SetOption,
    StoreOption,
    StructuresOption,
)
from liponflow.cli.output import settings_with
from liponflow.cli.plan import Asked, Planned, ask, plan
from liponflow.cli.topic_group import TopicGroup
from liponflow.diagnosis import missing
from liponflow.workflows.campaign import Campaign

if TYPE_CHECKING:
    from liponflow.diagnosis import Finding
    from liponflow.runners.remote.submission import Submitted
    from liponflow.settings import Settings


def submit(
    ctx: typer.Context,
    campaign: Campaign,
    *,
    project: ProjectOption = None,
    worker: Annotated[
        str | None,
        typer.Option(
            help="Worker of every job \\[default: of each kind of job by the setting hpc_rules].",
        ),
    ] = None,
    resources: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Resource in the scheduler's words, or KIND.KEY=VALUE for a kind of job: relax, "
            "static, md, neb, feff, potential, gpu, light; may be repeated.",
        ),
    ] = None,
    batch: Annotated[
        bool,
        typer.Option("--batch", help="Run many jobs in one job of the scheduler, for small ones."),
    ] = False,
    priority: Annotated[int, typer.Option(min=1, help="Jobs of high priority start first.")] = 1,
    preset: PresetOption = None,
    config: ConfigOption = None,
    engine: EngineOption = None,
    engine_set: EngineSetOption = None,
    incar: IncarOption = None,
    structure: StructuresOption = None,
    set_: SetOption = None,
    given: Mapping[str, str] | None = None,
    store: StoreOption = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print jobs, workers and resources, and what is missing to submit them; Slurm "
            "or Grid Engine is asked whether it would accept them.",
        ),
    ] = False,
) -> None:
    """Submit a campaign to a cluster: the same jobs as `run`, each with resources of its kind.

    What is under way in the project is not submitted again, so that a command that was stopped can
    be repeated.

    The status of --dry-run is 1 if something is missing.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        settings = settings_with(store=store)
        asked = ask(
            campaign, settings, preset=preset, config=config, engine=engine,
            engine_set=engine_set, incar=incar, structure=structure, set_=set_, given=given,
        )  # fmt: skip
        with said_if_slow("loading the libraries of the campaign ..."):
            from liponflow.runners.remote.placement import parse_resources

        options: dict[str, Any] = {
            "project": project,
            "worker": worker,
            "resources": parse_resources(resources or []),
            "batch": batch,
            "priority": priority,
            "device": asked.choices()["engine_arguments"].get("device"),
        }
        if dry_run:
            lines, found = _dry_run(asked, settings, options)
        else:
            submissions = import_module("liponflow.workflows.submission")
            where, rules = submissions.rules_for(settings, **options)
            for planned in _plans(asked, settings):
                with said_if_slow("waiting for the queue ..."):
                    submitted = submissions.submit_campaign(
                        planned.flow, where, rules, kind=campaign.name,
                        preset=asked.chosen.preset, engines=planned.engines,
                        source=planned.request.source,
                    )  # fmt: skip
                _say_how_to_follow(submitted)
    if dry_run:
        for line in lines:
            typer.echo(line)
        import_module("liponflow.cli.tables").print_findings(found)
        if any(missing(findings) for findings in found.values()):
            raise typer.Exit(EXIT_FAILED)


def _plans(asked: Asked, settings: "Settings") -> Iterator[Planned]:
    """Plan the flow of each structure, all of them before the first is submitted."""
    from liponflow.engines.memory import computed_elsewhere
    from liponflow.workflows.run import known_store

    with known_store(settings) as known, computed_elsewhere():
        choices = asked.choices()
        files: Sequence[Path | None] = asked.files or [None]
        plans = [plan(asked, choices | {"structure_file": file}, known, None) for file in files]
    yield from plans


def _dry_run(
    asked: Asked, settings: "Settings", options: Mapping[str, Any]
) -> "tuple[list[str], dict[str, list[Finding]]]":
    """Return the jobs by kind, and what is there and missing of the project and its workers."""
    from liponflow.settings import JobKind, ResourceRule

    submissions = import_module("liponflow.workflows.submission")
    checks = import_module("liponflow.runners.remote.checks")
    where, findings = checks.project_findings(options["project"] or settings.hpc_project)
    rules = None
    if where is not None:
        rules, faults = submissions.rules_or_faults(settings, **options)
        findings += faults
    counts: dict[str, int] = {}
    for planned in _plans(asked, settings):
        for kind, number in submissions.counts(planned.flow, settings, options["device"]).items():
            counts[kind] = counts.get(kind, 0) + number
    found = {"project": findings}
    if where is not None and rules is not None:
        used = sorted({str(rules.by_kind[JobKind(kind)].worker) for kind in counts})
        with said_if_slow("asking the schedulers ..."):
            for name in used:
                check = checks.WorkerCheck(name, where.workers[name], rules, software=False)
                found[f"worker {name}"] = check.findings()
    by_kind = settings.hpc_rules if rules is None else rules.by_kind
    lines = ["jobs that are known now; those that they make are placed by the same rules"]
    for kind, number in sorted(counts.items()):
        rule = by_kind.get(JobKind(kind)) or ResourceRule()
        asked_for = [f"{key}={value}" for key, value in rule.resources.items()]
        asked_for += [f"{key}={value} an image" for key, value in rule.per_image.items()]
        words = ", ".join(asked_for) or ("no resources" if rules else "resources of the worker")
        lines.append(f"{number:6d}  {kind:9} on {rule.worker or '?'}: {words}")
    return lines, found


def _say_how_to_follow(submitted: "Submitted") -> None:
    """Say what was submitted and which commands come next."""
    jobs = ", ".join(f"{count} on {worker}" for worker, count in submitted.jobs.items())
    project, short = submitted.project, submitted.uuid[:8]
    if submitted.earlier is not None:
        since = submitted.earlier.astimezone().strftime("%d %b %H:%M")
        say(
            f"not submitted again: the same calculation is under way in project {project} since "
            f"{since}, as {short}; cancel that to submit it otherwise",
            style="yellow",
        )
    else:
        say(f"submitted {short} to project {project}; jobs: {jobs}, and what they add")
    say_commands(
        (f"jf -p {project} runner start", "the runner sends them, unless it runs"),
        (f"liponflow status {short} --project {project}", "what is done, failed, waiting"),
        (f"liponflow fetch {short} --project {project}", "the result, when it is done"),
        (f"liponflow cancel {short} --project {project}", "stop it"),
    )


class SubmitGroup(TopicGroup):
    """``liponflow submit CAMPAIGN``."""

    action = submit
    needs = "flow"
    with_options = True
    preset = "quick"
