"""The latest documents of a store first, in queries that a slow server answers.

A query that sorts, and so every list, would read all that it matches on SecantusDB, which has no
index for an order. Going back in time through the index of the times reads little more than what
is listed, there and on MongoDB.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from liponflow.store.table import SQLiteTable

if TYPE_CHECKING:
    from liponflow.store.reading import Documents

FIRST = timedelta(days=1)
"""Length of the period that is read first."""
SHARE = 0.25
"""Length of the others as a share of the time that has passed since."""
AT_ONCE = 1000
"""Documents that a period should have at most, if those before it tell."""
OLDEST = datetime(2020, 1, 1)  # noqa: DTZ001 (jobflow, which is younger, writes local time)

_NO_TEXT = (
    {"$gte": -float("inf")},
    {"$gte": datetime(1, 1, 1)},  # noqa: DTZ001 (BSON's dates have no time zone)
    None,
)
"""Conditions on what damaged documents have in place of a time: numbers, dates, and nothing."""


def latest(
    store: "Documents",
    criteria: Mapping[str, Any],
    properties: list[str] | None = None,
    limit: int = 0,
) -> Iterator[dict[str, Any]]:
    """Yield the documents that match, by the time of completion, the latest first.

    Parameters
    ----------
    store
        Open store.
    criteria
        Filter document.
    properties
        Paths to return; all by default.
    limit
        Largest number of documents; 0 for all.
    """
    table = store if isinstance(store, SQLiteTable) else store.docs_store
    if isinstance(table, SQLiteTable) or "output.formula" in criteria:
        return _sorted(store, criteria, properties, limit)
    return islice(_back_in_time(store, criteria, properties, limit), limit or None)


def _back_in_time(
    store: "Documents", criteria: Mapping[str, Any], properties: list[str] | None, limit: int
) -> Iterator[dict[str, Any]]:
    asked = criteria.get("completed_at", {})
    oldest = asked.get("$gte", OLDEST.isoformat())
    until = {name: value for name, value in asked.items() if name == "$lte"}
    end, newest = until, datetime.now()  # noqa: DTZ005 (jobflow writes local time)
    if until:
        newest = datetime.fromisoformat(until["$lte"])
    start, length = newest, FIRST
    while not end or start.isoformat() > oldest:
        start -= length
        period = {"$gte": max(start.isoformat(), oldest), **end}
        number = 0
        for document in _sorted(store, _within(period, criteria), properties, limit):
            number += 1
            yield document
        end = {"$lt": start.isoformat()}
        growth = min(2, AT_ONCE / max(number, 1))
        length = min(growth * length, max(FIRST, SHARE * (newest - start)))
    rest: list[Any] = [] if "$gte" in asked else [{"$lt": oldest, **until}]
    for condition in [*rest, *(() if asked else _NO_TEXT)]:
        yield from _sorted(store, _within(condition, criteria), properties, limit)


def _within(period: Any, criteria: Mapping[str, Any]) -> dict[str, Any]:
    """Return criteria whose condition on the time, the first, is the one with an index."""
    rest = {name: value for name, value in criteria.items() if name != "completed_at"}
    return {"completed_at": period, **rest}


def _sorted(
    store: "Documents", criteria: Mapping[str, Any], properties: list[str] | None, limit: int
) -> Iterator[dict[str, Any]]:
    shown: dict[str, Any] = {"properties": properties} if properties else {}
    found: Iterator[dict[str, Any]] = store.query(
        dict(criteria), sort={"completed_at": -1}, limit=limit, **shown
    )
    return found
