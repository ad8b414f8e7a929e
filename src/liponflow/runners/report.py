"""The report of a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class JobFailure:
    """A job that failed, and where to look for the cause."""

    name: str
    uuid: str
    index: int
    directory: Path
    """Working directory of the failed attempt, with ``job.log``."""
    cause: str
    """Exception and message, or how the worker died."""
    traceback_file: Path | None
    """None if the job left no traceback (its worker was killed)."""


@dataclass(frozen=True)
class RunReport:
    """The outcome of a run, including jobs that finished before it was resumed."""

    run_dir: Path
    state: Literal["completed", "failed", "stopped"]
    """``failed``: at least one job failed. ``stopped``: a job asked to stop everything."""
    finished: int
    """Number of jobs with an outcome."""
    reused: int
    """Number of these that had finished before this session."""
    skipped: int
    """Number of jobs not run: a parent failed, or a job stopped its children or the whole run."""
    failures: tuple[JobFailure, ...]
    elapsed_s: float
    """Wall time of this session (s)."""
