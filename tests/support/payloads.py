"""Sizes of what a cluster gets of each job of a run, also of those that were added on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobflow import JobStore
from jobflow_remote.remote.data import resolve_job_dict_args
from monty.json import jsanitize

from liponflow.runners.documents import dumps
from liponflow.runners.journal import Journal
from liponflow.runners.remote.placement import Rules
from liponflow.settings import JobKind
from liponflow.workflows.unconverged import past_jobs


@dataclass(frozen=True)
class Payload:
    """Sizes of a job (bytes): in the queue, and with its inputs, as the worker gets it."""

    queued: int
    uploaded: int


def payloads(
    run_dir: Path, store: JobStore, rules: Rules, trusted: tuple[str, ...] = ()
) -> Mapping[str, Payload]:
    """Return the largest sizes of the jobs of a run that has ended, by name."""
    found: dict[str, Payload] = {}
    for past in past_jobs(Journal.open(run_dir), trusted):
        rules.place(past.job, JobKind.LIGHT, 1)
        document = jsanitize(past.job.as_dict(), strict=True, enum_values=True, allow_bson=True)
        queued = len(dumps(document))
        uploaded = len(dumps(jsanitize(resolve_job_dict_args(document, store))))
        before = found.get(past.job.name, Payload(0, 0))
        found[past.job.name] = Payload(max(before.queued, queued), max(before.uploaded, uploaded))
    return found
