"""Records of finished evaluations, from which a killed job continues.

An optimiser is a deterministic function of the energies and forces that it is given. A record of
all evaluations is therefore the only state that a killed job needs: the optimiser starts again,
takes earlier results from the record, and continues bit for bit.
"""

import json
import os
from pathlib import Path
from typing import Any

SAME_POSITION = 1e-9
"""Largest difference (Å) between a recorded and a requested position."""


def open_record(path: Path) -> list[bytes]:
    """Return the whole lines of a record, and create it if it does not exist.

    Parameters
    ----------
    path
        File of lines of JSON; its folder is created if missing. A last line that a kill cut short
        is removed, so that the next one begins a line.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    lines = path.read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
        os.truncate(path, sum(map(len, lines)))
    return lines


def append_record(path: Path, document: dict[str, Any]) -> None:
    """Append a line; it is on disk on return, so that a restarted job can recall what was used."""
    with path.open("ab") as file:
        file.write(json.dumps(document).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
