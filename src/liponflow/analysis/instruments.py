"""Files of instruments, read by RosettaSciIO.

RosettaSciIO is under the GPL-3, so it is optional, and imported in this module only.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

MOST_BYTES = 2 << 30
"""Largest size of a file, and of its counts in memory."""


@contextmanager
def read_signals(
    path: Path, module: str, kind: type[Exception], *, instead: str
) -> Iterator[list[dict[str, Any]]]:
    """Yield the signals in a file of an instrument, whose data are read in the block.

    Parameters
    ----------
    path
        The file.
    module
        Module of RosettaSciIO that reads it.
    kind
        Class of the errors.
    instead
        What to do without RosettaSciIO: ``export the spectrum as .csv``.

    Yields
    ------
    list of dict
        ``data``, ``axes`` and ``metadata`` of each signal.

    Raises
    ------
    Exception
        Of the given kind, if the file is too large, or RosettaSciIO is not installed.
    """
    if path.stat().st_size > MOST_BYTES:
        raise kind(
            f"{path}: {path.stat().st_size:,} bytes, and at most {MOST_BYTES:,} are read; crop it"
        )
    try:
        reader = import_module(f"rsciio.{module}")
    except ImportError as error:
        raise kind(
            f"{path}: {path.suffix} files are read by RosettaSciIO, which is not installed: `pip "
            f"install 'liponflow[spectra]'`, or {instead}"
        ) from error
    with _quiet():
        yield reader.file_reader(str(path), **({} if module == "msa" else {"lazy": True}))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep RosettaSciIO from logging tracebacks of damaged headers; what matters is raised."""
    logger = logging.getLogger("rsciio")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
