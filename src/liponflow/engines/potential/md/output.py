"""Output files that grow chunk by chunk: the trajectory and a series of values."""

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
"""Columns of the series."""

_FAST = 4
"""Compression level: 6, gzip's default, takes twice the time to save a twentieth of the size."""


class GrowingFile:
    """A file to which only whole chunks are added.

    Parameters
    ----------
    path
        File, created if missing.
    length
        Number of bytes to keep: data that a killed run wrote after them are cut off.

    Raises
    ------
    ValueError
        If the file is shorter than `length`.
    """

    def __init__(self, path: Path, length: int) -> None:
        path.touch()
        size = path.stat().st_size
        if size < length:
            raise ValueError(
                f"{path} has {size} bytes, but its checkpoint expects {length}; remove the "
                "folder to start the dynamics again"
            )
        self._file = path.open("r+b")
        self._file.truncate(length)
        self._file.seek(length)

    def append(self, chunk: bytes) -> int:
        """Add a chunk, wait until it is on disk, and return the length of the file."""
        self._file.write(chunk)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def frame_text(frame: Atoms) -> str:
    """Return a frame as extended XYZ.

    Parameters
    ----------
    frame
        Frame with momenta; energy and stress come from its calculator, the rest from ``info``.
    """
    text = io.StringIO()
    write_xyz(text, frame, columns=["symbols", "positions", "momenta"])
    return text.getvalue()


def frames_chunk(frames: Sequence[str]) -> bytes:
    """Return compressed frames.

    Parameters
    ----------
    frames
        See :func:`frame_text`.

    Returns
    -------
    bytes
        A gzip member, the same for the same frames. ASE, gzip and zcat read consecutive members as
        one file.
    """
    if not frames:
        return b""
    return gzip.compress("".join(frames).encode(), _FAST, mtime=0)


def series_chunk(rows: Sequence[Sequence[float | int | str | None]]) -> bytes:
    """Return rows of the series as CSV; None is an empty field."""
    lines = (",".join(_field(value) for value in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _field(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return f"{value:.10g}"
