"""Write a project of jobflow-remote: queue, results, worker, and what its jobs find there."""

import re
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
from liponflow.runners.local import available_cores
from liponflow.runners.pool import ONE_THREAD
from liponflow.runners.remote.errors import ProjectError, check_installed
from liponflow.runners.remote.projects import (
    JOB_COMMAND,
    check_queue_kind,
    check_resources,
    check_separate,
    first_fault,
    job_controller,
    open_project,
    project_file,
    projects_folder,
)
from liponflow.runners.remote.server import PRIVATE_FILE, QueueServer
from liponflow.settings import DEVICES, split_command

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project

_OURS = "liponflow.runners.remote.schedulers"

SCHEDULERS: dict[str, str | dict[str, str]] = {
    "slurm": "slurm",
    "pbs": {"@module": _OURS, "@class": "PBS"},
    "sge": {"@module": _OURS, "@class": "GridEngine"},
    "shell": {"@module": _OURS, "@class": "Shell"},
}
"""Schedulers by name, as a project file holds them."""

CONNECT_S = 20
"""Time (s) after which a host that does not answer is given up; TCP alone takes two minutes."""

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
    host, user, port, key_file
        Host of SSH; None for this machine. User and port are those of ``~/.ssh/config`` by
        default.
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
        Most jobs in the scheduler at once; without a scheduler, one on each core by default.
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
    port: int | None = None
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
        _check_name("worker", self.name)
        for option, path in (("work-dir", self.work_dir), ("environment", self.environment)):
            if path is not None:
                _check_absolute(option, path)
        given = {"--user": self.user, "--ssh-port": self.port, "--key-file": self.key_file}
        if self.host is None and (idle := [name for name, value in given.items() if value]):
            raise ProjectError(
                f"{' and '.join(idle)}: give --host, too; without it, jobs run here"
            )
        if self.key_file is not None and not self.key_file.is_file():
            raise ProjectError(f"--key-file {self.key_file}: no such file on this machine")
        if self.host is not None and self.environment is None:
            raise ProjectError(
                f"--environment: name the virtual environment on {self.host} in which liponflow "
                "is installed"
            )
        if self.host is not None and self.scheduler == "shell" and self.max_jobs is None:
            raise ProjectError(
                f"--max-jobs: say how many jobs {self.host} runs at once; without a scheduler, "
                "all would start together"
            )

    def documents(self, project: str) -> dict[str, dict[str, Any]]:
        """Return the worker as a project file holds it, and the one for batches, by name."""
        document: dict[str, Any] = {
            "type": "local" if self.host is None else "remote",
            "scheduler_type": SCHEDULERS[self.scheduler],
            "work_dir": str(self.work_dir),
            "pre_run": "\n".join(self._pre_run()),
            "execution_cmd": JOB_COMMAND,
            "timeout_execute": 60,
        }
        if self.host is not None:
            document |= {"host": self.host, "connect_timeout": CONNECT_S}
            document |= {"user": self.user} if self.user else {}
            document |= {"port": self.port} if self.port else {}
            document |= {"key_filename": str(self.key_file)} if self.key_file else {}
        if self.resources:
            document["resources"] = dict(self.resources)
        if self.max_jobs is not None:
            document["max_jobs"] = self.max_jobs
        elif self.scheduler == "shell":
            document["max_jobs"] = available_cores()
        found = {self.name: document}
        if self.batch_jobs is not None:
            # jobflow-remote empties it when the queue of a project is reset or prepared.
            batch = self.work_dir / "batch" / project / self.name
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


def code_variables(
    *,
    vasp_cmd: str | None = None,
    potcars: Path | None = None,
    feff_cmd: str | None = None,
    device: str | None = None,
) -> dict[str, str]:
    """Return the environment variables by which the jobs of a worker find VASP, FEFF and a GPU.

    Parameters
    ----------
    vasp_cmd, feff_cmd
        Commands there.
    potcars
        Library of POTCARs there, an absolute path.
    device
        Device of potentials there, one of :data:`~liponflow.settings.DEVICES`.

    Raises
    ------
    ProjectError
        If jobs would refuse one of them.
    """
    for option, command in (("vasp-cmd", vasp_cmd), ("feff-cmd", feff_cmd)):
        if command is not None:
            try:
                split_command(command)
            except ValueError as error:
                raise ProjectError(f"--{option}: {error}") from None
    if potcars is not None:
        _check_absolute("potcars", potcars)
    if device is not None and device not in DEVICES:
        raise ProjectError(f"--device: unknown device {device!r}{nearest(device, DEVICES)}")
    variables = {
        "LIPONFLOW_VASP_CMD": vasp_cmd,
        POTCARS: None if potcars is None else str(potcars),
        "LIPONFLOW_FEFF_CMD": feff_cmd,
        "LIPONFLOW_DEVICE": device,
    }
    return {name: text for name, text in variables.items() if text is not None}


def _check_name(what: str, name: str) -> None:
    """Refuse a name that cannot be part of a path or of a command."""
    if not re.fullmatch(r"\w[\w.-]*", name, re.ASCII):
        raise ProjectError(
            f"{what} {name!r}: use letters, digits and `_`, and `.` and `-` after the first one"
        )


def _check_absolute(option: str, path: Path) -> None:
    if not path.is_absolute():
        raise ProjectError(
            f"--{option} {path}: give the absolute path where the jobs run, without ~"
        )


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
    results: Path | Mapping[str, Any],
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
        Results store of a project that has none: jobs that are under way read it.

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
    document, file = extended(name, worker)
    if queue is not None:
        document["queue"] = {"store": dict(queue)}
    if not document.get("jobstore"):
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
    check_queue_kind(project)
    check_separate(project)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(file, yaml.safe_dump(document, sort_keys=False), mode=PRIVATE_FILE)
        file.chmod(PRIVATE_FILE)  # an older file may have been open to others
    except OSError as error:
        raise ProjectError(f"cannot write {file}: {error.strerror}") from error
    return open_project(name), file


def extended(name: str, worker: Worker) -> tuple[dict[str, Any], Path]:
    """Return the file of a project with a worker added, and where it belongs.

    Nothing is written: a queue server is started only for a project that can be.

    Parameters
    ----------
    name, worker
        As for :func:`write_project`.

    Raises
    ------
    ProjectError
        If the file cannot be read or is another than ``setup hpc`` writes, or jobflow-remote would
        not take the worker.
    """
    check_installed()
    _check_name("project", name)
    file = projects_folder() / f"{name}.yaml"
    document: dict[str, Any] = {"name": name}
    if file.exists():
        document = _read(file)
    _check_only_file(document, name, file)
    made = worker.documents(name)
    # A queue that is there may be what is to be replaced.
    alone = {"name": name, "workers": made, "queue": {"store": _ANY_QUEUE}}
    for key, checked in _checked(alone, file).workers.items():
        check_resources(key, checked, checked.resources or {})
    document["workers"] = {**document.get("workers", {}), **made}
    return document, file


_ANY_QUEUE = {"type": "MongoStore", "database": "any", "collection_name": "jobs"}


def _check_only_file(document: Mapping[str, Any], name: str, file: Path) -> None:
    """Refuse a second file of a project, with which jobflow-remote would take neither."""
    if document.get("name") != name:
        raise ProjectError(f"{file} holds project {document.get('name')!r}: name that, or move it")
    try:
        known = project_file(open_project(name))
    except ProjectError:
        return
    if known != file:
        raise ProjectError(f"project {name} is in {known}: rename that to {file}")


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
