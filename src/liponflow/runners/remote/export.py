"""Copy a queue to another database server, where it continues."""

from typing import TYPE_CHECKING

from liponflow.runners.remote.campaigns import runner_is_running
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.projects import job_controller

if TYPE_CHECKING:
    from jobflow_remote.config.base import Project

BATCH = 100
"""Documents that are copied at once."""


def export_queue(source: "Project", target: "Project") -> dict[str, int]:
    """Copy the queue of a project into the empty queue of another, or complete such a copy.

    Parameters
    ----------
    source
        Project whose runner has stopped.
    target
        Project with the same workers, whose queue is on another server.

    Returns
    -------
    dict
        Number of documents by collection.

    Raises
    ------
    ProjectError
        If the runner of one runs, the queues are the same, a worker is missing, or the target
        holds other flows.
    QueueError
        If a queue does not answer; the same call continues.
    """
    from pymongo import ReplaceOne

    if source.queue.store == target.queue.store:
        raise ProjectError(f"{source.name} and {target.name} have the same queue")
    for project in (source, target):
        if runner_is_running(project):
            raise ProjectError(
                f"the runner of {project.name} runs: stop it by `jf -p {project.name} runner stop`"
            )
    if missing := sorted(set(source.workers) - set(target.workers)):
        raise ProjectError(f"project {target.name} has no worker {', '.join(missing)}: add it")
    copied = {}
    with job_controller(source) as old, job_controller(target) as new:
        known = {flow["uuid"] for flow in old.flows.find({}, ["uuid"])}
        if foreign := [flow for flow in new.flows.find({}, ["uuid"]) if flow["uuid"] not in known]:
            raise ProjectError(
                f"the queue of {target.name} holds {len(foreign)} other flows: take an empty one"
            )
        new.build_indexes()
        new.auxiliary.delete_many({})
        for name in ("flows", "jobs", "batches", "auxiliary"):
            documents = list(getattr(old, name).find({}))
            for start in range(0, len(documents), BATCH):
                part = documents[start : start + BATCH]
                getattr(new, name).bulk_write(
                    [ReplaceOne({"_id": item["_id"]}, item, upsert=True) for item in part]
                )
            copied[name] = len(documents)
    return copied
