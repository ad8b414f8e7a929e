"""Results of submitted campaigns, from the store of the project to that of the settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass
class Fetched:
    """What came of the results of campaigns."""

    results: list[StoredResult] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """One line for each campaign without a result yet."""
    damaged: list[str] = field(default_factory=list)
    """One line for each document that was not copied, and each result that cannot be read."""

    def read(self, store: "JobStore", uuids: Sequence[str]) -> None:
        """Read results from a store."""
        for uuid in uuids:
            if any(uuid in line for line in self.damaged):
                continue
            try:
                self.results.append(get_result(store, uuid))
            except StoreError as error:
                self.damaged.append(str(error))


def fetch(project: "Project", settings: Settings, beginnings: Sequence[str]) -> Fetched:
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
    Fetched
        The results, and what is lacking.

    Raises
    ------
    ProjectError, QueueError
        See :func:`liponflow.runners.remote.campaigns.campaigns`.
    StoreError
        If a store cannot be used.
    """
    found = campaigns(project, beginnings)
    done = [item for item in found if item.state is State.DONE]
    fetched = Fetched(
        unfinished=[_without_result(item) for item in found if item.state is not State.DONE]
    )
    source = _results_of(project)
    results = [str(item.record["result"]) for item in done]
    try:
        with known_store(settings) as here:
            if here is not None and here.docs_store == source.docs_store:
                fetched.read(here, results)
                return fetched
        with writable_store(settings.store) as target:
            jobs = {job.uuid for item in done for job in item.jobs}
            fetched.damaged += sync(source, target, jobs=jobs).refused
            fetched.read(target, results)
            return fetched
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
