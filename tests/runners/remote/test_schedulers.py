"""Scripts for PBS and Grid Engine, and their states; test_grid_engine.py runs the latter.

The resources of PBS are those of its page pbs_resources(7B): ``-l select=[N:]chunk``, ``-l place``
beside it, and ``-l walltime`` for the whole job.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from qtoolkit.core.exceptions import CommandFailedError
from queues import worker

from liponflow.diagnosis import State
from liponflow.runners.remote.checks import WorkerCheck
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.placement import make_rules
from liponflow.runners.remote.schedulers import PBS, GridEngine, Shell, one_state
from liponflow.runners.remote.setup import write_project
from liponflow.settings import JobKind, ResourceRule

QUEUE = {"type": "MongoStore", "database": "d", "collection_name": "jobs"}

SELECT = re.compile(
    r"#PBS -l select=\d+(:(ncpus|mpiprocs|ompthreads|ngpus)=\d+)*(:mem=\d+[kmgt]b)?"
)
"""A request for equal chunks."""


@pytest.mark.parametrize(
    ("resources", "line"),
    [
        ({"select": 2, "ncpus": 64, "mpiprocs": 64}, "select=2:ncpus=64:mpiprocs=64"),
        ({"select": "2:ncpus=64:mpiprocs=64"}, "select=2:ncpus=64:mpiprocs=64"),
        ({"ncpus": 8, "mem": "16gb"}, "select=1:ncpus=8:mem=16gb"),
        ({"select": 5, "ncpus": 4, "ngpus": 1, "ompthreads": 4, "mem": "9gb"},
         "select=5:ncpus=4:ompthreads=4:ngpus=1:mem=9gb"),
    ],
)  # fmt: skip
def test_chunks_of_pbs_hold_what_is_asked_for(resources: dict[str, Any], line: str) -> None:
    header = PBS().generate_header({**resources, "walltime": "24:00:00", "job_name": "relax x=1"})
    (select,) = [one for one in header.splitlines() if "select" in one]
    assert select == f"#PBS -l {line}"
    assert SELECT.fullmatch(select)
    assert "#PBS -l walltime=24:00:00" in header.splitlines()
    assert "#PBS -N relax_x_1" in header.splitlines()
    assert "$" not in header


def test_script_of_pbs_has_every_option(tmp_path: Path) -> None:
    options = {
        "queue": "work", "account": "p1", "project": "p2", "place": "scatter", "priority": 3,
        "rerunnable": "n", "qout_path": tmp_path / "out", "qerr_path": tmp_path / "err",
    }  # fmt: skip
    assert PBS().generate_header(options).splitlines() == [
        "#PBS -S /bin/bash", f"#PBS -o {tmp_path}/out", f"#PBS -e {tmp_path}/err", "#PBS -q work",
        "#PBS -A p1", "#PBS -P p2", "#PBS -l select=1", "#PBS -l place=scatter",
        "#PBS -p 3", "#PBS -r n",
    ]  # fmt: skip


@pytest.mark.usefixtures("projects")
@pytest.mark.parametrize(
    ("scheduler", "own", "per_image", "line"),
    [
        ("pbs", {"ncpus": 32, "mpiprocs": 32}, {"select": 1}, "select=5:ncpus=32:mpiprocs=32"),
        ("sge", {"pe": "mpi", "slots": 1}, {"slots": 32}, "-pe mpi 160"),
    ],
)
def test_band_gets_its_share_for_each_image(
    tmp_path: Path, scheduler: str, own: dict[str, int | str], per_image: dict[str, int], line: str
) -> None:
    far = worker(tmp_path, "main", scheduler, resources=own)
    project, _ = write_project("test", far, queue=QUEUE, results=tmp_path / "results.db")
    given = {JobKind.NEB: ResourceRule(per_image=per_image)}
    made = make_rules(project, worker="main", given=given, resources={}, device="cpu")
    rule = made.by_kind[JobKind.NEB]
    several = {key: 5 * count for key, count in rule.per_image.items()}
    header = project.workers["main"].get_scheduler_io().generate_header(
        {**rule.resources, **several}
    )  # fmt: skip
    assert line in header
    with pytest.raises(ProjectError, match="'nodes' is not a resource"):
        make_rules(project, worker="main", given={}, resources={"nodes": 2}, device="cpu")


@pytest.mark.usefixtures("projects")
def test_slots_of_grid_engine_need_a_parallel_environment(tmp_path: Path) -> None:
    far = worker(tmp_path, "main", "sge")
    project, _ = write_project("test", far, queue=QUEUE, results=tmp_path / "results.db")
    message = "relax jobs on worker main: give both pe and slots"
    with pytest.raises(ProjectError, match=message):
        make_rules(project, worker="main", given={}, resources={"slots": 4}, device="cpu")


@pytest.mark.usefixtures("projects")
def test_doctor_says_that_pbs_cannot_test_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qstat = tmp_path / "qstat"
    qstat.write_text("#!/bin/sh\n")
    qstat.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    far = worker(tmp_path, "main", "pbs", resources={"select": 2, "ncpus": 4})
    project, _ = write_project("test", far, queue=QUEUE, results=tmp_path / "results.db")
    check = WorkerCheck("main", project.workers["main"], software=False)
    found = {item.part: item for item in check.findings()}
    assert found["scheduler"].found == "PBS on this machine answers"
    assert found["resources"].state is State.NOTE
    assert "PBS tests no job without running it" in found["resources"].found


def test_name_of_a_job_of_grid_engine_does_not_begin_with_a_digit() -> None:
    header = GridEngine().generate_header({"job_name": "2 phases: a/b"})
    assert "#$ -N _2_phases__a_b" in header.splitlines()


def test_jobs_of_a_lost_host_have_not_ended() -> None:
    assert Shell().parse_jobs_list_output(1, "PID USER ELAPSED S COMMAND\n", "") == []
    with pytest.raises(CommandFailedError, match="-1"):
        Shell().parse_jobs_list_output(-1, "", "")


@pytest.mark.parametrize(
    ("letters", "state"),
    [("qw", "qw"), ("hqw", "hqw"), ("hRwq", "hqw"), ("r", "r"), ("hr", "r"), ("Rr", "r"),
     ("t", "r"), ("s", "s"), ("S", "s"), ("tS", "s"), ("hRs", "s"), ("T", "s"), ("dr", "d"),
     ("dRT", "d"), ("Eqw", "Eqw"), ("EhRqw", "Eqw"), ("Rq", "qw")],
)  # fmt: skip
def test_combined_states_of_grid_engine(letters: str, state: str) -> None:
    answer = (
        "<job_info><queue_info><job_list><JB_job_number>7</JB_job_number><JB_name>a</JB_name>"
        f"<JB_owner>me</JB_owner><state>{letters}</state></job_list></queue_info></job_info>"
    )
    assert one_state(letters) == state
    (job,) = GridEngine().parse_jobs_list_output(0, answer, "")
    assert str(job.sub_state.value) == state
