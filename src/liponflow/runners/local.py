"""Local runner for flows: parallel over processes, and resumable after a kill.

The runner hands each worker a job together with the documents that the job refers to, and is the
only process that writes to the store. A run that was killed resumes the way it starts, except that
jobs with an outcome are replayed instead of run.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from jobflow import Flow, Job, JobStore
from jobflow.core.flow import get_flow
from rich.console import Console

from liponflow import safejson
from liponflow.runners.documents import (
    dumps,
    flow_document,
)
from liponflow.runners.errors import RunError
from liponflow.runners.execution import refuse_exposed_store
from liponflow.runners.graph import Node
from liponflow.runners.interrupts import deferred_interrupts
from liponflow.runners.journal import Journal
from liponflow.runners.loop import Run
from liponflow.runners.pool import WorkerPool
from liponflow.runners.progress import open_progress
from liponflow.runners.report import RunReport


def start(
    flow: Flow | Job,
    store: JobStore,
    runs_dir: Path,
    *,
    workers: int | None = None,
    config: dict[str, Any] | None = None,
    trusted: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    console: Console | None = None,
    expected: Mapping[str, float] | None = None,
) -> RunReport:
    """Run a flow over worker processes.

    Job functions must be importable (not defined in the script that is being run), and their
    arguments pass through JSON, as with any jobflow manager other than ``run_locally``: tuples and
    arrays become lists.

    Parameters
    ----------
    flow
        Flow to run.
    store
        Connected store; this process is its only writer.
    runs_dir
        Directory that holds the directories of runs.
    workers
        Number of processes, one thread each; by default one for every core.
    config
        JSON data to record in ``run.json``: command and resolved configuration.
    trusted
        What the documents of the flow may name in addition to the usual packages
        (:data:`liponflow.safejson.TRUSTED_PACKAGES`): top-level packages, or single classes and
        functions as ``module:name``.
    environment
        Environment variables of the workers, in addition to those of this process.
    console
        Console that shows the progress; standard error by default.
    expected
        Estimated time of jobs, by uuid (s), of which the display makes the time that is left.

    Returns
    -------
    RunReport
        Outcome of the run. It lists failed jobs, which do not raise an error.

    Raises
    ------
    ValueError
        If the flow cannot be run: it refers to jobs outside it, a job exposes the store or is
        defined in the script being run, or `workers` is less than one.
    AttributeError, TypeError
        If an argument of a job or `config` cannot be written as JSON.
    liponflow.safejson.UntrustedClassError
        If the flow names code outside the trusted packages.
    RunInterruptedError
        On Ctrl-C, SIGTERM or SIGHUP.
    StoreFailureError
        If the store cannot be written or read.
    RunError
        If the run directory cannot be written.
    """
    flow = get_flow(flow)
    refuse_exposed_store(flow)
    document = flow_document(flow)
    _check_importable(document)
    safejson.check_classes(document, trusted)
    _check_workers(workers)
    journal = Journal.create(runs_dir, document, config)
    return resume(
        journal.path,
        store,
        workers=workers,
        trusted=trusted,
        environment=environment,
        console=console,
        expected=expected,
    )


def resume(
    run_dir: Path,
    store: JobStore,
    *,
    workers: int | None = None,
    trusted: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    console: Console | None = None,
    expected: Mapping[str, float] | None = None,
) -> RunReport:
    """Continue a run: finished jobs are not run again, failed ones are.

    A run directory is code: its flow names functions and their arguments, and they are called.

    Parameters
    ----------
    run_dir
        Directory of the run; see :func:`liponflow.runners.journal.latest_run`.
    store, workers, trusted, environment, console, expected
        As in :func:`start`. Outcomes that the store does not hold are written to it.

    Returns
    -------
    RunReport
        As from :func:`start`.

    Raises
    ------
    FileNotFoundError
        If `run_dir` is not the directory of a run.
    ForeignRunError, ExposedRunError
        If the directory, its flow or one of its outcomes belongs to another user, or others than
        the user can write to it.
    RunLockedError
        If another process is running it.
    DamagedRunError
        If a file that it cannot be continued without is damaged.
    ValueError, UntrustedClassError, RunInterruptedError, StoreFailureError, RunError
        As in :func:`start`.
    """
    _check_workers(workers)
    journal = Journal.open(run_dir)
    trusted = tuple(trusted)
    with journal.lock(), deferred_interrupts() as interrupt, open_progress(console) as progress:
        pool = WorkerPool[Node](
            workers or available_cores(),
            trusted=trusted,
            stores=store.additional_stores,  # type: ignore[has-type]
            log_file=journal.path / "workers.log",
            environment=environment or {},
        )
        try:
            with journal.start() as this_start, closing(pool):
                if this_start.after_kill:
                    progress.event(
                        "the previous start was killed, or its end could not be recorded",
                        important=True,
                    )
                run = Run(journal, store, pool, progress, trusted, expected=expected or {})
                report = run.run(interrupt)
                this_start.state = report.state
        except OSError as error:
            raise RunError(f"cannot write the run directory: {error}", journal.path) from error
        return report


def _check_importable(document: dict[str, Any]) -> None:
    if '"@module": "__main__"' in dumps(document):
        raise ValueError(
            "the flow uses a function or class that is defined in the script being run, which "
            "worker processes cannot import; move it into a separate module"
        )


def _check_workers(workers: int | None) -> None:
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")


def available_cores() -> int:
    """Return the number of cores available to this process, which batch systems may limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
