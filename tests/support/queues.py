"""Projects of jobflow-remote in a folder of the tests, with a queue server of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import jobflow_remote
import pytest
import yaml
from pymongo import MongoClient

from liponflow.runners.remote.server import QueueServer
from liponflow.runners.remote.setup import Worker, prepare_queue, server_of, write_project

MONGOD = "LIPONFLOW_TEST_MONGO"
"""Variable with the address of a MongoDB server."""

QUICKLY = {
    "delay_checkout": 1,
    "delay_check_run_status": 1,
    "delay_advance_status": 1,
    "delay_update_batch": 1,
    "delay_refresh_limited": 1,
    "delta_retry": [1, 1, 1],
}
"""Delays of the runner (s): its default is 30 s."""


@contextmanager
def projects_in(folder: Path) -> Iterator[Path]:
    """Keep the project files in a folder, for this process and those that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobflow_remote.SETTINGS, "projects_folder", str(folder))
        patch.setenv("JFREMOTE_PROJECTS_FOLDER", str(folder))
        yield folder


def worker(folder: Path, name: str = "main", scheduler: str = "shell", **fields: Any) -> Worker:
    """Return a worker on this machine whose jobs find the modules of the tests."""
    paths = os.pathsep.join(path for path in sys.path if path)
    variables = {"PYTHONPATH": paths, **fields.pop("variables", {})}
    return Worker(name, scheduler, folder / "jobs", variables=variables, **fields)


class RunnerProcess:
    """The runner of a project as a process of its own."""

    def __init__(self, log: Path, environment: dict[str, str], name: str = "test") -> None:
        self._log = log
        self._environment = environment
        self._command = [
            sys.executable, "-W", "ignore", str(Path(__file__).with_name("remote_runner.py")), name
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its jobs inherit its variables, of which they would refuse those of tests."""
        kept = {name: text for name, text in os.environ.items() if name != MONGOD}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=kept | self._environment
            )

    def kill(self) -> None:
        """End it by SIGKILL, in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def on_mongod() -> dict[str, Any]:
    """Return a new queue on the server that :data:`MONGOD` names."""
    if not (uri := os.environ.get(MONGOD, "")):
        pytest.skip(f"{MONGOD} does not name a MongoDB server")
    database = f"liponflow_test_{uuid4().hex[:8]}"
    return {"type": "MongoStore", "uri": uri, "database": database, "collection_name": "jobs"}


@contextmanager
def project_in(
    folder: Path, *workers: Worker, name: str = "test", queue: dict[str, Any] | None = None
) -> Iterator[QueueServer]:
    """Write a project with a running queue server, which ends with the block.

    With a queue elsewhere, the server is not started.
    """
    with projects_in(folder / "projects"):
        server = server_of(name)
        try:
            store = queue or server.start().store()
            for one in workers or (worker(folder),):
                project, _ = write_project(name, one, queue=store, results=folder / "results.db")
            file = folder / "projects" / f"{name}.yaml"
            document = yaml.safe_load(file.read_text())
            file.write_text(yaml.safe_dump(document | {"runner": QUICKLY}, sort_keys=False))
            prepare_queue(project)
            yield server
        finally:
            server.stop()
            if queue is not None:
                with MongoClient[dict[str, Any]](queue["uri"]) as client:
                    client.drop_database(queue["database"])
