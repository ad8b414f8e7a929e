"""The directory of a run: everything needed to continue after a kill at any moment.

::

    RUNS/RUN_ID/
        flow.json                    the flow as it was started
        run.json                     configuration, versions and state of the run
        outcomes/UUID_INDEX.json     one per finished job: documents, blobs, response
        jobs/NAME-UUID-INDEX/        working directory of each job, with job.log
            checkpoint/              state that the job can continue from, if any
            status                   a line on the progress of the job, if it writes one
        workers.log                  what workers print outside jobs
        lock                         held by the active runner, with its process id

See :mod:`liponflow.job_directory` for the conventions on ``checkpoint`` and ``status``.

A worker writes the outcome of a job, and a job is finished once its outcome exists. The file
outlives the runner, which then copies it into the store.
"""

import fcntl
import json
import os
import re
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jobflow import Flow, Job, Response

from liponflow import durable, safejson
from liponflow.job_directory import CHECKPOINT
from liponflow.runners.documents import (
    all_jobs,
    check_arguments,
    dumps,
    loads,
    read_response,
)
from liponflow.runners.errors import OutdatedRunError, RunError, RunLockedError
from liponflow.versions import package_versions

FINISHED_STATES = frozenset({"completed", "stopped"})


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
        cls, runs_dir: Path, flow: dict[str, Any], config: dict[str, Any] | None
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
                "state": "running",
                "versions": {"python": sys.version.split()[0]} | package_versions(),
                "config": config or {},
            }
        )
        journal = cls(runs_dir.resolve() / run_id)
        journal.path.mkdir(parents=True)
        (journal.path / "jobs").mkdir()
        (journal.path / "outcomes").mkdir()
        durable.write(journal.path / "flow.json", dumps(flow))
        # run.json comes last: a directory without it is not a run.
        durable.write(journal.path / "run.json", record)
        return journal

    @classmethod
    def open(cls, run_dir: Path) -> "Journal":
        """Open the directory of an earlier run.

        Raises
        ------
        FileNotFoundError
            If it is not the directory of a run.
        """
        if not (run_dir / "run.json").is_file():
            raise FileNotFoundError(f"{run_dir} is not a run directory: it has no run.json")
        return cls(run_dir.resolve())

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
        """
        return self._decode(loads((self.path / "flow.json").read_bytes()), trusted)

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
                if not self.outcome_file(job).exists():
                    check_arguments(job)
        except safejson.UntrustedClassError:
            raise
        # Models, Makers and enumerations raise these errors for unknown names and values.
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            record = self.record
            command = record["config"].get("command")
            raise OutdatedRunError(
                " ".join(str(error).split()),
                self.path,
                record["versions"]["liponflow"],
                ["liponflow", *command[1:]] if command else None,
            ) from error
        return flow

    @property
    def record(self) -> dict[str, Any]:
        """Return the contents of run.json."""
        return _read_record(self.path)

    def set_state(self, state: str) -> None:
        """Write the state of the run into run.json."""
        durable.write(self.path / "run.json", dumps(self.record | {"state": state}))

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
        except json.JSONDecodeError as error:
            raise RunError(
                f"{file} is damaged ({error}); delete it to compute job {job.name!r} again",
                self.path,
            ) from error
        return outcome

    def job_directory(self, job: Job) -> Path:
        """Create a working directory that holds only the checkpoint of an earlier attempt.

        The rest of that attempt is set aside.
        """
        # Use the whole uuid: which part of it is random depends on jobflow's setting UID_TYPE.
        name = re.sub(r"[^\w.+-]+", "_", job.name)[:80]
        directory = self.path / "jobs" / f"{name}-{job.uuid}-{job.index}"
        attempt = 1
        while directory.with_name(f"{directory.name}.attempt{attempt}").exists():
            attempt += 1
        if directory.exists():
            directory.rename(directory.with_name(f"{directory.name}.attempt{attempt}"))
            attempt += 1
        directory.mkdir()
        # Look beyond the last attempt: a kill between these steps leaves it without a checkpoint.
        for number in range(attempt - 1, 0, -1):
            earlier = directory.with_name(f"{directory.name}.attempt{number}") / CHECKPOINT
            if earlier.is_dir():
                earlier.rename(directory / CHECKPOINT)
                break
        return directory


def latest_run(runs_dir: Path, *, unfinished: bool = True) -> Path | None:
    """Return the directory of the latest run.

    Parameters
    ----------
    runs_dir
        Directory that holds the runs.
    unfinished
        Look only at runs that can be resumed.

    Returns
    -------
    Path or None
        Directory of the run; None without one.
    """
    runs = []
    for file in runs_dir.glob("*/run.json"):
        record = _read_record(file.parent)
        if not (unfinished and record["state"] in FINISHED_STATES):
            runs.append((record["created_at"], file.parent))
    return max(runs)[1] if runs else None


def _read_record(run_dir: Path) -> dict[str, Any]:
    record: dict[str, Any] = loads((run_dir / "run.json").read_bytes())
    return record
