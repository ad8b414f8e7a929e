"""A queue and a runner of the tests, and campaigns that are followed through them."""

import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobflow import Flow, Job
from queues import RunnerProcess, project_in
from remote_jobs import total

from liponflow.runners.remote.campaigns import CampaignStatus, State, campaigns
from liponflow.runners.remote.errors import patiently
from liponflow.runners.remote.projects import open_project
from liponflow.runners.remote.server import QueueServer
from liponflow.runners.remote.setup import Worker
from liponflow.settings import Settings
from liponflow.store.results import open_store
from liponflow.workflows.submission import rules_for, submit_campaign

PATIENCE = 900
"""Longest wait, for a machine that has much else to do (s)."""

LOOK_S = 0.8
"""Interval of looks at the queue (s): each logs in anew, which keeps the server busy."""


@dataclass
class Cluster:
    """Queue, runner and folder of the tests."""

    queue: QueueServer
    runner: RunnerProcess
    folder: Path
    settings: Settings

    def submit(self, flow: Flow, *, on: str | None = None, **resources: Any) -> str:
        """Submit a flow as a campaign and return its uuid."""
        project, rules = rules_for(
            self.settings, project="test", worker=on, resources=resources, batch=False,
            device=None, priority=1,
        )  # fmt: skip
        return submit_campaign(
            flow, project, rules, kind="test", preset="quick", engines=[], source=None
        ).uuid

    def status(self, uuid: str) -> CampaignStatus:
        """Return what has become of a campaign."""
        (found,) = patiently(lambda: campaigns(open_project("test"), [uuid]))
        return found

    def wait(self, uuid: str, *states: State) -> CampaignStatus:
        """Wait until a campaign is in one of some states, and show its jobs if it does not."""
        wanted = states or (State.DONE,)
        end = time.monotonic() + PATIENCE
        while (now := self.status(uuid)).state not in wanted:
            jobs = "\n".join(
                f"{job.state} {job.name} {job.stage} {job.reason}" for job in now.jobs
            )
            assert now.state is not State.FAILED, jobs
            assert time.monotonic() < end, jobs
            time.sleep(LOOK_S)
        return now

    def outputs(self, flow: Flow) -> list[Any]:
        """Return the outputs of a flow, of which the results store must hold each once."""
        store = open_store(self.folder / "results.db", read_only=True)
        uuids = [job.uuid for job in flow.jobs]
        documents = list(store.query({"uuid": {"$in": uuids}}, ["uuid", "index", "output"]))
        store.close()
        assert Counter(item["uuid"] for item in documents) == Counter(uuids)
        by_uuid = {item["uuid"]: item["output"] for item in documents}
        return [by_uuid[uuid] for uuid in uuids]


@contextmanager
def cluster_in(
    folder: Path,
    *workers: Worker,
    variables: dict[str, str] | None = None,
    queue: dict[str, Any] | None = None,
) -> Iterator[Cluster]:
    """Write the project ``test``, and start its queue and its runner, which end with the block.

    The runner has further variables; with a queue elsewhere, no server is started.
    """
    with project_in(folder, *workers, queue=queue) as server:
        runner = RunnerProcess(folder / "runner.log", variables or {})
        runner.start()
        settings = Settings(store=folder / "results.db", hpc_project="test")
        try:
            yield Cluster(server, runner, folder, settings)
        finally:
            runner.kill()


def environment_in(folder: Path, python: list[str]) -> Path:
    """Return an environment whose Python starts at once, for workers.

    Parameters
    ----------
    folder
        Where it is made.
    python
        Command in place of ``python -m``.
    """
    program = folder / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = -m ] || exec {shlex.quote(sys.executable)} "$@"\n'
        f'shift\nexec {shlex.join(python)} "$@"\n'
    )
    program.chmod(0o755)
    (program.parent / "jf").symlink_to(Path(sys.executable).with_name("jf"))  # runs batches
    return folder


def ran(marks: Path) -> Counter[int]:
    """Count how often each job has run."""
    return Counter(int(mark.name.partition("-")[0]) for mark in marks.iterdir())


def summed(jobs: list[Job]) -> Flow:
    """Return a flow of jobs and their sum."""
    last = total([job.output for job in jobs])
    return Flow([*jobs, last], output=last.output)


def until(condition: Callable[[], object], every: float = LOOK_S) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s"
        time.sleep(every)
