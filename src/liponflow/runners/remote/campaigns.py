"""Submitted campaigns: what of each is done, runs, failed or waits; stopping and repeating."""

import logging
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from liponflow.names import did_you_mean
from liponflow.redaction import without_secrets
from liponflow.runners.remote.connections import connection_fault, connections
from liponflow.runners.remote.errors import ProjectError
from liponflow.runners.remote.placement import KEY
from liponflow.runners.remote.projects import job_controller

if TYPE_CHECKING:
    from jobflow_remote import JobController
    from jobflow_remote.config.base import Project
    from jobflow_remote.jobs.data import FlowInfo, JobInfo
    from jobflow_remote.utils.remote import SharedHosts


class State(StrEnum):
    """What has become of a job or a campaign."""

    DONE = "done"
    RUNNING = "running"
    QUEUED = "queued"
    """In the scheduler's queue."""
    READY = "ready"
    """In the hands of the runner of jobflow-remote."""
    WAITING = "waiting"
    """For other jobs."""
    FAILED = "failed"
    STOPPED = "stopped"


_STATES = {
    "COMPLETED": State.DONE,
    "RUNNING": State.RUNNING,
    "BATCH_RUNNING": State.RUNNING,
    "SUBMITTED": State.QUEUED,
    "BATCH_SUBMITTED": State.QUEUED,
    "READY": State.READY,
    "CHECKED_OUT": State.READY,
    "UPLOADED": State.READY,
    "RUN_FINISHED": State.READY,
    "DOWNLOADED": State.READY,
    "WAITING": State.WAITING,
    "FAILED": State.FAILED,
    "REMOTE_ERROR": State.FAILED,
    "PAUSED": State.STOPPED,
    "STOPPED": State.STOPPED,
    "USER_STOPPED": State.STOPPED,
}
"""States of jobflow-remote in fewer words."""

STALE_S = 600
"""Age (s) of a lock from which on its holder is gone: steps of the runner take seconds."""


@dataclass(frozen=True)
class JobStatus:
    """A job of a campaign.

    Attributes
    ----------
    name, uuid, index
        The job.
    state
        What has become of it.
    worker, directory
        Where it runs; no directory before it starts.
    reason
        Why it failed, in a line, or what it waits for.
    stage
        State in the words of jobflow-remote; of a failed step, the one before.
    locked
        Time from which on another process holds it; None if none does.
    """

    name: str
    uuid: str
    index: int
    state: State
    worker: str
    directory: str | None
    reason: str
    stage: str
    locked: datetime | None

    @property
    def is_stale(self) -> bool:
        """Whether its lock is left over from a process that was killed."""
        return self.locked is not None and self.locked < _stale_before()


@dataclass(frozen=True)
class CampaignStatus:
    """A submitted campaign.

    Attributes
    ----------
    uuid
        Its flow.
    record
        What was recorded when it was submitted: ``kind``, ``preset``, ``engines``, ``source``,
        ``result``, ``version``.
    submitted
        When.
    jobs
        Its jobs, those that were made on the way among them.
    """

    uuid: str
    record: Mapping[str, Any]
    submitted: datetime
    jobs: Sequence[JobStatus]

    @property
    def counts(self) -> Counter[State]:
        """Number of jobs in each state."""
        return Counter(job.state for job in self.jobs)

    @property
    def state(self) -> State:
        """State of the whole: done if its result is there, failed if nothing can continue."""
        ends = [job for job in self.jobs if job.uuid == self.record.get("result")]
        if ends and max(ends, key=lambda job: job.index).state is State.DONE:
            return State.DONE
        counts = self.counts
        for state in (State.RUNNING, State.QUEUED, State.READY):
            if counts[state]:
                return state
        return State.FAILED if counts[State.FAILED] else State.STOPPED

    def failures(self) -> list[JobStatus]:
        """List the jobs that failed."""
        return [job for job in self.jobs if job.state is State.FAILED]

    def waits_for(self) -> list[str]:
        """Say for what a campaign waits, each once, the most frequent first."""
        reasons = Counter(
            job.reason
            for job in self.jobs
            if job.state in {State.RUNNING, State.QUEUED, State.READY} and job.reason
        )
        return [reason for reason, _ in reasons.most_common()]


def campaigns(project: "Project", beginnings: Sequence[str] = ()) -> list[CampaignStatus]:
    """Return the campaigns in the queue of a project, the latest last.

    Parameters
    ----------
    project
        The project.
    beginnings
        First characters of the uuids of flows or results; all campaigns if there are none.

    Raises
    ------
    ProjectError
        If a beginning fits no campaign, or several.
    QueueError
        If the queue does not answer.
    """
    with job_controller(project) as controller:
        return _campaigns(project, controller, beginnings)


def cancel(project: "Project", beginnings: Sequence[str]) -> int:
    """Stop campaigns: their jobs in the scheduler are cancelled, and no further ones start.

    It warns of a job that the scheduler did not cancel.

    Returns
    -------
    int
        Number of jobs that were stopped.

    Raises
    ------
    WorkerError
        If the host of a worker that has such jobs cannot be reached; nothing is stopped then.
    ProjectError, QueueError
        As :func:`campaigns`.
    """
    from jobflow_remote.jobs.state import RUNNING_STATES, JobState
    from jobflow_remote.utils.db import JobLockedError

    stopped = 0
    with job_controller(project) as controller:
        found = _campaigns(project, controller, beginnings)
        there = {
            job.worker
            for campaign in found
            for job in campaign.jobs
            if job.stage in {"SUBMITTED", "RUNNING", "BATCH_SUBMITTED"}
        }
        with connections(project, sorted(there)) as hosts, _told_of_what_runs_on():
            for campaign in found:
                _unlock(controller, campaign)
                _leave_batches(project, hosts, campaign.jobs)
                with suppress(JobLockedError):  # the runner has just taken it
                    stopped += len(
                        controller.stop_jobs(
                            flow_ids=campaign.uuid,
                            states=[JobState.READY, *RUNNING_STATES],
                            wait=30,
                        )
                    )
    return stopped


@contextmanager
def _told_of_what_runs_on() -> Iterator[None]:
    """Warn of jobs that were not cancelled; jobflow-remote logs that and calls them stopped."""
    logger = logging.getLogger("jobflow_remote.jobs.jobcontroller")

    def tell(record: logging.LogRecord) -> bool:
        words = record.getMessage()
        if record.exc_info and (error := record.exc_info[1]) is not None:
            reason = without_secrets(" ".join(str(error).split()))
            warnings.warn(f"{words} ({reason}): it may run on in the scheduler", stacklevel=2)
        return False

    logger.addFilter(tell)
    try:
        yield
    finally:
        logger.removeFilter(tell)


def rerun(project: "Project", beginnings: Sequence[str]) -> list[str]:
    """Run what failed or was stopped again, and what depends on it.

    What a killed runner held is released.

    Returns
    -------
    list of str
        Names of the jobs.

    Raises
    ------
    ProjectError
        If a job cannot be repeated, as further jobs have been made of its outcome.
    QueueError
        As :func:`campaigns`.
    """
    names = []
    with job_controller(project) as controller:
        for campaign in _campaigns(project, controller, beginnings):
            _unlock(controller, campaign)
            for job in campaign.jobs:
                if job.state in {State.FAILED, State.STOPPED}:
                    _again(controller, job)
                    names.append(job.name)
                elif job.is_stale:
                    names.append(job.name)
    return names


def _again(controller: "JobController", job: JobStatus) -> None:
    """Run a job again, or only the step of the runner that failed.

    One whose outcome could not be fetched or stored would be computed a second time. The directory
    of a killed job stays, for it to continue from (:mod:`liponflow.workflows.remote_job`).
    """
    from jobflow_remote.jobs.state import JobState

    info = controller.get_job_info(job_id=job.uuid, job_index=job.index)
    if info is None or _STATES[info.state.value] not in {State.FAILED, State.STOPPED}:
        return  # it depends on one before, and waits again
    was_killed = _lacks_outcome(info.error or info.remote.error or "")
    try:
        if info.state is JobState.REMOTE_ERROR and not was_killed:
            controller.retry_job(job_id=job.uuid, job_index=job.index)
        else:
            controller.rerun_job(
                job_id=job.uuid, job_index=job.index, force=True, wait=30,
                delete_files=info.state is JobState.FAILED and not was_killed,
            )  # fmt: skip
    except ValueError as error:
        raise ProjectError(f"{job.name} cannot run again: {error}") from error


def _campaigns(
    project: "Project", controller: "JobController", beginnings: Sequence[str]
) -> list[CampaignStatus]:
    marked = controller.flows.find({f"metadata.{KEY}": {"$exists": True}}, ["uuid", "metadata"])
    known = {str(flow["uuid"]): str(flow["metadata"][KEY].get("result", "")) for flow in marked}
    wanted = {_one(beginning, known) for beginning in beginnings} if beginnings else set(known)
    if not wanted:
        return []
    further = ["run_dir", "error", "remote", "previous_state", "lock_id", "lock_time"]
    flows = controller.get_flows_info(
        flow_ids=sorted(wanted), sort=[("created_on", 1)], with_jobs_info=further
    )
    return [_status(project, flow) for flow in flows]


def _one(beginning: str, known: Mapping[str, str]) -> str:
    fits = [
        uuid
        for uuid, result in known.items()
        if uuid.startswith(beginning) or result.startswith(beginning)
    ]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise ProjectError(f"{beginning!r} fits {len(fits)} campaigns: give more characters")
    short = [uuid[:8] for uuid in known]
    raise ProjectError(
        f"no submitted campaign begins with {beginning!r}{did_you_mean(beginning, short)}; "
        "`liponflow status` lists them"
    )


def _status(project: "Project", flow: "FlowInfo") -> CampaignStatus:
    infos = list(flow.jobs_info or ())
    undone = {
        info.uuid: info.name for info in infos if _STATES[info.state.value] is not State.DONE
    }
    return CampaignStatus(
        uuid=flow.flow_id,
        record=flow.flow_metadata[KEY],
        submitted=flow.created_on.replace(tzinfo=flow.created_on.tzinfo or UTC),
        jobs=[_job(project, info, undone) for info in infos],
    )


def _job(project: "Project", info: "JobInfo", undone: Mapping[str, str]) -> JobStatus:
    state = _STATES[info.state.value]
    before = info.previous_state.value if info.previous_state else ""
    lock_time = info.lock_time
    return JobStatus(
        name=info.name,
        uuid=info.uuid,
        index=info.index,
        state=state,
        worker=info.worker,
        directory=info.run_dir,
        reason=_reason(project, info, state, undone),
        stage=before if info.state.value == "REMOTE_ERROR" else info.state.value,
        locked=lock_time.replace(tzinfo=lock_time.tzinfo or UTC) if lock_time else None,
    )


def _reason(project: "Project", info: "JobInfo", state: State, undone: Mapping[str, str]) -> str:
    if state is State.FAILED:
        if info.error is None and info.remote.error:
            return _remote_fault(project, info)
        return failure(info.error or "", info.remote.queue_err or "")
    if state is State.WAITING:
        parents = [undone[uuid] for uuid in info.parents or () if uuid in undone]
        return f"for {', '.join(parents)}"
    if info.lock_time is not None and info.lock_time.replace(tzinfo=UTC) < _stale_before():
        return (
            "for a runner that was killed while it held the job: `liponflow rerun ID` releases it"
        )
    if info.remote.error and state not in {State.DONE, State.STOPPED}:
        return f"to try again: {_remote_fault(project, info)}"
    waits = {
        State.QUEUED: f"for the scheduler of {info.worker}",
        State.READY: "for the runner of jobflow-remote",
    }
    return waits.get(state, "")


def _remote_fault(project: "Project", info: "JobInfo") -> str:
    """Say what the runner met with a job, and of a host that it did not reach, what to try."""
    words = failure(info.remote.error or "", info.remote.queue_err or "")
    worker = project.workers.get(info.worker)
    return (worker and connection_fault(info.worker, worker, words)) or words


def failure(error: str, queue_error: str) -> str:
    r"""Say in a line why a job failed.

    Parameters
    ----------
    error
        Traceback of the job, or the error of jobflow-remote.
    queue_error
        What the job wrote to standard error.

    Examples
    --------
    >>> failure("Traceback ...\nValueError: no such site\n", "")
    'ValueError: no such site'
    >>> failure("store file remote_job_data.json is missing", "No module named numpy")
    'the job ended without an outcome (walltime? memory? see queue.err): No module named numpy'
    """
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    last = lines[-1] if lines else "no reason was recorded"
    if _lacks_outcome(error):
        said = [line.strip() for line in queue_error.splitlines() if line.strip()]
        last = "the job ended without an outcome (walltime? memory? see queue.err)"
        last += f": {said[-1]}" if said else ""
    return str(without_secrets(last))


_NO_OUTCOME = (
    "remote_job_data.json",
    "does not contain the response",
    "jfremote_out.json",
    "was likely killed",
)
"""Signs in the errors of jobflow-remote that a job was killed, or never started."""


def _lacks_outcome(error: str) -> bool:
    return any(sign in error for sign in _NO_OUTCOME)


def _unlock(controller: "JobController", campaign: CampaignStatus) -> None:
    """Release what a killed runner held: jobflow-remote 1.0 never does."""
    stale = [(job.uuid, job.index) for job in campaign.jobs if job.is_stale]
    if stale:
        controller.unlock_jobs(job_ids=stale)
    held = {"uuid": campaign.uuid, "lock_time": {"$lt": _stale_before()}}
    if controller.flows.find_one(held, ["uuid"]) is not None:
        controller.unlock_flows(flow_ids=campaign.uuid)


def _stale_before() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=STALE_S)


def _leave_batches(project: "Project", hosts: "SharedHosts", jobs: Iterable[JobStatus]) -> None:
    """Take jobs that have not started out of the reach of batches, which would run them."""
    from jobflow_remote.jobs.batch import RemoteBatchManager

    by_worker: dict[str, list[str]] = {}
    for job in jobs:
        if job.stage == "BATCH_SUBMITTED":
            by_worker.setdefault(job.worker, []).append(f"{job.uuid}_{job.index}")
    for name, files in by_worker.items():
        worker = project.workers.get(name)
        if worker is None or worker.batch is None:
            continue
        host = hosts.get_host(name)
        folder = Path(RemoteBatchManager(host, worker.batch.jobs_handle_dir).submitted_dir)
        for file in files:
            with suppress(FileNotFoundError):  # it has just started
                host.remove(folder / file)


def runner_is_running(project: "Project") -> bool | None:
    """Return whether the runner of a project runs on this machine; None if that is unknown."""
    from jobflow_remote.jobs.daemon import DaemonError, DaemonManager, DaemonStatus

    try:
        status = DaemonManager.from_project(project).check_status()
    except (DaemonError, OSError):
        return None
    return bool(status in {DaemonStatus.RUNNING, DaemonStatus.STARTING})
