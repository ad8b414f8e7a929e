"""What an earlier run computed, kept for the run that continues it.

::

    RUNS/RUN_ID/
        earlier/DIGEST.json     of one job: its outcome, or where it continues from

A job that did not converge continues from its last geometry, and one that was interrupted from the
files in its directory, as if it were resumed.

A job of the new run is known by its name, its function and its arguments, not by its uuid: jobs
that a repeated job adds have new ones.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from jobflow import Job

from liponflow import durable
from liponflow.job_directory import attempts
from liponflow.runners.documents import dumps, loads
from liponflow.runners.ownership import OWN_DIRECTORY, OWN_FILE

FOLDER = "earlier"
_WHAT = ("name", "function", "function_args", "function_kwargs")


@dataclass(frozen=True)
class Earlier:
    """What is known of a job.

    Attributes
    ----------
    uuid
        Of the job in the earlier run.
    outcome
        Its outcome; None if it did not converge, or did not finish.
    place, start
        Argument that the last geometry replaces, and its document, if it did not converge.
    directory
        Its working directory, if it did not finish.
    """

    uuid: str
    outcome: dict[str, Any] | None = None
    place: int = 0
    start: Any = None
    directory: str | None = None


def digest(job: Job) -> str:
    """Return the SHA-256 of the name, function and arguments of a job."""
    document = job.as_dict()
    plain = json.loads(dumps({name: document.get(name) for name in _WHAT}))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def keep(run_dir: Path, known: Mapping[str, Earlier]) -> None:
    """Write what is known of jobs, by their digests, into the directory of a run."""
    folder = run_dir / FOLDER
    folder.mkdir(mode=OWN_DIRECTORY)
    for name, entry in known.items():
        durable.write(folder / f"{name}.json", dumps(entry.__dict__), mode=OWN_FILE)


def recall(run_dir: Path, job: Job) -> Earlier | None:
    """Return what is known of a job; None for most."""
    folder = run_dir / FOLDER
    if not folder.is_dir():
        return None
    file = folder / f"{digest(job)}.json"
    return Earlier(**loads(file.read_bytes())) if file.is_file() else None


def bring(source: Path, to: Path) -> None:
    """Copy what an interrupted job left in its directory, and in those of its attempts.

    Parameters
    ----------
    source
        Directory of the job in the earlier run; nothing is done if it is not there any more.
    to
        Its directory in this run; nothing is done if it is there already.
    """
    if to.exists() or not source.is_dir():
        return
    # The directory itself comes last: where it is, all are whole.
    pairs = [
        (path, to.with_name(to.name + path.name.removeprefix(source.name)))
        for path in [*attempts(source), source]
    ]
    for path, place in pairs:
        if place.exists():
            continue
        draft = place.with_name(f".{place.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(path, draft, symlinks=True)
        draft.rename(place)


def renamed(document: Any, names: Mapping[str, str]) -> Any:
    """Return a JSON-like document with other uuids; paths that contain one stay as they are.

    Examples
    --------
    >>> renamed({"uuid": "a", "output": ["a", "/jobs/a-1", "b"]}, {"a": "c"})
    {'uuid': 'c', 'output': ['c', '/jobs/a-1', 'b']}
    """
    if isinstance(document, str):
        return names.get(document, document)
    if isinstance(document, dict):
        return {renamed(key, names): renamed(value, names) for key, value in document.items()}
    if isinstance(document, list):
        return [renamed(item, names) for item in document]
    return document


def renamed_outcome(outcome: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return an outcome for jobs with other uuids, with data of its own in the store."""
    blobs = [blob["blob_uuid"] for found in outcome["blobs"].values() for blob in found]
    own: dict[str, str] = {blob: str(uuid4()) for blob in blobs}
    changed: dict[str, Any] = renamed(outcome, {**names, **own})
    return changed
