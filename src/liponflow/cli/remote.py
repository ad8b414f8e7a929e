"""Commands about submitted campaigns: status, cancel, rerun, fetch."""

import sys
from contextlib import redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from liponflow.cli.console import EXIT_FAILED, reported_errors, say
from liponflow.cli.options import CampaignsArgument, FigureOption, JsonOption, ProjectOption
from liponflow.cli.output import check_out, export, print_json, settings_with

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project

    from liponflow.runners.remote.campaigns import CampaignStatus

NamedCampaigns = Annotated[
    list[str], typer.Argument(help="First characters of what `status` names.", show_default=False)
]


def status(
    ctx: typer.Context,
    campaigns: CampaignsArgument = None,
    *,
    project: ProjectOption = None,
    json: JsonOption = False,
) -> None:
    """Show submitted campaigns: what is done, runs, failed and why, and what waits for what.

    The status is 1 if a campaign that is named has failed.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        opened = _open(project)
        module = import_module("liponflow.runners.remote.campaigns")
        found: list[CampaignStatus] = module.campaigns(opened, campaigns or ())
        runs = module.runner_is_running(opened)
    tables = import_module("liponflow.cli.remote_tables")
    if json:
        print_json([tables.document(item) for item in found])
    else:
        tables.print_campaigns(found, detailed=bool(campaigns))
    with reported_errors(debug=ctx.obj):
        if not found:
            say(f"nothing has been submitted to project {opened.name}")
        elif not runs and any(
            item.state.value in {"ready", "queued", "running"} for item in found
        ):
            say(
                "the runner of jobflow-remote does not run on this machine: "
                f"`jf -p {opened.name} runner start`, unless it runs on another",
                style="yellow",
            )
    if campaigns and any(item.state.value == "failed" for item in found):
        raise typer.Exit(EXIT_FAILED)


def cancel(
    ctx: typer.Context, campaigns: NamedCampaigns, *, project: ProjectOption = None
) -> None:
    """Stop submitted campaigns; what is done is kept, and `rerun` continues."""
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        opened = _open(project)
        module = import_module("liponflow.runners.remote.campaigns")
        say(f"jobs stopped: {module.cancel(opened, campaigns)}")


def rerun(ctx: typer.Context, campaigns: NamedCampaigns, *, project: ProjectOption = None) -> None:
    """Run what failed or was stopped again, and what depends on it; what is done is kept."""
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        opened = _open(project)
        names = import_module("liponflow.runners.remote.campaigns").rerun(opened, campaigns)
        say(f"run again: {', '.join(names)}" if names else "nothing has failed or been stopped")


def fetch(
    ctx: typer.Context,
    campaigns: CampaignsArgument = None,
    *,
    project: ProjectOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Show the results of submitted campaigns, and copy them to the results store of the settings.

    Without names, those of all campaigns that are done. The status is 1 if one that is named has
    no result yet, or a document is damaged; the others are copied all the same.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        check_out(out)
        opened = _open(project)
        module = import_module("liponflow.workflows.fetching")
        fetched = module.fetch(opened, settings_with(), campaigns or ())
    tables = import_module("liponflow.cli.tables")
    with reported_errors(debug=ctx.obj):
        for stored in fetched.results:
            if out is not None:
                several = len(fetched.results) > 1
                export(stored.result, out / stored.uuid[:8] if several else out)
            if not json:
                tables.print_result(stored)
        if json:
            print_json([stored.result.with_units() for stored in fetched.results])
        for line in fetched.unfinished:
            say(line, style="yellow")
        for line in fetched.damaged:
            say(line, style="red")
    if fetched.damaged or (campaigns and fetched.unfinished):
        raise typer.Exit(EXIT_FAILED)


def _open(project: str | None) -> "Project":
    from liponflow.runners.remote.projects import open_project

    return open_project(project or settings_with().hpc_project)
