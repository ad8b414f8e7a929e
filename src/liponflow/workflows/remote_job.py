"""``python -m liponflow.workflows.remote_job``: the command by which workers run a job.

It does what jobflow-remote's own command does, and besides:

- refuses to run with another version of liponflow than the one that submitted the job,
- gives VASP and the other codes the environment of this machine's settings,
- runs a job once: a second process in its directory waits for the first and keeps the outcome,
- sets aside what a killed attempt left, as the local runner does: the engine continues from it,
- places the jobs that the job makes by the rules of the submission.
"""

import fcntl
import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobflow import Flow
from jobflow_remote.jobs.data import IN_FILENAME, OUT_FILENAME
from jobflow_remote.jobs.run import run_remote_job
from jobflow_remote.remote.queue import ERR_FNAME, OUT_FNAME
from monty.json import MontyEncoder
from monty.serialization import dumpfn, loadfn

from liponflow import __version__, durable
from liponflow.engines.memory import computed_elsewhere
from liponflow.engines.registry import environment
from liponflow.job_directory import CHECKPOINT, next_attempt
from liponflow.runners.documents import CONTINUATIONS, loads
from liponflow.runners.pool import ONE_THREAD
from liponflow.runners.remote.placement import Rules
from liponflow.settings import load_settings
from liponflow.workflows.submission import place

LOCK_FILE = "liponflow.lock"

_IN_USE = {IN_FILENAME, LOCK_FILE, CHECKPOINT, "submit.sh", OUT_FNAME, ERR_FNAME}
"""What stays in the directory of a job when it runs again."""


def main(arguments: list[str]) -> None:
    """Run the job in a directory.

    Parameters
    ----------
    arguments
        The directory.
    """
    directory = Path(arguments[0]).resolve()
    _set_environment(arguments)
    with _alone(directory):
        if _has_ended(directory):
            return
        document = loads((directory / IN_FILENAME).read_bytes())
        rules = Rules.of_job(document["job"]["config"]["manager_config"])
        if rules is not None and rules.version != __version__:
            _refuse(directory, version_skew(rules.version, __version__))
            return
        _set_aside(directory)
        with computed_elsewhere():  # the jobs that it makes
            run_remote_job(directory)
        if rules is not None:
            _place_new_jobs(directory, rules)


def version_skew(submitted: str, here: str) -> str:
    """Say what is wrong if a job was submitted by another version than runs it."""
    return (
        f"the job was submitted by liponflow {submitted}, but this worker has {here}: install "
        f"{submitted} on it and run the job again, or cancel the campaign and submit it by {here}"
    )


def _set_environment(arguments: list[str]) -> None:
    """Set the variables of the engines and the limits of threads.

    atomate2 and numpy read them when they are imported: numpy has been, and if the limits are
    missing, or atomate2 has been imported too, the process starts again.
    """
    wanted = {**ONE_THREAD, **environment(load_settings())}
    wanted = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(wanted)
    if wanted and ("atomate2" in sys.modules or wanted.keys() & ONE_THREAD.keys()):
        command = [sys.executable, "-m", "liponflow.workflows.remote_job", *arguments]
        os.execv(sys.executable, command)  # noqa: S606


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Wait until no other process runs the job: a lost answer of the queue may start it twice."""
    with (directory / LOCK_FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _has_ended(directory: Path) -> bool:
    """Return whether the directory holds the outcome of the job, not of one that was killed."""
    try:
        return "end_time" in loads((directory / OUT_FILENAME).read_bytes())
    except (FileNotFoundError, ValueError):  # not started, or killed while it wrote
        return False


def _set_aside(directory: Path) -> None:
    """Move what an attempt left that was killed to where the job finds it.

    See :mod:`liponflow.job_directory`.
    """
    if not (directory / OUT_FILENAME).is_file():  # written when an attempt starts
        return
    attempt = next_attempt(directory)
    attempt.mkdir()
    for path in directory.iterdir():
        if path.name not in _IN_USE:
            path.rename(attempt / path.name)


def _refuse(directory: Path, reason: str) -> None:
    now = datetime.now(UTC)
    outcome = {"response": None, "error": reason, "start_time": now, "end_time": now}
    dumpfn(outcome, directory / OUT_FILENAME)


def _place_new_jobs(directory: Path, rules: Rules) -> None:
    """Place the jobs in the outcome; should that fail, they keep what jobflow handed down."""
    file = directory / OUT_FILENAME
    outcome = loads(file.read_bytes())
    response = outcome.get("response") or {}
    if not any(response.get(name) for name in CONTINUATIONS):
        return
    try:
        decoded: dict[str, Any] = loadfn(file)
        for name in CONTINUATIONS:
            flow: Flow | None = getattr(decoded["response"], name)
            if flow is not None:
                place(flow, rules)
        durable.write(file, json.dumps(decoded, cls=MontyEncoder))
    except Exception:  # noqa: BLE001 - the job itself has succeeded
        traceback.print_exc()


if __name__ == "__main__":
    main(sys.argv[1:])
