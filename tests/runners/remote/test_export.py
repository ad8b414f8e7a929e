"""Copying a queue to another database."""

from typing import Any

import pytest
from jobflow import Flow
from queues import worker
from remote_jobs import counted

from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.export import export_queue
from liponflow.runners.remote.placement import make_rules
from liponflow.runners.remote.projects import job_controller, open_project
from liponflow.runners.remote.server import QueueServer
from liponflow.runners.remote.setup import prepare_queue, write_project
from liponflow.runners.remote.submission import submit
from liponflow.settings import JobKind


def submitted(project: Any) -> str:
    job = counted("/nowhere", 1)
    flow = Flow([job], output=job.output)
    rules = make_rules(project, worker="main", given={}, resources={}, device="cpu")
    rules.place(job, JobKind.LIGHT, 1)
    return submit(project, flow, rules, {"kind": "test"}).uuid


def test_queue_goes_on_elsewhere_and_nothing_there_is_lost(
    queue: QueueServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = open_project("test")
    moved = [submitted(old), submitted(old)]
    elsewhere = queue.address.store() | {"database": "elsewhere"}
    folder = tmp_path_factory.mktemp("elsewhere")
    new, _ = write_project("new", worker(folder), queue=elsewhere, results=folder / "results.db")
    prepare_queue(new)
    with pytest.raises(ProjectError, match="has no worker cluster, cluster-batch"):
        export_queue(old, new)
    slurm = worker(folder, "cluster", "slurm", batch_jobs=1)
    write_project("new", slurm, queue=None, results=folder / "results.db")
    new = open_project("new")
    for _ in range(2):  # it can be repeated
        assert export_queue(old, new)["jobs"] == 2
    with job_controller(new) as controller:
        assert {flow["uuid"] for flow in controller.flows.find()} == set(moved)
        assert controller.jobs.count_documents({"state": "READY"}) == 2
    more = submitted(new)  # the numbers of jobs continue
    with pytest.raises(ProjectError, match="holds 1 other flows"):
        export_queue(old, new)
    with job_controller(new) as controller:
        assert controller.flows.find_one({"uuid": more}) is not None
    with pytest.raises(ProjectError, match="the same queue"):
        export_queue(old, old)
