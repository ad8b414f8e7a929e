"""Images of a band that have an OUTCAR and a CONTCAR, but no vasprun.xml.

VASP 5.4.4 writes a vasprun.xml for the first image only, beside the folders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pymatgen.core.structure import Structure
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.analysis.method import Method
from liponflow.analysis.pdos import SiteDensities
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.boundary import file_boundary
from liponflow.crystals.read import read_structure
from liponflow.engines.standin.engine import stand_in_engine
from liponflow.engines.vasp.reading.files import IngestError, RunFiles
from liponflow.engines.vasp.reading.method import VASP, charge_of, vasp_method
from liponflow.engines.vasp.reading.outcar import OutcarEnd, read_outcar_end
from liponflow.engines.vasp.reading.runs import (
    AnyRun,
    Run,
    outcar_lines,
    outcar_moments,
    read_run,
)
from liponflow.engines.vasp.reading.total_energy import not_self_consistent
from liponflow.freeformat.incar import read_incar
from liponflow.freeformat.kpoints import read_kpoints
from liponflow.inputs.vasp.ionic import IonicTask, force_limit, has_criterion, ionic_steps


@dataclass(frozen=True)
class Shared:
    """What the images of a band have in common."""

    incar: Mapping[str, Any]
    kpoints: Kpoints | None
    first: Run | None
    """The vasprun.xml beside the folders, whose parameters are those of all images."""

    @property
    def tags(self) -> dict[str, Any]:
        """INCAR, and the parameters that VASP used where they are known."""
        used = {} if self.first is None else self.first.header.parameters
        return {**self.incar, **{key.strip(): value for key, value in used.items()}}


@dataclass(frozen=True)
class ImageRun(AnyRun):
    """An image read from its OUTCAR and CONTCAR."""

    shared: Shared
    end: OutcarEnd
    structure: Structure

    @property
    def task(self) -> IonicTask:
        """See AnyRun."""
        return "relaxation"

    @cached_property
    def engine(self) -> EngineInfo:
        """See AnyRun; the version is that in the OUTCAR."""
        line = self.end.version_line
        words = line.split()
        return stand_in_engine(line) or EngineInfo(
            name=VASP,
            version=words[0] if words else None,
            functional=self._vasp_method.label,
            surrogate=False,
        )

    @property
    def method(self) -> Method:
        """See AnyRun."""
        return self.engine.as_method if self.engine.surrogate else self._vasp_method

    @cached_property
    def _vasp_method(self) -> Method:
        if self.shared.first is not None:
            return self.shared.first.method
        titles = self.end.titles or list(dict.fromkeys(self.end.listed))
        symbols = [site.specie.symbol for site in self.structure]
        return vasp_method(
            self.shared.tags,
            titles=titles,
            symbols=symbols,
            lattice=self.structure.lattice,
            kpoints=self.shared.kpoints,
            charge=charge_of(self.shared.incar, titles, symbols),
        )

    @property
    def incar(self) -> dict[str, Any]:
        """See AnyRun; the INCAR of the band."""
        return dict(self.shared.incar)

    @property
    def final_structure(self) -> Structure:
        """See AnyRun."""
        return self.structure

    @property
    def last_energy(self) -> float:
        """See AnyRun."""
        reason = not_self_consistent(self.shared.tags)
        if reason is None and self.end.energy is None:
            reason = "no total energy, or one that is asterisks"
        if reason is not None or self.end.energy is None:
            raise IngestError(f"{self.files.find('OUTCAR')}: {reason}")
        return self.end.energy

    @property
    def steps_asked(self) -> int:
        """Largest number of ionic steps; 0 if unknown."""
        return ionic_steps(self._ionic_tags)

    @property
    def force_limit(self) -> float | None:
        """Force criterion (eV/Å); None if the criterion is the energy."""
        return force_limit({"IBRION": 1, **self._ionic_tags})

    @property
    def has_criterion(self) -> bool:
        """Whether the ions have a criterion to meet."""
        return has_criterion(self._ionic_tags)

    @property
    def stopped(self) -> bool:
        """Whether a STOPCAR ended the run early."""
        return self.end.stopped

    @property
    def converged(self) -> bool:
        """See AnyRun; without the forces, which are those of the path."""
        end = self.end
        if not (end.finished and end.electrons) or end.stopped:
            return False
        return self.has_criterion and (end.reached or end.steps < self.steps_asked)

    def densities(self) -> SiteDensities:
        """See AnyRun; an OUTCAR has none."""
        raise IngestError(f"{self.files.find('OUTCAR')}: an OUTCAR has no densities of states")

    def calculation(self) -> Calculation:
        """Read the result of the image; see Run.calculation."""
        moments = outcar_moments(self.files, len(self.structure))
        structure = self.structure
        if moments is not None:
            structure = structure.copy(site_properties={"magmom": moments})
        return Calculation(
            engine=self.engine,
            structure=structure,
            energy=self.last_energy,
            magmoms=moments,
            max_force=self.end.max_force,
            force_limit=self.force_limit,
            converged=self.converged,
            ionic_steps=self.end.steps,
            directory=self.directory,
            recorded_method=None if self.engine.surrogate else self.method,
        )

    @property
    def _ionic_tags(self) -> dict[str, Any]:
        return self.end.tags | self.shared.tags


def shared_of(files: RunFiles | None, *, vasprun: bool) -> Shared:
    """Read the inputs in the folder of a band.

    Parameters
    ----------
    files
        The files beside the folders of the images.
    vasprun
        Whether to read a vasprun.xml among them.

    Raises
    ------
    IngestError
        If a file cannot be read.
    """
    if files is None:
        return Shared({}, None, None)
    first = read_run(files) if vasprun and files.vasprun else None
    incar: Mapping[str, Any] = {} if first is None else first.incar
    path = files.find("INCAR")
    if path is not None:
        with file_boundary(path, IngestError, what="an INCAR", remedy="copy it again"):
            incar = read_incar(path).tags
    path = files.find("KPOINTS")
    kpoints = None
    if path is not None:
        with file_boundary(path, IngestError, what="a KPOINTS file", remedy="copy it again"):
            kpoints = read_kpoints(path)
    return Shared(incar, kpoints, first)


def read_image(files: RunFiles, shared: Shared) -> ImageRun:
    """Read an image without vasprun.xml.

    Raises
    ------
    IngestError
        If the OUTCAR or the CONTCAR is missing or cannot be read.
    """
    contcar = files.find("CONTCAR")
    if files.find("OUTCAR") is None or contcar is None:
        missing = "CONTCAR" if files.find("OUTCAR") else "vasprun.xml and no OUTCAR"
        raise IngestError(f"{files.directory}: no {missing}: copy it from where VASP ran")
    return ImageRun(files, shared, read_outcar_end(outcar_lines(files)), read_structure(contcar))
