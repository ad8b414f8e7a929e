"""What a job and the runner agree on about the working directory of the job.

- A job that can continue after a kill keeps its state in the folder :data:`CHECKPOINT`. Each
  attempt starts in a fresh directory, and that of an earlier attempt is set aside as
  ``NAME.attemptN``. Only this folder moves on: the new attempt finds it as the last one left it,
  at whatever moment that ended. The job writes there in such a way that a kill leaves nothing
  half done (:func:`liponflow.durable.write`), and checks that the state it finds is its own.
- A job whose program decides itself what it leaves, such as VASP, finds all of that in the
  directories of the earlier :func:`attempts`, which it only reads. It may add one, for what its
  program left before it is started again.
- The first line of the file :data:`STATUS` is shown beside the name of the job while it runs.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

CHECKPOINT = "checkpoint"
"""Folder of a job's directory that moves on from attempt to attempt."""

STATUS = "status"
"""File of a job's directory with the line to show while it runs."""

_LONGEST_STATUS = 200


_ATTEMPT = re.compile(r"\.attempt(\d+)")


def attempts(directory: Path) -> list[Path]:
    """Return the directories of the earlier attempts of a job, in their order.

    Parameters
    ----------
    directory
        Working directory of the job, whether it exists or not.
    """
    return [directory.with_name(name) for _, name in sorted(_attempts(directory))]


def next_attempt(directory: Path) -> Path:
    """Return the directory to which a job's files are set aside when it starts again.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> job = Path(mkdtemp()) / "relax"
    >>> next_attempt(job).name
    'relax.attempt1'
    >>> next_attempt(job).mkdir()
    >>> next_attempt(job).name, [path.name for path in attempts(job)]
    ('relax.attempt2', ['relax.attempt1'])
    """
    last = max((number for number, _ in _attempts(directory)), default=0)
    return directory.with_name(f"{directory.name}.attempt{last + 1}")


def _attempts(directory: Path) -> Iterator[tuple[int, str]]:
    if not directory.parent.is_dir():
        return
    with os.scandir(directory.parent) as beside:
        for entry in beside:
            match = _ATTEMPT.fullmatch(entry.name.removeprefix(directory.name))
            if match and entry.name.startswith(directory.name) and entry.is_dir():
                yield int(match[1]), entry.name


def found_here(file: Path) -> Path:
    """Return the path of a file of another job, also after the directory of the run has moved.

    Parameters
    ----------
    file
        Absolute path as the other job recorded it.

    Returns
    -------
    Path
        The same, or the path below the present directory of the jobs if only that is there. The
        working directory is that of the job that asks.
    """
    jobs = Path.cwd().parent
    if not file.exists() and jobs.name in file.parts:
        # The last of this name: a directory above the run may have it, too.
        below = file.parts[::-1].index(jobs.name)
        here = jobs.joinpath(*file.parts[len(file.parts) - below :])
        if here.exists():
            return here
    return file


def write_status(directory: Path, line: str) -> None:
    """Replace the line that is shown beside a running job.

    Parameters
    ----------
    directory
        Working directory of the job.
    line
        What to show: progress, speed, time left.
    """
    draft = directory / f".{STATUS}.draft"
    draft.write_text(line, encoding="utf-8")
    draft.replace(directory / STATUS)


def read_status(directory: Path) -> str:
    """Return the first line of a job's status, printable characters only; empty without one.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> directory = Path(mkdtemp())
    >>> write_status(directory, "melt, 1 of 5 ps")
    >>> read_status(directory), read_status(directory / "nowhere")
    ('melt, 1 of 5 ps', '')
    """
    try:
        with (directory / STATUS).open(encoding="utf-8", errors="replace") as file:
            line = file.readline(_LONGEST_STATUS)
    except OSError:
        return ""
    return "".join(character for character in line.strip() if character.isprintable())
