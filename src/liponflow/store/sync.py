"""Copy results and their data from one store into another, as often as one likes.

A document is known by its job and index, and is written after its data. So whenever the copying
ends, what is there is whole, and copying again adds the rest.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from bson.errors import BSONError
from jobflow.core.store import JobStore
from pymongo.errors import BulkWriteError, DocumentTooLarge

from liponflow.boundary import reason_of
from liponflow.store.file import DamagedDocumentError, StoreError
from liponflow.store.references import BLOB, blob_uuids
from liponflow.store.table import SQLiteTable
from liponflow.store.values import canonical

Document = dict[str, Any]
Key = tuple[str, int]

BATCH = 100
"""Most documents in one transaction; these, and one piece of data, are in memory."""
BATCH_CHARACTERS = 8_000_000
"""Length of the documents at which a batch ends."""

_NOT_TAKEN = (BulkWriteError, DocumentTooLarge, BSONError, OverflowError)
"""Errors of a single document that a server or its format does not take."""


@dataclass
class Synced:
    """What was copied.

    Examples
    --------
    >>> Synced(copied=3, equal=2).complete
    True
    """

    copied: int = 0
    """Documents that were copied."""
    equal: int = 0
    """Documents that were there already."""
    data: int = 0
    """Pieces of data in additional stores that were copied."""
    refused: list[str] = field(default_factory=list)
    """One line for each document that was not copied, and why."""

    @property
    def complete(self) -> bool:
        """Return whether everything is in the target."""
        return not self.refused


class _RefusedError(Exception):
    """Why a document cannot be copied."""


@dataclass(frozen=True)
class _Item:
    """A document to copy, with the hash of its content."""

    document: Document
    fingerprint: str
    length: int

    @property
    def key(self) -> Key:
        return _key(self.document)

    @property
    def name(self) -> str:
        return "document uuid {}, index {}".format(*self.key)


def sync(
    source: JobStore,
    target: JobStore,
    progress: Callable[[int], None] = lambda _: None,
    *,
    jobs: Collection[str] | None = None,
) -> Synced:
    """Copy every document that the target lacks, with its data.

    Parameters
    ----------
    source
        Open store; it is only read.
    target
        Open store; this process is its only writer where it is a file.
    progress
        Called with the number of documents of each batch that is done.
    jobs
        Uuids of the jobs whose documents are copied; all by default.

    Returns
    -------
    Synced
        What was copied and what was not: documents of the same job with another content, damaged
        ones, those whose data are missing, and those that the target does not take.

    Raises
    ------
    StoreError
        If the two are one store, the target lacks an additional store, or a store fails; what was
        copied by then is whole, and the same call continues from there.
    """
    if source.docs_store == target.docs_store:
        raise StoreError("both stores are the same; give two different ones")
    for name in source.additional_stores:  # type: ignore[has-type]
        if name not in target.additional_stores:  # type: ignore[has-type]
            raise StoreError(f"the store to write to lacks additional_stores: {name}; add it")
    done = Synced()
    with _errors(source), _errors(target):
        for batch, passed_over in _batches(source, jobs, done):
            _copy(batch, source, target, done)
            progress(len(batch) + passed_over)
    return done


def fingerprint(document: Document) -> str:
    """Return the SHA-256 of the content of a document, which is the same in every store.

    Examples
    --------
    >>> fingerprint({"_id": 5, "a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    return _item(document).fingerprint


def _item(document: Document) -> _Item:
    content = {name: value for name, value in document.items() if name != "_id"}
    text = canonical(content)
    return _Item(content, hashlib.sha256(text.encode()).hexdigest(), len(text))


def _key(document: Document) -> Key:
    return str(document["uuid"]), int(document["index"])


def _errors(store: JobStore) -> AbstractContextManager[None]:
    """Return the context manager in which the errors of a server get their remedies."""
    boundary: AbstractContextManager[None] = getattr(store, "errors", nullcontext)()
    return boundary


def _batches(
    store: JobStore, jobs: Collection[str] | None, done: Synced
) -> Iterator[tuple[list[_Item], int]]:
    """Yield the documents in batches, and how many before them cannot be copied."""
    batch: list[_Item] = []
    passed_over = 0
    for document in _documents(store, jobs):
        if isinstance(document, DamagedDocumentError):
            done.refused.append(
                f"{document.document}: it is damaged ({document.cause}): restore it from a backup"
            )
            passed_over += 1
        elif (reason := _unidentified(document)) is not None:
            done.refused.append(f"{reason}: delete it, or give it those of its job")
            passed_over += 1
        else:
            batch.append(_item(document))
        length = sum(item.length for item in batch)
        if len(batch) + passed_over >= BATCH or length >= BATCH_CHARACTERS:
            yield batch, passed_over
            batch, passed_over = [], 0
    yield batch, passed_over


def _unidentified(document: Document) -> str | None:
    """Return why it is not known of which job a document is; None if it is."""
    uuid, index = document.get("uuid"), document.get("index")
    if isinstance(uuid, str) and isinstance(index, int) and not isinstance(index, bool):
        return None
    name = uuid if isinstance(uuid, str) else document.get("_id", "without a uuid")
    return f"document {name}: its uuid {uuid!r} is no text, or its index {index!r} no integer"


def _documents(
    store: JobStore, jobs: Collection[str] | None
) -> Iterator[Document | DamagedDocumentError]:
    table = store.docs_store
    if jobs is not None:
        with _skipping(table) as damaged:
            yield from table.query({"uuid": {"$in": sorted(jobs)}})
        yield from damaged
    elif isinstance(table, SQLiteTable):
        yield from table.readable()
    else:
        yield from table.query()


def _copy(batch: list[_Item], source: JobStore, target: JobStore, done: Synced) -> None:
    """Copy a batch; into a file in one transaction."""
    table = target.docs_store
    uuids = sorted({item.key[0] for item in batch})
    with _skipping(table):  # a damaged one is replaced
        found = table.query({"uuid": {"$in": uuids}})
        jobs = [document for document in found if _unidentified(document) is None]
    known = {_key(document): fingerprint(document) for document in jobs}
    new: list[Document] = []
    with table.transaction() if isinstance(table, SQLiteTable) else nullcontext():
        for item in batch:
            try:
                _check_same(item, known)
                done.data += _copy_data(item.document, source, target)
            except _RefusedError as error:
                done.refused.append(f"{item.name}: {error}")
                continue
            if item.key in known:
                done.equal += 1
            else:
                new.append(item.document)
        not_taken = list(_write(table, new, ["uuid", "index"]))
    done.copied += len(new) - len(not_taken)
    done.refused += [f"{_item(document).name}: {reason}" for document, reason in not_taken]


def _check_same(item: _Item, known: Mapping[Key, str]) -> None:
    if known.get(item.key, item.fingerprint) != item.fingerprint:
        raise _RefusedError(
            "the store to write to has another document of this job; keep one of them "
            f"(`liponflow results delete {item.key[0]} --store ...`)"
        )


def _copy_data(document: Document, source: JobStore, target: JobStore) -> int:
    """Copy the data of a document that the target lacks; return how many pieces.

    Raises
    ------
    _RefusedError
        If they are missing, or the target does not take them.
    """
    copied = 0
    for name, uuids in blob_uuids(document).items():
        if name not in source.additional_stores:  # type: ignore[has-type]
            raise _RefusedError(
                f"the store of its data, {name!r}, is not given: add it to additional_stores"
            )
        old = source.additional_stores[name]  # type: ignore[has-type]
        new = target.additional_stores[name]  # type: ignore[has-type]
        with _skipping(new):
            there = set(new.distinct(BLOB, {BLOB: {"$in": sorted(uuids)}}))
        for uuid in sorted(uuids - there):
            try:
                data = old.query_one({BLOB: uuid})
            except DamagedDocumentError as error:
                raise _RefusedError(
                    f"its data {uuid} are damaged ({error.cause}): restore them from a backup"
                ) from error
            if data is None:
                raise _RefusedError(f"its data {uuid} are missing: restore them from a backup")
            data.pop("_id", None)
            for _, reason in _write(new, [data], BLOB):
                raise _RefusedError(f"its data {uuid}: {reason}")
            copied += 1
    return copied


def _skipping(table: Any) -> AbstractContextManager[list[Any]]:
    """Return the context manager in which the damaged documents of a file are only listed."""
    return table.skip_damaged() if isinstance(table, SQLiteTable) else nullcontext([])


def _write(
    store: Any, documents: list[Document], key: str | list[str]
) -> Iterator[tuple[Document, str]]:
    """Write documents, and yield those that the store does not take, with the reasons."""
    if not documents:
        return
    try:
        store.update(documents, key=key)
    except _NOT_TAKEN as error:
        if len(documents) == 1:
            yield documents[0], _reason(error)
            return
        for document in documents:
            yield from _write(store, [document], key)


def _reason(error: Exception) -> str:
    """Return why a document was not taken; the message of a server repeats the document."""
    if isinstance(error, BulkWriteError):
        return "; ".join(str(item.get("errmsg")) for item in error.details["writeErrors"])
    return reason_of(error)
