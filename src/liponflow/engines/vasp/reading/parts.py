"""The parts of a VASP run that was interrupted and continued."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from liponflow import durable
from liponflow.boundary import FileError, file_boundary
from liponflow.decompression import existing, read_text
from liponflow.document import Document

NAME = "restarts"
RECORD = f"{NAME}.json"
"""File in the directory of a job; task documents have its content among their additional JSON."""


class Part(Document):
    """An attempt that ended early and was continued.

    Attributes
    ----------
    directory
        Name of its directory, beside that of the job.
    steps
        Ionic steps before the start of the next part.
    reason
        Why it ended.
    """

    directory: str
    steps: int
    reason: str


class Record(Document):
    """What a job continues from.

    Attributes
    ----------
    job
        Digest of what is computed: another job's files are left alone.
    earlier
        Parts in their order.
    """

    job: str
    earlier: list[Part] = Field(default_factory=list)

    @property
    def steps(self) -> int:
        """Ionic steps of the earlier parts."""
        return sum(part.steps for part in self.earlier)

    def beside(self, directory: str) -> list[str]:
        """Return the directories of the parts, beside that of the job.

        Examples
        --------
        >>> part = Part(directory="relax.attempt1", steps=4, reason="it was killed")
        >>> Record(job="", earlier=[part]).beside("node7:/scratch/relax")
        ['node7:/scratch/relax.attempt1']
        """
        above = directory.rpartition("/")[0]
        return [f"{above}/{part.directory}" for part in self.earlier]


def write_record(directory: Path, record: Record) -> None:
    """Write what a job continues from into its directory."""
    durable.write(directory / RECORD, record.model_dump_json(indent=1) + "\n")


def read_record(directory: Path) -> Record | None:
    """Return what a job continues from; None if nothing was recorded.

    Raises
    ------
    FileError
        If the file is damaged.
    """
    path = existing(directory / RECORD)
    if path is None:
        return None
    with file_boundary(path, FileError, what="a record of restarts", remedy="remove it"):
        return Record.model_validate_json(read_text(path))


def record_of(additional_json: Mapping[str, Any] | None) -> Record:
    """Return the record in a task document; without one, that of a run in one part."""
    found = (additional_json or {}).get(NAME)
    return Record(job="") if found is None else Record.model_validate(found)


def parts(directory: str) -> list[tuple[Path, int]]:
    """Return the directories of the earlier parts of a run, and how many of their steps count.

    Parameters
    ----------
    directory
        Directory of the job, with host.
    """
    from atomate2.utils.path import strip_hostname

    place = Path(strip_hostname(directory))
    record = read_record(place)
    found = record.earlier if record else []
    return [(place.with_name(part.directory), part.steps) for part in found]
