"""What each job of a flow asks of a cluster, by the kind of its calculation."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobflow import Flow, Job

from liponflow.cost.flow import planned_by_job
from liponflow.engines.planned import (
    DISPLACEMENT,
    MD,
    NEB,
    SPECTRUM,
    STATIC,
    PlannedCalculation,
    announced,
)
from liponflow.engines.registry import reader
from liponflow.runners.documents import all_jobs
from liponflow.settings import CUDA, JobKind


@dataclass(frozen=True)
class Demand:
    """What a job asks of a cluster.

    Attributes
    ----------
    kind
        Kind of its calculation.
    images
        Images of a band, end points not among them; 1 for others.
    """

    kind: JobKind
    images: int = 1


LIGHT = Demand(JobKind.LIGHT)

_KINDS = {
    STATIC: JobKind.STATIC,
    DISPLACEMENT: JobKind.STATIC,
    MD: JobKind.MD,
    NEB: JobKind.NEB,
    SPECTRUM: JobKind.FEFF,
}

_CAPABLE = {
    "relax": JobKind.RELAX,
    "static": JobKind.STATIC,
    "md": JobKind.MD,
    "neb": JobKind.NEB,
    "spectrum": JobKind.FEFF,
}
"""Kinds of jobs by the capabilities of engines that compute on no device."""


def demands(flow: Flow | Job, device: str) -> dict[str, Demand]:
    """Return what each job of a flow asks for, by its uuid.

    Parameters
    ----------
    flow
        Flow, with references between its jobs or to jobs that have run.
    device
        Device of the potentials: ``cuda`` is a GPU, anything else a processor.

    Returns
    -------
    dict
        A job that only adds calculations is light: they are jobs of their own when it has run.

    Examples
    --------
    >>> from jobflow import job
    >>> analysis = job(abs)(-1)
    >>> demands(analysis, "cpu")[analysis.uuid].kind.value
    'light'
    """
    planned = planned_by_job(flow)
    return {job.uuid: demand(job, planned[job.uuid], device) for job in all_jobs(flow)}


def demand(job: Job, calculations: Sequence[PlannedCalculation], device: str) -> Demand:
    """Return what a job asks for.

    Parameters
    ----------
    job
        The job.
    calculations
        What it computes or will add (:func:`liponflow.cost.flow.planned_by_job`).
    device
        As for :func:`demands`.
    """
    if adds_jobs(job, calculations):
        return LIGHT
    if not calculations:
        # A Maker of a single job computes, also where nothing is known of its structure.
        return LIGHT if job.maker is None else Demand(JobKind.RELAX)
    largest = max(calculations, key=lambda item: item.images)
    return Demand(_kind(largest, device), largest.images)


def adds_jobs(job: Job, calculations: Sequence[PlannedCalculation]) -> bool:
    """Return whether a job only makes further jobs when it runs: its function returns a Response.

    atomate2's VASP jobs return one, too, but they are made by Makers that state a calculation.
    """
    function: Any = getattr(job.function, "original", job.function)
    try:
        returned = inspect.signature(function).return_annotation
    except (TypeError, ValueError):  # a function of C has none
        return False
    computes = job.maker is not None and announced(job) is None and bool(calculations)
    return "Response" in str(returned) and not computes


def kinds_of(engine: str, device: str) -> frozenset[JobKind]:
    """Return the kinds of the jobs that an engine computes.

    Parameters
    ----------
    engine
        Name of the engine.
    device
        As for :func:`demands`.

    Examples
    --------
    >>> sorted(kind.value for kind in kinds_of("vasp", "cpu"))
    ['md', 'neb', 'relax', 'static']
    >>> [kind.value for kind in kinds_of("chgnet", "cuda")]
    ['gpu']
    """
    found = reader(engine)
    if found.on_device:
        return frozenset({_on_device(device)})
    able = found.capabilities()
    return frozenset(kind for capability, kind in _CAPABLE.items() if capability in able)


def _on_device(device: str) -> JobKind:
    return JobKind.GPU if device == CUDA else JobKind.POTENTIAL


def _kind(calculation: PlannedCalculation, device: str) -> JobKind:
    engine = reader(calculation.engine)
    if engine.on_device:
        return _on_device(device)
    return _KINDS.get(calculation.kind, JobKind.RELAX)
