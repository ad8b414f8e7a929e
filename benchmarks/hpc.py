"""Overhead per job: of the local runner, and of submission through Slurm.

python benchmarks/hpc.py [--local N] [--slurm N]

The jobs do nothing. Slurm is the one of the tests, a node on this machine.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from jobflow import Flow, Job, job
from rich.console import Console

from liponflow.runners import local
from liponflow.runners.remote.campaigns import State, campaigns
from liponflow.runners.remote.projects import open_project
from liponflow.settings import Settings
from liponflow.store.results import open_store
from liponflow.workflows.submission import rules_for, submit_campaign

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))


def trivial(count: int) -> Flow:
    """Return a flow of independent jobs that do nothing."""
    jobs: list[Flow | Job] = [job(abs)(-number) for number in range(count)]
    return Flow(jobs, output=jobs[-1].output)


def stored(folder: Path, flow: Flow) -> int:
    """Return the number of jobs of a flow whose output is in the store."""
    store = open_store(folder / "results.db", read_only=True)
    count: int = store.count({"uuid": {"$in": [one.uuid for one in flow.jobs]}})
    store.close()  # type: ignore[no-untyped-call]
    return count


def check(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    """End the benchmark unless something holds."""
    if not holds:
        raise SystemExit(otherwise)


def run_locally(count: int, folder: Path) -> float:
    """Return the time of the local runner (s)."""
    flow, store = trivial(count), open_store(folder / "results.db")
    start = time.perf_counter()
    report = local.start(flow, store, folder / "runs", console=Console(quiet=True))
    elapsed = time.perf_counter() - start
    store.close()  # type: ignore[no-untyped-call]
    check(report.finished == stored(folder, flow) == count, "outputs were lost")
    return elapsed


def run_by_slurm(count: int, folder: Path, worker_name: str) -> float:
    """Return the time through queue, runner and Slurm (s); the runner looks each second."""
    from queues import RunnerProcess, project_in, worker  # type: ignore[import-not-found]
    from slurm import Slurm  # type: ignore[import-not-found]

    slurm = Slurm(folder / "slurm")
    flow = trivial(count)
    try:
        slurm.start()
        main = worker(folder, "main", "slurm", resources={"ntasks": 1}, batch_jobs=2)
        with project_in(folder, main):
            settings = Settings(store=folder / "results.db")
            project, rules = rules_for(
                settings, project="test", worker=worker_name, resources={}, batch=False,
                device=None, priority=1,
            )  # fmt: skip
            runner = RunnerProcess(folder / "runner.log", slurm.environment)
            start = time.perf_counter()
            uuid = submit_campaign(
                flow, project, rules, kind="test", preset="", engines=[], source=None
            ).uuid
            runner.start()
            try:
                while True:
                    (found,) = campaigns(open_project("test"), [uuid])
                    if found.counts[State.DONE] == count:
                        break
                    check(not found.failures(), "a job failed")
                    time.sleep(1)
            finally:
                runner.kill()
            elapsed = time.perf_counter() - start
    finally:
        slurm.stop()
    check(stored(folder, flow) == count, "outputs were lost")
    return elapsed


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--local", type=int, default=2000)
    parser.add_argument("--slurm", type=int, default=200)
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| jobs | through | time (s) | per job (s) |\n| ---: | --- | ---: | ---: |")
    for count, through in (
        (asked.local, "the local runner"),
        (asked.slurm, "main"),
        (asked.slurm, "main-batch"),
    ):
        if not count:
            continue
        with TemporaryDirectory() as folder:
            if through == "the local runner":
                elapsed = run_locally(count, Path(folder))
            else:
                elapsed = run_by_slurm(count, Path(folder), through)
                through = f"Slurm, worker {through}"  # noqa: PLW2901 - for the table
        print(f"| {count} | {through} | {elapsed:.1f} | {elapsed / count:.3f} |", flush=True)


if __name__ == "__main__":
    main()
