"""A results database on a server: its errors in one line without passwords, and its indexes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymongo
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from bson.errors import BSONError
from jobflow.core.store import JobStore
from maggma.core import Store
from maggma.stores import GridFSStore, MemoryStore, MongoStore, S3Store
from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
)

from liponflow.boundary import reason_of
from liponflow.redaction import secrets_in, without
from liponflow.store.conditions import ANY_KIND
from liponflow.store.file import MissingStoreError, StoreError
from liponflow.store.references import blob_uuids
from liponflow.store.table import JOB_PATHS

ANSWER_S = 5.0
"""How long to wait for the first answer of a server (s)."""

_DATA_PATHS = ("blob_uuid", "job_uuid")
_BY_TIME = (
    IndexModel("completed_at", partialFilterExpression={"output.kind": ANY_KIND}),
    IndexModel(["output.kind", "completed_at"]),
    IndexModel(["completed_at", "uuid"]),
)
"""Indexes for :mod:`liponflow.store.latest`: of all results, of those of a kind, and of all jobs,
for conditions that SecantusDB does not take to mean a result. They rise: in one that falls, it
misses the times that are the beginning of a bound or begin with it."""
_OTHER_INDEXES = [path for path in JOB_PATHS if path not in {"completed_at", "output.kind"}]
_REFUSED_LOGIN, _NOT_ALLOWED, _TWICE, _ANOTHER_INDEX = 18, 13, 11000, (85, 86)
"""Codes of MongoDB's errors AuthenticationFailed, Unauthorized, DuplicateKey, and
IndexOptionsConflict and IndexKeySpecsConflict."""


class ServerJobStore(JobStore):
    """A JobStore of any maggma stores, such as MongoDB.

    Whatever a server or its driver raises becomes one StoreError that names the server, the reason
    and the remedy, and no password of the specification.
    """

    docs_store: Store
    additional_stores: dict[str, Store]

    @property
    def name(self) -> str:
        """Database, collection and host of the documents."""
        return place(self.docs_store)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the errors of servers in the block into a StoreError."""
        try:
            yield
        except (PyMongoError, BSONError, BotoCoreError, ClientError, OSError) as error:
            text = f"results store {self.name}: {_reason(error)}"
            raise StoreError(without(secrets_in(self.as_dict()), text)) from None

    def open(self, *, read_only: bool) -> None:
        """Connect, wait a few seconds for the servers, and index the collections of a writer.

        Raises
        ------
        StoreError
            If a server does not answer, or refuses the user.
        MissingStoreError
            If nothing has been stored there yet (reading).
        """
        try:
            with self.errors():
                self._connect()
                self._check_answers()
                documents = _collection(self.docs_store)
                if not read_only:
                    self._index()
                elif documents is not None:
                    self._check_exists(documents)
        except StoreError:
            self.close()
            raise

    def _connect(self) -> None:
        try:
            self.connect()
        except (ValueError, RuntimeError) as error:  # about an address, or a bucket of S3
            raise ConfigurationError(str(error)) from None

    def close(self) -> None:
        """Close the connections that are open."""
        for part in (self.docs_store, *self.additional_stores.values()):
            opened = "s3" if isinstance(part, S3Store) else "_coll"
            if getattr(part, opened, part) is not None:  # maggma closes none that is not open
                part.close()  # type: ignore[no-untyped-call]

    def _check_answers(self) -> None:
        for part in (self.docs_store, *self.additional_stores.values()):
            collection = _collection(part)
            if collection is not None:
                with pymongo.timeout(ANSWER_S):
                    collection.database.client.admin.command("ping")

    def _check_exists(self, documents: "Collection[dict[str, Any]]") -> None:
        """Refuse a database without results, for which an empty list would be no answer."""
        try:
            names = documents.database.list_collection_names()
        except OperationFailure:  # not everyone may list them
            return
        if documents.name not in names:
            listed = f"it has {', '.join(sorted(names))}" if names else "it is empty"
            raise MissingStoreError(
                f"there is no results store {self.name} ({listed}); a campaign "
                "(`liponflow run ...`) creates one; or correct database and collection_name"
            )

    def _index(self) -> None:
        documents = _collection(self.docs_store)
        if documents is not None:
            documents.create_indexes([*map(IndexModel, _OTHER_INDEXES), *_BY_TIME[1:]])
            # Others wrote some twice, which the check names; older versions indexed all times.
            for index in (IndexModel(["uuid", "index"], unique=True), _BY_TIME[0]):
                try:
                    documents.create_indexes([index])
                except OperationFailure as error:
                    if error.code not in {_TWICE, *_ANOTHER_INDEX}:
                        raise
        for part in self.additional_stores.values():
            if _collection(part) is not None:
                for path in _DATA_PATHS:
                    part.ensure_index(path)

    def count(self, *args: Any, **kwargs: Any) -> int:
        """Count documents; see ``JobStore.count``."""
        with self.errors():
            return int(super().count(*args, **kwargs))

    def query(self, *args: Any, **kwargs: Any) -> Iterator[dict[str, Any]]:
        """Yield documents; see ``JobStore.query``."""
        with self.errors():
            yield from super().query(*args, **kwargs)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Store documents and their data; see ``JobStore.update``."""
        with self.errors():
            super().update(*args, **kwargs)

    def remove_docs(self, criteria: dict[str, Any]) -> None:
        """Remove documents and their data, which not every store finds by its job."""
        with self.errors():
            for document in self.docs_store.query(criteria):
                for name, uuids in blob_uuids(document).items():
                    if name in self.additional_stores:
                        found = {"blob_uuid": {"$in": sorted(uuids)}}
                        part = self.additional_stores[name]
                        objects = {"remove_s3_object": True} if isinstance(part, S3Store) else {}
                        part.remove_docs(found, **objects)
            super().remove_docs(criteria)


def place(store: Any) -> str:
    """Return what a message calls a store: its database, collection and host, no password.

    Examples
    --------
    >>> place(MongoStore("lipon", "outputs", uri="mongodb://me:hush@db.org:27017/?tls=true"))
    'lipon.outputs on db.org:27017'
    """
    if not isinstance(store, MongoStore | GridFSStore) or isinstance(store, MemoryStore):
        return f"in a {type(store).__name__}"
    host = f"{store.host}:{store.port}"
    if store.uri:
        host = re.split(r"[/?]", store.uri.rpartition("@")[2].rpartition("//")[2])[0]
    return f"{store.database}.{store.collection_name} on {host}"


def _collection(store: Any) -> "Collection[dict[str, Any]] | None":
    """Return the collection of a connected store on a MongoDB server; None of any other."""
    found: Collection[dict[str, Any]] | None = None
    if isinstance(store, GridFSStore):
        found = store._files_collection  # noqa: SLF001 (maggma has no public name for it)
    elif isinstance(store, MongoStore) and not isinstance(store, MemoryStore):
        found = store._collection  # noqa: SLF001
    return found


def _reason(error: Exception) -> str:
    """Return the reason of a driver's error, and the remedy."""
    if isinstance(error, ConnectionFailure):
        cause = re.split(r" \(configured|, Timeout:", str(error))[0]
        return (
            f"the server does not answer ({cause}): start it, wait until it is back, or correct "
            "the address in the specification; what was stored before is kept"
        )
    if isinstance(error, OperationFailure) and error.code == _REFUSED_LOGIN:
        return (
            "the server refuses the user or the password: correct them in the specification, "
            "with auth_source if the user belongs to another database"
        )
    if isinstance(error, OperationFailure) and error.code == _NOT_ALLOWED:
        return (
            f"the user may not do that ({_text(error)}): ask for the role readWrite, or write to "
            "another store"
        )
    if isinstance(error, DocumentTooLarge):
        return f"{reason_of(error)}: MongoDB takes documents up to 16 MB"
    if isinstance(error, ConfigurationError | BotoCoreError | ClientError):
        return f"{reason_of(error)}: correct the address or the options in the specification"
    return reason_of(error)


def _text(error: OperationFailure) -> str:
    return str((error.details or {}).get("errmsg", error))
