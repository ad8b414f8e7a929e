"""Read runs with a DOSCAR but no vasprun.xml, as those of the published PDOS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pymatgen.core.structure import Structure

from liponflow.analysis.method import Method
from liponflow.analysis.pdos import SiteDensities
from liponflow.analysis.result import EngineInfo
from liponflow.boundary import file_boundary
from liponflow.crystals.read import read_structure
from liponflow.decompression import open_text
from liponflow.engines.standin.identity import stand_in_label
from liponflow.engines.vasp.reading.dos_files import read_doscar
from liponflow.engines.vasp.reading.files import IngestError, RunFiles
from liponflow.engines.vasp.reading.method import VASP, vasp_method
from liponflow.engines.vasp.reading.runs import AnyRun
from liponflow.freeformat.incar import read_incar
from liponflow.inputs.vasp.ionic import IonicTask, is_static

_CONVERGED = "aborting loop because EDIFF is reached"
_TITEL = re.compile(r"\s*TITEL\s*=\s*(\S.*)")


@dataclass(frozen=True)
class DoscarRun(AnyRun):
    """A static calculation known from INCAR, structure, DOSCAR and OUTCAR, if there is one."""

    settings: Mapping[str, Any]
    """INCAR."""
    structure: Structure

    @property
    def task(self) -> IonicTask:
        """See AnyRun."""
        return "static"

    @cached_property
    def engine(self) -> EngineInfo:
        """See AnyRun; the version is that in the OUTCAR."""
        words = self.version_line.split()
        return EngineInfo(
            name=VASP,
            version=words[0] if words else None,
            functional=self.method.label,
            surrogate=False,
        )

    @cached_property
    def method(self) -> Method:
        """See AnyRun; the POTCARs are those in the OUTCAR."""
        return vasp_method(
            self.settings,
            titles=[match[1] for line in self._outcar if (match := _TITEL.match(line))],
            symbols=[site.specie.symbol for site in self.structure],
            lattice=self.structure.lattice,
            kpoints=None,
        )

    @property
    def version_line(self) -> str:
        """First line of the OUTCAR without the program's name; empty without OUTCAR."""
        return self._outcar[0].strip().removeprefix("vasp.") if self._outcar else ""

    @property
    def incar(self) -> dict[str, Any]:
        """See AnyRun."""
        return dict(self.settings)

    @property
    def final_structure(self) -> Structure:
        """See AnyRun."""
        return self.structure

    @property
    def last_energy(self) -> float:
        """See AnyRun; it is unknown, hence infinite."""
        return float("inf")

    @property
    def converged(self) -> bool:
        """See AnyRun; False without OUTCAR."""
        return any(_CONVERGED in line for line in self._outcar)

    def densities(self) -> SiteDensities:
        """See AnyRun."""
        vectors = any(self.settings.get(tag) for tag in ("LNONCOLLINEAR", "LSORBIT"))
        path = self.files.find("DOSCAR")
        assert path is not None  # noqa: S101 - `read_doscar_run` refuses the others
        return read_doscar(path, noncollinear=vectors)

    @cached_property
    def _outcar(self) -> list[str]:
        path = self.files.find("OUTCAR")
        if path is None:
            return []
        with (
            file_boundary(path, IngestError, what="an OUTCAR", remedy="copy it again"),
            open_text(path, errors="replace") as file,
        ):
            return list(file)


def read_doscar_run(files: RunFiles) -> DoscarRun:
    """Read the files that belong to a DOSCAR.

    Raises
    ------
    IngestError
        If INCAR or the structure is missing, if the ions moved, or if the stand-in wrote it.
    """
    incar, doscar = files.find("INCAR"), files.find("DOSCAR")
    poscar = files.find("CONTCAR") or files.find("POSCAR")
    if incar is None or poscar is None:
        missing = "INCAR" if incar is None else "CONTCAR or POSCAR"
        raise IngestError(
            f"{doscar}: {missing} is missing in its directory, and there is no vasprun.xml"
        )
    with file_boundary(incar, IngestError, what="an INCAR", remedy="copy it again"):
        settings = read_incar(incar).tags
    if not is_static(settings):
        raise IngestError(
            f"{doscar}: of a run with NSW = {settings['NSW']}, whose total density VASP averages "
            "over the steps: use its vasprun.xml, or a static calculation"
        )
    run = DoscarRun(files, settings, read_structure(poscar))
    if stand_in_label(run.version_line) is not None:
        raise IngestError(f"{doscar}: written by a stand-in for VASP, which has no densities")
    return run
