"""Check of a results store: what is damaged, missing, there twice, or beyond this version."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydash
from jobflow.core.store import JobStore
from pydantic import BaseModel

from liponflow.analysis.quantity import FileNames
from liponflow.store.file import DamagedDocumentError, StoreError
from liponflow.store.reading import StoredResult, read_result, with_data
from liponflow.store.table import SQLiteTable


@dataclass(frozen=True)
class Check:
    """Outcome of the check of a store.

    Examples
    --------
    >>> Check(documents=2, problems=("document uuid a, index 1 of 'docs': no JSON",)).sound
    False
    """

    documents: int
    """Number of documents of jobs."""
    problems: tuple[str, ...]
    """One line for each damaged document, unreadable result and other finding."""

    @property
    def sound(self) -> bool:
        """Return whether there are no problems."""
        return not self.problems


def check_store(store: JobStore) -> Check:
    """Read every document of a store, and every result as the commands do.

    Parameters
    ----------
    store
        Open store. In the embedded one, the file itself is checked as well: its structure, the
        hash of each document, and the index. A server checks its own files.

    Returns
    -------
    Check
        Number of documents and every problem: damaged documents, jobs whose data are damaged or
        missing, unknown kinds of results, newer schemas, fields that do not fit, results whose
        files are not on this machine although they were written on it, results of the same input,
        and documents that are stored twice.
    """
    checking = _Checking(store)
    with getattr(store, "errors", nullcontext)():
        for part in [store.docs_store, *store.additional_stores.values()]:  # type: ignore[has-type]
            try:
                checking.check(part)
            except StoreError as error:
                checking.problems.append(str(error))
    return Check(checking.documents, (*checking.problems, *checking.repeated()))


class _Checking:
    """A check in progress."""

    def __init__(self, store: JobStore) -> None:
        self.store = store
        self.documents = 0
        self.problems: list[str] = []
        self.jobs: Counter[tuple[str, str]] = Counter()
        self.inputs: dict[tuple[str, str], dict[str, str | None]] = {}
        """What each result continues, by kind and fingerprint and then by its uuid."""

    def check(self, part: Any) -> None:
        """Check the documents of one part of the store; data on a server with their jobs only."""
        are_jobs = part is self.store.docs_store
        if are_jobs and isinstance(part, SQLiteTable):
            self.problems += [f"{part.path}: {text}" for text in part.damage()]
        if are_jobs or isinstance(part, SQLiteTable):
            for document in _documents(part):
                self.documents += are_jobs
                if isinstance(document, DamagedDocumentError):
                    self.problems.append(f"{document.document}: {document.cause}")
                elif are_jobs:
                    self.check_job(document)

    def check_job(self, document: dict[str, Any]) -> None:
        """Check the document of a job, its data and its result."""
        uuid, index = (str(document.get(name)) for name in ("uuid", "index"))
        self.jobs[uuid, index] += 1
        try:
            loaded = with_data(self.store, document)
            if pydash.has(loaded, "output.kind"):
                self.check_result(read_result(loaded))
        except StoreError as error:
            self.problems.append(str(error))

    def check_result(self, stored: StoredResult) -> None:
        """Check the files of a result, and remember its input."""
        made = stored.result.provenance
        same = self.inputs.setdefault((stored.result.kind, made.input_fingerprint), {})
        same[stored.uuid] = made.continues
        gone = [file for file in files_of(stored.result) if _is_gone(file)]
        if gone:
            self.problems.append(
                f"result {stored.uuid} ({stored.result.kind}) lacks {len(gone)} of its files, "
                f"the first {gone[0]}: put them back, or nothing that reads them can be repeated"
            )

    def repeated(self) -> Iterator[str]:
        """Yield what is there more than once."""
        for (uuid, index), number in self.jobs.items():
            if number > 1:
                yield f"document uuid {uuid}, index {index}: it is stored {number} times"
        for (kind, _), same in self.inputs.items():
            # One that continues another has its input, and does not repeat it.
            uuids = [uuid for uuid, continues in same.items() if continues not in same]
            if len(uuids) > 1:
                yield (
                    f"results {', '.join(uuids)} ({kind}) have the same input: keep one, and "
                    "delete the others with `liponflow results delete UUID`"
                )


def files_of(model: BaseModel) -> Iterator[str]:
    """Yield the names of the files of a result, its submodels included."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        values = value if isinstance(value, list) else [value]
        if any(isinstance(item, FileNames) for item in field.metadata):
            yield from (item for item in values if item is not None)
        for item in values:
            if isinstance(item, BaseModel):
                yield from files_of(item)


def _is_gone(name: str) -> bool:
    """Return whether a file of this machine is missing; others cannot be seen from here."""
    host, separator, path = name.partition(":/")
    if separator and host != socket.gethostname():
        return False
    return not Path(f"/{path}" if separator else name).exists()


def _documents(store: Any) -> Iterator[dict[str, Any] | DamagedDocumentError]:
    documents: Iterator[dict[str, Any] | DamagedDocumentError]
    documents = store.documents() if isinstance(store, SQLiteTable) else store.query()
    return documents
