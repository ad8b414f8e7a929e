"""One queue server for the tests of this folder that need one, and files of their jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("jobflow_remote")

from queues import project_in, projects_in, worker

from liponflow.runners.remote.server import QueueServer, is_installed


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder of project files."""
    with projects_in(tmp_path / "projects") as folder:
        yield folder


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueueServer]:
    """Return the running queue server of the project ``test`` with two workers."""
    if not is_installed():
        pytest.skip("the extra `queue` is not installed")
    folder = tmp_path_factory.mktemp("queue")
    slurm = worker(folder, "cluster", "slurm", resources={"ntasks": 2}, batch_jobs=1)
    with project_in(folder, worker(folder), slurm) as server:
        yield server


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Return the folder in which jobs leave marks."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Return the file for which jobs wait."""
    return tmp_path / "gate"
