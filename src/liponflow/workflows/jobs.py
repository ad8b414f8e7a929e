"""What the flows of every topic do to a job: name it, and let it run without some inputs."""

from typing import TypeVar

from jobflow import Flow, Job, OnMissing

Named = TypeVar("Named", bound=Flow | Job)


def named(job: Named, name: str) -> Named:
    """Name a job or flow, and return it.

    Examples
    --------
    >>> from jobflow import job
    >>> named(job(abs)(-1), "positive").name
    'positive'
    """
    job.name = name
    return job


def tolerate_failures(job: Job) -> Job:
    """Let a job run although some of its inputs failed, and return it.

    The outputs of failed jobs arrive as None.
    """
    job.update_config({"on_missing_references": OnMissing.NONE}, dynamic=False)
    return job
