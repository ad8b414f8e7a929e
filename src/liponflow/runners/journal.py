"""The directory of a run: everything needed to continue after a kill at any moment.

::

    RUNS/RUN_ID/
        flow.json                    the flow as it was started
        run.json                     configuration, versions, and each start with its end
        outcomes/UUID_INDEX.json     one per finished job: documents, blobs, response
        earlier/                     what the run that this one continues computed, if any
        jobs/NAME-UUID-INDEX/        working directory of each job, with job.log
            checkpoint/              state that the job can continue from, if any
            status                   a line on the progress of the job, if it writes one
        workers.log                  what workers print outside jobs
        lock                         held by the active runner, with its process id

See :mod:`liponflow.job_directory` for the conventions on ``checkpoint`` and ``status``.

**A run directory is code.** Its flow, and the jobs that outcomes add to it, name functions and
their arguments, and whoever continues the run calls them. So only a directory that belongs to the
user is opened, whoever the user is: root opens nobody else's, since it would run their code as
root. Nor is one opened that others can write to (:mod:`liponflow.runners.ownership`); it is made
so that they cannot.

A worker writes the outcome of a job, and a job is finished once its outcome exists. The file
outlives the runner, which then copies it into the store.

``run.json`` lists every start of the run under ``starts``, with its times and its state at the
end. The ``state`` of the last start is that of the run:

- ``running`` until the end is written. It stays after a kill or a power cut, and the next start,
  which holds the lock, changes it to ``killed``;
- ``completed``, ``failed`` (jobs failed) or ``stopped`` (by a job);
- ``interrupted`` by a signal;
- ``error``: an exception ended it, for example of the results store. ``cause`` names it, as it
  names the signal.
"""

import fcntl
import os
import re
import secrets
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jobflow import Flow, Job, Response

from liponflow import durable, safejson
from liponflow.boundary import reason_of
from liponflow.job_directory import CHECKPOINT, attempts, next_attempt
from liponflow.redaction import without_secrets
from liponflow.runners.documents import (
    all_jobs,
    check_arguments,
    dumps,
    loads,
    read_response,
)
from liponflow.runners.errors import (
    DamagedRunError,
    OutdatedRunError,
    RunError,
    RunInterruptedError,
    RunLockedError,
)
from liponflow.runners.ownership import OWN_DIRECTORY, OWN_FILE, check_own
from liponflow.versions import package_versions

FINISHED_STATES = frozenset({"completed", "stopped"})

_FIELDS = {"state": str, "created_at": str, "versions": dict, "config": dict}
"""Fields of every run.json, also of older versions."""


@dataclass
class Start:
    """One start of a run."""

    after_kill: bool
    """Whether the end of the previous start was not recorded."""
    state: str = "error"
    """State at the end, set by the caller."""


@dataclass(frozen=True)
class Journal:
    """Directory of a run, to read and to write.

    Parameters
    ----------
    path
        Absolute path of an existing run directory.
    """

    path: Path

    @classmethod
    def create(
        cls,
        runs_dir: Path,
        flow: dict[str, Any],
        config: dict[str, Any] | None,
        *,
        fill: "Callable[[Journal], None] | None" = None,
    ) -> "Journal":
        """Create the directory of a new run, before anything is computed.

        Parameters
        ----------
        runs_dir
            Directory that holds the runs; made if missing.
        flow
            Document of the flow to run.
        config
            JSON data to record: command and resolved configuration.
            Passwords in it are replaced (:func:`liponflow.redaction.without_secrets`).
        fill
            Writes the outcomes that the run begins with.

        Raises
        ------
        TypeError
            If `config` cannot be written as JSON.
        OSError
            If the directory cannot be written.
        """
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        record = dumps(
            {
                "run_id": run_id,
                "name": flow["name"],
                "created_at": now.isoformat(),
                "state": "planned",
                "starts": [],
                "versions": {"python": sys.version.split()[0]} | package_versions(),
                "config": without_secrets(config or {}),
            }
        )
        journal = cls(runs_dir.resolve() / run_id)
        runs_dir.mkdir(parents=True, exist_ok=True)
        for directory in (journal.path, journal.path / "jobs", journal.path / "outcomes"):
            directory.mkdir(mode=OWN_DIRECTORY)
        durable.write(journal.path / "flow.json", dumps(flow), mode=OWN_FILE)
        if fill is not None:
            fill(journal)
        # run.json comes last: a directory without it is not a run.
        durable.write(journal.path / "run.json", record, mode=OWN_FILE)
        return journal

    @classmethod
    def open(cls, run_dir: Path) -> "Journal":
        """Open the directory of an earlier run; it is code, and must belong to the user.

        Raises
        ------
        FileNotFoundError
            If it is not the directory of a run.
        ForeignRunError
            If the directory, its flow or one of its outcomes belongs to another user.
        ExposedRunError
            If others than the user can write to one of them.
        """
        if not (run_dir / "run.json").is_file():
            raise FileNotFoundError(f"{run_dir} is not a run directory: it has no run.json")
        journal = cls(run_dir.resolve())
        for path in journal.code:
            check_own(path, journal.path)
        return journal

    @property
    def code(self) -> list[Path]:
        """The directories, and what in them says which functions are called."""
        directories = (self.path / "jobs", self.path / "outcomes", self.path / "earlier")
        # Not the drafts, which begin with a dot: a runner at work renames them meanwhile.
        outcomes = [
            *sorted(self.path.glob("outcomes/[!.]*")),
            *sorted(self.path.glob("earlier/[!.]*")),
        ]
        return [
            self.path,
            *(directory for directory in directories if directory.exists()),
            *sorted(self.path.glob("*.json")),
            *outcomes,
        ]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the run directory; the system releases the lock however this process ends.

        Raises
        ------
        RunLockedError
            If another process holds it (its process id is given).
        """
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise RunLockedError(
                    f"process {file.read().strip()} is already running {self.path}; "
                    "wait for it to end, or stop it first"
                ) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            for draft in self.path.glob("outcomes/.*"):  # left by workers that were killed
                draft.unlink(missing_ok=True)
            yield

    def flow(self, trusted: Iterable[str]) -> Flow:
        """Return the flow as it was started.

        Raises
        ------
        liponflow.safejson.UntrustedClassError
            If it names code outside the trusted packages.
        OutdatedRunError
            If another version planned it and this one cannot run it.
        DamagedRunError
            If its file is missing or not JSON.
        """
        file = self.path / "flow.json"
        try:
            return self._decode(_read(file), trusted)
        except safejson.UntrustedClassError as error:
            raise safejson.UntrustedClassError(f"{file}: {error}") from error

    def response(self, document: dict[str, Any], trusted: Iterable[str]) -> Response[Any]:
        """Return the response of a finished job.

        Raises
        ------
        liponflow.safejson.UntrustedClassError, OutdatedRunError
            As from :meth:`flow`, for the jobs that it added.
        """
        return read_response(document, partial(self._decode, trusted=trusted))

    def _decode(self, document: Any, trusted: Iterable[str]) -> Flow:
        try:
            flow: Flow = safejson.decode(document, trusted)
            for job in all_jobs(flow):
                _check_file_name(job)
                if not self.outcome_file(job).exists():
                    check_arguments(job)
        except safejson.UntrustedClassError:
            raise
        # Models, Makers and enumerations raise any error for unknown names and values.
        except Exception as error:
            record = self.record
            command = record["config"].get("command")
            known = isinstance(command, list) and all(isinstance(word, str) for word in command)
            raise OutdatedRunError(
                reason_of(error),
                self.path,
                record["versions"]["liponflow"],
                ["liponflow", *command[1:]] if known and command else None,
            ) from error
        return flow

    @property
    def record(self) -> dict[str, Any]:
        """Return the contents of run.json.

        Raises
        ------
        DamagedRunError
            If it cannot be read, is not JSON, or lacks a field.
        """
        return _read_record(self.path)

    @contextmanager
    def start(self) -> Iterator[Start]:
        """Record a start of the run and, however the block ends, its end.

        Yields
        ------
        Start
            Its ``state`` is recorded, unless an exception ends the block.

        Raises
        ------
        DamagedRunError
            As from :attr:`record`.
        OSError
            If run.json cannot be written.

        Warns
        -----
        UserWarning
            If, after an exception, the end cannot be written: the disk may be full.
        """
        record = self.record
        starts = list(record.get("starts", ()))
        after_kill = record["state"] == "running"
        if after_kill:
            # Older versions wrote no starts.
            last = starts.pop() if starts else {"started_at": record["created_at"]}
            starts.append(last | {"state": "killed"})
        start = Start(after_kill)
        began = {"started_at": _now(), "pid": os.getpid()}
        self._write(record, [*starts, began | {"state": "running"}])
        try:
            yield start
        except BaseException as error:
            is_signal = isinstance(error, RunInterruptedError | KeyboardInterrupt)
            end = {
                "ended_at": _now(),
                "state": "interrupted" if is_signal else "error",
                "cause": without_secrets("".join(traceback.format_exception_only(error)).strip()),
            }
            try:
                self._write(record, [*starts, began | end])
            except OSError as failure:
                warnings.warn(f"the end of the run could not be recorded: {failure}", stacklevel=2)
            raise
        self._write(record, [*starts, began | {"ended_at": _now(), "state": start.state}])

    def _write(self, record: dict[str, Any], starts: list[dict[str, Any]]) -> None:
        now = record | {"state": starts[-1]["state"], "starts": starts}
        durable.write(self.path / "run.json", dumps(now))

    def outcome_file(self, job: Job) -> Path:
        """Return the path of the outcome file of a job, whether it exists or not."""
        return self.path / "outcomes" / f"{job.uuid}_{job.index}.json"

    def outcome(self, job: Job) -> dict[str, Any] | None:
        """Return the outcome of a job; None if it has not finished.

        Raises
        ------
        RunError
            If the file is damaged.
        """
        file = self.outcome_file(job)
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return None
        try:
            outcome: dict[str, Any] = loads(text)
            outcome["documents"], outcome["blobs"], outcome["response"]
        except Exception as error:
            raise RunError(
                f"{file} is damaged ({reason_of(error)}); delete it to compute job {job.name!r} "
                "again",
                self.path,
            ) from error
        return outcome

    def directory_of(self, job: Job) -> Path:
        """Return the working directory of a job, whether it exists or not."""
        # Use the whole uuid: which part of it is random depends on jobflow's setting UID_TYPE.
        name = re.sub(r"[^\w.+-]+", "_", job.name)[:80]
        return self.path / "jobs" / f"{name}-{job.uuid}-{job.index}"

    def job_directory(self, job: Job) -> Path:
        """Create a working directory that holds only the checkpoint of an earlier attempt.

        The rest of that attempt is set aside.
        """
        directory = self.directory_of(job)
        if directory.exists():
            directory.rename(next_attempt(directory))
        directory.mkdir()
        # Look beyond the last attempt: a kill between these steps leaves it without a checkpoint.
        for earlier in reversed(attempts(directory)):
            if (earlier / CHECKPOINT).is_dir():
                (earlier / CHECKPOINT).rename(directory / CHECKPOINT)
                break
        return directory


def latest_run(runs_dir: Path, *, unfinished: bool = True) -> Path | None:
    """Return the directory of the latest run of this user.

    Parameters
    ----------
    runs_dir
        Directory that holds the runs, those of other users perhaps among them.
    unfinished
        Look only at runs that can be resumed.

    Returns
    -------
    Path or None
        Directory of the run; None without one.

    Warns
    -----
    UserWarning
        For each directory whose run.json is damaged; it is skipped.
    """
    runs = []
    for file in sorted(runs_dir.glob("*/run.json")):
        if file.parent.stat().st_uid != os.geteuid():
            continue
        try:
            record = _read_record(file.parent)
        except DamagedRunError as error:
            warnings.warn(f"skipped a run: {error}", stacklevel=2)
            continue
        if not (unfinished and record["state"] in FINISHED_STATES):
            runs.append((record["created_at"], file.parent))
    return max(runs)[1] if runs else None


def _check_file_name(job: Job) -> None:
    """Refuse a job whose files would lie outside the run directory."""
    if not re.fullmatch(r"[\w.-]+", str(job.uuid)) or not isinstance(job.index, int):
        raise ValueError(
            f"job {job.name!r} has the uuid {job.uuid!r} and the index {job.index!r}, which "
            "cannot be parts of a file's name"
        )


def _read_record(run_dir: Path) -> dict[str, Any]:
    file = run_dir / "run.json"
    record: dict[str, Any] = _read(file)
    for name, type_ in _FIELDS.items():
        if not isinstance(record.get(name), type_):
            raise DamagedRunError(file, f"it lacks {name!r}")
    starts = record.get("starts", [])
    if not isinstance(starts, list) or not all(isinstance(start, dict) for start in starts):
        raise DamagedRunError(file, "its 'starts' are not a list of objects")
    if not isinstance(record["versions"].get("liponflow"), str):
        raise DamagedRunError(file, "its 'versions' lack 'liponflow'")
    return record


def _read(file: Path) -> Any:
    try:
        document = loads(file.read_bytes())
    except OSError as error:
        raise DamagedRunError(file, f"it cannot be read: {error.strerror}") from error
    except Exception as error:  # no JSON, no UTF-8, or extended JSON that nobody wrote
        raise DamagedRunError(file, reason_of(error)) from error
    if not isinstance(document, dict):
        raise DamagedRunError(file, "it holds no JSON object")
    return document


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
