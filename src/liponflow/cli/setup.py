"""Commands that set up clusters: ``liponflow setup hpc`` and ``liponflow setup queue``."""

import sys
from contextlib import redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from liponflow.cli.console import reported_errors, say, say_commands
from liponflow.cli.options import ProjectOption
from liponflow.cli.output import settings_with

app = typer.Typer(help="Set up submission to clusters.", no_args_is_help=True)


class Action(StrEnum):
    """What is done with the queue server."""

    START = "start"
    STOP = "stop"
    STATUS = "status"
    EXPORT = "export"


class Scheduler(StrEnum):
    """Schedulers of jobflow-remote."""

    SLURM = "slurm"
    PBS = "pbs"
    SGE = "sge"
    SHELL = "shell"


@app.command()
def hpc(
    ctx: typer.Context,
    *,
    project: Annotated[str, typer.Option(help="Project to write or extend.")] = "liponflow",
    worker: Annotated[str, typer.Option(help="Worker to add or replace.")] = "main",
    scheduler: Annotated[
        Scheduler, typer.Option(help="Scheduler of the worker; shell for none.")
    ] = Scheduler.SLURM,
    host: Annotated[
        str | None, typer.Option(help="Host, by SSH \\[default: this machine].")
    ] = None,
    user: Annotated[str | None, typer.Option(help="User on the host.")] = None,
    ssh_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of SSH there \\[default: of ~/.ssh/config]."),
    ] = None,
    key_file: Annotated[Path | None, typer.Option(help="Private key of SSH.")] = None,
    work_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of the jobs, absolute \\[default here: ~/liponflow_jobs]."),
    ] = None,
    environment: Annotated[
        Path | None,
        typer.Option(help="Virtual environment with liponflow there \\[default here: this one]."),
    ] = None,
    module: Annotated[
        list[str] | None, typer.Option(help="Module to load before a job; may be repeated.")
    ] = None,
    pre_run: Annotated[
        list[str] | None, typer.Option(help="Line of shell before a job; may be repeated.")
    ] = None,
    vasp_cmd: Annotated[str | None, typer.Option(help="Command of VASP there.")] = None,
    potcars: Annotated[Path | None, typer.Option(help="Library of POTCARs there.")] = None,
    feff_cmd: Annotated[str | None, typer.Option(help="Command of FEFF there.")] = None,
    device: Annotated[
        str | None, typer.Option(help="Device of potentials there: auto, cpu or cuda.")
    ] = None,
    resources: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Default resource; may be repeated."),
    ] = None,
    max_jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Most jobs in the scheduler at once \\[default: no limit; of shell here: cores].",
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Also write WORKER-batch, with so many jobs of the scheduler that run many each.",
        ),
    ] = None,
    batch_minutes: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --batch: minutes after which these start no further job \\[default: 50].",
        ),
    ] = None,
    local_queue: Annotated[
        bool,
        typer.Option(
            "--local-queue",
            help="Start a queue server for one user on this machine (SecantusDB, a beta).",
        ),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=1024, max=65535, help="With --local-queue: its port \\[default: a free one]."
        ),
    ] = None,
    mongodb: Annotated[
        Path | None,
        typer.Option(help="File with the address of a MongoDB server, instead of --local-queue."),
    ] = None,
) -> None:
    """Write a project of jobflow-remote, or add a worker to it, and check it as it is written.

    Results of a new project go to the store of the settings. Passwords are read from files and
    never printed; the project file can be read by you alone.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        if local_queue and mongodb is not None:
            raise ValueError("give one of --local-queue and --mongodb")
        if port is not None and not local_queue:
            raise ValueError("--port: give --local-queue, too; it is the port of that")
        if batch_minutes is not None and batch is None:
            raise ValueError("--batch-minutes: give --batch, too")
        from liponflow.runners.remote import setup
        from liponflow.runners.remote.errors import check_installed
        from liponflow.runners.remote.placement import parse_resources
        from liponflow.runners.remote.projects import results_address

        check_installed()
        if host is not None and work_dir is None:
            raise ValueError(f"--work-dir: name a folder for the jobs on {host}")
        described = setup.Worker(
            worker,
            scheduler.value,
            work_dir or Path.home() / "liponflow_jobs",
            host=host,
            user=user,
            port=ssh_port,
            key_file=None if key_file is None else key_file.expanduser().absolute(),
            environment=environment,
            modules=module or [],
            pre_run=pre_run or [],
            variables=setup.code_variables(
                vasp_cmd=vasp_cmd, potcars=potcars, feff_cmd=feff_cmd, device=device
            ),
            resources=parse_resources(resources or []),
            max_jobs=max_jobs,
            batch_jobs=batch,
            batch_minutes=batch_minutes or 50,
        )
        setup.extended(project, described)
        store = None
        if local_queue:
            store = setup.server_of(project).start(port).store()
        elif mongodb is not None:
            store = setup.mongodb_store(mongodb)
        opened, file = setup.write_project(
            project, described, queue=store, results=settings_with().store
        )
        say(f"project {project} is in {file}; workers: {', '.join(opened.workers)}")
        say(f"results go to {results_address(opened)}")
        if setup.prepare_queue(opened):
            say("its queue is empty and prepared")
        say_commands(
            (f"liponflow doctor --hpc --project {project}", "check it, also on the workers"),
            (f"jf -p {project} runner start", "start the runner; again after a change"),
            (f"liponflow submit lithiation --project {project} --dry-run", "see what would run"),
        )


@app.command()
def queue(
    ctx: typer.Context,
    action: Annotated[Action, typer.Argument(help="What to do.")],
    *,
    project: ProjectOption = None,
    to: Annotated[
        str | None, typer.Option(help="With export: project whose queue on MongoDB is filled.")
    ] = None,
) -> None:
    """Start or stop the queue server of a project, or move its queue to a MongoDB server."""
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        from liponflow.runners.remote.projects import open_project, project_name
        from liponflow.runners.remote.setup import server_of

        name = project_name(project or settings_with().hpc_project)
        server = server_of(name)
        if action is Action.EXPORT:
            if to is None:
                raise ValueError("--to: name the project whose queue is filled")
            from liponflow.runners.remote.export import export_queue

            copied = export_queue(open_project(name), open_project(to))
            say(f"copied: {', '.join(f'{count} {what}' for what, count in copied.items())}")
            return
        if not server.is_there:
            raise ValueError(
                f"project {name} has no queue server of its own: `liponflow setup hpc --project "
                f"{name} --local-queue` makes one"
            )
        if action is Action.START:
            server.start()
        stopped = action is Action.STOP and server.stop()
        pid = server.pid
        if pid is not None:
            say(f"the queue server runs: process {pid}, port {server.address.port} of 127.0.0.1")
        else:
            say("the queue server has stopped" if stopped else "the queue server does not run")
