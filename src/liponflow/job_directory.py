"""What a job and the runner agree on about the working directory of the job.

- A job that can continue after a kill keeps its state in the folder :data:`CHECKPOINT`. Each
  attempt starts in a fresh directory, and that of an earlier attempt is set aside as
  ``NAME.attemptN``. Only this folder moves on: the new attempt finds it as the last one left it,
  at whatever moment that ended. The job writes there in such a way that a kill leaves nothing
  half done (:func:`liponflow.durable.write`), and checks that the state it finds is its own.
- The first line of the file :data:`STATUS` is shown beside the name of the job while it runs.
"""

from pathlib import Path

CHECKPOINT = "checkpoint"
"""Folder of a job's directory that moves on from attempt to attempt."""

STATUS = "status"
"""File of a job's directory with the line to show while it runs."""

_LONGEST_STATUS = 200


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
        here = jobs.joinpath(*file.parts[file.parts.index(jobs.name) + 1 :])
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
