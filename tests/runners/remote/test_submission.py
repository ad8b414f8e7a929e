"""Putting flows into a queue on a server that may go down."""

from typing import Any

import pytest
from jobflow import Flow
from remote_jobs import counted, total

from liponflow.runners.remote.campaigns import cancel
from liponflow.runners.remote.errors import ProjectError, QueueError
from liponflow.runners.remote.placement import make_rules
from liponflow.runners.remote.projects import job_controller, open_project
from liponflow.runners.remote.server import QueueServer
from liponflow.runners.remote.setup import prepare_queue
from liponflow.runners.remote.submission import submit
from liponflow.settings import JobKind, ResourceRule

pytestmark = pytest.mark.usefixtures("queue")

RECORD = {"kind": "test", "preset": "quick", "engines": [], "source": None}


def flow() -> Flow:
    jobs = [counted("/tmp", number) for number in range(3)]  # noqa: S108 - it never runs
    summed = total([job.output for job in jobs])
    return Flow([*jobs, summed], output=summed.output)


def placed(made: Flow, given: dict[JobKind, ResourceRule] | None = None) -> Any:
    rules = make_rules(
        open_project(), worker="main", given=given or {}, resources={}, device="cpu"
    )
    for job in made.jobs:
        rules.place(job, JobKind.LIGHT, 1)
    return rules


def stored(made: Flow) -> int:
    with job_controller(open_project()) as controller:
        uuids = [job.uuid for job in made.jobs]
        count: int = controller.jobs.count_documents({"uuid": {"$in": uuids}})
        return count


def test_flow_is_in_the_queue_once_whatever_happened_before() -> None:
    made = flow()
    rules = placed(made)
    project = open_project()
    submitted = submit(project, made, rules, RECORD)
    assert submitted.jobs == {"main": 4}
    submit(project, made, rules, RECORD)  # the answer was lost
    assert stored(made) == 4
    with job_controller(project) as controller:
        # The server went down between the flow and its jobs.
        controller.jobs.delete_many({"job.name": "total"})
    submit(project, made, rules, RECORD)
    assert stored(made) == 4
    with job_controller(project) as controller:
        record = controller.flows.find_one({"uuid": made.uuid})["metadata"]["liponflow"]
    assert record | RECORD == record
    assert record["result"] == made.output.uuid


def test_equal_campaign_is_submitted_again_only_when_it_is_not_under_way() -> None:
    first, project = flow(), open_project()
    record = RECORD | {"fingerprint": "same"}
    assert submit(project, first, placed(first), record).earlier is None
    again = flow()
    found = submit(project, again, placed(again), record)
    assert (found.uuid, found.result) == (first.uuid, first.output.uuid)
    assert found.earlier is not None
    assert stored(again) == 0
    other = flow()
    assert submit(project, other, placed(other), RECORD | {"fingerprint": "other"}).earlier is None
    cancel(project, [first.uuid])
    assert submit(project, again, placed(again), record).uuid == again.uuid
    assert stored(again) == 4


@pytest.mark.parametrize(("state", "left"), [("READY", 0), ("UPLOADED", 2)])
def test_what_a_killed_submission_left_is_removed_unless_it_runs(state: str, left: int) -> None:
    torn, project = flow(), open_project()
    record = RECORD | {"fingerprint": f"torn {state}"}
    submit(project, torn, placed(torn), record)
    with job_controller(project) as controller:
        uuids = [job.uuid for job in torn.jobs]
        controller.jobs.delete_many({"uuid": {"$in": uuids[1:3]}})
        controller.jobs.update_one({"uuid": uuids[0]}, {"$set": {"state": state}})
    again = flow()
    assert submit(project, again, placed(again), record).earlier is None
    assert stored(again) == 4
    assert stored(torn) == left


def test_server_that_is_down_is_given_up_and_a_later_try_succeeds(queue: QueueServer) -> None:
    project = open_project()
    project.queue.store["mongoclient_kwargs"]["serverSelectionTimeoutMS"] = 100
    made = flow()
    rules = placed(made)
    queue.stop()
    with pytest.raises(QueueError, match="does not answer"):
        submit(project, made, rules, RECORD, pauses=(0.1,))
    queue.start()
    submit(project, made, rules, RECORD)
    assert stored(made) == 4


def test_queue_that_is_not_prepared_is_refused_with_the_command() -> None:
    project = open_project()
    with job_controller(project) as controller:
        controller.auxiliary.drop()
    made = flow()
    with pytest.raises(ProjectError, match="jf -p test admin reset"):
        submit(project, made, placed(made), RECORD)
    with pytest.raises(ProjectError, match="holds flows"):
        prepare_queue(project)
    with job_controller(project) as controller:
        controller.reset(max_limit=0)
    assert not prepare_queue(project)


def test_worker_that_would_ignore_the_rules_is_refused() -> None:
    project = open_project()
    project.workers["main"].execution_cmd = None
    made = flow()
    equal = placed(made)
    submit(project, made, equal, RECORD)
    other = placed(made, {JobKind.RELAX: ResourceRule(worker="cluster")})
    with pytest.raises(ProjectError, match="execution_cmd: python -m liponflow"):
        submit(project, flow(), other, RECORD)


def test_large_arguments_are_told() -> None:
    large = counted("x" * 1_100_000, 1)
    made = Flow([large], output=large.output)
    with pytest.warns(UserWarning, match=r"counted have 1\.1 MB"):
        submit(open_project(), made, placed(made), RECORD)
