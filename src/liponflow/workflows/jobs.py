"""Names of jobs and their tolerance of failed inputs, for the flows of all topics."""

from typing import TypeVar

from jobflow import Flow, Job, OnMissing

Named = TypeVar("Named", bound=Flow | Job)


def named(job: Named, name: str) -> Named:
    """Return a job or flow with a name.

    Examples
    --------
    >>> from jobflow import job
    >>> named(job(abs)(-1), "positive").name
    'positive'
    """
    job.name = name
    return job


def tolerate_failures(job: Job) -> Job:
    """Return a job that runs even if some of its inputs failed.

    The outputs of failed jobs arrive as None.
    """
    job.update_config({"on_missing_references": OnMissing.NONE}, dynamic=False)
    return job
