"""What travels from attempt to attempt, and what jobs say of themselves."""

from pathlib import Path

import checkpoint_jobs
import pytest
from jobflow import Job, JobStore
from rich.console import Console

from liponflow.job_directory import CHECKPOINT
from liponflow.runners.journal import Journal
from liponflow.runners.local import resume, start

OPTIONS = {"workers": 1, "trusted": ["checkpoint_jobs"], "console": Console(quiet=True)}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    (tmp_path / "jobs").mkdir()
    return Journal(tmp_path)


def test_the_checkpoint_of_a_failed_job_is_gone_on_from(tmp_path: Path, store: JobStore) -> None:
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


def test_the_checkpoint_of_a_killed_worker_is_gone_on_from(
    tmp_path: Path, store: JobStore
) -> None:
    job: Job = checkpoint_jobs.count(6, [4], "kill")
    assert start(job, store, tmp_path, **OPTIONS).state == "completed"
    assert store.get_output(job.uuid)[:-1] == [str(number) for number in range(6)]


def test_a_kill_between_making_and_moving_loses_no_checkpoint(journal: Journal) -> None:
    job: Job = checkpoint_jobs.count(1, [], "raise")
    first = journal.job_directory(job)
    (first / CHECKPOINT).mkdir()
    (first / CHECKPOINT / "state").write_text("precious")
    # Killed after the directory was set aside, or also after the new one was made.
    first.rename(first.with_name(f"{first.name}.attempt1"))
    first.mkdir()
    assert (journal.job_directory(job) / CHECKPOINT / "state").read_text() == "precious"
    assert (journal.job_directory(job) / CHECKPOINT / "state").read_text() == "precious"
    assert len(list(journal.path.glob("jobs/*.attempt*"))) == 3


def test_nothing_but_the_checkpoint_travels(journal: Journal) -> None:
    job: Job = checkpoint_jobs.count(1, [], "raise")
    (journal.job_directory(job) / "POSCAR").touch()
    assert list(journal.job_directory(job).iterdir()) == []
