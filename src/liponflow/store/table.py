"""Table of documents in one SQLite file: no server, safe against kill -9, queried like MongoDB.

Documents are JSON text. The index selects documents that may match, and
:mod:`liponflow.store.query` tests each of them, so that results never depend on which paths are
indexed. The class that jobflow takes is in :mod:`liponflow.store.sqlite`; reading results needs no
jobflow, whose import takes longer than most commands.
"""

# ruff: noqa: S608 (the table name is checked; values are always bound)
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from liponflow.store.excerpt import Excerpt
from liponflow.store.file import DamagedDocumentError, SQLiteFile, StoreError
from liponflow.store.index import MultikeyIndex
from liponflow.store.query import AllOf, Leaf, leaves, matches, parse, project, sort_key
from liponflow.store.values import MISSING, SortKey, bson_key, decode, encode

Document = dict[str, Any]

JOB_PATHS = (
    "uuid",
    "name",
    "completed_at",
    "output.kind",
    "output.formula",
    "output.provenance.engine.name",
)
"""Indexed paths of the store of job documents."""


_REFERENCE = b'"blob_uuid"'
_MOST_AT_ONCE = 16  # documents that one statement reads


class TableDocument(dict[str, Any]):
    """A whole document, as it was read."""

    may_refer_to_data = True
    """Whether its text has the key of jobflow's references to data in other stores."""


class SQLiteTable:
    """Documents in a table of an SQLite file (WAL, ``synchronous=FULL``).

    An acknowledged update survives ``kill -9`` and power loss, each update is all or nothing,
    and other processes can read while one writes. Threads may share a store; other processes
    open the file themselves. Each document is stored with the SHA-256 hash of its text, which is
    checked whenever the document is read.

    Parameters
    ----------
    path
        The file. Its directory must exist.
    table
        Name of the table, letters, digits and underscores.
    unique
        Paths whose values together identify a document; no two documents share them.
    indexed
        Paths to index.
    read_only
        Refuse to create or change anything.
    timeout
        How long to wait for another process that is writing, s.
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
    ) -> None:
        if not re.fullmatch(r"[A-Za-z]\w*", table, re.ASCII):
            raise ValueError(f"{table!r} is not a table name; use letters, digits and underscores")
        self.path = str(path)
        self.table = table
        self.unique = list(unique)
        self.indexed = list(indexed)
        self.read_only = read_only
        self.timeout = timeout
        self.key = self.unique[0]
        self._file: SQLiteFile | None = None
        self._hash_column = "sha256"
        self._skipped: list[StoreError] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SQLiteTable):
            return NotImplemented
        return (self.path, self.table) == (other.path, other.table)

    def __hash__(self) -> int:
        return hash((self.path, self.table))

    def connect(self, force_reset: bool = False) -> None:  # noqa: FBT001, FBT002 (maggma's)
        """Open the file; a writer creates the table and the indexes that are missing.

        Raises
        ------
        StoreError
            If the file cannot be opened; see :class:`~liponflow.store.file.SQLiteFile`.
        """
        if self._file is not None and not force_reset:
            return
        self._file = SQLiteFile.shared(
            Path(self.path), read_only=self.read_only, timeout=self.timeout
        )
        try:
            if not self.read_only:
                with self._file.transaction():
                    self._create_tables()
            # A file of an older version that is only read has none.
            self._hash_column = "sha256" if self._has_hashes() else "NULL"
        except StoreError:
            self._file = None
            raise

    def close(self) -> None:
        """Close the file; it stays open for its other users."""
        self._file = None

    @property
    def _database(self) -> SQLiteFile:
        if self._file is None:
            raise StoreError(f"results store {self.path} is not open; call connect() first")
        if not self._file.is_of_this_process:
            self.connect(force_reset=True)
        return self._file

    @property
    def _index(self) -> MultikeyIndex:
        return MultikeyIndex(self._database, self.table)

    def transaction(self) -> AbstractContextManager[None]:
        """Context manager: all updates in its block are stored together or not at all."""
        return self._database.transaction()

    def _create_tables(self) -> None:
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS {self.table} "
            "(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, doc TEXT NOT NULL, sha256 TEXT)"
        )
        if not self._has_hashes():
            self._add_hashes()
        self._index.create()
        for path in self.indexed:
            self.ensure_index(path)

    def _has_hashes(self) -> bool:
        columns = self._database.execute(f"SELECT name FROM pragma_table_info('{self.table}')")
        return ("sha256",) in columns

    def _add_hashes(self) -> None:
        """Hash the documents of a version that had no hashes."""
        self._database.execute(f"ALTER TABLE {self.table} ADD COLUMN sha256 TEXT")
        for (row,) in self._database.execute(f"SELECT id FROM {self.table}"):
            ((content,),) = self._database.execute(
                f"SELECT CAST(doc AS BLOB) FROM {self.table} WHERE id = ?", [row]
            )
            self._database.execute(
                f"UPDATE {self.table} SET sha256 = ? WHERE id = ?", [_hash(content), row]
            )

    def ensure_index(self, key: str, unique: bool = False) -> bool:  # noqa: FBT001, FBT002
        """Index a path, also of the documents that are already stored.

        Returns
        -------
        bool
            Whether the path is indexed now, and unique if that was requested. Only the paths given
            as ``unique`` to the constructor are.
        """
        if unique and [key] != self.unique:
            return False
        if key not in self._index.paths() and not self.read_only:
            with self.transaction():
                self._index.add_path(key, self._select(parse(None)))
        return key in self._index.paths()

    def update(self, docs: list[Document] | Document, key: list[str] | str | None = None) -> None:
        """Store documents, replacing those with the same values of ``key``, in one transaction.

        Parameters
        ----------
        docs
            One document or several. Objects in them are sanitised by monty.
        key
            Path or paths that identify a document; the store's own ``key`` by default.

        Raises
        ------
        StoreError
            If a document lacks one of the identifying values, another document has the same
            unique values, or the file cannot be written. Nothing is stored then.
        """
        names = [key] if isinstance(key, str) else list(key or [self.key])
        with self.transaction():
            for document in docs if isinstance(docs, list) else [docs]:
                text = encode(document)
                self._put(text, decode(text), names)

    def _put(self, text: str, document: Document, names: list[str]) -> None:
        unique = self._key(document)
        if set(names) == set(self.unique):
            select = f"SELECT id FROM {self.table} WHERE key = ?"
            found = [row for (row,) in self._database.execute(select, [unique])]
        else:
            same = (Leaf(name, "eq", self._identity(document, name)) for name in names)
            found = [row for row, _ in islice(self._select(AllOf(tuple(same))), 1)]
        values = [unique, text, _hash(text.encode())]
        for row in found:
            try:
                for _, old in self._fetch([row]):
                    self._index.remove(row, old)
            except DamagedDocumentError:  # the new document replaces it
                self._index.remove_damaged(row)
            self._database.execute(
                f"UPDATE {self.table} SET key = ?, doc = ?, sha256 = ? WHERE id = ?",
                [*values, row],
            )
            self._index.insert(row, document)
        if not found:
            ((row,),) = self._database.execute(
                f"INSERT INTO {self.table} (key, doc, sha256) VALUES (?, ?, ?) RETURNING id",
                values,
            )
            self._index.insert(row, document)

    def _key(self, document: Document) -> str:
        return json.dumps([self._identity(document, name) for name in self.unique])

    def _identity(self, document: Document, name: str) -> Any:
        value = next(leaves(document, tuple(name.split("."))), MISSING)
        if value is MISSING:
            raise StoreError(
                f"results store {self.path}: a document lacks {name!r}, which identifies it in "
                f"the table {self.table!r}"
            )
        return value

    def remove_docs(self, criteria: Document) -> None:
        """Remove the documents that match, in one transaction."""
        with self.transaction():
            for row, document in self._select(parse(criteria)):
                self._index.remove(row, document)
                self._database.execute(f"DELETE FROM {self.table} WHERE id = ?", [row])

    def count(self, criteria: Document | None = None) -> int:
        """Count the documents that match."""
        if criteria:
            return sum(1 for _ in self._select(parse(criteria)))
        ((number,),) = self._database.execute(f"SELECT count(*) FROM {self.table}")
        return int(number)

    def query(
        self,
        criteria: Document | None = None,
        properties: Document | list[str] | None = None,
        sort: Mapping[str, Enum | int] | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        """Query as MongoDB would; see :mod:`liponflow.store.query` for the operators.

        Parameters
        ----------
        criteria
            Filter document.
        properties
            Paths to return; all by default.
        sort
            Direction (1 or -1, or maggma's ``Sort``) by path; in the order of storing by default.
        skip
            Number of documents to leave out at the start.
        limit
            Largest number of documents to return; 0 for all.

        Returns
        -------
        Iterator
            The documents; those stored or changed meanwhile may or may not be among them.

        Raises
        ------
        QueryError
            If the query is malformed or uses an unsupported operator.
        """
        condition = parse(criteria)
        excerpt = Excerpt.of_query(properties, condition)
        if sort and (ordered := self._ordered(condition, sort)) is not None:
            found = self._matching(condition, ordered, excerpt)
        elif sort:
            found = self._fetch(self._sorted(condition, sort), excerpt)
        else:
            found = self._select(condition, excerpt)
        documents = (document for _, document in found)
        chosen = islice(documents, skip, skip + limit if limit else None)
        if not properties:
            return chosen
        return (
            project(document, properties) if isinstance(document, TableDocument) else document
            for document in chosen
        )

    def query_one(
        self,
        criteria: Document | None = None,
        properties: Document | list[str] | None = None,
        sort: Mapping[str, Enum | int] | None = None,
    ) -> Document | None:
        """Return the first document of :meth:`query`; None without one."""
        return next(self.query(criteria, properties, sort, limit=1), None)

    def distinct(
        self,
        field: str,
        criteria: Document | None = None,
        all_exist: bool = False,  # noqa: ARG002, FBT001, FBT002 (maggma's, unused there too)
    ) -> list[Any]:
        """Return the distinct values of a path; items of arrays count separately."""
        parts = tuple(field.split("."))
        values: dict[SortKey, Any] = {}
        for document in self.query(criteria, [field]):
            for leaf in leaves(document, parts):
                for value in leaf if isinstance(leaf, list) else [leaf]:
                    if value is not MISSING:
                        values.setdefault(bson_key(value), value)
        return list(values.values())

    def _select(
        self, condition: AllOf, excerpt: Excerpt | None = None
    ) -> Iterator[tuple[int, Document]]:
        rows = self._database.execute(*self._index.select(condition))
        return self._matching(condition, (row for (row,) in rows), excerpt)

    def _matching(
        self, condition: AllOf, rows: Iterable[int], excerpt: Excerpt | None
    ) -> Iterator[tuple[int, Document]]:
        for row, document in self._fetch(rows, excerpt):
            if matches(condition, document):
                yield row, document

    def _fetch(
        self, rows: Iterable[int], excerpt: Excerpt | None = None
    ) -> Iterator[tuple[int, Document]]:
        # As bytes: SQLite would refuse damaged text without naming the document. Several in a
        # statement, for each statement takes time; but few at first, where most queries end, and
        # never many, since a document may be long. No lock lasts beyond a statement.
        columns = f"id, CAST(doc AS BLOB), {self._hash_column}"
        columns += f", {excerpt.column}" if excerpt else ", NULL"
        values = excerpt.values if excerpt else []
        left, number = iter(rows), 1
        while chunk := list(islice(left, number)):
            marks = ", ".join("?" * len(chunk))
            select = f"SELECT {columns} FROM {self.table} WHERE id IN ({marks})"
            texts = {row: rest for row, *rest in self._database.execute(select, [*values, *chunk])}
            for row in chunk:
                if row not in texts:  # removed meanwhile
                    continue
                try:
                    document = self._read(row, excerpt, *texts.pop(row))
                except DamagedDocumentError as error:
                    if self._skipped is None:
                        raise
                    if str(error) not in map(str, self._skipped):
                        self._skipped.append(error)
                else:
                    yield row, document
            number = min(2 * number, _MOST_AT_ONCE)

    def _read(
        self,
        row: int,
        excerpt: Excerpt | None,
        content: bytes | None,
        digest: str | None,
        part: bytes | None,
    ) -> Document:
        if digest is not None and _hash(content or b"") != digest:
            raise self._damaged(row, "its text does not match its hash")
        try:
            if excerpt and (chosen := excerpt.read(part)) is not None:
                return chosen
            document: Any = decode((content or b"").decode())
        except Exception as error:  # JSON, UTF-8 or extended JSON that nobody wrote
            raise self._damaged(row, str(error)) from error
        if not isinstance(document, dict):
            raise self._damaged(row, "it is not a JSON object")
        read = TableDocument(document)
        read.may_refer_to_data = _REFERENCE in (content or b"")
        return read

    def _damaged(self, row: int, cause: str) -> DamagedDocumentError:
        ((key,),) = self._database.execute(
            f"SELECT CAST(key AS BLOB) FROM {self.table} WHERE id = ?", [row]
        )
        try:
            values = dict(zip(self.unique, json.loads(key), strict=True))
        except (TypeError, ValueError):
            values = {"row": row}
        named = ", ".join(f"{name} {value}" for name, value in values.items())
        return DamagedDocumentError(self.path, f"document {named} of {self.table!r}", cause)

    @contextmanager
    def skip_damaged(self) -> Iterator[list[StoreError]]:
        """Skip damaged documents instead of raising an error.

        Yields
        ------
        list of StoreError
            The error of each damaged document that is met, once.
        """
        before, self._skipped = self._skipped, []
        try:
            yield self._skipped
        finally:
            self._skipped = before

    def documents(self) -> Iterator[Document | DamagedDocumentError]:
        """Yield every document, or the error of one whose text, identity or index is damaged.

        Raises
        ------
        StoreError
            If SQLite cannot read the file.
        """
        indexed = self._index.content()
        for row, key in self._database.execute(
            f"SELECT id, CAST(key AS BLOB) FROM {self.table} ORDER BY id"
        ):
            try:
                for _, document in self._fetch([row]):
                    if key != self._key(document).encode():
                        raise self._damaged(row, "its values differ from those that identify it")
                    if indexed.get(row, set()) != self._index.expected(row, document):
                        raise self._damaged(row, "its index differs, so that queries may miss it")
                    yield document
            except DamagedDocumentError as error:
                yield error

    def readable(self) -> Iterator[Document | DamagedDocumentError]:
        """Yield every document, or the error of one that is damaged."""
        for (row,) in self._database.execute(f"SELECT id FROM {self.table} ORDER BY id"):
            try:
                yield from (document for _, document in self._fetch([row]))
            except DamagedDocumentError as error:
                yield error

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the structure of the file."""
        return self._database.damage()

    def _ordered(self, condition: AllOf, sort: Mapping[str, Enum | int]) -> list[int] | None:
        """Return the rows that may match in the order of one indexed path.

        The documents are then read in that order, and no more of them than are asked for.

        Returns
        -------
        list of int or None
            None if there are several paths, or a document has not one text in the index.
        """
        if len(sort) > 1:
            return None
        [(path, way)] = sort.items()
        select, values = self._index.select(condition)
        rows = [int(row) for (row,) in self._database.execute(select, values)]
        texts = self._index.texts(path)
        if texts is None or not all(row in texts for row in rows):
            return None
        descending = int(way.value if isinstance(way, Enum) else way) < 0
        return sorted(rows, key=texts.__getitem__, reverse=descending)

    def _sorted(self, condition: AllOf, sort: Mapping[str, Enum | int]) -> list[int]:
        # Only the keys are kept in memory, not the documents.
        directions = {
            path: int(way.value if isinstance(way, Enum) else way) for path, way in sort.items()
        }
        keyed = [
            (
                row,
                [sort_key(document, path, descending=way < 0) for path, way in directions.items()],
            )
            for row, document in self._select(condition)
        ]
        # Stable sorts by one path after another, the last path first, allow a direction for each
        # path.
        for position, way in reversed(list(enumerate(directions.values()))):
            keyed.sort(key=lambda item: item[1][position], reverse=way < 0)
        return [row for row, _ in keyed]


def _hash(content: bytes) -> str:
    """Return the hash of a stored text (SHA-256, hexadecimal)."""
    return hashlib.sha256(content).hexdigest()
