"""Execution of one job by a worker: run it in its directory and write its outcome."""

import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from jobflow import JobStore, initialize_logger

from liponflow import durable, safejson
from liponflow.runners.documents import (
    CONTINUATIONS,
    all_jobs,
    dumps,
    response_document,
)
from liponflow.runners.graph import ordered_jobs
from liponflow.runners.ownership import OWN_FILE

LOG_FILE = "job.log"
TRACEBACK_FILE = "traceback.txt"


def serve(request: dict[str, Any], trusted: list[str], stores: list[str]) -> dict[str, Any]:
    """Run one job in its directory and write its outcome.

    Parameters
    ----------
    request
        ``job`` and ``documents`` (outputs that the job refers to) as JSON documents;
        ``directory`` and ``outcome_file``, absolute paths.
    trusted
        Packages, and classes as ``module:name``, that documents may name beside the usual ones.
    stores
        Names of the additional stores.

    Returns
    -------
    dict
        ``state``: ``finished``, ``failed`` (with ``cause`` and, when it could be written,
        ``traceback_file``), or ``unwritable`` when the outcome could not be written to disk.
    """
    directory, outcome_file = Path(request["directory"]), Path(request["outcome_file"])
    try:
        with _inside(directory):
            try:
                outcome = run_job(request["job"], request["documents"], trusted, stores)
            except BaseException as error:  # noqa: BLE001  a job may also call sys.exit
                file = directory / TRACEBACK_FILE
                file.write_text(traceback.format_exc(), encoding="utf-8")
                cause = "".join(traceback.format_exception_only(error)).strip()
                return {"state": "failed", "cause": cause, "traceback_file": str(file)}
        durable.write(outcome_file, outcome, mode=OWN_FILE)
    except OSError as error:
        return {"state": "unwritable", "cause": str(error)}
    return {"state": "finished"}


def run_job(
    job_document: dict[str, Any],
    documents: list[dict[str, Any]],
    trusted: Iterable[str],
    stores: Iterable[str],
) -> str:
    """Run a job and return its outcome.

    Parameters
    ----------
    job_document, documents, trusted, stores
        As in :func:`serve`.

    Returns
    -------
    str
        JSON text with ``documents``, ``blobs`` (per additional store) and ``response``.

    Raises
    ------
    Exception
        Whatever the job raises.
    liponflow.safejson.UntrustedClassError
        If the job, its inputs or its new jobs name code outside the trusted packages.
    """
    documents = safejson.checked(documents, trusted)
    job = safejson.decode(job_document, trusted)
    refuse_exposed_store(job)
    # OMP_NUM_THREADS does the same for a torch that is imported later.
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    store = JobRecord(documents, stores)
    response = job.run(store=store)
    answer = response_document(response)
    for name in CONTINUATIONS:
        safejson.check_classes(answer[name], trusted)
        if (flow := getattr(response, name)) is not None:
            ordered_jobs(flow)  # circular dependencies fail this job, not the runner
    return dumps({"documents": store.documents, "blobs": store.blobs, "response": answer})


def refuse_exposed_store(flow: Any) -> None:
    """Refuse jobs that ask for the store itself: only the runner writes to it.

    Raises
    ------
    ValueError
        Naming the first such job.
    """
    for job in all_jobs(flow):
        if job.config.expose_store:
            raise ValueError(
                f"job {job.name!r} sets expose_store, but workers have no connection to the "
                "store; pass what it needs as an argument, or use jobflow's run_locally"
            )


class JobRecord(JobStore):
    """Inputs and outputs of one job, in place of the store.

    Parameters
    ----------
    inputs
        Documents with ``uuid``, ``index`` and ``output``, blobs included, at most one per uuid.
    stores
        Names of the additional stores.
    """

    def __init__(self, inputs: Iterable[dict[str, Any]], stores: Iterable[str]) -> None:
        self._documents = _Record()
        self._blobs = {name: _Record() for name in stores}
        super().__init__(cast("Any", self._documents), cast("Any", self._blobs))
        self._inputs = {document["uuid"]: document for document in inputs}

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Return the documents that the job wrote."""
        return self._documents.written

    @property
    def blobs(self) -> dict[str, list[dict[str, Any]]]:
        """Return the data that the job wrote into each additional store."""
        return {name: record.written for name, record in self._blobs.items()}

    def query(
        self, criteria: dict[str, Any] | None = None, *_: Any, **__: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield the input with a uuid; jobflow's references query nothing else."""
        document = self._inputs.get((criteria or {})["uuid"])
        if document is not None:
            yield document


class _Record:
    """The part of a maggma store that a JobStore writes to."""

    name = "record"
    key = "uuid"
    last_updated_field = "last_updated"
    last_updated_type = "datetime"

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []

    def update(self, docs: list[dict[str, Any]], key: Any = None) -> None:  # noqa: ARG002
        self.written.extend(docs)


@contextmanager
def _inside(directory: Path) -> Iterator[None]:
    """Work in a directory, with standard output and error in its log file."""
    home = Path.cwd()
    # Redirect descriptors, not sys.stdout: programs started by a job write to them as well.
    outside = os.dup(1), os.dup(2)
    log = os.open(directory / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.chdir(directory)
    initialize_logger()
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir(home)
        for target, original in zip((1, 2), outside, strict=True):
            os.dup2(original, target)
            os.close(original)
