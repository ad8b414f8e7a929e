"""Origin of a file: the version of VASP that wrote it, or the stand-in."""

import re
from pathlib import Path

from liponflow.analysis.result import EngineInfo
from liponflow.boundary import file_boundary
from liponflow.decompression import open_bytes
from liponflow.engines.standin.engine import stand_in_engine
from liponflow.engines.vasp.reading.force_field import force_field_engine, has_force_field_steps
from liponflow.engines.vasp.reading.vasprun import written_version

_FORCE_FIELD = re.compile(rb'name="ML_LMLFF">\s*\.?T')
_HEAD = 1 << 16


def origin(path: Path) -> EngineInfo | None:
    """Return what wrote a vasprun.xml; None for any other file.

    Parameters
    ----------
    path
        File of any kind, compressed or not; only its head is read, unless that switches on VASP's
        machine-learned force field.

    Raises
    ------
    liponflow.boundary.FileError
        If it cannot be read.
    """
    with (
        file_boundary(path, what="a calculation", remedy="copy it again"),
        open_bytes(path) as file,
    ):
        head = file.read(_HEAD)
    version = written_version(head) if b"<modeling>" in head else None
    if version is None:
        return None
    if _FORCE_FIELD.search(head) and has_force_field_steps(path):
        return force_field_engine(version)
    return stand_in_engine(version) or EngineInfo(name="vasp", version=version, surrogate=False)
