"""Projects of jobflow-remote, and what of them a submission needs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from liponflow import datayaml
from liponflow.names import nearest
from liponflow.redaction import without_secrets
from liponflow.runners.remote.errors import (
    SET_UP,
    ProjectError,
    QueueError,
    check_installed,
    queue_errors,
)

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project, WorkerBase

JOB_COMMAND = "python -m liponflow.workflows.remote_job {}"
"""Command of a worker that runs a job, with its directory in the place of the braces."""


def projects_folder() -> Path:
    """Return the folder of the project files."""
    check_installed()
    from jobflow_remote import SETTINGS

    return Path(SETTINGS.projects_folder).expanduser()


def open_project(name: str | None = None) -> "Project":
    """Return a project by name.

    Parameters
    ----------
    name
        Name of the project; None for the one that jobflow-remote chooses: of the variable
        ``JFREMOTE_PROJECT``, or the only one.

    Raises
    ------
    ProjectError
        If jobflow-remote is not installed, there is no such project (the nearest is suggested), or
        its file cannot be used.
    """
    check_installed()
    from jobflow_remote import SETTINGS
    from jobflow_remote.config.base import ConfigError
    from jobflow_remote.config.manager import ConfigManager

    folder = projects_folder()
    try:
        manager = ConfigManager(warn=False)
    except ConfigError as error:
        raise ProjectError(f"{error}; remove one of the files in {folder}") from error
    known = manager.projects_data
    named = sorted({*known, *manager.project_names_from_files(suppress_warnings=True)[0]})
    wanted = name or SETTINGS.project or (named[0] if len(named) == 1 else None)
    if not named:
        raise ProjectError(f"there is no jobflow-remote project in {folder}: {SET_UP} writes one")
    if wanted is None:
        raise ProjectError(
            f"there are several projects ({', '.join(named)}): name one by --project, or in the "
            "setting hpc_project"
        )
    if wanted in known:
        project: Project = known[wanted].project
        return project
    if wanted in named:
        raise ProjectError(
            f"project {wanted} in {folder} cannot be used: {_fault(folder, wanted)}"
        )
    raise ProjectError(f"there is no project {wanted!r} in {folder}{nearest(wanted, named)}")


def project_file(project: "Project") -> Path:
    """Return the file of a project."""
    from jobflow_remote.config.manager import ConfigManager

    return Path(ConfigManager(warn=False).get_project_data(project.name).filepath)


def _fault(folder: Path, name: str) -> str:
    """Return what is wrong with the file of a project, without the values in it."""
    from jobflow_remote.config.base import Project

    for file in sorted(folder.glob("*.yaml")):
        with suppress(OSError, ValueError, yaml.YAMLError):
            content = datayaml.load(file.read_text(encoding="utf-8"))
            if isinstance(content, dict) and content.get("name") == name:
                try:
                    Project.model_validate(content)
                except ValidationError as error:
                    return f"{file.name}: {first_fault(error)}"
    return "its file cannot be read"


def first_fault(error: ValidationError) -> str:
    """Return the first fault of a project, by its place, without the value and secrets."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return str(without_secrets(f"{place}: {str(first['msg']).strip().splitlines()[-1]}"))


def find_worker(project: "Project", name: str | None) -> str:
    """Return the name of a worker; the first of the project for None.

    Raises
    ------
    ProjectError
        If there is none of this name; the nearest is suggested.
    """
    workers = list(project.workers)
    if not workers:
        raise ProjectError(f"project {project.name} has no worker: {SET_UP} writes one")
    if name is None:
        return str(workers[0])
    if name not in workers:
        raise ProjectError(
            f"project {project.name} has no worker {name!r}{nearest(name, workers)}"
        )
    return name


def batch_worker(project: "Project", name: str) -> str:
    """Return the worker that runs many jobs in one job of the scheduler, on the same machine.

    Parameters
    ----------
    project
        The project.
    name
        A worker of it: itself if it is one for batches, or else ``NAME-batch``.

    Raises
    ------
    ProjectError
        If there is none.
    """
    for candidate in (name, f"{name}-batch"):
        if candidate in project.workers and project.workers[candidate].batch is not None:
            return candidate
    batches = [key for key, worker in project.workers.items() if worker.batch is not None]
    there = f"there is {', '.join(batches)}" if batches else f"{SET_UP} --batch writes one"
    raise ProjectError(f"worker {name} of {project.name} runs no batches, nor is there a "
                       f"{name}-batch: {there}")  # fmt: skip


def check_resources(worker_name: str, worker: "WorkerBase", resources: dict[str, Any]) -> None:
    """Refuse resources that the scheduler of a worker does not know.

    Raises
    ------
    ProjectError
        Naming the worker, the key and the nearest known ones.
    """
    from qtoolkit.io.base import QTemplate

    scheduler = worker.get_scheduler_io()
    known = set(QTemplate(scheduler.header_template).get_identifiers())
    known -= {"job_name", "qout_path", "qerr_path"}
    for key in resources:
        if key not in known:
            raise ProjectError(
                f"{key!r} is not a resource of the scheduler of worker {worker_name} "
                f"({type(scheduler).__name__}){nearest(key, known)}"
            )


def runs_our_jobs(worker: "WorkerBase") -> bool:
    """Return whether a worker starts jobs by :data:`JOB_COMMAND`."""
    module = JOB_COMMAND.split()[2]
    return module in (worker.execution_cmd or "")


def queue_address(project: "Project") -> str:
    """Return the queue of a project in words, without a password."""
    store = project.queue.store
    where = store.get("host") or store.get("uri") or "localhost"
    port = f":{store['port']}" if "port" in store else ""
    database = f"/{store['database']}" if "database" in store else ""
    return str(without_secrets(f"the queue of {project.name} at {where}{port}{database}"))


@contextmanager
def job_controller(project: "Project") -> Iterator["JobController"]:
    """Open the queue of a project.

    Raises
    ------
    QueueError
        If it does not answer, also within the block, or the runner holds what is asked for.
    """
    from jobflow_remote.utils.db import LockedDocumentError

    where = queue_address(project)
    with queue_errors(where):
        controller = project.get_job_controller()
        try:
            yield controller
        except LockedDocumentError as error:
            raise QueueError(
                f"{where}: the runner holds a job or a flow that is asked for: try again in a "
                "minute; what a killed runner held is released after ten"
            ) from error
        finally:
            controller.close()
