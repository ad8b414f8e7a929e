"""Compressed files, opened as streams that end before they fill the memory.

A few kilobytes of gzip, bzip2 or xz can hold terabytes. Text of calculations shrinks by a factor
of 3 to 20, and a table of zeros by about 100; a file that grows far beyond that is not a file of a
calculation, but damaged or hostile.
"""

import bz2
import errno
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from liponflow.boundary import FileError

_OPEN: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.GzipFile,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".lzma": lzma.LZMAFile,
}

COMPRESSED = tuple(_OPEN)
"""Endings of the names of files that are decompressed."""

MOST_EXPANSION = 250
"""Largest size of a decompressed file relative to the compressed one."""

ALWAYS_ALLOWED = 64 << 20
"""Bytes that any file may decompress to."""

MOST_TEXT = 64 << 20
"""Bytes of a file of inputs or settings, which is read as a whole."""

_CHUNK = 1 << 20


class _Limited(io.RawIOBase):
    """Raw stream of a decompressor that counts its bytes.

    Parameters
    ----------
    stream
        Open file of gzip, bz2 or lzma.
    path
        The file.
    """

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._path = path
        self._most = max(ALWAYS_ALLOWED, MOST_EXPANSION * path.stat().st_size)
        self._count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; see io.RawIOBase."""
        try:
            data = self._stream.read(len(buffer))
        except (zlib.error, lzma.LZMAError) as error:
            raise OSError(errno.EIO, f"damaged archive: {error}", str(self._path)) from error
        self._count += len(data)
        if self._count > self._most:
            raise FileError(
                f"{self._path}: decompresses to more than {self._most:,} bytes, "
                f"{MOST_EXPANSION} times its own size: it is damaged, or made to fill memory; if "
                "you know that it is right, decompress it yourself and read the plain file"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


def existing(path: Path) -> Path | None:
    """Return a file or its compressed version, such as ``INCAR.gz``; None without both."""
    candidates = [path, *(path.with_name(path.name + ending) for ending in COMPRESSED)]
    return next((found for found in candidates if found.is_file()), None)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file to read its bytes, decompressed by the ending of its name.

    Raises
    ------
    OSError
        If it cannot be opened; while reading, also if the archive is damaged.
    EOFError
        While reading, if the archive is truncated.
    FileError
        While reading, if it grows beyond :data:`MOST_EXPANSION`.
    """
    opened = _OPEN.get(path.suffix.lower())
    if opened is None:
        return path.open("rb")
    return io.BufferedReader(_Limited(opened(path), path), _CHUNK)


def open_text(path: Path, *, errors: str = "strict") -> IO[str]:
    """Open a file to read its text (UTF-8), decompressed; see :func:`open_bytes`.

    Parameters
    ----------
    path
        The file.
    errors
        What becomes of bytes that are not UTF-8, as for :func:`open`.
    """
    return io.TextIOWrapper(open_bytes(path), encoding="utf-8", errors=errors)


def read_text(path: Path, *, errors: str = "strict", most: int = MOST_TEXT) -> str:
    """Return the text of a file that is read as a whole, such as inputs and settings.

    Parameters
    ----------
    path, errors
        As for :func:`open_text`.
    most
        Largest number of characters.

    Raises
    ------
    OSError, EOFError, FileError
        As for :func:`open_bytes`; FileError also if the text is longer.
    """
    with open_text(path, errors=errors) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise FileError(f"{path}: longer than {most:,} characters: it is no such file")
    return text


def check_expansion(path: Path) -> None:
    """Refuse a compressed file that grows too much, before a library reads it as a whole.

    Raises
    ------
    OSError, EOFError, FileError
        As for :func:`open_bytes`.
    """
    if path.suffix.lower() in COMPRESSED:
        with open_bytes(path) as file:
            while file.read(_CHUNK):
                pass
