"""Faults on request, for rehearsing how a workflow recovers.

``LIPONFLOW_VASP_FAULT`` names one of :class:`Kind`, some with a number after a colon:
``crash:3``. The files and messages are those that VASP leaves, so that custodian's own handlers
recognise them.

A fault occurs at the first start in a directory and leaves a file ``FAULT.<name>`` there. A fault
that custodian cures by changing the INCAR occurs again until one of the tags that its handler
changes (:data:`CURES`) differs from the first time; the others occur once. Remove the file to have
a fault again.
"""

import errno
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from liponflow.engines.standin.errors import InputError, VaspStopped
from liponflow.engines.standin.incar import Tags
from liponflow.engines.standin.step import Step
from liponflow.settings import VASP_FAULT_VARIABLE


class Kind(StrEnum):
    """What goes wrong.

    Attributes
    ----------
    UNCONVERGED_SCF
        No ionic step reaches EDIFF within NELM electronic steps.
    ZBRENT
        The line search of conjugate gradients (IBRION = 2) fails after the second ionic step.
    WALLTIME
        The second ionic step is endless. A STOPCAR, which custodian's WalltimeHandler writes, ends
        the run in order after it; else the queue kills the run after N seconds.
    CRASH
        The process is killed at ionic step N, before anything of that step is written.
    TRUNCATED_VASPRUN
        The run ends in order, but vasprun.xml lacks its end.
    FULL_DISK
        No space is left on the disk after the first ionic step.
    BRMIX
        The mixing of charge densities fails after the first ionic step.
    PRICEL
        The search for a primitive cell fails before the first ionic step.
    EDDDAV
        The diagonalisation (ALGO = Normal or Fast) fails after the first ionic step.
    FROZEN
        The run hangs after the first ionic step, and writes nothing any more.
    OUT_OF_MEMORY
        The process is killed after the first ionic step, with a message of the MPI library.
    """

    UNCONVERGED_SCF = "unconverged-scf"
    ZBRENT = "zbrent"
    WALLTIME = "walltime"
    CRASH = "crash"
    TRUNCATED_VASPRUN = "truncated-vasprun"
    FULL_DISK = "full-disk"
    BRMIX = "brmix"
    PRICEL = "pricel"
    EDDDAV = "edddav"
    FROZEN = "frozen"
    OUT_OF_MEMORY = "out-of-memory"


CURES = {
    Kind.UNCONVERGED_SCF: ("ALGO", "ISMEAR", "NELMDL", "AMIX", "AMIN", "BMIX"),
    Kind.ZBRENT: ("EDIFF", "NELMIN", "IBRION", "IOPT"),
    Kind.BRMIX: ("ISTART", "IMIX", "ISYM", "KGAMMA"),
    Kind.PRICEL: ("SYMPREC", "ISYM"),
    Kind.EDDDAV: ("ALGO", "NCORE"),
}
"""Tags that UnconvergedErrorHandler, NonConvergingErrorHandler and VaspErrorHandler change."""

QUEUE_PATIENCE = 600
"""Seconds until the queue kills the run; by default custodian checks a run every 300 s."""

ZBRENT_MESSAGE = """ ZBRENT: fatal error in bracketing
     please rerun with smaller EDIFF, or copy CONTCAR
     to POSCAR and continue"""


_MESSAGES = {
    Kind.BRMIX: " BRMIX: very serious problems\n the old and the new charge density differ",
    Kind.PRICEL: " internal error in subroutine PRICEL (probably precision problem)",
    Kind.EDDDAV: " Error EDDDAV: Call to ZHEGV failed. Returncode =   9 1  16",
}
"""What VASP prints as it stops."""

MEMORY_MESSAGE = "Allocation would exceed memory limit"
"""As StdErrHandler knows it."""


@dataclass(frozen=True)
class Fault:
    """A fault and its number.

    Attributes
    ----------
    kind
        What goes wrong.
    number
        Ionic step of a crash, starting at 1, or seconds until the queue kills the run; else None.
    """

    kind: Kind
    number: int | None = None

    def is_due(self, directory: Path, incar: Tags) -> bool:
        """Return whether the fault occurs at this start, and record it in the directory."""
        if self.kind is Kind.ZBRENT and incar.get("IBRION") != 2:  # noqa: PLR2004 - VASP's value
            return False
        tags = {tag: str(incar.get(tag)) for tag in CURES.get(self.kind, ())}
        memory = directory / f"FAULT.{self.kind}"
        if memory.is_file():
            return bool(tags) and tags == json.loads(memory.read_text(encoding="utf-8"))
        memory.write_text(json.dumps(tags) + "\n", encoding="utf-8")
        return True

    def strike(
        self, steps: Iterator[tuple[Step, ...]], directory: Path
    ) -> Iterator[tuple[Step, ...]]:
        """Inject the fault into the ionic steps of a VASP directory.

        Yields
        ------
        tuple of Step
            The steps of all images that precede the fault.

        Raises
        ------
        VaspStopped
            If VASP stops itself.
        OSError
            If no space is left.
        """
        if self.kind is Kind.PRICEL:
            raise VaspStopped(_MESSAGES[self.kind])
        for number, images in enumerate(steps, start=1):
            if self.kind is Kind.CRASH and number == self.number:
                _die()
            if self.kind is Kind.WALLTIME and number == 2:  # noqa: PLR2004
                _wait_for_stopcar(directory, self.number or QUEUE_PATIENCE)
            scf_converged = self.kind is not Kind.UNCONVERGED_SCF
            yield tuple(replace(step, scf_converged=scf_converged) for step in images)
            if self.kind is Kind.ZBRENT and number == 2:  # noqa: PLR2004
                raise VaspStopped(ZBRENT_MESSAGE)
            if self.kind in _MESSAGES:
                raise VaspStopped(_MESSAGES[self.kind])
            if self.kind is Kind.FROZEN:
                time.sleep(QUEUE_PATIENCE)
                _die()
            if self.kind is Kind.OUT_OF_MEMORY:
                print(MEMORY_MESSAGE, file=sys.stderr, flush=True)  # noqa: T201 - as MPI does
                _die()
            if self.kind is Kind.FULL_DISK:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(directory / "OUTCAR"))

    def spoil(self, vasprun: Path) -> None:
        """Damage the vasprun.xml of a finished run if that is the fault."""
        if self.kind is Kind.TRUNCATED_VASPRUN:
            os.truncate(vasprun, vasprun.stat().st_size * 3 // 4)


def parse_fault(text: str) -> Fault:
    """Parse the value of ``LIPONFLOW_VASP_FAULT``.

    Raises
    ------
    InputError
        If the fault is unknown, or its number is missing, not needed, or not a positive integer.

    Examples
    --------
    >>> parse_fault("crash:3")
    Fault(kind=<Kind.CRASH: 'crash'>, number=3)
    >>> parse_fault("zbrent").number is None
    True
    """
    name, colon, digits = text.partition(":")
    if name not in set(Kind):
        known = ", ".join(Kind)
        raise InputError(
            f"{VASP_FAULT_VARIABLE} = {text}: unknown fault {name!r} (known: {known})"
        )
    kind = Kind(name)
    if not colon and kind is not Kind.CRASH:
        return Fault(kind)
    if kind not in {Kind.CRASH, Kind.WALLTIME}:
        raise InputError(f"{VASP_FAULT_VARIABLE} = {text}: {kind} takes no number")
    if not digits.isdecimal() or int(digits) < 1:
        meaning = "the ionic step" if kind is Kind.CRASH else "seconds until the queue kills"
        raise InputError(
            f"{VASP_FAULT_VARIABLE} = {text}: write {kind}:N, N = 1, 2, ... {meaning}"
        )
    return Fault(kind, int(digits))


def _wait_for_stopcar(directory: Path, seconds: int) -> None:
    end = time.monotonic() + seconds
    while not (directory / "STOPCAR").is_file():
        if time.monotonic() > end:
            _die()
        time.sleep(0.1)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
