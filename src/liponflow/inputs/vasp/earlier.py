"""What stands in place of a POSCAR that an earlier run has yet to make: ``POSCAR.from``."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import Field

from liponflow import datayaml
from liponflow.boundary import file_boundary
from liponflow.document import Document
from liponflow.inputs.presets import ParameterError

FILE = "POSCAR.from"


class Taken(StrEnum):
    """What a POSCAR takes from the end of an earlier run."""

    STRUCTURE = "structure"
    """Lattice and positions."""
    MOTION = "positions and velocities"
    """With the lattice, and without the state of thermostat and barostat: these start again."""
    MEAN_CELL = "mean cell"
    """Positions and velocities in the lattice averaged over the second half of the runs."""
    EVERYTHING = "everything"
    """CONTCAR as it is: the run continues with the same thermostat and barostat."""


class EarlierRun(Document):
    """Content of a ``POSCAR.from``."""

    runs: list[str] = Field(
        min_length=1,
        description="Directories of the runs, relative to that of the file; the last one ends "
        "with the structure.",
    )
    take: Taken = Field(description="What is taken.")


def write_earlier(directory: Path, runs: Sequence[str], take: Taken) -> None:
    """Replace the POSCAR of a directory by a ``POSCAR.from``.

    VASP must not start from the first structure, and a link to a file that is yet to come is lost
    in most copies.
    """
    (directory / "POSCAR").unlink()
    content = EarlierRun(runs=list(runs), take=take).model_dump(mode="json")
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    (directory / FILE).write_text(_COMMENT + text, encoding="utf-8")


def read_earlier(directory: Path) -> EarlierRun | None:
    """Return the content of the ``POSCAR.from`` of a directory; None if it has none.

    Raises
    ------
    ParameterError
        If it cannot be read.
    """
    path = directory / FILE
    if not path.is_file():
        return None
    remedy = "write the inputs again, or write a POSCAR yourself"
    with file_boundary(path, ParameterError, what=f"a {FILE}", remedy=remedy):
        return EarlierRun.model_validate(datayaml.load(path.read_text(encoding="utf-8")))


_COMMENT = """\
# The POSCAR of this directory comes from the end of an earlier run. When that has ended, run
#     liponflow inputs --poscar DIRECTORY
"""
