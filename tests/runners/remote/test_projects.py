"""Projects by name, and what is wrong with their files."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from jobflow_remote.utils.db import JobLockedError
from pymongo.errors import (
    ConfigurationError,
    OperationFailure,
    ServerSelectionTimeoutError,
)
from queues import worker

from liponflow.runners.remote import errors
from liponflow.runners.remote.errors import ProjectError, QueueError
from liponflow.runners.remote.projects import (
    batch_worker,
    find_worker,
    job_controller,
    open_project,
    queue_address,
)
from liponflow.runners.remote.setup import write_project

SECRET = "correct-horse"  # noqa: S105 - it must not be shown
NOBODY = {
    "type": "MongoStore", "host": "127.0.0.1", "port": 9, "database": "d", "username": "me",
    "password": SECRET, "collection_name": "jobs",
    "mongoclient_kwargs": {"serverSelectionTimeoutMS": 50},
}  # fmt: skip


def written(tmp_path: Path, name: str = "test", **fields: Any) -> Any:
    made = worker(tmp_path, "main", "slurm", **fields)
    return write_project(name, made, queue=NOBODY, results=tmp_path / "results.db")[0]


@pytest.mark.usefixtures("projects")
def test_project_is_the_only_one_or_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no jobflow-remote project .* setup hpc"):
        open_project()
    written(tmp_path)
    assert open_project().name == "test"
    written(tmp_path, "other")
    with pytest.raises(ProjectError, match=r"several projects \(other, test\)"):
        open_project()
    with pytest.raises(ProjectError, match="did you mean 'other'"):
        open_project("othr")


def test_fault_of_a_file_is_named_without_its_values(projects: Path, tmp_path: Path) -> None:
    written(tmp_path)
    file = projects / "test.yaml"
    document = yaml.safe_load(file.read_text())
    document["workers"]["main"]["work_dir"] = "relative"
    file.write_text(yaml.safe_dump(document))
    with pytest.raises(ProjectError, match=r"test.yaml: workers.main.* absolute path") as error:
        open_project("test")
    assert SECRET not in str(error.value)


def test_file_that_is_no_yaml_is_named_and_not_overlooked(projects: Path, tmp_path: Path) -> None:
    written(tmp_path)
    (projects / "test.yaml").write_text("name: test\nqueue: [\n")
    for name in (None, "test"):
        with pytest.raises(ProjectError, match=r"test.yaml: cannot be read .*line 3.*correct it"):
            open_project(name)
    written(tmp_path, "other")
    assert open_project("other").name == "other"


@pytest.mark.usefixtures("projects")
def test_workers_by_name(tmp_path: Path) -> None:
    project = written(tmp_path, batch_jobs=2)
    assert find_worker(project, None) == "main"
    with pytest.raises(ProjectError, match="did you mean 'main'"):
        find_worker(project, "mian")
    assert batch_worker(project, "main") == "main-batch"
    assert batch_worker(project, "main-batch") == "main-batch"
    with pytest.raises(ProjectError, match="runs no batches"):
        batch_worker(written(tmp_path, "other"), "main")


@pytest.mark.usefixtures("projects")
def test_silent_queue_is_an_error_with_a_remedy_and_no_password(tmp_path: Path) -> None:
    project = written(tmp_path)
    assert queue_address(project) == "the queue of test at 127.0.0.1:9/d"
    with (
        pytest.raises(QueueError, match=r"at 127.0.0.1:9/d does not answer .* start it") as error,
        job_controller(project) as controller,
    ):
        controller.flows.find_one()
    assert SECRET not in str(error.value)


def test_action_is_tried_again_up_to_a_limit() -> None:
    calls = []

    def action() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise QueueError("silent")
        return 5

    assert errors.patiently(action, (0, 0)) == 5
    calls.clear()
    with pytest.raises(QueueError):
        errors.patiently(action, (0,))
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (OperationFailure("Authentication failed.", code=18), 1),
        (OperationFailure("not authorized on d", code=13), 1),
        (ConfigurationError("unknown option"), 1),
        (OperationFailure("interrupted at shutdown", code=11600), 3),
        (ServerSelectionTimeoutError("silent"), 3),
    ],
)
def test_refused_login_is_not_tried_again(error: Exception, attempts: int) -> None:
    calls = []

    def action() -> None:
        calls.append(1)
        with errors.queue_errors("the queue"):
            raise error

    with pytest.raises(
        QueueError, match="correct user, password" if attempts == 1 else "start it"
    ):
        errors.patiently(action, (0, 0))
    assert len(calls) == attempts


def test_job_that_the_runner_holds_is_an_error_with_a_remedy() -> None:
    controller = SimpleNamespace(close=lambda: None)
    project: Any = SimpleNamespace(
        name="test", queue=SimpleNamespace(store=NOBODY), get_job_controller=lambda: controller
    )
    with (
        pytest.raises(QueueError, match=r"queue of test at 127.0.0.1:9/d: the runner holds"),
        job_controller(project),
    ):
        raise JobLockedError
