"""Run FEFF in a directory, by the wheel feff10-rs or a command, and read what it wrote."""

import os
import re
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from liponflow.boundary import FileError, file_boundary
from liponflow.decompression import read_text
from liponflow.engines.feff.reading import (
    EELS,
    REMEDY,
    SCF,
    SCF_LOG,
    XMU,
    EELSTable,
    read_eels,
    read_scf,
)
from liponflow.inputs.feff.reading import NAME
from liponflow.runners.worker import kill_tree

WORKER = Path(__file__).with_name("worker.py")
"""Script that runs the wheel."""

OUTPUT = "feff.log"
"""File of everything that FEFF prints."""

ERROR = ".feff.error"
"""File that FEFF leaves behind when it stops: its exit status is 0 all the same."""

TIME_LIMIT = 86_400.0
"""Longest time of a run, if the user gives none (s)."""

_TAIL = 15
"""Lines of the output that an error quotes."""

_VERSION = re.compile(r"FEFF\s*([\d.]+\d)", re.IGNORECASE)
_WIDTH = re.compile(r"Gam_ch=\s*(\d\S*)")
_MOST_TEXT = 20_000_000


class FeffError(RuntimeError):
    """A run that FEFF could not finish; the message has its own words and the directory."""

    page = "docs/eels.md"


@dataclass(frozen=True)
class FeffRun:
    """What a run of FEFF gave.

    Attributes
    ----------
    table
        The spectrum.
    scf
        How the potentials ended.
    version
        Version that its outputs state; None without one.
    core_hole_width
        Full width of the core hole's lifetime (eV); None if it is not stated.
    seconds
        Wall time (s).
    core_seconds
        Time on cores (s).
    """

    table: EELSTable
    scf: SCF
    version: str | None
    core_hole_width: float | None
    seconds: float
    core_seconds: float


def run_feff(
    directory: Path,
    text: str,
    *,
    command: Sequence[str] = (),
    time_limit: float = TIME_LIMIT,
) -> FeffRun:
    """Run FEFF on an input.

    Parameters
    ----------
    directory
        Existing directory to run in. Outputs of an earlier run there are deleted.
    text
        Text of ``feff.inp``.
    command
        Command that runs all stages of FEFF in its directory, never passed to a shell; the wheel
        if it is empty.
    time_limit
        Longest time (s).

    Returns
    -------
    FeffRun

    Raises
    ------
    FeffError
        If it cannot be started, takes longer, or stops.
    FileError
        If what it wrote is not a spectrum.
    """
    for name in (EELS, ERROR, SCF_LOG, *XMU):
        (directory / name).unlink(missing_ok=True)
    (directory / NAME).write_text(text, encoding="ascii")
    words = list(command) or [sys.executable, "-P", str(WORKER), str(time_limit)]
    start, used = time.monotonic(), _core_seconds()
    _execute(words, directory, time_limit)
    seconds, core_seconds = time.monotonic() - start, _core_seconds() - used
    if (directory / ERROR).exists():
        raise FeffError(f"FEFF stopped{_where(directory)}")
    if not (directory / EELS).is_file():
        raise FeffError(f"FEFF ended without a spectrum ({EELS}){_where(directory)}")
    return FeffRun(
        table=read_eels(directory / EELS),
        scf=read_scf(directory / SCF_LOG),
        version=_stated(directory, XMU, _VERSION),
        core_hole_width=_width(directory),
        seconds=seconds,
        core_seconds=core_seconds,
    )


def _execute(words: Sequence[str], directory: Path, time_limit: float) -> None:
    with (directory / OUTPUT).open("wb") as output:
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory
            )
        except OSError as error:
            raise FeffError(
                f"the command of FEFF cannot be run: {shlex.join(words)}: "
                f"{error.strerror or error}; correct the setting feff_cmd"
            ) from error
        try:
            status = process.wait(time_limit)
        except subprocess.TimeoutExpired:
            raise FeffError(
                f"FEFF has not ended after {time_limit:g} s{_where(directory)}; lower scf_radius "
                "and fms_radius, or raise the limit by --engine-set time_limit=SECONDS"
            ) from None
        finally:
            if process.poll() is None:
                kill_tree(process.pid)
                process.wait()
    if status:
        ended = f"by signal {-status}" if status < 0 else f"with status {status}"
        raise FeffError(f"FEFF ended {ended}{_where(directory)}")


def _where(directory: Path) -> str:
    """Return the directory, and the end of what FEFF printed."""
    with (directory / OUTPUT).open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 20_000))
        lines = file.read().decode(errors="replace").split("\n")
    lines = [f"  {line}" for line in lines if line.strip()][-_TAIL:]
    end = "\n".join(lines) or "  (nothing)"
    return f" (directory {directory}). The end of {OUTPUT}:\n{end}\n"


def _core_seconds() -> float:
    """Return the time that ended children of this process took on cores (s)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _width(directory: Path) -> float | None:
    found = _stated(directory, (EELS,), _WIDTH)
    if found is None:
        return None
    with file_boundary(directory / EELS, what="a spectrum of FEFF", remedy=REMEDY):
        return float(found)


def _stated(directory: Path, names: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    """Return what the headings of the first of the files that exists state."""
    for name in names:
        path = directory / name
        if path.is_file():
            try:
                found = pattern.search(read_text(path, errors="replace", most=_MOST_TEXT))
            except FileError:
                return None
            return found[1] if found else None
    return None
