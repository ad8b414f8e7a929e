"""The directory of a run: everything needed to continue after a kill at any moment.

::

    RUNS/RUN_ID/
        flow.json                    the flow as it was started
        run.json                     configuration, versions and state of the run
        outcomes/UUID_INDEX.json     one per finished job: documents, blobs, response
        jobs/NAME-UUID-INDEX/        working directory of each job, with job.log
            checkpoint/              what the job can continue from, if it can
            status                   a line about where the job is, if it says so
        workers.log                  what workers print outside jobs
        lock                         held by the one runner at work, with its process id

See :mod:`liponflow.job_directory` for what jobs and the runner agree on about ``checkpoint`` and
``status``.

An outcome is written by the worker that computed it, and its existence is what "finished"
means: it outlives the runner, which then copies it into the store.
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
    """Read and write the directory of a run.

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
        """Set up the directory of a new run; nothing is computed before this is on disk.

        Parameters
        ----------
        runs_dir
            Directory that holds the runs; made if missing.
        flow
            Document of the flow to run.
        config
            Anything JSON that the caller wants on record: command, resolved configuration.

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
        # run.json comes last: a directory without it is no run.
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
        """Hold the run directory; the system lets go when this process ends, however it ends.

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
            for draft in self.path.glob("outcomes/.*"):  # of workers that were killed
                draft.unlink(missing_ok=True)
            yield

    def flow(self, trusted: Iterable[str]) -> Flow:
        """Read the flow as it was started.

        Raises
        ------
        liponflow.safejson.UntrustedClassError
            If it names code outside the trusted packages.
        OutdatedRunError
            If another version planned it and it does not fit this one.
        """
        return self._decode(loads((self.path / "flow.json").read_bytes()), trusted)

    def response(self, document: dict[str, Any], trusted: Iterable[str]) -> Response[Any]:
        """Read what a finished job answered.

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
        # What models, Makers and enumerations raise when they are given what they do not know.
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
        """What run.json says."""
        return _read_record(self.path)

    def set_state(self, state: str) -> None:
        """Write the state of the run into run.json."""
        durable.write(self.path / "run.json", dumps(self.record | {"state": state}))

    def outcome_file(self, job: Job) -> Path:
        """Where the outcome of a job is, or will be."""
        return self.path / "outcomes" / f"{job.uuid}_{job.index}.json"

    def outcome(self, job: Job) -> dict[str, Any] | None:
        """Read the outcome of a job, or None if the job has not finished.

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
                f"{file} is damaged ({error}); delete it to have job {job.name!r} computed again",
                self.path,
            ) from error
        return outcome

    def job_directory(self, job: Job) -> Path:
        """Make a working directory with nothing but the checkpoint of an earlier attempt.

        The rest of that attempt is set aside.
        """
        # The whole uuid: which part of it is random depends on jobflow's setting UID_TYPE.
        name = re.sub(r"[^\w.+-]+", "_", job.name)[:80]
        directory = self.path / "jobs" / f"{name}-{job.uuid}-{job.index}"
        attempt = 1
        while directory.with_name(f"{directory.name}.attempt{attempt}").exists():
            attempt += 1
        if directory.exists():
            directory.rename(directory.with_name(f"{directory.name}.attempt{attempt}"))
            attempt += 1
        directory.mkdir()
        # Not only the last attempt: a kill between these two steps leaves one without a folder.
        for number in range(attempt - 1, 0, -1):
            earlier = directory.with_name(f"{directory.name}.attempt{number}") / CHECKPOINT
            if earlier.is_dir():
                earlier.rename(directory / CHECKPOINT)
                break
        return directory


def latest_run(runs_dir: Path, *, unfinished: bool = True) -> Path | None:
    """Find the youngest run.

    Parameters
    ----------
    runs_dir
        Directory that holds the runs.
    unfinished
        Look only at runs that can be resumed.

    Returns
    -------
    Path or None
        Its directory, or None if there is none.
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
