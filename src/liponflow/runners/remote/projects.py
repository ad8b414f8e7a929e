"""Projects of jobflow-remote, and what of them a submission needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from liponflow import datayaml
from liponflow.boundary import reason_of
from liponflow.names import nearest
from liponflow.redaction import without_secrets
from liponflow.runners.remote.errors import (
    SET_UP,
    NoProjectError,
    ProjectError,
    QueueError,
    check_installed,
    queue_errors,
)

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project, WorkerBase
    from jobflow_remote.config.manager import ConfigManager

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
    manager, wanted = _manager(), project_name(name)
    if wanted not in manager.projects_data:
        folder = projects_folder()
        raise ProjectError(
            f"project {wanted} in {folder} cannot be used: {_fault(folder, wanted)}; correct it"
        )
    project: Project = manager.projects_data[wanted].project
    check_queue_kind(project)
    return project


def project_name(name: str | None = None) -> str:
    """Return the name of a project that has a file, whether that can be used or not.

    Parameters
    ----------
    name
        As for :func:`open_project`.

    Raises
    ------
    ProjectError
        If jobflow-remote is not installed, or there is no such project (the nearest is suggested).
    """
    check_installed()
    from jobflow_remote import SETTINGS

    folder, manager = projects_folder(), _manager()
    names, unreadable = manager.project_names_from_files(suppress_warnings=True)
    named = sorted({*manager.projects_data, *names})
    wanted = name or SETTINGS.project or (named[0] if len(named) == 1 else None)
    if wanted in named:
        return str(wanted)
    if unreadable:
        raise ProjectError(_unreadable(folder / min(unreadable)))
    if not named:
        raise NoProjectError(
            f"there is no jobflow-remote project in {folder}: `{SET_UP} --local-queue` writes one"
        )
    if wanted is None:
        raise ProjectError(
            f"there are several projects ({', '.join(named)}): name one by --project, or in the "
            "setting hpc_project"
        )
    raise ProjectError(f"there is no project {wanted!r} in {folder}{nearest(wanted, named)}")


def _manager() -> "ConfigManager":
    from jobflow_remote.config.base import ConfigError
    from jobflow_remote.config.manager import ConfigManager

    try:
        return ConfigManager(warn=False)
    except ConfigError as error:
        raise ProjectError(f"{error}; remove one of the files") from error


def _unreadable(file: Path) -> str:
    """Say why a file holds no project."""
    reason = "it is no mapping with `name`"
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".yaml":
            datayaml.load(text)
    except (OSError, ValueError) as error:
        reason = reason_of(error)
    return f"{file}: cannot be read as a project ({reason}): correct it, or remove it"


def check_queue_kind(project: "Project") -> None:
    """Refuse a queue that ends with the command; jobflow-remote takes any kind of MongoStore.

    Raises
    ------
    ProjectError
        Naming the kind.
    """
    from maggma.stores import MemoryStore

    store = project.get_queue_store()
    if isinstance(store, MemoryStore):
        raise ProjectError(
            f"the queue of {project.name} is a {type(store).__name__}, which other processes do "
            f"not see: name a MongoStore in the project file, or `{SET_UP} --project "
            f"{project.name} --local-queue` starts one"
        )


def project_file(project: "Project") -> Path:
    """Return the file of a project."""
    return Path(_manager().get_project_data(project.name).filepath)


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
    fault = str(first["msg"]).strip().splitlines()[-1].removeprefix("Value error, ")
    return str(without_secrets(f"{place}: {fault}"))


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


def check_resources(worker_name: str, worker: "WorkerBase", resources: Mapping[str, Any]) -> None:
    """Refuse resources that the scheduler of a worker does not know.

    Raises
    ------
    ProjectError
        Naming the worker, the key and the nearest known ones.
    """
    known = known_resources(worker)
    for key in resources:
        if key not in known:
            raise ProjectError(
                f"{key!r} is not a resource of the scheduler of worker {worker_name} "
                f"({type(worker.get_scheduler_io()).__name__}){nearest(key, known)}"
            )


def known_resources(worker: "WorkerBase") -> set[str]:
    """Return the names of the resources of a worker's scheduler."""
    from qtoolkit.io.base import QTemplate

    known = set(QTemplate(worker.get_scheduler_io().header_template).get_identifiers())
    return known - {"job_name", "qout_path", "qerr_path"}


def runs_our_jobs(worker: "WorkerBase") -> bool:
    """Return whether a worker starts jobs by :data:`JOB_COMMAND`."""
    module = JOB_COMMAND.split()[2]
    return module in (worker.execution_cmd or "")


def queue_address(project: "Project") -> str:
    """Return the queue of a project in words, without user and password."""
    host, database = server_and_database(project.queue.store) or ("an unknown place", "")
    return f"the queue of {project.name} at {host}{database and '/'}{database}"


def results_address(project: "Project") -> str:
    """Return the results store of a project in words, without user and password."""
    docs = project.jobstore.get("docs_store", {})
    place = server_and_database(docs)
    return "/".join(place) if place else str(docs.get("path") or docs.get("type", "unknown"))


def server_and_database(store: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return host and database of the specification of a store; None if it is on no server.

    Examples
    --------
    >>> server_and_database({"uri": "mongodb://me:hush@Localhost/base?tls=true"})
    ('127.0.0.1:27017', 'base')
    >>> server_and_database({"host": "127.0.0.1", "database": "base", "password": "hush"})
    ('127.0.0.1:27017', 'base')
    """
    if not ("uri" in store or "database" in store):
        return None
    port = store.get("port", 27017)
    address = urlsplit(store.get("uri") or f"mongodb://{store.get('host', 'localhost')}:{port}")
    hosts = address.netloc.rpartition("@")[2].lower()
    if address.scheme == "mongodb" and ":" not in hosts:
        hosts += ":27017"
    hosts = hosts.replace("localhost:", "127.0.0.1:")
    return hosts, str(store.get("database") or address.path.strip("/"))


def check_separate(project: "Project") -> None:
    """Refuse results in the database of the queue, of which a reset would touch them.

    Raises
    ------
    ProjectError
        Naming the database.
    """
    stores = [
        project.jobstore.get("docs_store", {}),
        *project.jobstore.get("additional_stores", {}).values(),
    ]
    queue = server_and_database(project.queue.store)
    if queue is not None and queue in map(server_and_database, stores):
        raise ProjectError(
            f"queue and results of project {project.name} are in the same database, {queue[1]} on "
            f"{queue[0]}: a reset of the queue would touch the results; name another database "
            "under `jobstore` in the project file, or for a new project in the setting store"
        )


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
