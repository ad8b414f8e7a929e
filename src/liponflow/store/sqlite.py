"""maggma Store in one SQLite file, for jobflow."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pydash
from jobflow.core.store import JobStore
from maggma.core import Store

from liponflow.store.table import JOB_PATHS, Document, SQLiteTable
from liponflow.store.values import SortKey, bson_key


class SQLiteStore(SQLiteTable, Store):
    """Store of documents in a table of an SQLite file; see SQLiteTable.

    Parameters
    ----------
    path, table, unique, indexed, read_only, timeout
        As for SQLiteTable.
    **kwargs
        ``key``, ``last_updated_field`` and ``last_updated_type`` of maggma's ``Store``.
    """

    def __init__(
        self,
        path: str | Path,
        table: str = "docs",
        unique: Iterable[str] = ("uuid", "index"),
        indexed: Iterable[str] = JOB_PATHS,
        *,
        read_only: bool = False,
        timeout: float = 30.0,
        **kwargs: Any,
    ) -> None:
        if "validator" in kwargs:
            raise ValueError("SQLiteStore does not validate documents; leave out the validator")
        SQLiteTable.__init__(
            self, path, table, unique, indexed, read_only=read_only, timeout=timeout
        )
        self.kwargs = kwargs
        Store.__init__(self, **{"key": self.unique[0], **kwargs})

    @property
    def name(self) -> str:
        """File and table."""
        return f"sqlite://{self.path}/{self.table}"

    @property
    def _collection(self) -> Any:
        # jobflow-remote asks by hasattr() whether there is one.
        raise AttributeError("an SQLite store has no pymongo collection; use its methods")

    def groupby(  # noqa: PLR0917 (the signature is maggma's)
        self,
        keys: list[str] | str,
        criteria: Document | None = None,
        properties: Document | list[str] | None = None,
        sort: Mapping[str, Enum | int] | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[tuple[Document, list[Document]]]:
        """Group the documents that have all ``keys`` by their values; see :meth:`query`."""
        names = [keys] if isinstance(keys, str) else list(keys)
        wanted = [*(properties or []), *names] if properties else None
        groups: dict[SortKey, tuple[Document, list[Document]]] = {}
        for document in self.query(criteria, wanted, sort, skip, limit):
            if all(pydash.has(document, name) for name in names):
                values = [pydash.get(document, name) for name in names]
                label: Document = {}
                for name, value in zip(names, values, strict=True):
                    pydash.set_(label, name, value)
                groups.setdefault(bson_key(values), (label, []))[1].append(document)
        return iter(groups.values())


class EmbeddedJobStore(JobStore):
    """A JobStore in one SQLite file: a job's document and its data are stored together."""

    docs_store: SQLiteStore

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Store documents and their data in one transaction; see ``JobStore.update``."""
        with self.docs_store.transaction():
            super().update(*args, **kwargs)

    def remove_docs(self, criteria: dict[str, Any]) -> None:
        """Remove documents and their data in one transaction."""
        with self.docs_store.transaction():
            super().remove_docs(criteria)


def embedded_store(path: Path, *, read_only: bool) -> EmbeddedJobStore:
    """Return the store in a file, with the additional store ``data``; it is not connected."""
    docs = SQLiteStore(path, read_only=read_only)
    data = SQLiteStore(
        path, table="data", unique=["blob_uuid"], indexed=["blob_uuid", "job_uuid"],
        read_only=read_only,
    )  # fmt: skip
    return EmbeddedJobStore(docs, {"data": data})
