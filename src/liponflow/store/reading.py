"""Documents of jobs as results, and as what lists show of them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from liponflow import safejson
from liponflow.analysis.kinds import ResultKind, get_kind
from liponflow.analysis.result import EngineInfo, Result
from liponflow.boundary import reason_of
from liponflow.store.file import DamagedDocumentError, StoreError
from liponflow.store.references import references
from liponflow.store.table import SQLiteTable, TableDocument

if TYPE_CHECKING:
    from jobflow.core.store import JobStore

    Documents = JobStore | SQLiteTable

LISTED = (
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

_DAMAGE = (AttributeError, LookupError, TypeError, ValidationError)
"""Errors at fields that are missing or of another type."""


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
        from liponflow.store.sqlite import embedded_store

        store = embedded_store(Path(store.path), read_only=True)
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
    output = document["output"] if isinstance(document["output"], dict) else {}
    return StoreError(
        f"result {_uuid(document)} ({output.get('kind')}) cannot be read by this version of "
        f"liponflow, written by {output.get('@version', 'an unknown one')}: {_first_line(error)}"
        + (": restore it from a backup" if isinstance(error, _DAMAGE) else "")
    )


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"{error.error_count()} fields do not fit, first {reason_of(error)}"
    return reason_of(error)
