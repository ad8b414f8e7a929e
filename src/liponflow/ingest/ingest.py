"""Store the results of VASP directories; skip known runs and report broken ones."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from jobflow import JobStore
from monty.json import jsanitize
from rich.console import Console
from rich.progress import track

from liponflow.analysis.result import Result
from liponflow.boundary import FileError, Place, file_boundary, reason_of
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.doscar_run import DoscarRun, read_doscar_run
from liponflow.engines.vasp.reading.files import (
    Band,
    IngestError,
    RunFiles,
    find_runs,
    is_packed,
)
from liponflow.engines.vasp.reading.outcar_run import OutcarRun, read_outcar_run
from liponflow.engines.vasp.reading.runs import AnyRun, R, Run, read_run
from liponflow.engines.vasp.reading.trajectory import time_step, trajectory_units
from liponflow.engines.vasp.reading.unit import Unit
from liponflow.finite import check_finite
from liponflow.ingest.densities import pdos_units
from liponflow.ingest.lithiation import lithiation_units
from liponflow.ingest.single import SingleUnit

U = TypeVar("U", bound=Unit[Any])


@dataclass(frozen=True)
class Stored:
    """A result that was stored."""

    uuid: str
    result: Result
    runs: int
    """Number of runs that it was made from."""


@dataclass
class Report:
    """Outcome of everything that was found."""

    stored: list[Stored] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Titles of the results that were in the store already."""
    broken: list[str] = field(default_factory=list)
    """One message for each run that could not be read, with file and reason."""
    passed_over: list[str] = field(default_factory=list)
    """One message for each output that is not read, because another counts in its place."""


def ingest(
    paths: Sequence[Path],
    store: JobStore,
    *,
    formula_units: int | None = None,
    console: Console | None = None,
) -> Report:
    """Read VASP runs, and store a result for each calculation or series that they form.

    Parameters
    ----------
    paths
        Directories, searched to any depth, or vasprun.xml files. Runs that belong together
        (segments of a trajectory, Li contents of one framework) are recognised within one call,
        not across calls.
    store
        Open store, writable.
    formula_units
        Formula units in the cell of a lithiation; guessed if None.
    console
        Terminal for progress bars; there are none if it is not a terminal.

    Returns
    -------
    Report
        Results stored, results known before, and runs that cannot be read.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; nothing has been stored then.
    """
    report = Report()
    bars = console if console and console.is_terminal else Console(quiet=True)
    found = {path: list(find_runs([path], report.broken)) for path in paths}
    report.broken += [f"{path}: no VASP run in it" for path, runs in found.items() if not runs]
    units = _recognise(found.values(), report, formula_units, bars)
    for unit in track(units, "storing", console=bars, transient=True):
        try:
            _store(unit, store, report)
        except FileError as error:
            report.broken.append(str(error))
    return report


def _recognise(
    found: Iterable[Sequence[RunFiles | Band]],
    report: Report,
    formula_units: int | None,
    console: Console,
) -> list[Unit[Any]]:
    units: list[Unit[Any]] = []
    runs: list[Run] = []
    densities: list[DoscarRun] = []
    single: list[OutcarRun] = []
    places = {item.place: item for group in found for item in group}
    for item in places.values():
        if isinstance(item, RunFiles):
            report.passed_over += [
                f"{path}, as {item.place.name} counts: "
                + (
                    "unpack it elsewhere to store it too"
                    if is_packed(path)
                    else "give the file itself to store it too"
                )
                for path in item.passed_over
                if path not in places and (item.vasprun or item.others)
            ]
    for item in track(list(places.values()), "reading", console=console, transient=True):
        try:
            with _run_boundary(item.place):
                if isinstance(item, Band):
                    units.append(band_unit(item))
                elif item.vasprun is None and (item.find("DOSCAR") or item.find("OUTCAR")):
                    _read_without_vasprun(item, single, densities)
                else:
                    runs.append(_usable(read_run(item)))
        except FileError as error:
            report.broken.append(str(error))
    dynamics = [run for run in runs if run.task == "md"]
    steady = [run for run in runs if run.task != "md"]
    others = [run for run in steady if run.no_energy is None]
    sets = _grouped(lambda: lithiation_units(others, formula_units), others, report)
    used = {id(run) for unit in sets for run in (*unit.runs, *unit.metal)}
    units += _grouped(lambda: trajectory_units(dynamics), dynamics, report)
    units += sets
    # Densities of states are the purpose of many a run that is not self-consistent.
    dense = [*steady, *densities]
    units += _grouped(lambda: pdos_units(dense, formula_units), dense, report)
    units += [SingleUnit([run]) for run in others if id(run) not in used]
    units += [SingleUnit([run]) for run in single]
    return units


def _read_without_vasprun(
    files: RunFiles, single: list[OutcarRun], densities: list[DoscarRun]
) -> None:
    """Read a run by its OUTCAR, its DOSCAR, or both; refuse it if neither can be used."""
    before = len(single) + len(densities)
    reasons: list[FileError] = []
    if files.find("DOSCAR"):
        try:
            densities.append(_usable(read_doscar_run(files)))
        except FileError as error:
            reasons.append(error)
    if files.find("OUTCAR"):
        try:
            single.append(_usable(read_outcar_run(files)))
        except FileError as error:
            reasons.append(error)
    if len(single) + len(densities) == before:
        raise reasons[0]


def _grouped(
    group: Callable[[], Sequence[U]], runs: Sequence[AnyRun], report: Report
) -> Sequence[U]:
    """Return the units that runs form; none, with a message, if they cannot be compared."""
    if not runs:
        return []
    named = f"{runs[0].directory} and {len(runs) - 1} more"
    try:
        with file_boundary(named, IngestError, what="one set of runs", remedy="ingest them apart"):
            return group()
    except FileError as error:
        report.broken.append(str(error))
        return []


def _run_boundary(place: Path | str) -> AbstractContextManager[Place]:
    remedy = "copy its files again, or ingest the others without it"
    return file_boundary(place, IngestError, what="a run of VASP", remedy=remedy)


def _usable(run: R) -> R:
    """Return a run, once everything has been read by which runs are grouped.

    What cannot be read ends this run here, and no group with it.
    """
    _ = run.task, run.engine, run.fingerprint, run.lithium
    if isinstance(run, Run):
        _ = run.method, run.header.initial_structure, run.header.parameters
        if run.task == "md":
            check_finite(time_step(run), "POTIM")
        images = run.header.parameters.get("IMAGES") or run.incar.get("IMAGES")
        if images:
            raise IngestError(
                f"{run.files.vasprun}: one image of a band (IMAGES = {images}): give the folder "
                f"with all of 00 to {int(images) + 1:02d}"
            )
        if run.no_energy and (run.task == "md" or not run.has_projected_densities):
            raise IngestError(
                f"{run.files.vasprun}: {run.no_energy}: store the self-consistent calculation "
                "before it"
            )
    return run


def _store(unit: Unit[Any], store: JobStore, report: Report) -> None:
    if store.query_one({"uuid": unit.uuid}, ["uuid"]) is not None:
        report.known.append(f"{unit.kind}: {unit.title}")
        return
    with _run_boundary(unit.title):
        try:
            result = unit.build()
        except ValueError as error:  # its message has the reason and the remedy
            reason = reason_of(error)
            located = reason if reason.startswith("/") else f"{unit.title}: {reason}"
            raise IngestError(located) from error
        document = _document(unit, result)
    store.update([document])
    report.stored.append(Stored(unit.uuid, result, len(unit.runs)))


def _document(unit: Unit[Any], result: Result) -> dict[str, object]:
    """Return a document like that of a job, so that the same queries find both."""
    return {
        "uuid": unit.uuid,
        "index": 1,
        "output": jsanitize(result, strict=True, enum_values=True),
        # jobflow writes local time without a time zone.
        "completed_at": datetime.now().isoformat(),  # noqa: DTZ005
        "metadata": {"ingested": [run.directory for run in unit.runs]},
        "hosts": [],
        "name": f"ingest {unit.kind}",
    }
