"""Files that grow with a run, chunk by chunk: the trajectory and the series of its numbers."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import gzip
import io
import os
from collections.abc import Sequence
from pathlib import Path

from ase import Atoms
from ase.io.extxyz import write_xyz

TRAJECTORY = "trajectory.extxyz.gz"
SERIES = "series.csv"

COLUMNS = (
    "step",
    "time_ps",
    "stage",
    "target_K",
    "temperature_K",
    "potential_eV",
    "kinetic_eV",
    "volume_A3",
    "pressure_GPa",
)
"""Of the series."""

_FAST = 4
"""Level of compression: 6, gzip's default, takes twice the time for a twentieth of the size."""


class GrowingFile:
    """A file to which only whole chunks are added.

    Parameters
    ----------
    path
        Made if missing.
    length
        Bytes to keep: what a killed run wrote behind them is cut off.

    Raises
    ------
    ValueError
        If the file is shorter than that.
    """

    def __init__(self, path: Path, length: int) -> None:
        path.touch()
        size = path.stat().st_size
        if size < length:
            raise ValueError(
                f"{path} has {size} bytes, but its checkpoint knows of {length}; remove the "
                "folder to start the dynamics anew"
            )
        self._file = path.open("r+b")
        self._file.truncate(length)
        self._file.seek(length)

    def append(self, chunk: bytes) -> int:
        """Add a chunk, wait until the disk has it, and say how long the file now is."""
        self._file.write(chunk)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def frame_text(frame: Atoms) -> str:
    """Write a frame as extended XYZ.

    Parameters
    ----------
    frame
        With momenta; energy and stress come from its calculator, the rest from ``info``.
    """
    text = io.StringIO()
    write_xyz(text, frame, columns=["symbols", "positions", "momenta"])
    return text.getvalue()


def frames_chunk(frames: Sequence[str]) -> bytes:
    """Compress frames.

    Parameters
    ----------
    frames
        See :func:`frame_text`.

    Returns
    -------
    bytes
        The same for the same frames; members of gzip follow one another in a file that ASE, gzip
        and zcat read as one.
    """
    if not frames:
        return b""
    return gzip.compress("".join(frames).encode(), _FAST, mtime=0)


def series_chunk(rows: Sequence[Sequence[float | int | str | None]]) -> bytes:
    """Write rows of the series; None is an empty field."""
    lines = (",".join(_field(value) for value in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _field(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return f"{value:.10g}"
