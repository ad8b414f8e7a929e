"""Excerpts of stored documents that SQLite takes from their text.

A list shows little of a long document. SQLite finds it without decoding the rest, which takes a
sixth of the time for a result of 70 kB.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from liponflow.store.query import Condition, Leaf, Not
from liponflow.store.values import decode

_MOST_PATHS = 100  # SQLite's functions take 127 arguments
_PATH = re.compile(r"[\w@-]+(\.[\w@-]+)*")


class Excerpt:
    """Excerpt of some dotted paths; get it from :meth:`of_query`."""

    def __init__(self, paths: Iterable[str]) -> None:
        parts = [path.split(".") for path in paths]
        self._places = [(names[:-1], names[-1]) for names in parts]
        self.values = ["$" + "".join(f'."{name}"' for name in names) for names in parts]
        """JSON paths, the values of :attr:`column`."""
        marks = ", ".join("?" * len(self.values))
        self.column = (
            f"CASE WHEN json_valid(doc) THEN CAST(json_extract(doc, {marks}) AS BLOB) END"
        )
        """SQL whose value is the text of the excerpt, for :meth:`read`."""

    @classmethod
    def of_query(
        cls, properties: Mapping[str, Any] | Iterable[str] | None, condition: Condition
    ) -> "Excerpt | None":
        """Return the excerpt that answers a query; None if it takes the whole documents.

        They are needed where a path that the condition tests is not among those to return.
        """
        if not properties or (isinstance(properties, Mapping) and not all(properties.values())):
            return None
        paths = list(properties)
        if not (1 < len(paths) <= _MOST_PATHS and all(map(_PATH.fullmatch, paths))):
            return None
        if any(_is_within(one, other) for one in paths for other in paths if one is not other):
            return None
        tested = set(_tested(condition))
        if not all(any(_is_within(one, path) for path in paths) for one in tested):
            return None
        return cls(paths)

    def read(self, text: bytes | None) -> dict[str, Any] | None:
        """Return the excerpt in the text from SQLite, as a document.

        Returns
        -------
        dict or None
            None if the whole document is needed: for SQLite it is not JSON, or a path leads to
            null, to nothing, or through an array.
        """
        values: Any = text and decode(text.decode())
        if not values or None in values:
            return None
        document: dict[str, Any] = {}
        for (above, last), value in zip(self._places, values, strict=True):
            inner = document
            for name in above:
                inner = inner[name] if name in inner else inner.setdefault(name, {})
            inner[last] = value
        return document


def _is_within(path: str, other: str) -> bool:
    return f"{path}.".startswith(f"{other}.")


def _tested(condition: Condition) -> Iterator[str]:
    """Yield the paths that a condition tests."""
    if isinstance(condition, Leaf):
        yield condition.path
    elif isinstance(condition, Not):
        yield condition.condition.path
    else:
        for part in condition.conditions:
            yield from _tested(part)
