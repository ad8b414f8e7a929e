"""Check of a results store: damaged documents, and results that this version cannot read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pydash
from jobflow.core.store import JobStore

from liponflow.store.file import DamagedDocumentError, StoreError
from liponflow.store.results import read_result, with_data
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
    """Number of documents."""
    problems: tuple[str, ...]
    """One line for each damaged document or unreadable result."""

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
        missing, unknown kinds of results, newer schemas, and fields that do not fit.
    """
    number, problems = 0, []
    stores = [store.docs_store, *store.additional_stores.values()]  # type: ignore[has-type]
    for part in stores:
        try:
            if part is store.docs_store and isinstance(part, SQLiteTable):
                problems += [f"{part.path}: {text}" for text in part.damage()]
            for document in _documents(part):
                number += 1
                if isinstance(document, DamagedDocumentError):
                    problems.append(f"{document.document}: {document.cause}")
                elif part is store.docs_store:
                    try:
                        loaded = with_data(store, document)
                        if pydash.has(loaded, "output.kind"):
                            read_result(loaded)
                    except StoreError as error:
                        problems.append(str(error))
        except StoreError as error:
            problems.append(str(error))
    return Check(number, tuple(problems))


def _documents(store: Any) -> Iterator[dict[str, Any] | DamagedDocumentError]:
    documents: Iterator[dict[str, Any] | DamagedDocumentError]
    documents = store.documents() if isinstance(store, SQLiteTable) else store.query()
    return documents
