"""Read a run of VASP: its task, its engine, and its result as for any engine."""

import re
import warnings
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.outputs import Outcar, Vasprun

from liponflow.analysis.method import Method
from liponflow.analysis.pdos import SiteDensities
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.boundary import file_boundary
from liponflow.crystals.checked import StructureError, checked_structure
from liponflow.crystals.read import read_structure
from liponflow.decompression import check_expansion, open_bytes, open_text
from liponflow.engines.standin.engine import stand_in_engine
from liponflow.engines.vasp.reading.dos_files import densities_of_vasprun
from liponflow.engines.vasp.reading.files import IngestError, RunFiles
from liponflow.engines.vasp.reading.force_field import force_field_engine, has_force_field_steps
from liponflow.engines.vasp.reading.method import VASP, vasp_method
from liponflow.engines.vasp.reading.outcar import IONIC_STEP, REACHED, STOP
from liponflow.engines.vasp.reading.total_energy import missing_energy, not_self_consistent
from liponflow.engines.vasp.reading.vasprun import LenientVasprun, VasprunHead
from liponflow.finite import check_finite
from liponflow.freeformat.ionic_steps import SEVERAL, IonicStep, IonicSteps
from liponflow.inputs.vasp.ionic import (
    NO_CRITERION,
    IonicTask,
    force_limit,
    has_criterion,
    ionic_steps,
    ionic_task,
)
from liponflow.units import GPA_PER_KBAR

R = TypeVar("R", bound="AnyRun")
_DENSITIES = {"parse_dos": True, "parse_eigen": False, "parse_potcar_file": False}
_LEXCH = re.compile(r"\s*LEXCH\s*=\s*([A-Z0-9]{2})\b")
_AFTER_POTCARS = " POSCAR:"
"""Begin of the line of the OUTCAR that follows the POTCARs."""
_VALENCE = re.compile(
    r"<rc>\s*<c>\s*(\d+)\s*</c>\s*<c>[^<]*</c>\s*<c>[^<]*</c>\s*<c>\s*([\d.]+)\s*</c>"
)
"""Number of atoms and valence electrons of a type of atom in a vasprun.xml."""


@dataclass(frozen=True)
class AnyRun(ABC):
    """A run of VASP, with whichever of its files were kept."""

    files: RunFiles

    @property
    def directory(self) -> str:
        """Directory of the run."""
        return str(self.files.directory)

    @cached_property
    def fingerprint(self) -> str:
        """See :meth:`RunFiles.fingerprint`."""
        return self.files.fingerprint()

    @property
    def lithium(self) -> int:
        """Number of Li atoms."""
        return int(self.final_structure.composition["Li"])

    @property
    @abstractmethod
    def task(self) -> IonicTask:
        """What VASP did to the ions."""

    @property
    @abstractmethod
    def engine(self) -> EngineInfo:
        """VASP with version and functional, or the stand-in that wrote the files."""

    @property
    @abstractmethod
    def method(self) -> Method:
        """Method of the energies."""

    @property
    @abstractmethod
    def incar(self) -> dict[str, Any]:
        """INCAR, JSON-like."""

    @property
    @abstractmethod
    def final_structure(self) -> Structure:
        """Last structure, with which a continued run begins."""

    @property
    @abstractmethod
    def last_energy(self) -> float:
        """Last energy (eV)."""

    @property
    @abstractmethod
    def converged(self) -> bool:
        """Whether VASP converged."""

    @abstractmethod
    def densities(self) -> SiteDensities:
        """Read the densities of states of the run."""


@dataclass(frozen=True)
class Run(AnyRun):
    """A run with its vasprun.xml, of which header and last structure are read."""

    header: Vasprun
    """vasprun.xml with the first ionic step only."""
    truncated: bool
    """Whether vasprun.xml is truncated, which only molecular dynamics may be."""

    @property
    def task(self) -> IonicTask:
        """See AnyRun."""
        task = ionic_task(self.header.parameters)
        assert task is not None  # noqa: S101 - `read_run` refuses the others
        return task

    @cached_property
    def final_structure(self) -> Structure:
        """See AnyRun."""
        contcar = self.files.find("CONTCAR")
        # A truncated vasprun.xml has no final structure; otherwise CONTCAR has the same.
        if self.truncated and contcar is not None:
            return read_structure(contcar)
        try:
            return checked_structure(self.header.final_structure)
        except StructureError as error:
            raise IngestError(f"{self.files.vasprun}: its last structure {error}") from error

    @cached_property
    def engine(self) -> EngineInfo:
        """See AnyRun."""
        version = str(self.header.vasp_version).strip()
        if self.has_force_field_steps:
            return force_field_engine(version, self._vasp_method.label)
        return stand_in_engine(version) or EngineInfo(
            name=VASP, version=version, functional=self._vasp_method.label, surrogate=False
        )

    @cached_property
    def has_force_field_steps(self) -> bool:
        """Whether VASP's machine-learned force field computed any step."""
        assert self.files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
        on = self.header.incar.get("ML_LMLFF") or self.header.parameters.get("ML_LMLFF")
        return bool(on) and has_force_field_steps(self.files.vasprun)

    @property
    def method(self) -> Method:
        """See AnyRun."""
        return self.engine.as_method if self.engine.surrogate else self._vasp_method

    @cached_property
    def _vasp_method(self) -> Method:
        """Method that the files ask of VASP, which a stand-in does not follow."""
        header = self.header
        # VASP 6.4.3 pads some names of parameters.
        tags = {key.strip(): value for key, value in (header.incar | header.parameters).items()}
        return vasp_method(
            tags,
            titles=header.potcar_symbols,
            symbols=header.atomic_symbols,
            lattice=header.initial_structure.lattice,
            kpoints=header.kpoints,
            lexch=_lexch(self.files),
            charge=_charge(self.files, header),
        )

    @property
    def force_limit(self) -> float | None:
        """Force criterion of a relaxation (eV/Å); None if the criterion is the energy."""
        return force_limit(self.header.parameters)

    @property
    def steps_asked(self) -> int:
        """Largest number of ionic steps."""
        return ionic_steps(self.header.parameters)

    @property
    def incar(self) -> dict[str, Any]:
        """See AnyRun."""
        return {key: _plain(value) for key, value in self.header.incar.items()}

    @cached_property
    def has_projected_densities(self) -> bool:
        """Whether vasprun.xml has densities of states by site."""
        assert self.files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
        remedy = "copy it again"
        with (
            file_boundary(self.files.vasprun, IngestError, what="a vasprun.xml", remedy=remedy),
            open_bytes(self.files.vasprun) as file,
        ):
            return any(b"<partial>" in line for line in file)

    @cached_property
    def last_step(self) -> IonicStep:
        """Last ionic step."""
        return last_step(self.files)

    @cached_property
    def no_energy(self) -> str | None:
        """Reason why the run has no total energy of a self-consistent calculation; None if it has.

        Every step of molecular dynamics has an energy of its own, which is not read here.
        """
        reason = not_self_consistent(self.header.incar, self.header.parameters)
        if reason or self.task == "md":
            return reason
        return missing_energy(self.last_step)

    @cached_property
    def last_energy(self) -> float:
        """See AnyRun."""
        if self.no_energy or self.last_step.energy is None:
            raise IngestError(f"{self.files.vasprun}: {self.no_energy}")
        return self.last_step.energy

    @property
    def converged(self) -> bool:
        """See AnyRun; a relaxation that was ended above its force limit is not converged."""
        if not self.ended_by_its_criterion:
            return False
        if self.task != "relaxation":
            return True
        limit, left = self.force_limit, self.largest_force
        if limit is None:
            # One step says nothing about the change of the energy from step to step.
            return self.last_step.number > 1
        return left is not None and left <= limit

    @property
    def ended_by_its_criterion(self) -> bool:
        """Whether electrons and ions met their criteria, before their steps ran out.

        Without the forces, which in a band are those of the path and not of the image.
        """
        parameters = self.header.parameters
        last = self.last_step
        # One exact diagonalisation is complete; it has densities of states, but no energy.
        exact = str(self.header.incar.get("ALGO", "")).upper().startswith("E")
        counted = last.by_force_field or last.n_electronic < int(parameters["NELM"])
        if not (exact or counted) or self.stopped:
            return False
        if self.task != "relaxation":
            return True
        single = self.steps_asked == 1
        return has_criterion(parameters) and (single or self.had_steps_left)

    @cached_property
    def had_steps_left(self) -> bool:
        """Whether the ions needed less than all their steps, or met their criterion at the last.

        Only the OUTCAR tells the last step of a run that converged from that of one cut short.
        """
        if self.last_step.number < self.steps_asked:
            return True
        return self._same_steps and any(REACHED in line for line in outcar_lines(self.files))

    @property
    def largest_force(self) -> float | None:
        """Largest force of the last step on what may move (eV/Å); None if it has no forces."""
        forces = self.last_step.forces
        if forces is None:
            return None
        moving = self.header.initial_structure.site_properties.get("selective_dynamics")
        if moving is not None:
            # VASP holds components along the lattice vectors.
            cell = self.last_step.cell
            forces = ((forces @ np.linalg.inv(cell)) * np.array(moving, dtype=bool)) @ cell
        return float(np.linalg.norm(forces, axis=1).max())

    @cached_property
    def stopped(self) -> bool:
        """Whether a STOPCAR ended the run early, which pymatgen takes for convergence.

        A soft stop (LSTOP) lets the ionic step end, so a static calculation is complete; a hard
        one (LABORT) interrupts the electronic steps.
        """
        kinds = {match[1] for line in outcar_lines(self.files) if (match := STOP.search(line))}
        return "hard" in kinds or ("soft" in kinds and self.task == "relaxation")

    def densities(self) -> SiteDensities:
        """See AnyRun."""
        vasprun = _parse(self.files, LenientVasprun, **_DENSITIES)
        with file_boundary(
            vasprun.filename, IngestError, what="densities of states", remedy="copy it again"
        ):
            return densities_of_vasprun(vasprun)

    def calculation(self) -> Calculation:
        """Read the result of a relaxation or static calculation.

        Raises
        ------
        IngestError
            If a file cannot be read.
        """
        energy = self.last_energy
        moments = self._moments
        magmoms = moments if self._same_steps else None
        structure = self.final_structure.copy()
        if magmoms is not None:
            structure.add_site_property("magmom", magmoms)
        stress = self.last_step.stress
        return Calculation(
            engine=self.engine,
            structure=structure,
            energy=energy,
            magmoms=magmoms,
            stress=None if stress is None else (-GPA_PER_KBAR * stress).tolist(),
            max_force=self.largest_force,
            force_limit=self.force_limit,
            converged=self.converged,
            ionic_steps=self.last_step.number,
            directory=self.directory,
            recorded_method=None if self.engine.surrogate else self.method,
        )

    @property
    def has_criterion(self) -> bool:
        """Whether the ions have a criterion to meet; at rest, they need none."""
        return self.task != "relaxation" or has_criterion(self.header.parameters)

    @property
    def notes(self) -> list[str]:
        """Warnings of a result that uses the run."""
        notes = []
        if not self.has_criterion:
            notes.append(f"{self.directory}: {NO_CRITERION}")
        if self.method.charge_remark:
            notes.append(f"{self.directory}: {self.method.charge_remark}")
        if self._moments and not self._same_steps:
            notes.append(
                f"{self.files.find('OUTCAR')}: its {self._outcar_steps} ionic steps are not the "
                f"{self.last_step.number} of {self.files.vasprun}, so that its moments are left "
                "out: copy the two files of one run"
            )
        return notes

    @cached_property
    def _outcar_steps(self) -> int:
        return sum(IONIC_STEP.search(line) is not None for line in outcar_lines(self.files))

    @property
    def _same_steps(self) -> bool:
        """Whether OUTCAR has as many ionic steps as vasprun.xml, as files of one run do."""
        return self._outcar_steps == self.last_step.number

    @cached_property
    def _moments(self) -> list[float] | None:
        """Signed moment of every site from OUTCAR (µB); None if it has none."""
        return outcar_moments(self.files, len(self.final_structure))


def outcar_moments(files: RunFiles, sites: int) -> list[float] | None:
    """Return the signed moment of every site from the OUTCAR (µB); None if it has none.

    Parameters
    ----------
    files
        Files of the run.
    sites
        Number of atoms of its structure.

    Raises
    ------
    IngestError
        If the OUTCAR cannot be read, or has another number of sites.
    """
    path = files.find("OUTCAR")
    if path is None:
        return None
    remedy = "remove it to do without moments, or copy it again"
    with file_boundary(path, IngestError, what="an OUTCAR", remedy=remedy):
        check_expansion(path)
        moments = [float(row["tot"]) for row in Outcar(path).magnetization]
        check_finite(moments, f"{path}: a moment")
    if moments and len(moments) != sites:
        other = files.vasprun or files.find("CONTCAR")
        raise IngestError(
            f"{path}: moments of {len(moments)} sites, but {sites} in {other}: the files belong "
            "to different runs"
        )
    return moments or None


def read_run(files: RunFiles) -> Run:
    """Read the header of a run.

    Parameters
    ----------
    files
        Files of the run.

    Returns
    -------
    Run
        Molecular dynamics may have a truncated vasprun.xml, as when the walltime ended.

    Raises
    ------
    IngestError
        If the run has not begun, was no relaxation, static calculation or molecular dynamics,
        or its vasprun.xml is truncated or damaged.
    """
    if files.vasprun is None:
        if files.passed_over:
            named = ", ".join(path.name for path in files.passed_over)
            raise IngestError(
                f"{files.directory}: its outputs are packed or renamed ({named}): unpack them, or "
                "give them VASP's names"
            )
        begun = files.find("OUTCAR") is not None
        raise IngestError(
            f"{files.directory}: no vasprun.xml"
            + (": copy it from where VASP ran" if begun else ": VASP has not run here yet")
        )
    truncated = False
    try:
        header = _parse(files, VasprunHead)
    except TruncatedError as error:
        header = _trajectory_header(files, error)
        truncated = True
    if ionic_task(header.parameters) in (None, "finite differences"):
        raise IngestError(
            f"{files.vasprun}: IBRION = {header.parameters['IBRION']}; static calculations, "
            "relaxations (1 to 3) and molecular dynamics (0) can be read"
        )
    if not (header.ionic_steps or header.md_data):
        raise IngestError(
            f"{files.vasprun}: no ionic step with an energy (ALGO = "
            f"{header.incar.get('ALGO', 'Normal')}): use the calculation before it"
        )
    return Run(files, header, truncated)


def _trajectory_header(files: RunFiles, error: "TruncatedError") -> Vasprun:
    """Read the header of truncated molecular dynamics, whose complete steps are usable."""
    try:
        header = _parse(files, VasprunHead, truncated=True)
    except IngestError:
        raise error from None
    if not (header.ionic_steps or header.md_data) or header.parameters.get("IBRION") != 0:
        raise error
    return header


class TruncatedError(IngestError):
    """A truncated vasprun.xml."""


def _parse(files: RunFiles, reader: Callable[..., Vasprun], **options: Any) -> Vasprun:
    """Read a vasprun.xml by one of pymatgen's readers.

    Raises
    ------
    TruncatedError
        If it is truncated.
    IngestError
        If it is damaged or not a vasprun.xml.
    """
    assert files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
    remedy = "copy it again"
    with (
        file_boundary(files.vasprun, IngestError, what="a vasprun.xml", remedy=remedy),
        warnings.catch_warnings(),
    ):
        # Their warnings about convergence are in the results.
        warnings.simplefilter("ignore")
        try:
            check_expansion(files.vasprun)
            vasprun = reader(files.vasprun, **options)
        except (SyntaxError, EOFError) as error:  # lxml's, of broken XML, and gzip's
            if "XML declaration" in str(error):  # of another file
                raise IngestError(f"{files.vasprun}: {SEVERAL}") from error
            raise TruncatedError(
                f"{files.vasprun}: breaks off or is damaged ({error}): if the run was killed, "
                "continue it from its CONTCAR; else copy the file again"
            ) from error
        for name in ("initial_structure", "final_structure"):  # a truncated file has one of them
            if structure := getattr(vasprun, name, None):
                check_finite(structure.lattice.matrix, f"{files.vasprun}: a lattice")
                check_finite(structure.frac_coords, f"{files.vasprun}: the positions (atom, axis)")
        return vasprun


def last_step(files: RunFiles) -> IonicStep:
    """Read the last ionic step of a vasprun.xml; its number is that of the steps taken.

    Raises
    ------
    IngestError
        If the file is truncated or damaged, or has no step.
    """
    assert files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
    with (
        file_boundary(files.vasprun, IngestError, what="a vasprun.xml", remedy="copy it again"),
        open_bytes(files.vasprun) as file,
    ):
        found = deque(IonicSteps(file), maxlen=1)
    if not found:
        raise IngestError(f"{files.vasprun}: no ionic step: VASP ended before the first was done")
    return found[0]


def outcar_lines(files: RunFiles) -> Iterator[str]:
    """Yield the lines of the OUTCAR; no lines if it was not kept.

    Raises
    ------
    IngestError
        If it cannot be read.
    """
    path = files.find("OUTCAR")
    if path is None:
        return
    with (
        file_boundary(path, IngestError, what="an OUTCAR", remedy="copy it again"),
        open_text(path, errors="replace") as file,
    ):
        yield from file


def _lexch(files: RunFiles) -> str | None:
    """Return LEXCH of the POTCARs from the head of the OUTCAR; None if it does not tell."""
    found = set()
    try:
        for line in outcar_lines(files):
            if match := _LEXCH.match(line):
                found.add(match[1])
            if line.startswith(_AFTER_POTCARS):
                break
    except IngestError:  # whoever needs the file reports it
        return None
    return " and ".join(sorted(found)) or None


def _charge(files: RunFiles, header: Vasprun) -> float:
    """Return the charge of the cell (e), 0 unless the INCAR sets NELECT."""
    if "NELECT" not in header.incar:
        return 0.0
    valence = sum(int(number) * float(each) for number, each in _VALENCE.findall(_atoms(files)))
    return valence - float(header.incar["NELECT"])


def _atoms(files: RunFiles) -> str:
    """Return the part of a vasprun.xml that lists the atoms and their types."""
    assert files.vasprun is not None  # noqa: S101 - `read_run` refuses the others
    lines: list[str] = []
    with open_text(files.vasprun, errors="replace") as file:
        for line in file:
            if lines or "<atominfo>" in line:
                lines.append(line)
            if "</atominfo>" in line:
                break
    return "".join(lines)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | None) else str(value)
