"""The calculations of a whole flow, of which some exist only at run time.

Structures that do not exist before the flow runs are taken to be of the size of those that they
are made from.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core.structure import Structure

from liponflow.engines.planned import PlannedCalculation, announced
from liponflow.engines.planning import planned_by
from liponflow.runners.documents import all_jobs


def planned(flow: Flow | Job) -> Iterator[PlannedCalculation]:
    """List the calculations of a flow, including those that its jobs will add."""
    for calculations in planned_by_job(flow).values():
        yield from calculations


def planned_by_job(flow: Flow | Job) -> dict[str, list[PlannedCalculation]]:
    """List the calculations of a flow by the uuid of the job that computes or adds them."""
    jobs = {job.uuid: job for job in all_jobs(flow)}
    return {uuid: list(_planned(job, jobs)) for uuid, job in jobs.items()}


def _planned(job: Job, jobs: Mapping[str, Job]) -> Iterator[PlannedCalculation]:
    calculations = announced(job)
    if calculations is not None:
        yield from calculations
        return
    subject = _subject(job, jobs)
    if subject is None:
        return
    if job.maker is not None:
        yield from planned_by(job.maker, subject)
    for argument in [*job.function_args, *job.function_kwargs.values()]:
        if isinstance(argument, Maker):
            yield from planned_by(argument, subject)


def _subject(
    job: Job, jobs: Mapping[str, Job], seen: frozenset[str] = frozenset()
) -> Structure | Sequence[Structure] | None:
    """Return the structures given to a job, or the first one given to the jobs before it."""
    for argument in [*job.function_args, *job.function_kwargs.values()]:
        structures = list(_structures(argument))
        if structures:
            return argument if isinstance(argument, Structure) else structures
    for uuid in job.input_uuids:
        if uuid in jobs and uuid not in seen:
            found = _subject(jobs[uuid], jobs, seen | {job.uuid})
            if found is not None:
                return found if isinstance(found, Structure) else found[0]
    return None


def _structures(argument: Any) -> Iterator[Structure]:
    if isinstance(argument, Structure):
        yield argument
    elif isinstance(argument, Mapping):
        for value in argument.values():
            yield from _structures(value)
    elif isinstance(argument, list | tuple):
        for value in argument:
            yield from _structures(value)
