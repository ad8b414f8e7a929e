"""The command by which workers run a job."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jobflow_remote")

from jobflow import Job, JobStore
from jobflow_remote.jobs.data import IN_FILENAME, OUT_FILENAME, get_initial_job_doc_dict
from jobflow_remote.remote.data import get_remote_in_file, get_remote_store
from maggma.stores import MemoryStore
from monty.serialization import loadfn
from remote_jobs import counted, fan, vasp_command

from liponflow import __version__
from liponflow.job_directory import CHECKPOINT, attempts
from liponflow.runners.documents import all_jobs
from liponflow.runners.remote.placement import Rules
from liponflow.settings import JobKind, ResourceRule
from liponflow.workflows import remote_job

RULES = Rules(
    {
        kind: ResourceRule(worker="w", resources={"ntasks": number}, priority=1)
        for number, kind in enumerate(JobKind, start=1)
    },
    "cpu",
)


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


def uploaded(job: Job, directory: Path) -> Path:
    """Write what the runner of jobflow-remote uploads for a job."""
    directory.mkdir()
    store = JobStore(MemoryStore())
    document = get_initial_job_doc_dict(job, None, "1", "w", None, None, 0)
    remote = get_remote_store(store, str(directory), None)
    content = get_remote_in_file(document["job"], remote, document)
    (directory / IN_FILENAME).write_bytes(content.getvalue())
    return directory


def run(
    directory: Path, *, version: str = "", variables: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    code = "import sys; from liponflow.workflows import remote_job as j; "
    code += f"j.__version__ = {version!r}; " if version else ""
    paths = ":".join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{code}j.main(sys.argv[1:])", str(directory)],
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin", "HOME": str(directory)}
        | dict.fromkeys(remote_job.ONE_THREAD, "1") | {"LIPONFLOW_VASP_CMD": "vasp"} | variables,
        check=True, capture_output=True, text=True,
    )  # fmt: skip


def test_new_jobs_are_placed_by_the_rules_that_came_with_their_maker(
    tmp_path: Path, marks: Path
) -> None:
    maker = fan(str(marks), 2)
    RULES.place(maker, JobKind.RELAX, 1)
    directory = uploaded(maker, tmp_path / "job")
    run(directory)
    flow = loadfn(directory / OUT_FILENAME)["response"].replace
    light = list(JobKind).index(JobKind.LIGHT) + 1
    configs = [job.config.manager_config for job in all_jobs(flow)]
    assert len(configs) == 4  # two, their sum, and what stands for the first job
    assert {config["resources"]["ntasks"] for config in configs} == {light}
    assert all(Rules.of_job(config) == RULES for config in configs)


def test_job_has_the_commands_of_the_settings(tmp_path: Path) -> None:
    directory = uploaded(vasp_command(), tmp_path / "job")
    run(directory, variables={"LIPONFLOW_VASP_CMD": "srun our_vasp"})
    (stored,) = loadfn(directory / "remote_job_data.json")
    assert stored.output == "srun our_vasp"


def test_two_processes_in_one_directory_run_the_job_once(tmp_path: Path, marks: Path) -> None:
    job = counted(str(marks), 5)
    RULES.place(job, JobKind.LIGHT, 1)
    directory = uploaded(job, tmp_path / "job")
    twice = [threading.Thread(target=run, args=[directory]) for _ in range(2)]
    for one in twice:
        one.start()
    for one in twice:
        one.join()
    assert len(list(marks.iterdir())) == 1
    assert loadfn(directory / OUT_FILENAME)["error"] is None


@pytest.mark.parametrize("outcome", ['{"start_time": "then"}', '{"start_time": "th', ""])
def test_job_that_was_killed_runs_again_and_finds_what_it_left(
    tmp_path: Path, marks: Path, outcome: str
) -> None:
    job = counted(str(marks), 5)
    directory = uploaded(job, tmp_path / "job")
    (directory / OUT_FILENAME).write_text(outcome)
    (directory / "CONTCAR").write_text("half way")
    (directory / "queue.err").write_text("TIME LIMIT")
    (directory / CHECKPOINT).mkdir()
    run(directory)
    assert len(list(marks.iterdir())) == 1
    (attempt,) = attempts(directory)
    assert {path.name for path in attempt.iterdir()} == {OUT_FILENAME, "CONTCAR"}
    assert (directory / CHECKPOINT).is_dir()
    assert (directory / "queue.err").is_file()
    run(directory)
    assert attempts(directory) == [attempt], "it has ended"


def test_other_version_is_refused_before_the_job_runs(tmp_path: Path, marks: Path) -> None:
    job = counted(str(marks), 5)
    RULES.place(job, JobKind.LIGHT, 1)
    directory = uploaded(job, tmp_path / "job")
    run(directory, version="9.9")
    outcome: dict[str, Any] = loadfn(directory / OUT_FILENAME)
    assert outcome["error"] == (
        f"the job was submitted by liponflow {__version__}, but this worker has 9.9: install "
        f"{__version__} on it and run the job again, or cancel the campaign and submit it by 9.9"
    )
    assert not list(marks.iterdir())
