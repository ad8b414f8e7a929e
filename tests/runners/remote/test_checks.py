"""What the doctor says about projects and workers; test_slurm.py checks a sound one."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from queues import worker

from liponflow import __version__
from liponflow.diagnosis import Finding, State
from liponflow.runners.remote import checks
from liponflow.runners.remote.checks import CLOCK_S, WorkerCheck, project_findings
from liponflow.runners.remote.projects import job_controller, open_project, project_file
from liponflow.runners.remote.setup import write_project

QUEUE = {"type": "MongoStore", "database": "d", "collection_name": "jobs"}

Change = Callable[[Callable[[dict[str, Any]], None]], None]


def by_part(found: list[Finding]) -> dict[str, Finding]:
    return {finding.part: finding for finding in found}


@pytest.fixture
def change(queue: object) -> Any:
    """Change the project file for a test."""
    assert queue
    file = project_file(open_project("test"))
    before = file.read_text()

    def edit(action: Callable[[dict[str, Any]], None]) -> None:
        document = yaml.safe_load(before)
        action(document)
        file.write_text(yaml.safe_dump(document, sort_keys=False))

    yield edit
    file.write_text(before)


def test_results_in_the_database_of_the_queue_are_refused(change: Change) -> None:
    def same(document: dict[str, Any]) -> None:
        store = document["queue"]["store"]
        data = {"data": store | {"collection_name": "data"}}
        document["jobstore"] = {"docs_store": store, "additional_stores": data}

    change(same)
    found = by_part(project_findings("test")[1])
    assert found["queue"].state is State.OK
    assert found["results"].state is State.MISSING
    assert "same database, liponflow_queue" in found["results"].found


def test_queue_that_refuses_the_password_is_said_to_refuse(change: Change) -> None:
    change(lambda document: document["queue"]["store"].update(password="wrong"))  # noqa: S106
    found = by_part(project_findings("test")[1])
    assert found["queue"].state is State.MISSING
    assert found["queue"].found.endswith("refuses (OperationFailure: authentication failed)")
    assert "wrong" not in found["queue"].found


def test_more_jobs_than_the_worker_may_have_are_named(change: Change) -> None:
    change(lambda document: document["workers"]["main"].update(max_jobs=1))
    states = ("SUBMITTED", "RUNNING", "COMPLETED")
    jobs = [
        {"uuid": f"job {state}", "db_id": state, "index": 1, "worker": "main", "state": state}
        for state in states
    ]
    with job_controller(open_project("test")) as controller:
        controller.jobs.insert_many(jobs)
        try:
            found = by_part(project_findings("test")[1])
        finally:
            controller.jobs.delete_many({"uuid": {"$regex": "^job "}})
    assert found["worker main"].found.startswith("2 jobs in the scheduler, more than max_jobs = 1")
    assert "worker main" not in by_part(project_findings("test")[1])


@pytest.mark.usefixtures("queue")
def test_runner_that_is_older_than_the_project_file_is_to_be_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "runner_is_running", lambda _: True)
    project = open_project("test")
    pid_file = Path(project.daemon_dir, "supervisord.pid")
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    pid_file.touch()
    changed = project_file(project).stat().st_mtime
    for started, state in ((changed + 10, State.OK), (changed - 10, State.MISSING)):
        os.utime(pid_file, (started, started))
        assert by_part(project_findings("test")[1])["runner"].state is state
    pid_file.unlink()


def shell_worker(folder: Path, *lines: str) -> WorkerCheck:
    """Return the check of a worker on this machine with further lines before its jobs."""
    project, _ = write_project(
        "test", worker(folder, pre_run=lines), queue=QUEUE, results=folder / "results.db"
    )
    return WorkerCheck("main", project.workers["main"])


@pytest.mark.usefixtures("projects")
@pytest.mark.parametrize("behind", [0, 3600])
def test_clock_of_a_worker_is_compared(tmp_path: Path, behind: int) -> None:
    said = {"version": __version__, "potentials": {}, "codes": {}, "time": "SECONDS"}
    text = json.dumps(said).replace('"SECONDS"', f"'$(($(date +%s) - {behind}))'")
    found = by_part(shell_worker(tmp_path, f"python() {{ echo '{text}'; }}").findings())
    assert "pre_run" not in found
    assert found["liponflow"].state is State.OK
    if behind:
        assert found["clock"].state is State.MISSING
        assert f"more than {CLOCK_S} s" in found["clock"].found
    else:
        assert "clock" not in found


@pytest.mark.usefixtures("projects")
def test_other_version_and_missing_codes_of_a_worker_are_named(tmp_path: Path) -> None:
    lacking = {"vasp": ["no POTCAR library"], "feff": ["no program feff"]}
    said = {"version": "0.0.9", "potentials": {}, "codes": lacking, "time": time.time()}
    python = f"python() {{ echo '{json.dumps(said)}'; }}"
    check = shell_worker(tmp_path, "no_module load 'vasp/6'", python)
    found = by_part(replace(check, engines=["vasp"]).findings())
    assert found["pre_run"].state is State.NOTE
    assert "no_module: command not found" in found["pre_run"].found
    assert found["liponflow"].line == (
        f"liponflow 0.0.9 there, {__version__} here; install {__version__} there"
    )
    assert (found["vasp"].state, found["vasp"].found) == (State.MISSING, "no POTCAR library")
    assert found["feff"].state is State.NOTE, "nobody has asked for it"
    assert found["resources"].found.startswith("default")


@pytest.mark.usefixtures("projects")
def test_processes_of_the_kernel_are_no_fault_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ps = tmp_path / "ps"
    ps.write_text("#!/bin/sh\necho PID USER ELAPSED S COMMAND\necho 7 root 10:00 I kworker\n")
    ps.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    check = shell_worker(tmp_path, "python() { false; }")
    found = by_part(check.findings())
    assert found["scheduler"].state is State.NOTE
    assert "'I' is not a valid ShellState" in found["scheduler"].found
