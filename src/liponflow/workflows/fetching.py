"""Results of submitted campaigns, from the store of the project to that of the settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from liponflow.runners.remote.campaigns import CampaignStatus, State, campaigns
from liponflow.settings import Settings
from liponflow.store.file import StoreError
from liponflow.store.reading import StoredResult
from liponflow.store.results import get_result, open_store
from liponflow.store.sync import sync
from liponflow.workflows.run import known_store, writable_store

if TYPE_CHECKING:
    from jobflow.core.store import JobStore
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
        A line for each campaign without a result, and for each document that was not copied.

    Raises
    ------
    ProjectError, QueueError
        See :func:`liponflow.runners.remote.campaigns.campaigns`.
    StoreError
        If a store cannot be used.
    """
    found = campaigns(project, beginnings)
    done = [item for item in found if item.state is State.DONE]
    lacking = [_without_result(item) for item in found if item.state is not State.DONE]
    source = _results_of(project)
    results = [str(item.record["result"]) for item in done]
    try:
        with known_store(settings) as here:
            if here is not None and here.docs_store == source.docs_store:
                return [get_result(here, uuid) for uuid in results], lacking
        with writable_store(settings.store) as target:
            jobs = {job.uuid for item in done for job in item.jobs}
            lacking += sync(source, target, jobs=jobs).refused
            return [get_result(target, uuid) for uuid in results], lacking
    finally:
        source.close()  # type: ignore[no-untyped-call]


def _without_result(campaign: CampaignStatus) -> str:
    """Say why a campaign has no result, and what can be done."""
    short = campaign.uuid[:8]
    if campaign.state is State.FAILED:
        return f"{short} has no result: it has failed; `liponflow status {short}` says why"
    if campaign.state is State.STOPPED:
        return f"{short} has no result: it was stopped; `liponflow rerun {short}` continues it"
    return f"{short} has no result yet: it is {campaign.state.value}"


def _results_of(project: "Project") -> "JobStore":
    """Open the results store of a project."""
    if project.jobstore and "@class" not in project.jobstore:
        # A specification: its servers may not answer.
        return open_store(project.jobstore, read_only=True)
    source = project.get_jobstore()
    if source is None:
        raise StoreError(f"project {project.name} names no results store")
    source.connect()
    return source
