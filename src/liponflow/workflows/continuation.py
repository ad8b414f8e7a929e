"""Go on with a run whose relaxations or bands did not converge, in a new run.

Of the old run, the new one keeps every outcome that does not depend on them. They continue from
their last geometry, and what depends on them is computed again, except the calculations whose
structures have not changed. Other jobs that did not finish continue as if they were resumed. The
old run and its result stay as they are.

All that is computed may have another number of ionic steps, which the new result, its fingerprint
and the record of the run state beside those before.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from jobflow import Job
from monty.json import jsanitize

from liponflow import durable
from liponflow.engines.step_limit import with_max_steps
from liponflow.inputs.presets import ParameterError
from liponflow.runners import earlier
from liponflow.runners.documents import dumps, flow_document, loads
from liponflow.runners.earlier import Earlier
from liponflow.runners.graph import Node
from liponflow.runners.journal import Journal
from liponflow.runners.ownership import OWN_FILE
from liponflow.settings import Settings
from liponflow.workflows.run import find_run, trusted_names
from liponflow.workflows.step_limit import PARAMETER, StepLimit, new_limit
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
        What continues from its last geometry.
    kept
        Number of jobs that are not repeated.
    """

    run_dir: Path
    goes_on: Sequence[Shortfall]
    kept: int


def continuation(
    settings: Settings, run: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Continuation:
    """Make the directory of a run that continues from the last geometries of another.

    A run directory is code: its flow names functions and their arguments, and they are called.

    Parameters
    ----------
    settings
        Directory of the runs, and what their flows may name.
    run
        Directory or name of the other run; the latest one if None.
    overrides
        ``max_steps``, if all that is computed has another one.

    Raises
    ------
    NothingToContinueError
        If everything converged.
    ParameterError
        If `overrides` has another parameter, a number out of range, or a run or engine without
        one.
    FileNotFoundError, ForeignRunError, ExposedRunError, DamagedRunError, RunLockedError
        If the other run cannot be opened; see :func:`liponflow.runners.local.resume`.
    """
    number = new_limit(overrides or {})
    journal = Journal.open(find_run(settings, run, unfinished=False))
    config = journal.record["config"]
    trusted = trusted_names(settings, config.get("engines", ()))
    with journal.lock():
        jobs = past_jobs(journal, trusted)
        left = [past for past in jobs if past.left]
        if not left:
            raise NothingToContinueError(
                f"every relaxation and band of {journal.path} that has ended converged: there is "
                "nothing to continue (resume without --continue finishes jobs that failed or were "
                "interrupted)"
            )
        result = str(config.get("result"))
        repeated, changed = _affected(jobs, result)
        names = {uuid: str(uuid4()) for uuid in changed}
        document = loads(dumps(flow_document(journal.flow(trusted))))
        before = _record(document, result)
        limit = _step_limit(number, before, left, trusted)
        again = repeated - _resumed(journal, jobs, repeated, changed)
        uuids = {(node.job.uuid, node.job.index) for node in again}
        limited = partial(_limited, limit=limit, jobs=uuids)
        flow = earlier.renamed(limited(document), names)
        record = _record(flow, names[result])
        if record is not None and any(past.job.uuid == result and past.finished for past in jobs):
            record["continues"] = result
        if limit is not None and record is not None and before is not None:
            config = config | _replace(record, before["parameters"][PARAMETER], config, limit)
        known = _known(
            journal, jobs, repeated, changed, partial(_present, limit=limit, jobs=again)
        )
        kept = [past for past in jobs if past.node not in repeated]
        new = Journal.create(
            settings.runs_dir,
            flow,
            {**config, "result": names[result], "continues": journal.path.name},
            fill=partial(_fill, _kept(journal, kept, names, limited), known),
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


def _resumed(
    journal: Journal, jobs: Sequence[PastJob], repeated: set[Node], changed: set[str]
) -> set[Node]:
    """Return the interrupted jobs, which continue from their files and keep their steps."""
    return {
        past.node
        for past in jobs
        if not past.finished
        and past.left is None
        and not past.inputs & changed
        and past.node.host not in repeated  # its Makers are those of the job that adds it again
        and journal.directory_of(past.job).is_dir()
    }


def _known(
    journal: Journal,
    jobs: Sequence[PastJob],
    repeated: set[Node],
    changed: set[str],
    present: Callable[[Node], Job],
) -> dict[str, Earlier]:
    """Return what the repeated jobs computed, as far as their arguments may recur."""
    found = {}
    for past in jobs:
        if past.node not in repeated or past.inputs & changed:
            continue
        digest = earlier.digest(present(past.node))
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


def _step_limit(
    number: int | None,
    record: dict[str, Any] | None,
    left: Sequence[PastJob],
    trusted: tuple[str, ...],
) -> StepLimit | None:
    """Return the number of steps to continue with; None if it stays the same.

    Parameters
    ----------
    number
        What the user asks for.
    record
        What the provenance of the result will state.
    left
        What did not converge.
    trusted
        What the jobs may name.

    Raises
    ------
    ParameterError
        If the run has no such parameter, or the engine of a calculation does not support it.
    """
    if number is None:
        return None
    parameters = (record or {}).get("parameters", {})
    if PARAMETER not in parameters:
        raise ParameterError(
            f"this run has no parameter {PARAMETER}; continue without --set {PARAMETER}", PARAMETER
        )
    if parameters[PARAMETER] == number:
        return None
    for past in left:
        if with_max_steps(past.maker, number) is None:
            raise ParameterError(
                f"{PARAMETER} of {past.job.name!r} cannot be changed: its engine does not support "
                f"that; continue without --set {PARAMETER}",
                PARAMETER,
            )
    return StepLimit(number, trusted)


def _limited(document: Any, limit: StepLimit | None, jobs: Collection[tuple[str, int]]) -> Any:
    """Return a flow or response with the steps of a limit, if there is one, in these jobs."""
    return document if limit is None else limit.flow(document, jobs)


def _present(node: Node, limit: StepLimit | None, jobs: Collection[Node]) -> Job:
    """Return a job as the new run has it, with the steps of a limit if it is among these jobs."""
    return node.job if limit is None or node not in jobs else limit.job(node.job)


def _record(flow: dict[str, Any], uuid: str) -> dict[str, Any] | None:
    """Return what the provenance of the result of a flow will state; None if it states none."""
    for job in flow["jobs"]:
        if "jobs" in job:
            if (found := _record(job, uuid)) is not None:
                return found
        elif job["uuid"] == uuid:
            for argument in job["function_kwargs"].values():
                if isinstance(argument, dict) and "input_fingerprint" in argument:
                    return argument
    return None


def _replace(
    record: dict[str, Any], before: Any, config: Mapping[str, Any], limit: StepLimit
) -> dict[str, Any]:
    """Write into the provenance of the new result which number of steps was replaced.

    Returns
    -------
    dict
        What the configuration of the run says of it.
    """
    values = record.get("earlier_values", {})
    record["earlier_values"] = values | {PARAMETER: [*values.get(PARAMETER, []), before]}
    stated = {key: record[key] for key in ("input_fingerprint", "earlier_values")}
    if "parameters" not in config:
        return stated
    source = f"given by the user: resume --continue, in place of {before}"
    entry = {"value": limit.max_steps, "source": source}
    return stated | {"parameters": config["parameters"] | {PARAMETER: entry}}


def _kept(
    journal: Journal,
    kept: Sequence[PastJob],
    names: Mapping[str, str],
    limited: Callable[[Any], Any],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the outcomes that a new run begins with, and the names of their files."""
    for past in kept:
        outcome = journal.outcome(past.job)
        assert outcome is not None  # noqa: S101 - it is kept because it finished
        outcome["response"] = limited(outcome["response"])
        uuid = names.get(past.job.uuid)
        changed = (
            earlier.renamed(outcome, names)
            if uuid is None
            else earlier.renamed_outcome(outcome, names)
        )
        yield f"{uuid or past.job.uuid}_{past.job.index}.json", changed


def _fill(
    outcomes: Iterable[tuple[str, dict[str, Any]]], known: Mapping[str, Earlier], new: Journal
) -> None:
    """Write what a new run begins with."""
    earlier.keep(new.path, known)
    for name, outcome in outcomes:
        durable.write(new.path / "outcomes" / name, dumps(outcome), mode=OWN_FILE)
