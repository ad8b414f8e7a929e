"""Killed runs: no finished job is lost or repeated, and no process is left behind."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import runner_jobs
from jobflow import JobStore, run_locally
from rich.console import Console
from runner_checks import TRUSTED, memory_store, stored

from liponflow.runners.journal import Journal, latest_run
from liponflow.runners.local import resume
from liponflow.runners.report import RunReport
from liponflow.store.results import open_store

PATIENCE_S = 30
"""Longest wait (s) for events that take a moment on an idle machine."""

pytestmark = [
    pytest.mark.filterwarnings("ignore:cd is deprecated"),  # by jobflow's run_locally
    pytest.mark.usefixtures(
        "warm_workers"
    ),  # of the runs that continue; those killed are started as usual
]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[str], Counter[str]]:
    """Return documents and executions of the flow from an uninterrupted run."""
    folder = tmp_path_factory.mktemp("unbroken")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runner_jobs.COUNTER, str(folder / "counter"))
        patch.chdir(folder)
        store = memory_store()
        run_locally(runner_jobs.slow_flow(), store=store, log=False)
    return stored(store), Counter((folder / "counter").read_text().split())


def launch(name: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("run_flow.py")
    return subprocess.Popen(
        [sys.executable, str(script), name, str(folder), *more], stderr=subprocess.PIPE, text=True
    )


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE_S} s"
        time.sleep(0.01)


def outcomes(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("runs/*/outcomes/*_*.json") if file.name[0] != "."}


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def family_ends(runner: subprocess.Popen[str]) -> Iterator[list[str]]:
    """Check that the block ends every child process of the runner; yield a list for its stderr."""
    family = [child.pid for child in psutil.Process(runner.pid).children(recursive=True)]
    error: list[str] = []
    yield error
    error.append(runner.communicate(timeout=PATIENCE_S)[1])
    wait_for(lambda: not any(map(alive, family)), "the end of all workers")


def finish(folder: Path, store: JobStore) -> RunReport:
    run_dir = latest_run(folder / "runs")
    assert run_dir is not None
    return resume(run_dir, store, workers=2, trusted=TRUSTED, console=Console(quiet=True))


def executions(counter: Path, folder: Path) -> Counter[str]:
    """Count the executions of jobs that have an outcome."""
    names = []
    for file in outcomes(folder):
        (document,) = json.loads(next(folder.glob(f"runs/*/outcomes/{file}")).read_text())[
            "documents"
        ]
        names.append(document["name"])
    counts = Counter(counter.read_text().split())
    return Counter({name: counts[name] for name in names})


@pytest.mark.parametrize("seed", range(3))
def test_run_resumes_after_kill_at_random_time(
    seed: int, tmp_path: Path, counter: Path, unbroken: tuple[Counter[str], Counter[str]]
) -> None:
    runner = launch("slow_flow", tmp_path)
    draw = random.Random(seed)  # noqa: S311
    number = draw.randrange(1, 10)
    wait_for(lambda: len(outcomes(tmp_path)) >= number, f"outcome {number}")
    time.sleep(draw.uniform(0, 0.04))
    with family_ends(runner):
        runner.kill()
    before, finished = executions(counter, tmp_path), len(outcomes(tmp_path))

    store = open_store(tmp_path / "results.sqlite")
    report = finish(tmp_path, store)
    assert report.state == "completed"
    assert report.reused == finished
    assert stored(store) == unbroken[0]
    after = executions(counter, tmp_path)
    assert {name: after[name] for name in before} == before
    repeated = after - unbroken[1]
    assert repeated.total() <= 2  # at most the jobs that the two workers were running


@pytest.mark.parametrize(("moment", "number"), [("before", 2), ("within", 6), ("after", 11)])
def test_run_resumes_after_kill_around_store_write(
    moment: str,
    number: int,
    tmp_path: Path,
    counter: Path,
    unbroken: tuple[Counter[str], Counter[str]],
) -> None:
    runner = launch("slow_flow", tmp_path, moment, str(number))
    runner.communicate(timeout=PATIENCE_S)
    assert runner.returncode == -signal.SIGKILL
    store = open_store(tmp_path / "results.sqlite")
    assert store.count() == (number if moment == "after" else number - 1)
    before = executions(counter, tmp_path)
    assert before.total() >= number

    report = finish(tmp_path, store)
    assert report.reused >= number
    assert stored(store) == unbroken[0]
    after = executions(counter, tmp_path)
    assert {name: after[name] for name in before} == before


def test_blobs_are_complete_after_kill_before_document_write(tmp_path: Path) -> None:
    runner = launch("blobs", tmp_path, "before", "1")
    runner.communicate(timeout=PATIENCE_S)
    store = open_store(tmp_path / "results.sqlite")
    assert store.count() == 0
    assert finish(tmp_path, store).state == "completed"
    expected = memory_store()
    run_locally(runner_jobs.blobs(), store=expected, log=False)
    assert stored(store) == stored(expected)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_signals_leave_no_process_and_a_resumable_run(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(runner_jobs.FOLDER, str(tmp_path))
    runner = launch("sleeping_flow", tmp_path)
    wait_for((tmp_path / "pids").exists, "the start of the job")
    pids = json.loads((tmp_path / "pids").read_text())
    with family_ends(runner) as error:
        runner.send_signal(number)
    wait_for(lambda: not any(map(alive, pids)), "the end of the job and its program")

    run_dir = latest_run(tmp_path / "runs")
    (last,) = Journal.open(run_dir).record["starts"]
    if number == signal.SIGKILL:
        assert runner.returncode == -signal.SIGKILL
        assert (last["state"], "ended_at" in last) == ("running", False)
    else:
        assert last["state"] == "interrupted"
        assert f"stopped by {number.name}" in last["cause"]
        assert runner.returncode == 1
        assert f"stopped by {number.name}" in error[0]
        assert f"liponflow resume {run_dir}" in error[0]
    (tmp_path / "awake").touch()
    report = finish(tmp_path, open_store(tmp_path / "results.sqlite"))
    assert (report.state, report.finished) == ("completed", 1)
    states = [start["state"] for start in Journal.open(run_dir).record["starts"]]
    killed = number == signal.SIGKILL
    assert states == ["killed" if killed else "interrupted", "completed"]
