"""Checkpoints that pass to the next attempt, and errors for runs of other versions."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checkpoint_jobs
import pytest
from jobflow import Flow, Job, JobStore
from rich.console import Console

from liponflow.job_directory import CHECKPOINT
from liponflow.runners.documents import dumps, flow_document
from liponflow.runners.errors import ExposedRunError, ForeignRunError, OutdatedRunError
from liponflow.runners.journal import Journal, latest_run
from liponflow.runners.local import resume, start

pytestmark = pytest.mark.usefixtures("warm_workers")

OPTIONS = {"workers": 1, "trusted": ["checkpoint_jobs"], "console": Console(quiet=True)}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    (tmp_path / "jobs").mkdir()
    return Journal(tmp_path)


def test_failed_job_continues_from_its_checkpoint(tmp_path: Path, store: JobStore) -> None:
    job: Job = checkpoint_jobs.count(9, [3, 5], "raise")
    report = start(job, store, tmp_path, **OPTIONS)
    for fallen in (3, 5):
        assert report.failures[0].cause == f"RuntimeError: fell at {fallen}"
        report = resume(report.run_dir, store, **OPTIONS)
    *counted, directory = store.get_output(job.uuid)
    assert counted == [str(number) for number in range(9)]
    last = report.run_dir / "jobs" / directory
    assert (last / CHECKPOINT / "counted").exists()
    for attempt in (1, 2):
        earlier = last.with_name(f"{directory}.attempt{attempt}")
        assert (earlier / "job.log").exists()
        assert not (earlier / CHECKPOINT).exists()


def test_job_of_killed_worker_continues_from_its_checkpoint(
    tmp_path: Path, store: JobStore
) -> None:
    job: Job = checkpoint_jobs.count(6, [4], "kill")
    assert start(job, store, tmp_path, **OPTIONS).state == "completed"
    assert store.get_output(job.uuid)[:-1] == [str(number) for number in range(6)]


def test_kill_while_job_directory_is_renewed_keeps_checkpoint(journal: Journal) -> None:
    job: Job = checkpoint_jobs.count(1, [], "raise")
    first = journal.job_directory(job)
    (first / CHECKPOINT).mkdir()
    (first / CHECKPOINT / "state").write_text("precious")
    # Killed after the old directory was set aside, or after the new one was made as well.
    first.rename(first.with_name(f"{first.name}.attempt1"))
    first.mkdir()
    assert (journal.job_directory(job) / CHECKPOINT / "state").read_text() == "precious"
    assert (journal.job_directory(job) / CHECKPOINT / "state").read_text() == "precious"
    assert len(list(journal.path.glob("jobs/*.attempt*"))) == 3


def test_next_attempt_gets_only_the_checkpoint(journal: Journal) -> None:
    job: Job = checkpoint_jobs.count(1, [], "raise")
    (journal.job_directory(job) / "POSCAR").touch()
    assert list(journal.job_directory(job).iterdir()) == []


def outdated(journal: Journal, change: Callable[[dict[str, Any]], Any]) -> str:
    """Change the stored flow of a run and return the error from reading it."""
    flow = flow_document(Flow([checkpoint_jobs.count(1, [], "raise")]))
    change(flow["jobs"][0])
    (journal.path / "flow.json").write_text(dumps(flow))
    record = {
        "state": "failed",
        "created_at": "2025-01-01T00:00:00+00:00",
        "versions": {"liponflow": "0.0.9"},
        "config": {"command": ["/bin/liponflow", "run", "glass", "--set", "a=b c"]},
    }
    (journal.path / "run.json").write_text(json.dumps(record))
    with pytest.raises(OutdatedRunError) as caught:
        journal.flow(["checkpoint_jobs"])
    message = str(caught.value)
    assert message.startswith(f"the run in {journal.path}, planned by liponflow 0.0.9, cannot be ")
    assert message.endswith(
        "; start it again with: liponflow run glass --set 'a=b c' (finished calculations stay in "
        "the results store)"
    )
    assert "\n" not in message
    assert caught.value.run_dir == journal.path
    return message


def test_error_for_outdated_run_names_cause_and_remedy(journal: Journal) -> None:
    (journal.path / "outcomes").mkdir()

    def gone(job: dict[str, Any]) -> None:
        job["function"] = {"@module": "liponflow.gone", "@callable": "count", "@bound": None}

    def renamed(job: dict[str, Any]) -> None:
        job["function_kwargs"] = {"upto": 3}

    def of_a_maker(job: dict[str, Any]) -> None:
        maker = {"@module": "liponflow.engines.potential.md.maker"}
        job["function_args"] = [maker | {"@class": "CheckpointedMDMaker", "gone": 1}]

    assert "this version of liponflow has no liponflow.gone.count;" in outdated(journal, gone)
    assert "job 'count' no longer accepts its arguments (got an unexpected" in outdated(
        journal, renamed
    )
    assert "unexpected keyword argument 'gone'" in outdated(journal, of_a_maker)


def test_outdated_arguments_of_finished_job_are_accepted(journal: Journal) -> None:
    (journal.path / "outcomes").mkdir()
    flow = Flow([checkpoint_jobs.count(1, [], "raise")])
    document = flow_document(flow)
    document["jobs"][0]["function_kwargs"] = {"upto": 3}
    (journal.path / "flow.json").write_text(dumps(document))
    journal.outcome_file(flow.jobs[0]).touch()
    assert journal.flow(["checkpoint_jobs"]).job_uuids == flow.job_uuids


@pytest.mark.parametrize("field", ["uuid", "index"])
def test_job_cannot_write_outside_the_run_directory(journal: Journal, field: str) -> None:
    def moved(job: dict[str, Any]) -> None:
        job[field] = "/../../elsewhere"

    assert "which cannot be parts of a file's name" in outdated(journal, moved)


@pytest.mark.parametrize("name", ["../../elsewhere", "..", "/etc/x", "a/b", "a\0b", ""])
def test_directory_of_a_job_is_inside_whatever_its_name(journal: Journal, name: str) -> None:
    job: Job = checkpoint_jobs.count(1, [], "raise")
    job.name = name
    assert journal.job_directory(job).resolve().parent == journal.path / "jobs"


@pytest.fixture
def finished(tmp_path: Path, store: JobStore) -> Path:
    """Return the directory of a run with one outcome."""
    return start(
        checkpoint_jobs.count(1, [], "raise"), store, tmp_path / "runs", **OPTIONS
    ).run_dir


@pytest.mark.parametrize("part", [".", "run.json", "flow.json", "outcomes/*"])
@pytest.mark.parametrize("user", [0, 1000])
def test_run_of_another_user_is_not_opened(
    finished: Path, store: JobStore, monkeypatch: pytest.MonkeyPatch, part: str, user: int
) -> None:
    """Root is not an exception: it would run the code of others as root."""
    (path,) = finished.glob(part) if part != "." else [finished]
    owners, stat = dict.fromkeys([finished, *finished.rglob("*")], user), Path.stat
    owners[path] = 4711

    def owned(self: Path, **options: Any) -> os.stat_result:
        fields = list(stat(self, **options))
        fields[4] = owners.get(self, user)
        return os.stat_result(fields)

    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(Path, "stat", owned)
    with pytest.raises(ForeignRunError, match=f"{path} belongs to user 4711, not to you .*{user}"):
        resume(finished, store, **OPTIONS)
    owners[path] = user
    assert Journal.open(finished).path == finished


PARTS = [".", "run.json", "flow.json", "outcomes", "outcomes/*", "jobs"]


def test_run_that_others_can_change_is_not_opened(finished: Path, store: JobStore) -> None:
    for part in PARTS:
        (path,) = finished.glob(part) if part != "." else [finished]
        mode = path.stat().st_mode & 0o777 | 0o002
        path.chmod(mode)
        message = (
            f"{path} has the mode {mode:o}, so that everybody can .*chmod -R go-w {finished} "
        )
        with pytest.raises(ExposedRunError, match=message):
            resume(finished, store, **OPTIONS)
        subprocess.run(["chmod", "-R", "go-w", finished], check=True)
        assert Journal.open(finished).path == finished


def test_new_run_is_writable_for_its_user_alone_whatever_the_umask(
    tmp_path: Path, store: JobStore
) -> None:
    before = os.umask(0)
    try:
        run_dir = start(checkpoint_jobs.count(1, [], "raise"), store, tmp_path, **OPTIONS).run_dir
        report = resume(run_dir, store, **OPTIONS)
    finally:
        os.umask(before)
    assert report.state == "completed"
    for part in PARTS:
        for path in run_dir.glob(part) if part != "." else [run_dir]:
            assert not path.stat().st_mode & 0o022, path


def test_latest_run_is_one_of_the_user(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert latest_run(finished.parent, unfinished=False) == finished
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert latest_run(finished.parent, unfinished=False) is None
