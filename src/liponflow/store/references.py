"""References of documents to data in the additional stores, as jobflow writes them."""

from collections.abc import Iterator
from typing import Any

BLOB = "blob_uuid"
"""Key of every reference, and of what it refers to."""


def references(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every reference to data in a document: its store and its ``blob_uuid``.

    Examples
    --------
    >>> [item["blob_uuid"] for item in references({"a": [{"blob_uuid": "b1", "store": "data"}]})]
    ['b1']
    """
    stack: list[Any] = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if BLOB in item:
                yield item
                continue
            item = item.values()
        stack += [value for value in item if isinstance(value, dict | list)]


def blob_uuids(document: Any) -> dict[str, set[str]]:
    """Return the data that a document refers to, by the name of their store.

    Examples
    --------
    >>> blob_uuids({"a": [{"blob_uuid": "b1", "store": "data"}], "b": 1})
    {'data': {'b1'}}
    """
    found: dict[str, set[str]] = {}
    for item in references(document):
        found.setdefault(str(item.get("store", "data")), set()).add(str(item[BLOB]))
    return found
