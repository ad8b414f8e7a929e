"""Make the POSCAR of a directory from the earlier run that its ``POSCAR.from`` names."""

from dataclasses import dataclass
from pathlib import Path

from pymatgen.core.structure import Structure
from pymatgen.io.vasp.inputs import Poscar

from liponflow import durable
from liponflow.analysis.convergence import unconverged_reason
from liponflow.boundary import FileError
from liponflow.crystals.poscar import read_poscar
from liponflow.decompression import existing, read_text
from liponflow.engines.vasp.md.mean_cell import end_in_mean_cell
from liponflow.engines.vasp.md.segments import read_end
from liponflow.engines.vasp.reading.files import RunFiles, find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.trajectory import TrajectoryUnit
from liponflow.inputs.vasp.earlier import FILE, EarlierRun, Taken, read_earlier
from liponflow.inputs.vasp.md import without_state

_AGAIN = "then repeat this command"


@dataclass(frozen=True)
class Waiting:
    """Directory without a POSCAR, and why there is none."""

    directory: Path
    reason: str


@dataclass(frozen=True)
class Poscars:
    """Directories whose POSCAR was made, and those that still wait for an earlier run."""

    made: tuple[Path, ...]
    waiting: tuple[Waiting, ...]


def make_poscars(root: Path) -> Poscars:
    """Make every POSCAR at or below a directory that a ``POSCAR.from`` stands for.

    Directories that have a POSCAR are left as they are.

    Parameters
    ----------
    root
        Directory.

    Raises
    ------
    ValueError
        If there are no VASP inputs.
    """
    if not any(root.rglob("INCAR*")):
        raise ValueError(f"{root}: no INCAR there or below; give a directory of VASP inputs")
    made: list[Path] = []
    waiting: list[Waiting] = []
    for directory in sorted(path.parent for path in root.rglob(FILE)):
        if existing(directory / "POSCAR") is not None:
            continue
        try:
            earlier = read_earlier(directory)
            assert earlier is not None  # noqa: S101 - it was found
            durable.write(directory / "POSCAR", _poscar(directory, earlier))
        except ValueError as error:
            waiting.append(Waiting(directory, str(error)))
        else:
            made.append(directory)
    return Poscars(tuple(made), tuple(waiting))


def _poscar(directory: Path, earlier: EarlierRun) -> str:
    runs = [(directory / run).resolve() for run in earlier.runs]
    for run in runs:
        check_finished(run)
    last = runs[-1]
    match earlier.take:
        case Taken.EVERYTHING:
            return read_text(_contcar(last))
        case Taken.STRUCTURE:
            return _text(read_poscar(_contcar(last)).structure)
        case Taken.MOTION:
            return _text(without_state(read_end(str(last))))
        case Taken.MEAN_CELL:
            return _text(end_in_mean_cell([str(run) for run in runs]))


def check_finished(run: Path) -> None:
    """Refuse a run that has not ended as it should.

    Raises
    ------
    FileError
        If it has not run, is still running or did not converge; the remedy is given.
    """
    if not run.is_dir():
        raise FileError(f"{run}: no such directory: keep all directories of the inputs together")
    found = [files for files in find_runs([run]) if isinstance(files, RunFiles) and files.vasprun]
    if not found:
        raise FileError(f"{run}: VASP has not run there (no vasprun.xml): run it, {_AGAIN}")
    read = read_run(found[0])
    if read.task == "md":
        dynamics = TrajectoryUnit([read]).build()
        if not dynamics.converged:
            raise FileError(f"{run}: {dynamics.stop_reason}: let it take all steps, {_AGAIN}")
    elif reason := unconverged_reason(read.calculation()):
        raise FileError(f"{run}: {reason}, or copy CONTCAR to POSCAR; run it again, {_AGAIN}")


def _contcar(run: Path) -> Path:
    path = existing(run / "CONTCAR")
    if path is None:
        raise FileError(f"{run}: VASP left no CONTCAR there: run it again, {_AGAIN}")
    return path


def _text(structure: Structure) -> str:
    return str(Poscar(structure))
