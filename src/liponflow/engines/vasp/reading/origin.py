"""Origin of a file: the version of VASP that wrote it, or the stand-in."""

import re
from pathlib import Path

from liponflow.analysis.result import EngineInfo
from liponflow.decompression import open_bytes
from liponflow.engines.standin.engine import stand_in_engine

_GENERATOR = re.compile(rb'<i name="version" type="string">\s*([^<]*?)\s*</i>')
_HEAD = 4096


def origin(path: Path) -> EngineInfo | None:
    """Return what wrote a vasprun.xml; None for any other file.

    Parameters
    ----------
    path
        File of any kind, compressed or not; only its head is read.
    """
    with open_bytes(path) as file:
        head = file.read(_HEAD)
    match = _GENERATOR.search(head) if b"<modeling>" in head else None
    if match is None:
        return None
    version = match[1].decode(errors="replace")
    return stand_in_engine(version) or EngineInfo(name="vasp", version=version, surrogate=False)
