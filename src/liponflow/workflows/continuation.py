"""Go on with a run whose relaxations or bands did not converge, in a new run.

Of the old run, the new one keeps every outcome that does not depend on them. They go on from
their last geometry, and what depends on them is computed again, except the calculations whose
structures have not changed. Other jobs that did not finish go on as if they were resumed. The old
run and its result stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from monty.json import jsanitize

from liponflow import durable
from liponflow.runners import earlier
from liponflow.runners.documents import dumps, flow_document
from liponflow.runners.earlier import Earlier
from liponflow.runners.graph import Node
from liponflow.runners.journal import Journal
from liponflow.runners.ownership import OWN_FILE
from liponflow.settings import Settings
from liponflow.workflows.run import find_run, trusted_names
from liponflow.workflows.unconverged import PastJob, Shortfall, past_jobs


class NothingToContinueError(ValueError):
    """A run all of whose relaxations and bands converged."""


@dataclass(frozen=True)
class Continuation:
    """A new run, which has not been started.

    Attributes
    ----------
    run_dir
        Its directory.
    goes_on
        What goes on from its last geometry.
    kept
        Number of jobs that are not repeated.
    """

    run_dir: Path
    goes_on: Sequence[Shortfall]
    kept: int


def continuation(settings: Settings, run: Path | None = None) -> Continuation:
    """Make the directory of a run that goes on from the last geometries of another.

    A run directory is code: its flow names functions and their arguments, and they are called.

    Parameters
    ----------
    settings
        Directory of the runs, and what their flows may name.
    run
        Directory or name of the other run; the latest one if None.

    Raises
    ------
    NothingToContinueError
        If everything converged.
    FileNotFoundError, ForeignRunError, ExposedRunError, DamagedRunError, RunLockedError
        If the other run cannot be opened; see :func:`liponflow.runners.local.resume`.
    """
    journal = Journal.open(find_run(settings, run, unfinished=False))
    config = journal.record["config"]
    trusted = trusted_names(settings, config.get("engines", ()))
    with journal.lock():
        jobs = past_jobs(journal, trusted)
        left = [past for past in jobs if past.left]
        if not left:
            raise NothingToContinueError(
                f"every relaxation and band of {journal.path} that has ended converged: there is "
                "nothing to go on with (resume without --continue goes on with jobs that failed "
                "or were interrupted)"
            )
        result = str(config.get("result"))
        repeated, changed = _affected(jobs, result)
        names = {uuid: str(uuid4()) for uuid in changed}
        flow = earlier.renamed(flow_document(journal.flow(trusted)), names)
        if any(past.job.uuid == result and past.finished for past in jobs):
            _name_predecessor(flow, names[result], result)
        known = _known(journal, jobs, repeated, changed)
        kept = [past for past in jobs if past.node not in repeated]
        new = Journal.create(
            settings.runs_dir,
            flow,
            {**config, "result": names[result], "continues": journal.path.name},
            fill=partial(_fill, journal, kept, names, known),
        )
    shortfalls = [Shortfall(past.job.name, past.left.reason) for past in left if past.left]
    return Continuation(new.path, shortfalls, len(kept))


def _affected(jobs: Sequence[PastJob], result: str) -> tuple[set[Node], set[str]]:
    """Return the jobs to repeat, and the uuids of all whose output changes.

    Parameters
    ----------
    jobs
        Of the old run.
    result
        Uuid of its result, which is always made again.
    """
    repeated = {
        past.node for past in jobs if past.left or not past.finished or past.job.uuid == result
    }
    changed = {node.job.uuid for node in repeated}
    while True:
        before = len(repeated), len(changed)
        for past in jobs:
            if past.inputs & changed or past.node.host in repeated:
                repeated.add(past.node)
            if past.node in repeated or past.passes_on & changed:
                changed.add(past.job.uuid)
        if (len(repeated), len(changed)) == before:
            return repeated, changed


def _known(
    journal: Journal, jobs: Sequence[PastJob], repeated: set[Node], changed: set[str]
) -> dict[str, Earlier]:
    """Return what the repeated jobs computed, as far as their arguments may recur."""
    found = {}
    for past in jobs:
        if past.node not in repeated or past.inputs & changed:
            continue
        digest = earlier.digest(past.job)
        if past.left is not None:
            start = jsanitize(past.left.start, strict=True)
            found[digest] = Earlier(past.job.uuid, place=past.place, start=start)
        elif not past.finished:
            known = earlier.recall(journal.path, past.job)
            if (directory := journal.directory_of(past.job)).is_dir():
                known = replace(known or Earlier(past.job.uuid), directory=str(directory))
            if known is not None:
                found[digest] = known
        # Only jobs that a repeated job adds again: the others have a reason to be repeated.
        elif not past.adds and past.node.host in repeated:
            found[digest] = Earlier(past.job.uuid, outcome=journal.outcome(past.job))
    return found


def _name_predecessor(flow: dict[str, Any], uuid: str, result: str) -> None:
    """Write into the provenance of the new result which one it continues."""
    for job in flow["jobs"]:
        if "jobs" in job:
            _name_predecessor(job, uuid, result)
        elif job["uuid"] == uuid:
            for argument in job["function_kwargs"].values():
                if isinstance(argument, dict) and "input_fingerprint" in argument:
                    argument["continues"] = result


def _fill(
    old: Journal,
    kept: Sequence[PastJob],
    names: Mapping[str, str],
    known: Mapping[str, Earlier],
    new: Journal,
) -> None:
    """Write the outcomes that a new run begins with."""
    earlier.keep(new.path, known)
    for past in kept:
        outcome = old.outcome(past.job)
        assert outcome is not None  # noqa: S101 - it is kept because it finished
        uuid = names.get(past.job.uuid)
        changed = (
            earlier.renamed(outcome, names)
            if uuid is None
            else earlier.renamed_outcome(outcome, names)
        )
        file = new.path / "outcomes" / f"{uuid or past.job.uuid}_{past.job.index}.json"
        durable.write(file, dumps(changed), mode=OWN_FILE)
