"""Putting a flow into the queue of a project, once."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jobflow import Flow

from liponflow.runners.documents import all_jobs, dumps
from liponflow.runners.execution import refuse_exposed_store
from liponflow.runners.remote.errors import PAUSES_S, ProjectError, patiently
from liponflow.runners.remote.placement import KEY, Rules
from liponflow.runners.remote.projects import (
    JOB_COMMAND,
    check_separate,
    job_controller,
    runs_our_jobs,
)

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project

LARGE = 1_000_000
"""Size (bytes) of a job's arguments from which on they slow the queue down; a document of MongoDB
holds 16 MiB."""


_UNDER_WAY = {"WAITING", "READY", "RUNNING"}
"""States of jobflow-remote's flows that have neither ended nor stopped."""


@dataclass(frozen=True)
class Submitted:
    """A campaign in the queue.

    Attributes
    ----------
    project
        Name of the project.
    uuid
        Flow of the campaign.
    result
        Job whose output will be the result.
    jobs
        Number of jobs by worker.
    earlier
        When an equal campaign was submitted that is under way, which this is; None of a new one.
    """

    project: str
    uuid: str
    result: str
    jobs: Mapping[str, int]
    earlier: datetime | None = None


def submit(
    project: "Project",
    flow: Flow,
    rules: Rules,
    record: Mapping[str, Any],
    *,
    pauses: tuple[float, ...] = PAUSES_S,
) -> Submitted:
    """Put a flow into the queue of a project, unless an equal one is under way there.

    Parameters
    ----------
    project
        The project.
    flow
        Flow whose jobs are placed (:meth:`~liponflow.runners.remote.placement.Rules.place`) and
        whose output is a result.
    rules
        Rules by which they were placed.
    record
        JSON data that tell what the campaign is: ``kind``, ``preset``, ``engines``, ``source``;
        and ``fingerprint``, by which an equal one that is under way is found.
    pauses
        Pauses between attempts to reach the queue (s).

    Raises
    ------
    ProjectError
        If jobs would be run otherwise than the rules say, the queue is not set up, or the results
        are in its database.
    QueueError
        If the queue does not answer after all attempts. The flow is then in it whole or not at
        all, as far as the queue can be asked.
    ValueError
        If a job exposes the store.
    """
    refuse_exposed_store(flow)
    check_separate(project)
    used = sorted({str(rule.worker) for rule in rules.by_kind.values()})
    check_job_commands(project, used, rules)
    workers: dict[str, int] = {}
    for job in all_jobs(flow):
        size = len(dumps(job.as_dict()))
        if size > LARGE:
            warnings.warn(
                f"the arguments of job {job.name} have {size / 1e6:.1f} MB; more than "
                f"{LARGE / 1e6:g} MB slow the queue down",
                stacklevel=2,
            )
        worker = str(job.config.manager_config["worker"])
        workers[worker] = workers.get(worker, 0) + 1
    campaign = {**record, "result": flow.output.uuid, "version": rules.version}
    flow.metadata = {**(flow.metadata or {}), KEY: campaign}

    def add() -> Submitted:
        with job_controller(project) as controller:
            found = _under_way(controller, flow.uuid, campaign)
            if found is None:
                _add(project, controller, flow, used[0])
            elif found["uuid"] != flow.uuid:
                result = found["metadata"][KEY]["result"]
                since = found["created_on"].replace(tzinfo=UTC)
                return Submitted(project.name, found["uuid"], result, {}, since)
        return Submitted(project.name, flow.uuid, flow.output.uuid, workers)

    return patiently(add, pauses)


def check_job_commands(project: "Project", workers: list[str], rules: Rules) -> None:
    """Refuse workers that would run new jobs with the resources of the job that makes them.

    Raises
    ------
    ProjectError
        Naming the worker and the line that its project file lacks.
    """
    distinct = {rule.model_dump_json(exclude={"priority"}) for rule in rules.by_kind.values()}
    if len(distinct) == 1:
        return
    for name in workers:
        if not runs_our_jobs(project.workers[name]):
            raise ProjectError(
                f"worker {name} of project {project.name} would run the jobs that other jobs make "
                f"with the resources of those: add `execution_cmd: {JOB_COMMAND}` to it in the "
                "project file, or give all kinds of jobs the same worker and resources"
            )


def _under_way(
    controller: "JobController", uuid: str, campaign: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the flow of an earlier attempt or an equal campaign; None if none is under way.

    What a killed attempt left of one, the flow without all its jobs, is removed.
    """
    same: list[dict[str, Any]] = [{"uuid": uuid}]
    if campaign.get("fingerprint"):
        same.append({f"metadata.{KEY}.{key}": campaign[key] for key in ("fingerprint", "version")})
    for found in controller.flows.find({"$or": same}):
        jobs = {"uuid": {"$in": found["jobs"]}}
        states = {job["uuid"]: job["state"] for job in controller.jobs.find(jobs)}
        is_whole = states.keys() == set(found["jobs"])
        if is_whole and (found["uuid"] == uuid or found["state"] in _UNDER_WAY):
            return dict(found)
        if not is_whole and set(states.values()) <= {"READY", "WAITING"}:
            controller.jobs.delete_many(jobs)
            controller.flows.delete_one({"uuid": found["uuid"]})
    return None


def _add(project: "Project", controller: "JobController", flow: Flow, worker: str) -> None:
    try:
        controller.add_flow(flow, worker=worker)
    except ValueError as error:
        if "has not been initialised" in str(error):
            raise ProjectError(
                f"the queue of {project.name} is not set up: `jf -p "
                f"{project.name} admin reset` prepares it"
            ) from error
        raise
