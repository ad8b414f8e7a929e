"""SQLite file shared by the stores: opening, transactions, and errors with a remedy.

Everything that a process does with one file goes through one connection, so that the documents
of a job and its large data are written in one transaction.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

APPLICATION_ID = 0x4C69504F  # "LiPO" in the header of the file
SCHEMA_VERSION = 2
"""Version of the table layout, the file's ``user_version``; raised when older readers or writers
would fail. Version 2 has a hash of each document, which older writers would leave out.
"""

_REMEDIES = {
    "SQLITE_NOTADB": "use another file, or move this one away to start with an empty store",
    "SQLITE_CORRUPT": "save a copy, then recover the readable part with `sqlite3 FILE .recover`",
    "SQLITE_READONLY": "give yourself write permission to the file and its directory, "
    "or write to another file",
    "SQLITE_CANTOPEN": "check that the directory exists and that you may write in it",
    "SQLITE_BUSY": "another process holds the file: wait for it or stop it, then repeat",
    "SQLITE_LOCKED": "another process holds the file: wait for it or stop it, then repeat",
    "SQLITE_FULL": "everything stored before is kept: free some disk space, then repeat",
    "SQLITE_IOERR": "everything stored before is kept: check the disk (full? over quota? "
    "disconnected?), then repeat",
    "SQLITE_CONSTRAINT": "a document with the same unique key is already stored",
}
"""Remedy for each of SQLite's primary result codes (https://sqlite.org/rescode.html)."""


class StoreError(RuntimeError):
    """An operation that the results store refuses, with the file, the reason and the remedy."""

    page = "docs/store.md"


class MissingStoreError(StoreError):
    """A results store that does not exist."""


class DamagedDocumentError(StoreError):
    """A stored document that is not as it was written.

    Parameters
    ----------
    path
        The results store.
    document
        Name of the document.
    cause
        Kind of damage.
    """

    def __init__(self, path: str, document: str, cause: str) -> None:
        super().__init__(
            f"results store {path}: {document} is damaged ({cause}): restore the file from a "
            "backup; `liponflow results check` lists everything that is damaged"
        )
        self.document = document
        self.cause = cause


_inherited: list[sqlite3.Connection] = []
"""Connections of a parent process, which SQLite forbids a child to close."""


def _close(connection: sqlite3.Connection, pid: int) -> None:
    if pid == os.getpid():
        connection.close()
    else:
        _inherited.append(connection)


class SQLiteFile:
    """An open SQLite file; get it from :meth:`shared`.

    Parameters
    ----------
    path
        File to open; a writer creates it, but not its directory.
    read_only
        Refuse to create or change anything.
    timeout
        How long to wait for another process that is writing, s.

    Raises
    ------
    StoreError
        If the file does not exist (reading), is not a database, belongs to another program, was
        written by a newer version, is locked, or cannot be written.
    """

    def __init__(self, path: Path, *, read_only: bool = False, timeout: float = 30.0) -> None:
        self.path = path
        self.read_only = read_only
        self.pid = os.getpid()
        self._lock = threading.RLock()
        if read_only and not path.is_file():
            raise MissingStoreError(
                f"there is no results store at {path}; a campaign (`liponflow run ...`) creates "
                "one; or use another file"
            )
        with self._errors():
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{self._open_mode()}",
                uri=True,
                timeout=timeout,
                isolation_level=None,
                check_same_thread=False,
            )
            weakref.finalize(self, _close, self._connection, self.pid)
            self._check_owner()
            if not read_only:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                # Written at each opening, so that a file that cannot be written fails now.
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @classmethod
    def shared(cls, path: Path, *, read_only: bool, timeout: float) -> "SQLiteFile":
        """Return an open file, shared by all its users in this process.

        The file closes when its last user closes it. SQLite forbids a forked child to use the
        connection of its parent, so a child opens its own.
        """
        key = (os.getpid(), path.resolve(), read_only, timeout)
        with _open_files_lock:
            opened = _open_files.get(key)
            if opened is None:
                opened = cls(path, read_only=read_only, timeout=timeout)
                _open_files[key] = opened
            return opened

    @property
    def is_of_this_process(self) -> bool:
        """Whether this process opened the file; False in a child forked since."""
        return self.pid == os.getpid()

    def _open_mode(self) -> str:
        if not self.read_only:
            return "mode=rwc"
        # Reading a WAL database needs its -shm file. Where that neither exists nor can be created,
        # no other process can be writing.
        wal = self.path.with_name(f"{self.path.name}-wal")
        if not wal.exists() and not os.access(self.path.parent, os.W_OK):
            return "mode=ro&immutable=1"
        return "mode=ro"

    def _check_owner(self) -> None:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION_ID and (tables or self.read_only):
            raise StoreError(
                f"{self.path} is an SQLite database, but not a results store of liponflow; use "
                "another file"
            )
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer liponflow (store version {version}, this "
                f"one knows {SCHEMA_VERSION}); update with `pip install -U liponflow`"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Store all changes of the block, or none if it raises.

        A nested transaction belongs to the outer one. Other threads wait.

        Raises
        ------
        StoreError
            If the file is read-only, locked by another process, or the disk is full; what was
            stored before is kept.
        """
        with self._lock:
            is_inner = self._connection.in_transaction
            if is_inner:
                yield
                return
            if self.read_only:
                raise StoreError(f"{self.path} was opened for reading only; open it for writing")
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite may have rolled back on its own
                    self._connection.execute("ROLLBACK")
                raise

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return all its rows."""
        with self._lock:
            # Without a context manager, which would take half of the time of a small statement.
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._with_remedy(error) from error

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        with self._lock, self._errors():
            self._connection.executemany(sql, rows)

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the structure of the file."""
        rows = self.execute("PRAGMA integrity_check")
        return [str(message) for (message,) in rows if message != "ok"]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._with_remedy(error) from error

    def _with_remedy(self, error: sqlite3.Error) -> StoreError:
        name = getattr(error, "sqlite_errorname", "")
        remedy = next((text for code, text in _REMEDIES.items() if name.startswith(code)), "")
        message = f"results store {self.path}: {error}"
        return StoreError(f"{message}; {remedy}" if remedy else message)


_open_files: weakref.WeakValueDictionary[tuple[Any, ...], SQLiteFile] = (
    weakref.WeakValueDictionary()
)
_open_files_lock = threading.Lock()
