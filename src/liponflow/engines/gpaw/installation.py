"""GPAW on this machine: what there is, what is missing, and the commands that install it."""

import json
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from liponflow.diagnosis import Finding, State
from liponflow.engines.gpaw.datasets import FUNCTIONAL, lithium_file

SITECONFIG = Path(__file__).with_name("siteconfig.txt")
"""Configuration with which GPAW is built."""

PROBE = Path(__file__).with_name("probe.py")
"""Script that a Python runs to tell its GPAW."""

TESTED = "26.7"
"""Version of GPAW with which this package was tested, without its last number."""

PACKAGES = ("gpaw==26.7.0", "gpaw-data==1.2.1")
"""What to install; the same versions as in constraints.txt."""

CONDA = "conda create --name gpaw --channel conda-forge gpaw"
"""Command for an environment of its own, whose Python the setting gpaw_cmd names."""

_DEBIAN = "apt-get install --no-install-recommends"
_PATIENCE_S = 120.0


class Gpaw(NamedTuple):
    """GPAW as its own Python describes it.

    Attributes
    ----------
    version, data
        Versions of gpaw and gpaw-data; `data` is None if the data sets lie in a folder.
    python
        Its Python.
    libxc
        Version of LibXC; None if GPAW was built without.
    blas, fftw, mpi
        Whether GPAW was built with them.
    ranks
        Ranks of MPI.
    copies
        Processes that each took themselves for the first rank; 1 if all is well.
    setup_paths
        Folders of PAW data sets.
    electrons
        Valence electrons of the elements with a data set for the functional, by symbol.
    data_of
        Functional whose data sets GPAW takes for it: those of PBE serve for SCAN and HSE06; None
        if GPAW cannot compute it.
    unknown
        Why it cannot; None if it can.
    """

    version: str
    data: str | None
    python: str
    libxc: str | None
    blas: bool
    fftw: bool
    mpi: bool
    ranks: int
    copies: int
    setup_paths: tuple[str, ...]
    electrons: Mapping[str, float]
    data_of: str | None = FUNCTIONAL
    unknown: str | None = None


class NoGpawError(ValueError):
    """A Python without GPAW, or a command that cannot be run."""

    page = "docs/engines.md"


@cache
def probe(command: tuple[str, ...], functional: str = FUNCTIONAL) -> Gpaw:
    """Return the GPAW that a command runs; it is asked once per process and functional.

    Parameters
    ----------
    command
        Command that runs a Python with GPAW, such as ``("mpiexec", "-n", "4", "gpaw", "python")``;
        this Python if it is empty.
    functional
        Functional, as GPAW names it, whose PAW data sets are listed.

    Raises
    ------
    NoGpawError
        If the command cannot be run, or GPAW cannot be imported; the reason is given.
    """
    run = command or (sys.executable,)
    if not command and find_spec("gpaw") is None:
        raise NoGpawError(f"GPAW is not installed in {sys.executable}")
    try:
        done = subprocess.run(
            [*run, str(PROBE), functional],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise NoGpawError(
            f"the command {shlex.join(run)} cannot be run: {error.strerror or error}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise NoGpawError(
            f"the command {shlex.join(run)} has not imported GPAW after {_PATIENCE_S:g} s"
        ) from error
    answers = _answers(done.stdout)
    if not answers:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise NoGpawError(
            f"the command {shlex.join(run)} cannot import GPAW: {last}"
            if done.returncode
            else f"the command {shlex.join(run)} runs no Python: it printed no answer"
        )
    answer = answers[0]
    return Gpaw(
        version=answer["gpaw"],
        data=answer["data"],
        python=answer["python"],
        libxc=answer["libxc"],
        blas=answer["blas"],
        fftw=answer["fftw"],
        mpi=answer["mpi"],
        ranks=answer["ranks"],
        copies=len(answers),
        setup_paths=tuple(answer["setup_paths"]),
        electrons=answer["elements"],
        data_of=answer["data_of"],
        unknown=answer["unknown"],
    )


@cache
def probed(command: tuple[str, ...], functional: str = FUNCTIONAL) -> Gpaw | None:
    """Return the GPAW that a command runs; None if there is none, after a single attempt."""
    try:
        return probe(command, functional)
    except NoGpawError:
        return None


def diagnose(command: Sequence[str] = ()) -> list[Finding]:
    """Return what there is of GPAW, and what is missing.

    Parameters
    ----------
    command
        As for :func:`probe`.

    Returns
    -------
    list of Finding
        If GPAW is missing, what its installation needs; otherwise its version, libraries, PAW data
        sets and ranks.
    """
    try:
        gpaw = probe(tuple(command))
    except NoGpawError as error:
        if command:
            return [Finding("GPAW", State.MISSING, str(error), _command_remedy())]
        return [Finding("GPAW", State.MISSING, str(error), install_command()), *_build_tools()]
    return [
        _version(gpaw),
        *_libraries(gpaw),
        _data_sets(gpaw),
        _lithium(gpaw),
        _ranks(gpaw, command),
    ]


def install_command() -> str:
    """Return the command that builds and installs GPAW in this Python."""
    words = [sys.executable, "-m", "pip", "install", *PACKAGES]
    return f"GPAW_CONFIG={shlex.quote(str(SITECONFIG))} {shlex.join(words)}"


def _command_remedy() -> str:
    return (
        "correct the setting gpaw_cmd, which names a Python with GPAW, for instance the one of "
        f"`{CONDA}`"
    )


def _build_tools() -> list[Finding]:
    """Return the compiler and the headers that GPAW's build needs."""
    compiler = shutil.which("gcc")
    header = Path(sysconfig.get_path("include")) / "Python.h"
    return [
        Finding("C compiler", State.OK, compiler)
        if compiler
        else Finding(
            "C compiler", State.MISSING, "no gcc", f"{_DEBIAN} gcc libc6-dev, or `{CONDA}`"
        ),
        Finding("headers of Python", State.OK, str(header))
        if header.is_file()
        else Finding("headers of Python", State.MISSING, f"no {header}", f"{_DEBIAN} python3-dev"),
    ]


def _version(gpaw: Gpaw) -> Finding:
    text = f"{gpaw.version} in {gpaw.python}"
    if gpaw.version.split(".")[:2] == TESTED.split("."):
        return Finding("GPAW", State.OK, text)
    return Finding(
        "GPAW",
        State.NOTE,
        text,
        f"tested with {TESTED}; if it fails: {PACKAGES[0]} in that Python",
    )


def _libraries(gpaw: Gpaw) -> list[Finding]:
    """Return the libraries that GPAW was built with; it computes PBE without any of them."""
    rebuild = "to use it, install {} and build GPAW again (pip install --force-reinstall)"
    return [
        Finding("LibXC", State.OK, gpaw.libxc)
        if gpaw.libxc
        else Finding(
            "LibXC",
            State.NOTE,
            "not used: only LDA, PBE, revPBE and RPBE",
            rebuild.format("libxc-dev"),
        ),
        Finding("BLAS", State.OK, "linked" if gpaw.blas else "that of SciPy"),
        Finding("FFTW", State.OK, "linked" if gpaw.fftw else "not used: FFTs of NumPy"),
    ]


def _data_sets(gpaw: Gpaw) -> Finding:
    where = ", ".join(gpaw.setup_paths) or "no folder"
    if not gpaw.electrons:
        return Finding(
            "PAW data sets",
            State.MISSING,
            f"no data sets of PBE ({where})",
            f"{shlex.join([gpaw.python, '-m', 'pip', 'install', PACKAGES[1]])}, or name their "
            "folder in the variable GPAW_SETUP_PATH",
        )
    name = f"gpaw-data {gpaw.data}, " if gpaw.data else ""
    return Finding("PAW data sets", State.OK, f"{name}{len(gpaw.electrons)} elements in {where}")


def _lithium(gpaw: Gpaw) -> Finding:
    file = lithium_file(gpaw.version)
    state = "there" if file.is_file() else "generated when it is first needed, in seconds"
    return Finding("Li with three electrons", State.OK, f"{file}: {state}")


def _ranks(gpaw: Gpaw, command: Sequence[str]) -> Finding:
    built = "with" if gpaw.mpi else "without"
    if gpaw.copies > 1:
        return Finding(
            "MPI",
            State.MISSING,
            f"{shlex.join(command)} starts {gpaw.copies} copies that each compute all, since GPAW "
            f"was built {built} the MPI of that launcher",
            f"leave the launcher out of gpaw_cmd, or use the GPAW of `{CONDA}`",
        )
    number = f"{gpaw.ranks} ranks" if gpaw.ranks > 1 else "1 rank"
    return Finding("MPI", State.OK, f"{number}; GPAW was built {built} it")


def _answers(output: str) -> list[dict[str, Any]]:
    """Return the answers of the probe; launchers may print too."""
    answers = []
    for line in output.splitlines():
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and "setup_paths" in answer:
            answers.append(answer)
    return answers
