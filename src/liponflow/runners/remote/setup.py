"""Write a project of jobflow-remote: queue, results, worker, and what its jobs find there."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from liponflow import datayaml, durable
from liponflow.boundary import file_boundary
from liponflow.names import nearest
from liponflow.redaction import without_secrets
from liponflow.runners.pool import ONE_THREAD
from liponflow.runners.remote.errors import ProjectError, check_installed
from liponflow.runners.remote.projects import (
    JOB_COMMAND,
    check_resources,
    first_fault,
    job_controller,
    open_project,
    projects_folder,
)
from liponflow.runners.remote.server import PRIVATE_FILE, QueueServer

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project

SCHEDULERS = ("slurm", "pbs", "sge", "shell")

POTCARS = "PMG_VASP_PSP_DIR"


@dataclass(frozen=True)
class Worker:
    """A machine that runs jobs, as a user describes it.

    Attributes
    ----------
    name
        Name of the worker.
    scheduler
        One of :data:`SCHEDULERS`.
    work_dir
        Folder of the jobs there, an absolute path.
    host, user, key_file
        Host of SSH; None for this machine.
    environment
        Virtual environment with liponflow there; this one's by default on this machine.
    modules
        Modules that are loaded before a job.
    pre_run
        Further lines before a job.
    variables
        Environment variables of the jobs.
    resources
        Default resources.
    max_jobs
        Most jobs in the scheduler at once.
    batch_jobs
        Most jobs in the scheduler of the worker ``NAME-batch``, which run many jobs each; None
        for no such worker.
    batch_minutes
        Minutes after which such a job starts no further one; below its walltime.
    """

    name: str
    scheduler: str
    work_dir: Path
    host: str | None = None
    user: str | None = None
    key_file: Path | None = None
    environment: Path | None = None
    modules: Sequence[str] = ()
    pre_run: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    max_jobs: int | None = None
    batch_jobs: int | None = None
    batch_minutes: int = 50

    def __post_init__(self) -> None:
        """Refuse what jobflow-remote would misunderstand."""
        if self.scheduler not in SCHEDULERS:
            raise ProjectError(
                f"no scheduler {self.scheduler!r}{nearest(self.scheduler, SCHEDULERS)}"
            )
        if not self.work_dir.is_absolute():
            raise ProjectError(
                f"--work-dir {self.work_dir} must be an absolute path on {self.host or 'here'}"
            )
        if self.host is not None and self.environment is None:
            raise ProjectError(
                f"--environment: name the virtual environment on {self.host} in which liponflow "
                "is installed"
            )

    def documents(self) -> dict[str, dict[str, Any]]:
        """Return the worker as the project file holds it, and the one for batches, by name."""
        document: dict[str, Any] = {
            "type": "local" if self.host is None else "remote",
            "scheduler_type": self.scheduler,
            "work_dir": str(self.work_dir),
            "pre_run": "\n".join(self._pre_run()),
            "execution_cmd": JOB_COMMAND,
            "timeout_execute": 60,
        }
        if self.host is not None:
            document["host"] = self.host
            document |= {"user": self.user} if self.user else {}
            document |= {"key_filename": str(self.key_file)} if self.key_file else {}
        if self.resources:
            document["resources"] = dict(self.resources)
        if self.max_jobs is not None:
            document["max_jobs"] = self.max_jobs
        found = {self.name: document}
        if self.batch_jobs is not None:
            batch = self.work_dir / "batch" / self.name
            found[f"{self.name}-batch"] = {
                **deepcopy(document),
                "max_jobs": self.batch_jobs,
                "batch": {
                    "jobs_handle_dir": str(batch / "handle"),
                    "work_dir": str(batch / "jobs"),
                    "max_time": 60 * self.batch_minutes,
                    "max_wait": 60,
                    "sleep_time": 2,
                },
            }
        return found

    def _pre_run(self) -> list[str]:
        environment = self.environment or Path(sys.prefix)
        exported = [f"export {name}={shlex.quote(text)}" for name, text in self.variables.items()]
        return [
            *(f"module load {shlex.quote(name)}" for name in self.modules),
            f"export PATH={shlex.quote(str(environment / 'bin'))}:$PATH",
            f"export {' '.join(f'{name}={text}' for name, text in ONE_THREAD.items())}",
            *exported,
            *self.pre_run,
        ]


def results_store(location: Path | Mapping[str, Any]) -> dict[str, Any]:
    """Return a results store as the project file holds it.

    Parameters
    ----------
    location
        Setting ``store``: a file, or a specification.
    """
    if not isinstance(location, Path):
        return dict(location)
    module = "liponflow.store.sqlite"
    docs = {"@module": module, "@class": "SQLiteStore", "path": str(location)}
    unique = ["blob_uuid"]
    data = {**docs, "table": "data", "unique": unique, "indexed": [*unique, "job_uuid"]}
    return {
        "@module": "jobflow.core.store",
        "@class": "JobStore",
        "docs_store": docs,
        "additional_stores": {"data": data},
    }


def write_project(
    name: str,
    worker: Worker,
    *,
    queue: Mapping[str, Any] | None,
    results: Path | Mapping[str, Any] | None,
) -> tuple["Project", Path]:
    """Write a project file, or add a worker to one that is there.

    Parameters
    ----------
    name
        Name of the project.
    worker
        Worker to add, in place of one of the same name.
    queue
        Store of the queue; None to keep that of the file.
    results
        Results store; None to keep that of the file.

    Returns
    -------
    Project, Path
        What was written, as jobflow-remote reads it, and where.

    Raises
    ------
    ProjectError
        If the file cannot be read, or jobflow-remote would not take the new one; nothing is
        written then.
    """
    check_installed()
    folder = projects_folder()
    file = folder / f"{name}.yaml"
    document: dict[str, Any] = {"name": name}
    if file.exists():
        document = _read(file)
    document["workers"] = {**document.get("workers", {}), **worker.documents()}
    if queue is not None:
        document["queue"] = {"store": dict(queue)}
    if results is not None:
        document["jobstore"] = results_store(results)
    if "queue" not in document:
        raise ProjectError(
            f"project {name} has no queue: add --local-queue for one on this machine, or "
            "--mongodb FILE with the address of a MongoDB server"
        )
    document.setdefault("runner", {"delay_checkout": 10, "delay_check_run_status": 10,
                                   "delay_advance_status": 10, "delay_update_batch": 20,
                                   "delay_refresh_limited": 60})  # fmt: skip
    project = _checked(document, file)
    for key, made in project.workers.items():
        if made.resources:
            check_resources(key, made, made.resources)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(file, yaml.safe_dump(document, sort_keys=False), mode=PRIVATE_FILE)
        file.chmod(PRIVATE_FILE)  # an older file may have been open to others
    except OSError as error:
        raise ProjectError(f"cannot write {file}: {error.strerror}") from error
    return open_project(name), file


def prepare_queue(project: "Project") -> bool:
    """Make the collections of a new queue; return whether it was new.

    Raises
    ------
    ProjectError
        If it holds flows, which would be deleted.
    QueueError
        If it does not answer.
    """
    with job_controller(project) as controller:
        if controller.auxiliary.find_one({"next_id": {"$exists": True}}) is not None:
            return False
        if not controller.reset(max_limit=1):
            raise ProjectError(
                f"the database of the queue of {project.name} holds flows, but is not a queue of "
                "jobflow-remote: name another database"
            )
        return True


def server_of(project: str) -> QueueServer:
    """Return the queue server of a project on this machine."""
    return QueueServer(projects_folder() / project / "queue")


def mongodb_store(file: Path) -> dict[str, Any]:
    """Return the queue store whose address a file holds, so that no command shows its password.

    Raises
    ------
    ProjectError
        If the file cannot be read, or holds no address with a database.
    """
    with file_boundary(file, ProjectError, what="an address", remedy="write one into it"):
        address = file.read_text(encoding="utf-8").strip()
    if not address.startswith(("mongodb://", "mongodb+srv://")):
        raise ProjectError(f"{file} holds no address mongodb://USER:PASSWORD@HOST/DATABASE")
    from pymongo.errors import PyMongoError
    from pymongo.uri_parser import parse_uri

    try:
        database = parse_uri(address)["database"]
    except (PyMongoError, ValueError) as error:
        raise ProjectError(f"{file}: {without_secrets(str(error))}") from None
    if not database:
        raise ProjectError(f"{file}: the address names no database: end it with /DATABASE")
    return {
        "type": "MongoStore",
        "uri": address,
        "database": database,
        "collection_name": "jobs",
        "mongoclient_kwargs": {"serverSelectionTimeoutMS": 10_000},
    }


def _read(file: Path) -> dict[str, Any]:
    with file_boundary(file, ProjectError, what="a project", remedy="correct it, or remove it"):
        document = datayaml.load(file.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or not isinstance(document.get("workers", {}), dict):
            raise ProjectError(f"{file} is not a project of jobflow-remote")
        return document


def _checked(document: Mapping[str, Any], file: Path) -> "Project":
    from jobflow_remote.config.base import Project

    try:
        project: Project = Project.model_validate(document)
    except ValidationError as error:
        raise ProjectError(f"{file} was not written: {first_fault(error)}") from None
    return project
