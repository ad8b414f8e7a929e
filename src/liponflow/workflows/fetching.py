"""Results of submitted campaigns, from the store of the project to that of the settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from liponflow.runners.remote.campaigns import CampaignStatus, State, campaigns
from liponflow.settings import Settings
from liponflow.store.file import StoreError
from liponflow.store.results import StoredResult, get_result
from liponflow.workflows.run import writable_store

if TYPE_CHECKING:
    from jobflow import JobStore
    from jobflow_remote.config.base import Project


def fetch(
    project: "Project", settings: Settings, beginnings: Sequence[str]
) -> tuple[list[StoredResult], list[str]]:
    """Return the results of campaigns, copied to the results store of the settings.

    Parameters
    ----------
    project
        The project.
    settings
        Results store.
    beginnings
        First characters of the campaigns; all that are done if there are none.

    Returns
    -------
    list of StoredResult
    list of str
        A line for each campaign without a result.

    Raises
    ------
    ProjectError, QueueError
        See :func:`liponflow.runners.remote.campaigns.campaigns`.
    StoreError
        If a store cannot be used.
    """
    found = campaigns(project, beginnings)
    done = [item for item in found if item.state is State.DONE]
    lacking = [
        f"{item.uuid[:8]} has no result yet: it is {item.state.value}"
        for item in found
        if item.state is not State.DONE
    ]
    source = project.get_jobstore()
    if source is None:
        raise StoreError(f"project {project.name} names no results store")
    source.connect()
    try:
        with writable_store(settings.store) as target:
            if source.docs_store != target.docs_store:
                for item in done:
                    copy(item, source, target)
            return [get_result(target, str(item.record["result"])) for item in done], lacking
    finally:
        source.close()  # type: ignore[no-untyped-call]


def copy(campaign: CampaignStatus, source: "JobStore", target: "JobStore") -> None:
    """Copy the documents of a campaign with their data; those that are there already are kept."""
    uuids = sorted({job.uuid for job in campaign.jobs})
    for document in source.query({"uuid": {"$in": uuids}}):
        key = {"uuid": document["uuid"], "index": document["index"]}
        if target.query_one(key, ["uuid"]) is not None:
            continue
        for name, store in source.additional_stores.items():  # type: ignore[has-type]
            for blob in store.query({"job_uuid": key["uuid"], "job_index": key["index"]}):
                data = target.additional_stores[name]  # type: ignore[has-type]
                data.update([blob], key="blob_uuid")
        document.pop("_id", None)
        target.docs_store.update([document], key=["uuid", "index"])
