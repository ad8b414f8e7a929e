"""The results database: opening it and querying it for typed results.

The default is one SQLite file and needs no server; any maggma store, such as MongoDB, works as
well.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from liponflow.store.conditions import ANY_KIND, Filters, check_fields, criteria_of
from liponflow.store.file import StoreError
from liponflow.store.latest import latest
from liponflow.store.lock import network_filesystem
from liponflow.store.reading import (
    LISTED,
    ResultSummary,
    StoredResult,
    SummaryReader,
    read_result,
    with_data,
)
from liponflow.store.table import SQLiteTable

if TYPE_CHECKING:
    from jobflow.core.store import JobStore

    from liponflow.store.reading import Documents
    from liponflow.store.sqlite import EmbeddedJobStore

_MOUNTS = Path("/proc/mounts")
_NAMED = 10
"""Most results that an error names."""
_NAMED_BY = ["uuid", "output.kind", "output.formula", "completed_at"]

_Found = TypeVar("_Found")


def open_store(location: Path | dict[str, Any], *, read_only: bool = False) -> "JobStore":
    """Open the results database.

    Parameters
    ----------
    location
        A file for the embedded store, or a specification in jobflow's own form
        (``{"docs_store": {"type": "MongoStore", ...}, "additional_stores": {"data": ...}}``).
    read_only
        Refuse to create or change the file. A server has its own permissions; its database must
        have been written to.

    Returns
    -------
    JobStore
        Connected store, with the additional store ``data`` for large data.

    Raises
    ------
    StoreError
        If the file is missing (reading), not a results store, from a newer version, locked or not
        writable; or if the specification is incomplete, or the server does not answer or refuses
        the user.

    Warns
    -----
    UserWarning
        If the file lies on a network filesystem.
    """
    if isinstance(location, dict):
        from liponflow.store.specification import from_specification

        server = from_specification(location)
        server.open(read_only=read_only)
        return server
    store = _from_file(Path(location).absolute(), read_only=read_only)
    store.connect()
    return store


def open_results(location: Path | dict[str, Any]) -> "Documents":
    """Open the results database to read results.

    Parameters
    ----------
    location
        As for :func:`open_store`.

    Returns
    -------
    SQLiteTable or JobStore
        What :func:`find_results` and :func:`get_result` take. For a file, jobflow is imported only
        where a result refers to data in the table beside it.

    Raises
    ------
    StoreError
        As :func:`open_store`.

    Warns
    -----
    UserWarning
        If the file lies on a network filesystem.
    """
    if isinstance(location, dict):
        return open_store(location, read_only=True)
    path = Path(location).absolute()
    _warn_of_network(path)
    table = SQLiteTable(path, read_only=True)
    table.connect()
    return table


def _warn_of_network(path: Path) -> None:
    mounts = _MOUNTS.read_text() if _MOUNTS.exists() else ""
    if kind := network_filesystem(path, mounts):
        warnings.warn(
            f"the results store {path} lies on a network filesystem ({kind}), where SQLite can "
            f"lose data if two hosts use the file at once: put it on a local disk, or use a "
            "MongoDB server",
            stacklevel=4,
        )


def _from_file(path: Path, *, read_only: bool) -> "EmbeddedJobStore":
    _warn_of_network(path)
    if not read_only:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot create the directory of the results store {path}: {error.strerror}; "
                "use a results store elsewhere"
            ) from error
    from liponflow.store.sqlite import embedded_store

    return embedded_store(path, read_only=read_only)


def find_results(store: "Documents", **filters: Unpack[Filters]) -> list[StoredResult]:
    """Return the results that match, the latest first.

    Parameters
    ----------
    store
        Open store.
    kind, engine
        Exact values of ``kind`` and ``provenance.engine.name``.
    formula
        Formula of the material, however it is written: LiNi0.5Mn1.5O4 finds Li2Mn3NiO8.
    since, until
        Inclusive bounds of the time of completion; local time without a time zone.
    where
        Conditions on any field of the result: strings such as ``"converged=true"``,
        ``"states.c_over_a>1.03"`` (any of the states) or ``"provenance.preset!=quick"``, with
        ``= != > >= < <=``, or a MongoDB filter on the fields of the result.
    limit
        Largest number of results; 0 for all.
    skipped
        List to which the error of each result that cannot be read is added; without it, each
        causes a warning.

    Raises
    ------
    QueryError
        If a condition is malformed, or nothing is found and no result has its field (similar names
        are suggested).

    Warns
    -----
    UserWarning
        For each result that this version cannot read, or that is damaged, its data included; it
        is skipped.
    """
    return _find(store, lambda document: read_result(with_data(store, document)), None, **filters)


def find_summaries(store: "Documents", **filters: Unpack[Filters]) -> list[ResultSummary]:
    """Return what a list shows of the results that match, the latest first.

    It takes the arguments of :func:`find_results`, and is much faster. A file reads the documents
    and checks them against their hashes, and a server sends what a list shows of them; none is
    made into a result. One whose other fields do not fit its kind, or whose data in additional
    stores are damaged, is listed.

    Raises
    ------
    QueryError
        As :func:`find_results`.

    Warns
    -----
    UserWarning
        For each result of an unknown kind or newer schema, or that is damaged; it is skipped.
    """
    return _find(store, SummaryReader(), list(LISTED), **filters)


def _find(
    store: "Documents",
    read: Callable[[dict[str, Any]], _Found],
    properties: list[str] | None,
    **filters: Unpack[Filters],
) -> list[_Found]:
    where, skipped = filters.get("where", ()), filters.get("skipped")
    criteria = criteria_of(filters)
    with _skipping_damaged(store) as errors:
        documents = latest(store, criteria, properties, filters.get("limit", 0))
        found = list(_readable(documents, read, errors))
        if where and not found and not isinstance(where, Mapping):
            check_fields(store, where)
    if skipped is None:
        for error in errors:
            warnings.warn(f"skipped a result: {error}", stacklevel=3)
    else:
        skipped += errors
    return found


def get_result(store: "Documents", uuid_prefix: str) -> StoredResult:
    """Return the latest result of the job whose uuid begins with some characters.

    Raises
    ------
    StoreError
        If no result or more than one has that prefix (the candidates are listed), or this
        version cannot read it.
    """
    # Query the strings with this prefix as a range, which can use an index, unlike a pattern.
    prefixed = {"$gte": uuid_prefix, "$lt": f"{uuid_prefix}\U0010ffff"}
    criteria = {"uuid": prefixed, "output.kind": ANY_KIND}
    chosen = list(store.query(criteria, properties=_NAMED_BY, sort={"completed_at": -1}))
    uuids = sorted({document["uuid"] for document in chosen})
    if len(uuids) > 1:
        raise StoreError(f"several results begin with {uuid_prefix!r}: {_listed(chosen)}")
    if not uuids:
        with _skipping_damaged(store):
            last = list(latest(store, {"output.kind": ANY_KIND}, _NAMED_BY, _NAMED + 1))
        raise StoreError(
            f"no result begins with {uuid_prefix!r}; "
            + (f"the latest are {_listed(last)}" if last else "the store holds no results")
        )
    criteria = {"uuid": uuids[0], "output.kind": ANY_KIND}
    document = next(store.query(criteria, sort={"index": -1}, limit=1))
    return read_result(with_data(store, document))


def _listed(documents: Sequence[dict[str, Any]]) -> str:
    lines = [
        f"{item['uuid']} ({item['output']['kind']}, {item['output'].get('formula')})"
        for item in documents[:_NAMED]
    ]
    return ", ".join(lines) + (" ..." if len(documents) > _NAMED else "")


@contextmanager
def _skipping_damaged(store: "Documents") -> Iterator[list[StoreError]]:
    """Skip damaged documents of the embedded store; yield the list of their errors."""
    table = store if isinstance(store, SQLiteTable) else store.docs_store
    if isinstance(table, SQLiteTable):
        with table.skip_damaged() as errors:
            yield errors
    else:
        yield []


def _readable(
    documents: Iterable[dict[str, Any]],
    read: Callable[[dict[str, Any]], _Found],
    errors: list[StoreError],
) -> Iterator[_Found]:
    for document in documents:
        try:
            yield read(document)
        except StoreError as error:
            errors.append(error)
