"""Index of dotted paths in an SQLite table of documents, like MongoDB's multikey indexes.

One row for each value that a path leads to, array items included, so that SQL never reads the
documents.
"""

# ruff: noqa: S608 (the table name is checked by the store; values are always bound)
import math
from collections.abc import Iterable, Mapping
from typing import Any

from liponflow.store.file import SQLiteFile
from liponflow.store.query import AllOf, AnyOf, Condition, Leaf, Not, candidates
from liponflow.store.values import MISSING

_MOST_VALUES = 10_000  # of one $in; SQLite takes 32,766 in a statement
_MOST_CONDITIONS = 100  # of one $and or $or; SQLite takes expressions 1,000 deep

# Values in the index, in SQLite's order: numbers and strings unchanged, then blobs.
_OPAQUE = b""  # every value that SQLite does not compare as MongoDB does
_NULL = b"\0"


class MultikeyIndex:
    """Index of a table of documents with integer primary key ``id``.

    Parameters
    ----------
    file
        Open file.
    table
        Name of the table of documents.
    """

    def __init__(self, file: SQLiteFile, table: str) -> None:
        self._file = file
        self._table = table

    def create(self) -> None:
        """Create the tables of the index if they are missing."""
        self._file.execute(
            f"CREATE TABLE IF NOT EXISTS {self._table}_paths "
            "(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE)"
        )
        self._file.execute(
            f"CREATE TABLE IF NOT EXISTS {self._table}_index "
            "(path INTEGER, value, id INTEGER, PRIMARY KEY (path, value, id)) WITHOUT ROWID"
        )

    def paths(self) -> dict[str, int]:
        """Return the indexed paths, read each time since another process may have added one."""
        rows = self._file.execute(f"SELECT path, id FROM {self._table}_paths")
        return {str(path): int(number) for path, number in rows}

    def add_path(self, path: str, documents: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Index one more path of the documents, given with their ``id``."""
        ((number,),) = self._file.execute(
            f"INSERT INTO {self._table}_paths (path) VALUES (?) RETURNING id", [path]
        )
        for row, document in documents:
            self._insert(_rows(row, document, {path: number}))

    def insert(self, row: int, document: Mapping[str, Any]) -> None:
        """Index a document."""
        self._insert(_rows(row, document, self.paths()))

    def _insert(self, rows: "set[_IndexRow]") -> None:
        self._file.execute_many(f"INSERT INTO {self._table}_index VALUES (?, ?, ?)", [*rows])

    def remove(self, row: int, document: Mapping[str, Any]) -> None:
        """Remove a document, as it was when inserted, from the index."""
        self._file.execute_many(
            f"DELETE FROM {self._table}_index WHERE path = ? AND value = ? AND id = ?",
            [*_rows(row, document, self.paths())],
        )

    def remove_damaged(self, row: int) -> None:
        """Remove a document that cannot be read from the index, by a slow search."""
        self._file.execute(f"DELETE FROM {self._table}_index WHERE id = ?", [row])

    def content(self) -> dict[int, set["_IndexRow"]]:
        """Return the rows of the index for each document."""
        found: dict[int, set[_IndexRow]] = {}
        for path, value, row in self._file.execute(
            f"SELECT path, value, id FROM {self._table}_index"
        ):
            found.setdefault(row, set()).add((path, value, row))
        return found

    def texts(self, path: str) -> dict[int, str] | None:
        """Return the text at a path of each document; None if one has several, or no text."""
        number = self.paths().get(path)
        found: dict[int, str] = {}
        for value, row in self._file.execute(
            f"SELECT value, id FROM {self._table}_index WHERE path = ?", [number]
        ):
            if row in found or not isinstance(value, str):
                return None
            found[row] = value
        return found

    def expected(self, row: int, document: Mapping[str, Any]) -> set["_IndexRow"]:
        """Return the rows of the index that a document must have."""
        return _rows(row, document, self.paths())

    def select(self, condition: Condition) -> tuple[str, list[Any]]:
        """Return SQL that finds every document that a condition matches, and maybe more.

        Returns
        -------
        tuple
            A SELECT of the ordered ``id`` of the documents, and the values to bind.
        """
        narrowed = self._narrow(condition, self.paths())
        if narrowed is None:
            return f"SELECT id FROM {self._table} ORDER BY id", []
        return f"SELECT DISTINCT id FROM ({narrowed[0]}) ORDER BY id", narrowed[1]

    def _narrow(
        self, condition: Condition, paths: Mapping[str, int]
    ) -> tuple[str, list[Any]] | None:
        """Return the same from the index alone; ``None`` if the index cannot narrow the choice."""
        match condition:
            case AllOf(conditions) | AnyOf(conditions):
                # If all conditions must hold, any indexed one narrows the choice. Alternatives
                # narrow it only if all of them are indexed.
                parts = [self._narrow(item, paths) for item in conditions[:_MOST_CONDITIONS]]
                usable = [part for part in parts if part is not None]
                is_any = isinstance(condition, AnyOf)
                if not usable or (is_any and len(usable) < len(conditions)):
                    return None
                # SQLite takes no parentheses around the parts of a compound SELECT.
                selects = [f"SELECT id FROM ({part[0]})" for part in usable]
                values = [value for part in usable for value in part[1]]
                return (" UNION " if is_any else " INTERSECT ").join(selects), values
            # The selection is a superset of the matches, so its complement would miss documents.
            case Not():
                return None
            case Leaf(path=path):
                clause = _clause(condition) if path in paths else None
                if clause is None:
                    return None
                rows = f"SELECT id FROM {self._table}_index WHERE path = {paths[path]}"
                return f"{rows} AND {clause[0]}", clause[1]


_IndexRow = tuple[int, "int | float | str | bytes", int]


def _rows(row: int, document: Mapping[str, Any], paths: Mapping[str, int]) -> set[_IndexRow]:
    return {
        (number, _index_value(value), row)
        for path, number in paths.items()
        for value in candidates(document, tuple(path.split(".")))
    }


def _index_value(value: Any) -> int | float | str | bytes:
    if value is None or value is MISSING:
        return _NULL
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else _as_float(value)
    if isinstance(value, float) and not math.isnan(value):
        return value
    if isinstance(value, str) and _is_text(value):
        return value
    return _OPAQUE


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _is_text(value: str) -> bool:
    """Return whether SQLite can store a string; file names may contain undecodable bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clause(leaf: Leaf) -> tuple[str, list[Any]] | None:
    if leaf.operator == "eq":
        return "value = ?", [_index_value(leaf.operand)]
    if leaf.operator == "in":
        values = [_index_value(item) for item in leaf.operand[: _MOST_VALUES + 1]]
        marks = ", ".join("?" * len(values))
        return (f"value IN ({marks})", values) if len(values) <= _MOST_VALUES else None
    bound = _index_value(leaf.operand)
    if isinstance(leaf.operand, bool) or isinstance(bound, bytes):
        return None
    # SQLite orders numbers before text and text before blobs, so all numbers are below ''. Bounds
    # include the operand also for gt and lt, since large integers are stored as rounded floats.
    is_text = isinstance(bound, str)
    if leaf.operator in ("gt", "gte"):
        above = f"value >= ? AND value <> x'{_NULL.hex()}'"
        return (above if is_text else "value >= ? AND value < ''"), [bound]
    if leaf.operator in ("lt", "lte"):
        below = f"(value >= '' AND value <= ? OR value = x'{_OPAQUE.hex()}')"
        return (below if is_text else "value <= ?"), [bound]
    return None
