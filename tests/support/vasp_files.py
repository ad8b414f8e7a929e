"""Small files in VASP's formats, with numbers chosen by the test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure
from pymatgen.io.vasp.inputs import Incar, Poscar

EFERMI = 2.0
LOWEST, HIGHEST, POINTS = -6.0, 6.0, 61
ENERGIES = np.linspace(LOWEST, HIGHEST, POINTS)

LM_FIELDS = ("s", "py", "pz", "px", "dxy", "dyz", "dz2", "dxz", "x2-y2")
L_FIELDS = ("s", "p", "d")

# Parameters that a vasprun.xml always contains and that readers rely on.
DEFAULTS: dict[str, Any] = {
    "ISPIN": 1,
    "NSW": 0,
    "IBRION": -1,
    "NELM": 60,
    "EDIFFG": 1e-4,
    "LDAU": False,
    "LHFCALC": False,
    "LUSE_VDW": False,
    "AEXX": 0.0,
    "HFSCREEN": 0.0,
}


def bump(centre: float, states: float = 1.0) -> np.ndarray:
    """Return a normalised Gaussian at an energy on VASP's scale, rounded like VASP's output."""
    values = np.exp(-((ENERGIES - centre) ** 2) / 0.18) / np.sqrt(0.18 * np.pi)
    return np.asarray((states * values).round(4))


@dataclass
class Densities:
    """Density of states: channels are one, two (spin) or four (non-collinear)."""

    total: np.ndarray
    """Shape (channels, n)."""
    sites: Sequence[np.ndarray] = ()
    """One (channels, orbitals, n) per ion."""
    fields: Sequence[str] = LM_FIELDS


@dataclass
class Run:
    """The parts of a VASP calculation that readers need."""

    steps: Sequence[Structure]
    """Structure of every ionic step."""
    energies: Sequence[float]
    """Energy of every ionic step (eV)."""
    incar: Mapping[str, Any] = field(default_factory=dict)
    forces: Sequence[np.ndarray] | None = None
    """Forces of every ionic step (eV/Å); none by default."""
    moments: Sequence[float] | None = None
    """Moment of every site (µB), for OUTCAR."""
    kinetic: Sequence[float] | None = None
    """Kinetic energy of every step (eV) of a molecular dynamics."""
    learned: Sequence[bool] = ()
    """Whether VASP's force field computed a step, which then stands outside <calculation>."""
    densities: Densities | None = None
    version: str = "6.4.2"
    end: Structure | None = None
    """Structure of the CONTCAR; that of the last step by default."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """TITEL of the POTCAR of an element; PAW_PBE and the symbol by default."""

    def write(self, folder: Path) -> Path:
        """Write INCAR, POSCAR, CONTCAR, OUTCAR and vasprun.xml."""
        folder.mkdir(parents=True, exist_ok=True)
        Incar(dict(self.incar)).write_file(folder / "INCAR")
        Poscar(self.steps[0]).write_file(folder / "POSCAR")
        Poscar(self.end or self.steps[-1]).write_file(folder / "CONTCAR", significant_figures=16)
        (folder / "OUTCAR").write_text(self.outcar())
        (folder / "vasprun.xml").write_text(self.vasprun())
        return folder

    def vasprun(self) -> str:
        """Return the text of a vasprun.xml."""
        species = [site.specie.symbol for site in self.steps[0]]
        kinds = list(dict.fromkeys(species))
        atoms = "".join(f"<rc><c>{s}</c><c>{kinds.index(s) + 1}</c></rc>" for s in species)
        types = "".join(
            f"<rc><c>{species.count(s)}</c><c>{s}</c><c>1.0</c><c>1.0</c>"
            f"<c>{self.titles.get(s, f'PAW_PBE {s}')}</c></rc>"
            for s in kinds
        )
        settings = {**DEFAULTS, **self.incar, "ENMAX": self.incar.get("ENCUT", 400)}
        return (
            '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n<generator>'
            f'<i name="program" type="string">vasp </i>'
            f'<i name="version" type="string">{self.version} </i></generator>\n'
            f"<incar>{_settings(self.incar)}</incar>\n"
            '<kpoints><generation param="Gamma"><v type="int" name="divisions">1 1 1</v>'
            '</generation><varray name="kpointlist"><v>0 0 0</v></varray>'
            '<varray name="weights"><v>1</v></varray></kpoints>\n'
            f'<parameters>{_settings(settings)}<i type="string" name="GGA">PE</i></parameters>\n'
            f'<atominfo><array name="atoms"><set>{atoms}</set></array>'
            f'<array name="atomtypes"><set>{types}</set></array></atominfo>\n'
            f"{_structure(self.steps[0], 'initialpos')}\n"
            + "".join(self._step(index) for index in range(len(self.steps)))
            + f"{_structure(self.end or self.steps[-1], 'finalpos')}\n</modeling>\n"
        )

    def _step(self, index: int) -> str:
        energy = _energy(self.energies[index])
        forces = (
            np.zeros((len(self.steps[index]), 3)) if self.forces is None else self.forces[index]
        )
        last = index == len(self.steps) - 1
        kinetic = "" if self.kinetic is None else f'<i name="kinetic">{self.kinetic[index]}</i>'
        if self.learned and self.learned[index]:
            return (
                f"{_structure(self.steps[index])}{_varray('forces', forces)}"
                f"{_varray('stress', np.zeros((3, 3)))}"
                f"{energy.replace('</energy>', kinetic + '</energy>')}\n"
            )
        return (
            f"<calculation>\n<scstep>{energy}</scstep>{_structure(self.steps[index])}"
            f"{_varray('forces', forces)}{_varray('stress', np.zeros((3, 3)))}"
            f"{energy.replace('</energy>', kinetic + '</energy>')}"
            f"{_dos(self.densities) if last else ''}\n</calculation>\n"
        )

    def outcar(self) -> str:
        """Return the text of an OUTCAR."""
        energy = f"{self.energies[-1]:.8f}"
        text = (
            f" vasp.{self.version} 01Jan24 (build Jan 01 2024 00:00:00) complex\n"
            " running    2 mpi-ranks, with    1 threads/rank\n"
            f"   IBRION = {self.incar.get('IBRION', -1):6d}    ionic relax\n"
            "   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1   "
            "number of bands    NBANDS=     20\n"
            " total plane-waves  NPLWV =   1000\n"
            f" energy  without entropy= {energy}  energy(sigma->0) = {energy}\n"
            + "".join(f"  free  energy   TOTEN  =       {e:.8f} eV\n" for e in self.energies)
            + " E-fermi :   2.0000     XC(G=0):  -1.0     alpha+bet : -1.0\n"
        )
        if self.moments is not None:
            text += (
                "\n\n magnetization (x)\n\n# of ion       s       p       d       tot\n" + "-" * 42
            )
            for number, moment in enumerate(self.moments, start=1):
                text += f"\n{number:5d}      0.000   0.000  {moment:6.3f}  {moment:6.3f}"
            text += (
                "\n" + "-" * 42 + f"\ntot        0.000   0.000   0.000  {sum(self.moments):6.3f}\n"
            )
        return text + (
            " General timing and accounting informations for this job:\n"
            "                  Total CPU time used (sec):       10.000\n"
            "                         Elapsed time (sec):       11.000\n"
        )


def doscar(total: np.ndarray, blocks: Sequence[np.ndarray]) -> str:
    """Return the text of a DOSCAR from totals, shape (m, n), and columns of every ion, (k, n)."""
    head = f"{HIGHEST:16.8f}{LOWEST:16.8f}{POINTS:5d}{EFERMI:16.8f}{1.0:16.8f}\n"
    text = f"{len(blocks):4d}{len(blocks):4d}   1   0\n" + "header\n" * 4
    for block in (np.vstack([total, _integrals(total)]), *blocks):
        text += head
        for energy, row in zip(ENERGIES, block.T, strict=True):
            text += f"{energy:11.3f} " + " ".join(f"{value:11.4E}" for value in row) + "\n"
    return text


def _integrals(densities: np.ndarray) -> np.ndarray:
    return np.asarray(densities.cumsum(axis=1) * (ENERGIES[1] - ENERGIES[0]))


def _settings(settings: Mapping[str, Any]) -> str:
    return "".join(_setting(name, value) for name, value in settings.items())


def _setting(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f'<v name="{name}">{" ".join(map(str, value))}</v>'
    if isinstance(value, bool):
        return f'<i type="logical" name="{name}">{"T" if value else "F"}</i>'
    kind = {int: ' type="int"', str: ' type="string"'}.get(type(value), "")
    return f'<i{kind} name="{name}">{value}</i>'


def _structure(structure: Structure, name: str = "") -> str:
    label = f' name="{name}"' if name else ""
    return (
        f"<structure{label}><crystal>{_varray('basis', structure.lattice.matrix)}</crystal>"
        f"{_varray('positions', structure.frac_coords)}</structure>"
    )


def _varray(name: str, rows: np.ndarray) -> str:
    lines = "".join(f"<v>{' '.join(f'{x:.12f}' for x in row)}</v>" for row in rows)
    return f'<varray name="{name}">{lines}</varray>'


def _energy(energy: float) -> str:
    names = ("e_fr_energy", "e_wo_entrp", "e_0_energy")
    return "<energy>" + "".join(f'<i name="{n}">{energy:.8f}</i>' for n in names) + "</energy>"


def _dos(densities: Densities | None) -> str:
    if densities is None:
        return ""
    pairs = zip(densities.total, _integrals(densities.total), strict=True)
    channels = "".join(_set(f"spin {i}", np.vstack(pair)) for i, pair in enumerate(pairs, start=1))
    ions = "".join(
        f'<set comment="ion {n}">'
        + "".join(_set(f"spin {i}", rows) for i, rows in enumerate(site, start=1))
        + "</set>"
        for n, site in enumerate(densities.sites, start=1)
    )
    names = "".join(f"<field>{name}</field>" for name in ("energy", *densities.fields))
    partial = f"<partial><array>{names}<set>{ions}</set></array></partial>" if ions else ""
    return (
        f'<dos><i name="efermi">{EFERMI}</i><total><array><set>{channels}</set></array></total>'
        f"{partial}</dos>"
    )


def _set(comment: str, rows: np.ndarray) -> str:
    lines = "".join(
        f"<r>{energy:.4f} " + " ".join(f"{value:.4f}" for value in row) + "</r>"
        for energy, row in zip(ENERGIES, rows.T, strict=True)
    )
    return f'<set comment="{comment}">{lines}</set>'
