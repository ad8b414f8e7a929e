"""Run a campaign from its flow to its result: settings, store, lock and runner put together."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobflow import Flow, JobStore

from liponflow import registry
from liponflow.boundary import reason_of
from liponflow.cost.estimate import seconds_by_job
from liponflow.engines.registry import calculator_packages, environment
from liponflow.runners import local
from liponflow.runners.documents import all_jobs
from liponflow.runners.errors import DamagedRunError
from liponflow.runners.journal import FINISHED_STATES, Journal, latest_run
from liponflow.runners.report import RunReport
from liponflow.settings import Settings, Specification, is_specification, read_specification
from liponflow.store.file import MissingStoreError, StoreError
from liponflow.store.lock import writer_lock
from liponflow.store.reading import StoredResult
from liponflow.store.results import get_result, open_store
from liponflow.workflows.unconverged import Shortfall, shortfalls


@dataclass(frozen=True)
class Outcome:
    """Report and result of a run."""

    report: RunReport
    result: StoredResult | None
    """None if the run ended before its result."""
    store: Path | None = None
    """File that it is in; None on a server."""
    shortfalls: tuple[Shortfall, ...] = ()
    """Relaxations and bands that did not converge."""


def run(
    flow: Flow, settings: Settings, record: Mapping[str, Any], engines: Iterable[str] = ()
) -> Outcome:
    """Run a campaign on this machine and store its result.

    Parameters
    ----------
    flow
        Flow whose output is a result document.
    settings
        Store, runs directory, workers, VASP's command.
    record
        Record written before computing starts: command and resolved configuration.
    engines
        Names of the engines that the user asks for: the packages of calculators that are named by
        their class are trusted in this run, also when it is resumed.

    Returns
    -------
    Outcome
        Report of the run, and the result if the run reached it.

    Raises
    ------
    StoreError
        If the store cannot be opened for writing; nothing has been computed then.
    RunError
        If the run was interrupted or could not be written; it can be resumed.
    """
    engines = list(engines)
    recorded = {
        "store": _recorded(settings.store),
        "result": flow.output.uuid,
        "engines": engines,
        "input_fingerprint": fingerprint_of(flow),
    }
    trusted = trusted_names(settings, engines)
    with writable_store(settings.store) as store:
        report = local.start(
            flow,
            store,
            settings.runs_dir,
            workers=settings.workers,
            config={**record, **recorded},
            trusted=trusted,
            environment=environment(settings),
            expected=_expected(flow, store, str(record.get("kind", ""))),
        )
        return _outcome(report, store, flow.output.uuid, settings.store, trusted)


def resume(settings: Settings, run_dir: Path | None = None) -> Outcome:
    """Continue a run that was interrupted or had failures.

    A run directory is code: its flow names functions and their arguments, and they are called.

    Parameters
    ----------
    settings
        Store, runs directory, workers, VASP's command. The store is used if that of the run is
        not there, as after a move to another machine.
    run_dir
        Directory of the run; the latest unfinished one if None.

    Returns
    -------
    Outcome
        As from :func:`run`.

    Raises
    ------
    FileNotFoundError
        If there is no such run, or none that is unfinished.
    DamagedRunError
        If a file of the run is damaged. Without `run_dir`, runs with a damaged record are
        skipped with a warning.
    ForeignRunError, ExposedRunError
        If the run belongs to another user, or others than the user can write to it.
    StoreError, RunError
        As from :func:`run`; StoreError also if the run used a server whose specification is not
        there, and the settings name a file.
    """
    run_dir = find_run(settings, run_dir)
    config = Journal.open(run_dir).record["config"]
    for name in ("store", "result"):
        if name not in config:
            raise DamagedRunError(run_dir / "run.json", f"its configuration lacks {name!r}")
    location = _store_of(run_dir, config["store"], settings)
    # Trusted like the rest of the directory, which is the user's own code.
    trusted = trusted_names(settings, config.get("engines", ()))
    with writable_store(location) as store:
        report = local.resume(
            run_dir,
            store,
            workers=settings.workers,
            trusted=trusted,
            environment=environment(settings),
        )
        return _outcome(report, store, config["result"], location, trusted)


def find_run(settings: Settings, run: Path | None, *, unfinished: bool = True) -> Path:
    """Return the directory of a run.

    Parameters
    ----------
    settings
        Directory of the runs.
    run
        Directory or name; None for the latest.
    unfinished
        Look only for runs that can be resumed, if None is given.

    Raises
    ------
    FileNotFoundError
        If there is none to choose.
    """
    if run is not None and not run.exists() and run.name == str(run):
        return settings.runs_dir / run  # a run's name instead of its path
    found = run or latest_run(settings.runs_dir, unfinished=unfinished)
    if found is None:
        which = "unfinished run" if unfinished else "run"
        raise FileNotFoundError(f"no {which} in {settings.runs_dir}")
    return found


def run_of(settings: Settings, result: str) -> Path | None:
    """Return the directory of the run that made a result; None if it is not among the runs.

    Parameters
    ----------
    settings
        Directory of the runs.
    result
        Uuid of the result.
    """
    return next(
        (path for path, record in _records(settings) if record["config"].get("result") == result),
        None,
    )


def unfinished_run(settings: Settings, input_fingerprint: str) -> Path | None:
    """Return the latest run of an input that can be resumed; None if there is none.

    Parameters
    ----------
    settings
        Directory of the runs.
    input_fingerprint
        As in the provenance of the result.
    """
    found = [
        path
        for path, record in _records(settings)
        if record["state"] not in FINISHED_STATES
        and record["config"].get("input_fingerprint") == input_fingerprint
    ]
    return found[-1] if found else None


def fingerprint_of(flow: Flow) -> str | None:
    """Return the fingerprint that the result of a flow will have; None if it states none."""
    for job in all_jobs(flow):
        if job.uuid == flow.output.uuid:
            for argument in job.function_kwargs.values():
                if isinstance(argument, dict) and "input_fingerprint" in argument:
                    return str(argument["input_fingerprint"])
    return None


def _records(settings: Settings) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the runs whose records can be read, in the order of their starts."""
    for file in sorted(settings.runs_dir.glob("*/run.json")):
        with suppress(DamagedRunError):
            yield file.parent.resolve(), Journal(file.parent).record


@contextmanager
def known_store(settings: Settings) -> Iterator[JobStore | None]:
    """Open the results store to read; None if there is none yet."""
    try:
        store = open_store(settings.store, read_only=True)
    except MissingStoreError:
        yield None
        return
    try:
        yield store
    finally:
        store.close()  # type: ignore[no-untyped-call]


@contextmanager
def writable_store(location: Path | dict[str, Any]) -> Iterator[JobStore]:
    """Open the store as its only writer; a server manages its own writers."""
    with writer_lock(location) if isinstance(location, Path) else nullcontext():
        store = open_store(location)
        try:
            yield store
        finally:
            store.close()  # type: ignore[no-untyped-call]


def trusted_names(settings: Settings, engines: Iterable[str] = ()) -> tuple[str, ...]:
    """List what the flow of a run may name beside the usual packages.

    These are the registered packages, those of the calculators that the user names, and single
    classes of the user's settings.
    """
    named = registry.packages() | calculator_packages(engines, settings)
    return (*settings.trusted_classes, *sorted(named))


def _recorded(location: Path | dict[str, Any]) -> str | None:
    """Return the file of the store, or of its specification, which may itself hold a password."""
    file = location.file if isinstance(location, Specification) else location
    return str(file) if isinstance(file, Path) else None


def _store_of(run_dir: Path, recorded: str | None, settings: Settings) -> Path | dict[str, Any]:
    """Return where the results of a run go that is resumed.

    Raises
    ------
    StoreError
        If that is a server whose specification is not there, and the settings name a file.
    """
    file = Path(recorded) if recorded else None
    on_server = file is None or is_specification(file)
    if file is not None and (file.exists() or file == settings.store):
        return read_specification(file) if on_server else file
    if on_server and isinstance(settings.store, Path):
        where = f"is no longer in {file}" if file else "is kept in the settings alone"
        raise StoreError(
            f"the run in {run_dir} stores its results on a server, whose specification {where}, "
            f"but the settings name the file {settings.store}; set `store` to the specification "
            "again"
        )
    if not on_server:
        # The run has moved, perhaps to another machine. Its outcomes are copied again.
        warnings.warn(
            f"the store of this run, {file}, is not here: its results go to "
            f"{settings.store if isinstance(settings.store, Path) else 'that of the settings'}",
            stacklevel=3,
        )
    return settings.store


def _expected(flow: Flow, store: JobStore, campaign: str) -> dict[str, float]:
    """Return the estimated time of jobs (s); empty where the store cannot be read."""
    try:
        return seconds_by_job(flow, store, campaign)
    except Exception:  # noqa: BLE001 - a server may raise any error, which the run itself reports
        return {}


def _outcome(
    report: RunReport,
    store: JobStore,
    uuid: str,
    location: Path | dict[str, Any],
    trusted: tuple[str, ...],
) -> Outcome:
    file = location if isinstance(location, Path) else None
    try:
        found = shortfalls(report.run_dir, trusted)
    except Exception as error:  # noqa: BLE001 - outputs of other packages; the result stands
        found = []
        warnings.warn(
            f"which jobs of {report.run_dir} did not converge cannot be read: {reason_of(error)}",
            stacklevel=3,
        )
    return Outcome(report, _result(store, uuid), file, tuple(found))


def _result(store: JobStore, uuid: str) -> StoredResult | None:
    if store.query_one({"uuid": uuid, "output.kind": {"$exists": True}}, ["uuid"]) is None:
        return None
    return get_result(store, uuid)
