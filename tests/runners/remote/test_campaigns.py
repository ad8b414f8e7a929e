"""What is repeated of a campaign that failed; test_slurm.py does so with jobs that run."""

import pytest
from jobflow import Flow
from remote_jobs import counted

from liponflow.runners.remote.campaigns import State, campaigns, rerun
from liponflow.runners.remote.placement import make_rules
from liponflow.runners.remote.projects import job_controller, open_project
from liponflow.runners.remote.submission import submit
from liponflow.settings import JobKind

pytestmark = pytest.mark.usefixtures("queue")

RECORD = {"kind": "test", "preset": "quick", "engines": [], "source": None}


@pytest.mark.parametrize(
    ("stage", "error", "then"),
    [
        ("UPLOADED", "sbatch: Unable to contact slurm controller", "UPLOADED"),
        ("RUN_FINISHED", "SSHException: not connected", "RUN_FINISHED"),
        ("DOWNLOADED", "OperationalError: database or disk is full", "DOWNLOADED"),
        ("RUN_FINISHED", "file jfremote_out.json does not exist", "READY"),
        ("DOWNLOADED", "it does not contain the response", "READY"),
    ],
)
def test_jobs_are_computed_again_only_if_they_left_no_outcome(
    stage: str, error: str, then: str
) -> None:
    project, job = open_project("test"), counted("/tmp", 1)  # noqa: S108 - it never runs
    made = Flow([job], output=job.output)
    rules = make_rules(project, worker="main", given={}, resources={}, device="cpu")
    rules.place(job, JobKind.LIGHT, 1)
    submit(project, made, rules, RECORD)
    with job_controller(project) as controller:
        failed = {
            "state": "REMOTE_ERROR",
            "previous_state": stage,
            "remote.error": error,
            "run_dir": "/tmp/jobs/1",  # noqa: S108 - nothing is there
        }
        controller.jobs.update_one({"uuid": job.uuid}, {"$set": failed})
        (before,) = campaigns(project, [made.uuid])
        assert before.counts == {State.FAILED: 1}
        assert rerun(project, [made.uuid]) == ["counted"]
        after = controller.jobs.find_one({"uuid": job.uuid})
        assert after["state"] == then
        assert not after["remote"]["prerun_cleanup"], "a killed job continues from its files"


@pytest.mark.parametrize(
    ("error", "deleted"),
    [
        ("ValueError: no such site", True),
        ("jfremote_out.json was downloaded, but it does not contain the response", False),
    ],
)
def test_directory_of_a_job_that_raised_an_error_is_deleted_before_it_runs_again(
    error: str, *, deleted: bool
) -> None:
    project, job = open_project("test"), counted("/tmp", 1)  # noqa: S108 - it never runs
    made = Flow([job], output=job.output)
    rules = make_rules(project, worker="main", given={}, resources={}, device="cpu")
    rules.place(job, JobKind.LIGHT, 1)
    submit(project, made, rules, RECORD)
    with job_controller(project) as controller:
        failed = {"state": "FAILED", "error": error, "run_dir": "/tmp/jobs/1"}  # noqa: S108
        controller.jobs.update_one({"uuid": job.uuid}, {"$set": failed})
        rerun(project, [made.uuid])
        after = controller.jobs.find_one({"uuid": job.uuid})
        assert after["state"] == "READY"
        assert after["remote"]["prerun_cleanup"] == deleted
