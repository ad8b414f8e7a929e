"""Where a VASP run that ended early continues: its CONTCAR, and the steps that lie before it.

Each attempt of a job that ended early keeps its files in a directory of its own
(:func:`liponflow.job_directory.attempts`). The next begins with the CONTCAR of the last one whose
CONTCAR is whole, and with its other inputs, so that what custodian changed in them stays.
:mod:`liponflow.engines.vasp.reading.parts` records which attempts a job continues from.
"""

import hashlib
import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jobflow import Maker
from monty.json import jsanitize
from pymatgen.io.vasp import Incar

from liponflow.boundary import FileError
from liponflow.crystals.checked import StructureError
from liponflow.crystals.poscar import Poscar, read_poscar
from liponflow.decompression import existing, open_bytes, open_text, read_text
from liponflow.engines.vasp.reading.files import INPUTS
from liponflow.engines.vasp.reading.outcar import FINISHED, STOP
from liponflow.engines.vasp.reading.parts import Part, Record, read_record, write_record
from liponflow.freeformat.incar import read_incar
from liponflow.freeformat.ionic_steps import IonicStep, IonicSteps
from liponflow.inputs.vasp.ionic import ionic_steps, ionic_task
from liponflow.job_directory import attempts, next_attempt
from liponflow.periodic import wrapped

OUTPUTS = (
    *("OUTCAR", "OSZICAR", "CONTCAR", "XDATCAR", "vasprun.xml", "REPORT", "vasp.out"),
    *("std_err.txt", "EIGENVAL", "DOSCAR", "PROCAR", "PCDAT", "IBZKPT", "vaspout.h5"),
)
"""Outputs that the next run would replace. WAVECAR and charge densities stay, for it to read."""

SEED_STEP = 100_000
"""Added to the seed of random forces in each part, which would else repeat those of the first."""

_SAME_PLACE = 1e-6
"""Largest difference of fractional coordinates of one configuration in two files."""

_SMALL = 1e-12
"""In place of no motion (Å²)."""

_AFTER_VELOCITIES = 3
"""Lines above the predictor coordinates, of which there are as many sets."""


def digest(maker: Maker, start: Any) -> str:
    """Return the SHA-256 of a Maker and what it starts from."""
    document = jsanitize([maker, start], strict=True)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def to_go_on_from(directory: Path, job: str) -> tuple[Path, Record] | None:
    """Return the last attempt of a job that can be continued.

    Parameters
    ----------
    directory
        Directory of the job.
    job
        Its :func:`digest`.

    Returns
    -------
    Path
        Directory of the attempt.
    Record
        The record of a job that continues from it.
    """
    for attempt in reversed(attempts(directory)):
        record = read_record(attempt)
        steps = steps_before(attempt) if record and record.job == job else None
        if record and steps:
            part = Part(directory=attempt.name, steps=steps, reason="it was killed")
            if has_stopped(attempt):
                part.reason = "a STOPCAR ended it"
            elif has_ended(attempt):
                part.reason = "it had not converged"
            return attempt, record.model_copy(update={"earlier": [*record.earlier, part]})
    return None


def set_aside(directory: Path, steps: int, reason: str) -> Path:
    """Move the outputs of a run out of the way of the next, and record them.

    Parameters
    ----------
    directory
        Directory of the job.
    steps
        As from :func:`steps_before`.
    reason
        Why the run ended.

    Returns
    -------
    Path
        Where they are now, with copies of the inputs.
    """
    attempt = next_attempt(directory)
    attempt.mkdir()
    for folder in [directory, *_folders(directory)]:
        to = attempt / folder.relative_to(directory)
        to.mkdir(exist_ok=True)
        for name in OUTPUTS:
            if (folder / name).is_file():
                (folder / name).rename(to / name)
        for name in INPUTS:
            if (folder / name).is_file():
                shutil.copy(folder / name, to / name)
    record = read_record(directory)
    assert record is not None  # noqa: S101 - written before VASP starts
    write_record(attempt, record)
    part = Part(directory=attempt.name, steps=steps, reason=reason)
    write_record(directory, record.model_copy(update={"earlier": [*record.earlier, part]}))
    return attempt


def write_inputs(attempt: Path, steps: int, directory: Path) -> dict[Path, str]:
    """Write the inputs with which a run continues from an attempt.

    Parameters
    ----------
    attempt
        Directory of the attempt.
    steps
        As from :func:`steps_before`.
    directory
        Where to write.

    Returns
    -------
    dict
        Place of each file in the directory of the job.
    """
    folders = _folders(attempt)
    sources = {
        folder.relative_to(attempt) / "POSCAR": folder
        / ("POSCAR" if folder in {*folders[:1], *folders[-1:]} else "CONTCAR")
        for folder in folders or [attempt]
    }
    if existing(attempt / "KPOINTS"):
        sources[Path("KPOINTS")] = attempt / "KPOINTS"
    for name, source in sources.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(read_text(_file(source)), encoding="utf-8")
    incar = Incar.from_str(read_text(_file(attempt / "INCAR")))
    if ionic_task(incar) == "md":
        incar |= _rest_of_dynamics(incar, steps)
    incar.write_file(directory / "INCAR")
    places = [*map(str, sources), "INCAR"]
    return {directory / place: place for place in places}


def is_complete(attempt: Path, steps: int) -> bool:
    """Return whether an attempt took all steps of its dynamics, so that none is left to take."""
    incar = read_incar(_file(attempt / "INCAR")).tags
    return ionic_task(incar) == "md" and steps >= ionic_steps(incar)


def brought(attempt: Path, directory: Path) -> dict[Path, str]:
    """Return the files of an attempt of which only the reading is left to do.

    Parameters
    ----------
    attempt
        Directory of the attempt.
    directory
        Where to write what is compressed there.

    Returns
    -------
    dict
        Place of each file in the directory of the job, in the order of copying: if the job is
        killed meanwhile, no CONTCAR stands beside inputs that it does not follow.
    """
    outputs = [name for name in OUTPUTS if name not in {"vasp.out", "std_err.txt", "CONTCAR"}]
    files = {}
    for name in ("INCAR", "POSCAR", "KPOINTS", *outputs, "CONTCAR"):
        file = existing(attempt / name)
        if file is not None and file.name != name:
            with open_bytes(file) as source, (directory / name).open("wb") as whole:
                shutil.copyfileobj(source, whole)
            file = directory / name
        if file is not None:
            files[file] = name
    return files


def bring_wavecar(directory: Path, job: str) -> None:
    """Move the WAVECAR of the last attempt of a job to its directory, if there is a whole one.

    The WAVECARs of a band are in the folders of its images. VASP reads what it finds: the default
    of ISTART is then 1 (VASP wiki, "ISTART"), with the plane waves of the new cell.
    """
    for attempt in reversed(attempts(directory)):
        record = read_record(attempt)
        found = [folder / "WAVECAR" for folder in _computed(attempt)]
        if record and record.job == job and any(file.is_file() for file in found):
            if not has_stopped(attempt):
                drop_broken_wavecar(attempt)
            for file in filter(Path.is_file, found):
                to = directory / file.relative_to(attempt)
                to.parent.mkdir(exist_ok=True)
                file.rename(to)
            return


def drop_broken_wavecar(directory: Path) -> None:
    """Remove a WAVECAR that VASP was writing as it ended: nothing was written after it."""
    for folder in _computed(directory):
        wavecar, outcar = folder / "WAVECAR", folder / "OUTCAR"
        both = wavecar.is_file() and outcar.is_file()
        if both and wavecar.stat().st_mtime_ns > outcar.stat().st_mtime_ns:
            wavecar.unlink()


def _rest_of_dynamics(incar: Incar, steps: int) -> dict[str, Any]:
    """Return the tags of the steps that are left: number, start of a ramp, seed."""
    asked = ionic_steps(incar)
    changed: dict[str, Any] = {"NSW": asked - steps}
    first = float(incar.get("TEBEG", 0))
    if (last := incar.get("TEEND")) is not None:
        changed["TEBEG"] = first + (float(last) - first) * steps / asked
    if (seed := incar.get("RANDOM_SEED")) is not None:
        numbers = seed if isinstance(seed, list) else str(seed).split()
        changed["RANDOM_SEED"] = [int(numbers[0]) + SEED_STEP, *map(int, numbers[1:])]
    return changed


def has_stopped(directory: Path) -> bool:
    """Return whether a STOPCAR ended the run, in order."""
    return all(_end(folder) == (True, True) for folder in _computed(directory))


def has_ended(directory: Path) -> bool:
    """Return whether VASP ended by itself, and its files are whole."""
    return all(
        _end(folder) == (True, False) and _is_whole(folder / "vasprun.xml")
        for folder in _computed(directory)
    )


def steps_before(directory: Path) -> int | None:
    """Return how many ionic steps lie before what the CONTCAR of a run holds.

    Parameters
    ----------
    directory
        Directory of the run.

    Returns
    -------
    int or None
        Number of complete steps; the last one is left out if the CONTCAR holds its configuration,
        with which the next run begins. None if a CONTCAR is missing, was written in part, or holds
        what does not follow the steps in vasprun.xml, so that steps would be lost.
    """
    try:
        incar = read_incar(_file(directory / "INCAR")).tags
        return min(_steps_before(folder, incar) for folder in _computed(directory))
    except (ValueError, OSError, EOFError):  # a FileError is a ValueError
        return None


def _steps_before(folder: Path, incar: Any) -> int:
    """Return the steps before one CONTCAR; raise FileError or OSError if it cannot be used."""
    dynamics = ionic_task(incar) == "md"
    contcar = _whole_contcar(folder, moving=dynamics)
    vasprun = existing(folder / "vasprun.xml")
    if vasprun is None:  # VASP 5.4.4 writes none for the images of a band
        with open_text(_file(folder / "OSZICAR"), errors="replace") as file:
            return sum(" F= " in line for line in file)
    last = _last_step(vasprun)
    if last is None:
        return 0
    shift = wrapped(contcar.frac_coords - last.positions)
    if np.abs(shift).max() < _SAME_PLACE:
        return last.number - 1
    if dynamics:
        # By how many time steps the CONTCAR is ahead, along the velocities.
        assert contcar.velocities is not None  # noqa: S101 - checked above
        step = contcar.velocities * (1 if contcar.per_step else float(incar.get("POTIM", 0)))
        ahead = float(np.vdot(shift @ contcar.lattice, step)) / max(_SMALL, float((step**2).sum()))
        if round(ahead) > 1:
            raise FileError(f"{folder}: CONTCAR is {round(ahead)} steps ahead of vasprun.xml")
    return last.number


def _whole_contcar(folder: Path, *, moving: bool) -> Poscar:
    """Read a CONTCAR; raise FileError if VASP had not written all of it."""
    path = _file(folder / "CONTCAR")
    contcar = read_poscar(path, motion=True)
    start = read_poscar(_file(folder / "POSCAR"))
    lines = [line for line in contcar.predictor if line.strip()]
    ions = len(contcar.frac_coords)
    if (
        not read_text(path).endswith("\n")
        or contcar.blocks != start.blocks
        or (moving and contcar.velocities is None)
        or len(lines) not in {0, _AFTER_VELOCITIES * (1 + ions)}
    ):
        raise StructureError(f"{path} was written in part")
    return contcar


def _last_step(vasprun: Path) -> IonicStep | None:
    """Return the last complete step of a vasprun.xml that may break off."""
    last = None
    try:
        with open_bytes(vasprun) as file:
            for step in IonicSteps(file):
                last = step
    except (ET.ParseError, EOFError):
        pass
    return last


def _file(path: Path) -> Path:
    """Return a file or its compressed version; the name without both, for the error."""
    return existing(path) or path


def _folders(directory: Path) -> list[Path]:
    """Return the folders of the images of a band, end points included."""
    return sorted(path for path in directory.glob("[0-9][0-9]") if path.is_dir())


def _computed(directory: Path) -> Sequence[Path]:
    return _folders(directory)[1:-1] or [directory]


def _end(folder: Path) -> tuple[bool, bool]:
    """Return whether the OUTCAR has its end, and whether a STOPCAR asked for it."""
    ended = stopped = False
    path = existing(folder / "OUTCAR")
    if path is None:
        return False, False
    with open_text(path, errors="replace") as file:
        for line in file:
            ended = ended or FINISHED in line
            stopped = stopped or STOP.search(line) is not None
    return ended, stopped


def _is_whole(vasprun: Path) -> bool:
    """Return whether a vasprun.xml has its end; VASP 5.4.4 writes none for most images."""
    path = existing(vasprun)
    if path is None:
        return vasprun.parent.name.isdigit()
    with open_bytes(path) as file:
        tail = b""
        while chunk := file.read(1 << 20):
            tail = (tail + chunk)[-64:]
    return b"</modeling>" in tail
