"""custodian's handlers of our VASP runs: its own, and those that start VASP again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from custodian.custodian import ErrorHandler
from pymatgen.io.vasp import Incar

from liponflow.boundary import FileError
from liponflow.crystals.poscar import read_poscar
from liponflow.engines.vasp.restarts import (
    drop_broken_wavecar,
    has_ended,
    has_stopped,
    set_aside,
    steps_before,
    write_inputs,
)
from liponflow.engines.vasp.walltime import StopBeforeWalltime
from liponflow.inputs.vasp.ionic import relaxes_cell

RESTARTS = 5
"""How often a job starts VASP again after an early end; `resume` then continues (our choice)."""

SAME_BASIS = 0.05
"""Relative change of the volume up to which the basis set of the start is good enough.

VASP keeps the plane waves of the first cell, so that a cell that grows by 5 % has the cut-off
lowered by 1 - 1.05^(-2/3) = 3 %. The VASP wiki ("Volume relaxation") advises to relax again; the
limit is our choice."""

NO_SPACE = "No space left on device"


class NewBasisHandler(ErrorHandler):
    """Relaxes again where the volume has changed much, with the basis set of the new cell."""

    is_monitor = False
    max_num_corrections = 2

    def check(self, directory: str = "./") -> bool:
        """Return whether a relaxation that ended has changed its volume by more than the limit."""
        self.change = _volume_change(Path(directory))
        return abs(self.change) > SAME_BASIS

    def correct(self, directory: str = "./") -> dict[str, Any]:
        """Begin anew from the CONTCAR."""
        where = Path(directory)
        return _go_on(
            where, steps_before(where) or 0, f"the volume changed by {100 * self.change:+.1f} %"
        )


class RestartHandler(ErrorHandler):
    """Starts VASP again from its CONTCAR after a STOPCAR, or where it ended without its end.

    The last of all handlers: where another one has corrected an error, its way to continue holds.

    Parameters
    ----------
    walltime
        The handler that writes the STOPCAR.
    others
        All other handlers.
    """

    is_monitor = False
    max_num_corrections = RESTARTS
    raise_on_max = True

    def __init__(self, walltime: StopBeforeWalltime, others: Sequence[ErrorHandler]) -> None:
        self.walltime, self.others = walltime, others
        self._stops = self._corrections = 0
        self._by_walltime = self._by_other = False

    def as_dict(self) -> dict[str, Any]:
        """Return the name of the class, for custodian.json."""
        return {"@module": type(self).__module__, "@class": type(self).__name__}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> "RestartHandler":  # noqa: ARG003 - monty's signature
        """Return a handler that stands in a record; it watches nothing."""
        return cls(StopBeforeWalltime(None, None), ())

    def check(self, directory: str = "./") -> bool:
        """Return whether the run has not ended by itself."""
        stops = self.walltime.n_applied_corrections
        corrections = sum(handler.n_applied_corrections for handler in self.others)
        self._by_walltime, self._stops = stops > self._stops, stops
        self._by_other, self._corrections = corrections > self._corrections, corrections
        where = Path(directory)
        (where / "STOPCAR").unlink(missing_ok=True)
        if self._by_other:
            return _goes_on(where)
        return not has_ended(where)

    def correct(self, directory: str = "./") -> dict[str, Any]:
        """Begin anew from the CONTCAR, unless that would not help."""
        where = Path(directory)
        steps = steps_before(where)
        if has_stopped(where):
            reason = "the walltime was near" if self._by_walltime else "a STOPCAR ended it"
            can_go_on = self._by_walltime and not self.walltime.by_batch
        else:
            reason = "custodian corrected it" if self._by_other else "VASP broke off"
            can_go_on = not _full(where)
            drop_broken_wavecar(where)
        self.walltime.begin()
        if not (steps and can_go_on):
            return {"errors": [reason], "actions": None}
        return _go_on(where, steps, reason)


def handlers(
    kinds: Sequence[ErrorHandler], walltime: StopBeforeWalltime
) -> tuple[ErrorHandler, ...]:
    """Return the handlers of one job.

    Parameters
    ----------
    kinds
        Those of custodian; new ones are made, because they count what they have corrected.
    walltime
        The handler that writes STOPCARs.
    """
    others = [*(type(handler)() for handler in kinds), NewBasisHandler()]
    return (walltime, *others, RestartHandler(walltime, others))


def _go_on(directory: Path, steps: int, reason: str) -> dict[str, Any]:
    attempt = set_aside(directory, steps, reason)
    names = write_inputs(attempt, steps, directory).values()
    actions = [
        {"file": str(attempt / name), "action": {"_file_copy": {"dest": name}}} for name in names
    ]
    return {"errors": [reason], "actions": actions}


def _goes_on(directory: Path) -> bool:
    """Return whether a correction was to continue from the CONTCAR."""
    try:
        start = read_poscar(directory / "POSCAR", motion=True)
        end = read_poscar(directory / "CONTCAR", motion=True)
    except (FileError, OSError):
        return False
    return bool((start.frac_coords == end.frac_coords).all() and steps_before(directory))


def _volume_change(directory: Path) -> float:
    """Return the relative change of the volume in a relaxation that has ended; 0 otherwise."""
    try:
        incar = Incar.from_file(directory / "INCAR")
        if not relaxes_cell(incar) or not has_ended(directory):
            return 0.0
        start, end = (
            abs(read_poscar(directory / name).structure.volume) for name in ("POSCAR", "CONTCAR")
        )
    except (FileError, OSError):
        return 0.0
    return float(end / start - 1)


def _full(directory: Path) -> bool:
    """Return whether VASP found the disk full."""
    for name in ("std_err.txt", "vasp.out"):
        file = directory / name
        if file.is_file() and NO_SPACE in file.read_text(encoding="utf-8", errors="replace"):
            return True
    return False
