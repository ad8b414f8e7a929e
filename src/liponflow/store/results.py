"""The results database: opening it and querying it for typed results.

The default is one SQLite file and needs no server; any maggma store, such as MongoDB, works as
well. All query syntax of the package is in this module.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar, Unpack

from pydantic import ValidationError

from liponflow import safejson
from liponflow.analysis.kinds import ResultKind, get_kind
from liponflow.analysis.result import EngineInfo, Result
from liponflow.boundary import reason_of
from liponflow.formulas import spellings
from liponflow.names import did_you_mean
from liponflow.store.file import DamagedDocumentError, StoreError
from liponflow.store.lock import network_filesystem
from liponflow.store.query import QueryError
from liponflow.store.references import references
from liponflow.store.table import SQLiteTable, TableDocument

if TYPE_CHECKING:
    from jobflow.core.store import JobStore

    from liponflow.store.sqlite import EmbeddedJobStore

    Documents = JobStore | SQLiteTable

_MOUNTS = Path("/proc/mounts")

ANY_KIND = {"$gt": ""}
"""Condition on the kind of a result: any text, which an index finds, unlike ``$exists``."""

_LISTED = (
    "uuid",
    "completed_at",
    "output.kind",
    "output.schema_version",
    "output.formula",
    "output.converged",
    "output.@version",
    "output.provenance.engine",
    "output.provenance.preset",
)
"""What :class:`SummaryReader` reads of a document."""


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
    return _embedded(path, read_only=read_only)


def _embedded(path: Path, *, read_only: bool) -> "EmbeddedJobStore":
    from liponflow.store.sqlite import EmbeddedJobStore, SQLiteStore

    docs = SQLiteStore(path, read_only=read_only)
    data = SQLiteStore(
        path, table="data", unique=["blob_uuid"], indexed=["blob_uuid", "job_uuid"],
        read_only=read_only,
    )  # fmt: skip
    return EmbeddedJobStore(docs, {"data": data})


@dataclass(frozen=True)
class StoredResult:
    """A result with its job and index in the store."""

    uuid: str
    """Job that returned the result."""
    index: int
    """Index of the job's run; the highest is the latest."""
    completed_at: datetime
    """Time of completion, in the time zone of this machine."""
    result: Result

    @property
    def summary(self) -> "ResultSummary":
        """What a list shows of it."""
        result = self.result
        return ResultSummary(
            uuid=self.uuid,
            completed_at=self.completed_at,
            kind=result.kind,
            formula=result.formula,
            engine=result.provenance.engine,
            preset=result.provenance.preset,
            converged=result.converged,
        )


class ResultSummary(NamedTuple):
    """What a list shows of a result.

    A tuple, which is made several times as fast as a frozen dataclass: a list has thousands.
    """

    uuid: str
    """Job that returned the result."""
    completed_at: datetime
    """Time of completion, in the time zone of this machine."""
    kind: str
    formula: str
    engine: EngineInfo
    preset: str
    converged: bool


_Found = TypeVar("_Found")


class Filters(TypedDict, total=False):
    """Which results are found; see :func:`find_results`."""

    kind: str | None
    formula: str | None
    engine: str | None
    since: datetime | None
    until: datetime | None
    where: Mapping[str, Any] | Sequence[str]
    limit: int
    skipped: list[StoreError] | None


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
    # A file has the whole documents in memory anyway, to check them.
    properties = None if _is_file(store) else list(_LISTED)
    return _find(store, SummaryReader(), properties, **filters)


def _find(
    store: "Documents",
    read: Callable[[dict[str, Any]], _Found],
    properties: list[str] | None,
    **filters: Unpack[Filters],
) -> list[_Found]:
    shown: dict[str, Any] = {"properties": properties} if properties else {}
    where, skipped = filters.get("where", ()), filters.get("skipped")
    criteria = _criteria(filters)
    if conditions := _conditions(where):
        criteria["$and"] = conditions
    with _skipping_damaged(store) as errors:
        limit = filters.get("limit", 0)
        documents = store.query(criteria, sort={"completed_at": -1}, limit=limit, **shown)
        found = list(_readable(documents, read, errors))
        if not found and not isinstance(where, Mapping):
            _check_fields(store, [_split(text)[0] for text in where])
    if skipped is None:
        for error in errors:
            warnings.warn(f"skipped a result: {error}", stacklevel=3)
    else:
        skipped += errors
    return found


def _criteria(filters: Filters) -> dict[str, Any]:
    """Return the conditions on indexed paths, the most selective first.

    SecantusDB uses the index of the first path alone, and none for what stands in ``$and``.
    """
    criteria: dict[str, Any] = {}
    if (formula := filters.get("formula")) is not None:
        criteria["output.formula"] = {"$in": spellings(formula)}
    if (engine := filters.get("engine")) is not None:
        criteria["output.provenance.engine.name"] = engine
    completed: dict[str, str] = {}
    if (since := filters.get("since")) is not None:
        completed["$gte"] = _stamp(since)
    if (until := filters.get("until")) is not None:
        completed["$lte"] = _stamp(until)
    if completed:
        criteria["completed_at"] = completed
    return criteria | {"output.kind": filters.get("kind") or ANY_KIND}


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
    chosen = list(_summaries(store, {"uuid": prefixed}))
    uuids = sorted({document["uuid"] for document in chosen})
    if len(uuids) > 1:
        raise StoreError(f"several results begin with {uuid_prefix!r}: {_listed(chosen)}")
    if not uuids:
        with _skipping_damaged(store):
            latest = list(_summaries(store, {}))
        raise StoreError(
            f"no result begins with {uuid_prefix!r}; "
            + (f"the latest are {_listed(latest)}" if latest else "the store holds no results")
        )
    criteria = {"uuid": uuids[0], "output.kind": ANY_KIND}
    document = next(store.query(criteria, sort={"index": -1}, limit=1))
    return read_result(with_data(store, document))


def _summaries(store: "Documents", criteria: dict[str, Any]) -> Iterator[dict[str, Any]]:
    documents: Iterator[dict[str, Any]] = store.query(
        {**criteria, "output.kind": ANY_KIND},
        properties=["uuid", "output.kind", "output.formula", "completed_at"],
        sort={"completed_at": -1},
    )
    return documents


def _listed(documents: Sequence[dict[str, Any]], most: int = 10) -> str:
    lines = [
        f"{item['uuid']} ({item['output']['kind']}, {item['output'].get('formula')})"
        for item in documents[:most]
    ]
    return ", ".join(lines) + (" ..." if len(documents) > most else "")


def _stamp(moment: datetime) -> str:
    # jobflow writes completed_at in local time without a time zone.
    local = moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    return local.isoformat()


@contextmanager
def _skipping_damaged(store: "Documents") -> Iterator[list[StoreError]]:
    """Skip damaged documents of the embedded store; yield the list of their errors."""
    table = store if isinstance(store, SQLiteTable) else store.docs_store
    if isinstance(table, SQLiteTable):
        with table.skip_damaged() as errors:
            yield errors
    else:
        yield []


def _is_file(store: "Documents") -> bool:
    return isinstance(store if isinstance(store, SQLiteTable) else store.docs_store, SQLiteTable)


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


def with_data(store: "Documents", document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a job with its data from the additional stores.

    Raises
    ------
    StoreError
        If its data are damaged or missing.
    """
    if not _refers_to_data(document):
        return document
    if isinstance(store, SQLiteTable):
        store = _embedded(Path(store.path), read_only=True)
        store.connect()
    job = {name: document.get(name) for name in ("uuid", "index")}
    try:
        loaded: dict[str, Any] = next(store.query(job, load=True))
    except DamagedDocumentError as error:
        raise StoreError(f"the data of job {job['uuid']} cannot be read: {error}") from error
    except KeyError as error:
        raise StoreError(
            f"the store lacks the data {error.args[0]} of job {job['uuid']}: restore it from a "
            "backup"
        ) from error
    except StoreError:
        raise
    except Exception as error:  # jobflow may raise any error at a damaged reference to data
        raise StoreError(
            f"the data of job {job['uuid']} cannot be read: {reason_of(error)}"
        ) from error
    return loaded


def _refers_to_data(document: dict[str, Any]) -> bool:
    if isinstance(document, TableDocument) and not document.may_refer_to_data:
        return False
    return any(True for _ in references(document))


def read_result(document: dict[str, Any]) -> StoredResult:
    """Read the document of a job that returned a result.

    Raises
    ------
    StoreError
        If its kind is unknown, its schema newer, or its fields do not fit.
    """
    output = document["output"]
    try:
        result = get_kind(str(output["kind"])).read(output)
        return StoredResult(_uuid(document), document["index"], _completed(document), result)
    except Exception as error:
        raise _unreadable(document, error) from error


class SummaryReader:
    """Reader of what a list shows; kinds and engines, which most results share, are made once."""

    def __init__(self) -> None:
        self._kinds: dict[str, ResultKind] = {}
        self._engine: tuple[Any, EngineInfo] | None = None

    def __call__(self, document: dict[str, Any]) -> ResultSummary:
        """Read what a list shows from the document of a job that returned a result.

        Raises
        ------
        StoreError
            If its kind is unknown, its schema newer, or one of these fields missing.
        """
        try:
            return self._read(document)
        except Exception as error:
            raise _unreadable(document, error) from error

    def _read(self, document: dict[str, Any]) -> ResultSummary:
        output = document["output"]
        name = str(output["kind"])
        kind = self._kinds.get(name) or self._kinds.setdefault(name, get_kind(name))
        kind.check_schema(output)
        made = output["provenance"]
        return ResultSummary(
            uuid=_uuid(document),
            completed_at=_completed(document),
            kind=name,
            formula=str(output["formula"]),
            engine=self._engine_of(made["engine"]),
            preset=str(made["preset"]),
            converged=bool(output["converged"]),
        )

    def _engine_of(self, document: dict[str, Any]) -> EngineInfo:
        if self._engine is None or self._engine[0] != document:
            read = EngineInfo.model_validate(safejson.without_class(document))
            self._engine = (document, read)
        return self._engine[1]


def _completed(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["completed_at"]).astimezone()


def _uuid(document: dict[str, Any]) -> str:
    return str(document.get("uuid", "without a uuid"))


def _unreadable(document: dict[str, Any], error: Exception) -> StoreError:
    """Return the error that names a document; migrations and pymatgen may have raised any."""
    output = document["output"]
    return StoreError(
        f"result {_uuid(document)} ({output['kind']}) cannot be read by this version of "
        f"liponflow, written by {output.get('@version', 'an unknown one')}: {_first_line(error)}"
    )


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"{error.error_count()} fields do not fit, first {reason_of(error)}"
    return reason_of(error)


# Conditions as text

_CONDITION = re.compile(r"\s*([A-Za-z_][\w.@-]*)\s*(==|=|!=|>=|<=|>|<)\s*(.+?)\s*")
_OPERATORS = {">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte"}
_WORDS = {"true": True, "false": False, "null": None, "none": None}


def _conditions(where: Mapping[str, Any] | Sequence[str]) -> list[dict[str, Any]]:
    if isinstance(where, Mapping):
        return [_prefixed(where)]
    if isinstance(where, str):
        raise QueryError(f"`where` takes a list of conditions, such as [{where!r}]")
    return [_condition(text) for text in where]


def _prefixed(criteria: Mapping[str, Any]) -> dict[str, Any]:
    prefixed: dict[str, Any] = {}
    for name, value in criteria.items():
        if name in ("$and", "$or"):
            prefixed[name] = [_prefixed(item) for item in value]
        elif name.startswith("$"):
            raise QueryError(f"the operator {name} is not supported between conditions")
        else:
            prefixed[f"output.{name}"] = value
    return prefixed


def _split(text: str) -> tuple[str, str, str]:
    if not (found := _CONDITION.fullmatch(text)):
        raise QueryError(
            f"cannot read the condition {text!r}; write FIELD OPERATOR VALUE with one of "
            "= != > >= < <=, such as converged=true or states.c_over_a>1.03"
        )
    return found[1], found[2], found[3]


def _condition(text: str) -> dict[str, Any]:
    field, operator, token = _split(text)
    values = _values(token)
    if operator not in _OPERATORS:
        # 0.4 may be a number or a version, which is a string.
        return {f"output.{field}": {"$nin" if operator == "!=" else "$in": values}}
    if values[0] is None or isinstance(values[0], bool):
        raise QueryError(f"the condition {text!r} orders {token}; only = and != can be used")
    if isinstance(values[0], str) and not any(sign.isdigit() for sign in token):
        raise QueryError(
            f"the condition {text!r} orders the text {token!r}: {operator} is for numbers and "
            "dates, such as states.c_over_a>1.03; use = or !="
        )
    return {f"output.{field}": {_OPERATORS[operator]: values[0]}}


def _values(token: str) -> list[Any]:
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return [token[1:-1]]
    if token.lower() in _WORDS:
        return [_WORDS[token.lower()]]
    for number in (int, float):
        try:
            value = number(token)
        except ValueError:
            continue
        # MongoDB has integers of 64 bits.
        return [value if isinstance(value, float) or abs(value) < 2**63 else float(token), token]
    return [token]


def _check_fields(store: "Documents", fields: Sequence[str]) -> None:
    is_result = {"output.kind": ANY_KIND}
    sample = store.query_one(is_result, sort={"completed_at": -1})
    if sample is None:
        return
    for field in fields:
        if store.query_one({**is_result, f"output.{field}": {"$exists": True}}) is None:
            hint = did_you_mean(field, _field_names(sample["output"]), at_most=3)
            raise QueryError(f"no stored result has the field {field!r}{hint}")


def _field_names(value: Any, prefix: str = "") -> set[str]:
    if isinstance(value, list):
        return set().union(*(_field_names(item, prefix) for item in value[:1]))
    if not isinstance(value, dict):
        return {prefix.removesuffix(".")}
    parts = (_field_names(item, f"{prefix}{name}.") for name, item in value.items())
    return set().union(*parts)
