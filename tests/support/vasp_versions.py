"""Small files as versions of VASP write them, where a reader could see a difference.

All numbers are made up. What differs between the versions was looked up in public outputs:

- 5.4.4: head of OUTCAR without the INCAR, "total cores", files of a band, tags of bands that
  vasprun.xml lacks (band of NH3 among the test data of aiida-vasp). Energies of an ionic step in
  vasprun.xml, LDAUTYPE as an array, names of orbitals: 5.2.2 (Fe2O3 and LiFePO4 of pymatgen).
- 6.2.0: head of OUTCAR, "Fermi energy" (Si of aiida-vasp).
- 6.3.0: "mpi-ranks", the part "Primitive cell" of OUTCAR (CH4 of a public repository). It is in
  the files of 6.4.3 and 6.5.0 here, for which it is an assumption.
- 6.4.3: names of parameters that are padded with blanks (pymatgen's reader says so), "nodes"
  (output of 6.4.1 and 6.4.2 in manuals of computing centres).
- 6.5.0: first line of OUTCAR, "nodes" (tutorial of VASP). No whole output of this version was at
  hand: the rest is that of 6.4.3.
"""

import re
from dataclasses import dataclass

import numpy as np
from vasp_files import Run

ENTROPY = -0.004
"""Entropy term -TS of every step (eV)."""


@dataclass(frozen=True)
class Version:
    """What a version of VASP does differently."""

    number: str
    build: str
    ranks: str
    repeats_incar: bool = True
    entropy_as_energy: bool = False
    fermi_energy: bool = True
    primitive_cell: bool = False
    padded: bool = False
    image_vaspruns: bool = True
    orbital: str = "x2-y2"


VERSIONS = {
    "5.4.4": Version(
        "5.4.4.18Apr17-6-g9f103f2a35",
        "(build Mar 30 2021 17:29:28) complex",
        "running on    2 total cores",
        repeats_incar=False,
        entropy_as_energy=True,
        fermi_energy=False,
        image_vaspruns=False,
        orbital="dx2",
    ),
    "6.2.0": Version(
        "6.2.0", "18Jan21 (build May 29 2021 13:05:38) complex", "running on    2 total cores"
    ),
    "6.4.3": Version(
        "6.4.3",
        "19Mar24 (build Jul 01 2024 01:14:50) complex",
        "running    2 mpi-ranks, with    1 threads/rank, on    1 nodes",
        primitive_cell=True,
        padded=True,
    ),
    "6.5.0": Version(
        "6.5.0",
        "16Dec24 (build Dec 18 2024 11:18:52) complex",
        "running    2 mpi-ranks, with    1 threads/rank, on    1 nodes",
        primitive_cell=True,
        padded=True,
    ),
}


@dataclass
class VersionedRun(Run):
    """A run whose files are those of a version. Its energies are those without smearing."""

    by: Version = VERSIONS["6.2.0"]
    reached: bool = False
    """Whether the OUTCAR says that the ions met their criterion."""

    def __post_init__(self) -> None:
        """Take over the name of the version."""
        self.version = self.by.number

    def vasprun(self) -> str:
        """Return the text of a vasprun.xml."""
        head, *steps = re.split(r"(?=<calculation>)", super().vasprun())
        head = head.replace(f"{self.version} </i>", f"{self.version}  </i>")
        if self.by.padded:
            names = re.compile(r"(?<=<parameters>).*(?=</parameters>)", re.DOTALL)
            padded = re.sub(r'name="(\w+)"', lambda m: f'name="{m[1]:7s}"', names.search(head)[0])
            head = names.sub(padded, head)
        if self.by.entropy_as_energy:
            # Only the head of VASP 5 has it: tags of bands are left out, LDAUTYPE is an array.
            head = re.sub(r'<i[^>]*name="(IMAGES|SPRING|LCLIMB|IOPT)">[^<]*</i>', "", head)
            head = re.sub(
                r'<i type="int" name="LDAUTYPE">(\d)</i>', r'<v name="LDAUTYPE">\1</v>', head
            )
        return head + "".join(map(self._smeared, steps))

    def _smeared(self, step: str) -> str:
        calculation, end, after = step.partition("</calculation>")
        electronic, _, ionic = calculation.partition("</scstep>")
        energy = float(re.search(r'"e_0_energy">(\S+)</i>', ionic)[1])
        free, cold = energy + ENTROPY / 2, energy - ENTROPY / 2
        last = (free, energy, ENTROPY) if self.by.entropy_as_energy else (free, cold, energy)
        electronic = _energies(electronic, (free, cold, energy))
        # Steps of the force field follow the calculation.
        return f"{electronic}</scstep>{_energies(ionic, last)}{end}{after}"

    def outcar(self) -> str:
        """Return the text of an OUTCAR."""
        by, cell = self.by, self.steps[0].lattice.matrix
        symbols = list(dict.fromkeys(site.specie.symbol for site in self.steps[0]))
        titles = [self.titles.get(symbol, f"PAW_PBE {symbol} 01Jan2001") for symbol in symbols]
        text = f" vasp.{by.number} {by.build}\n \n executed on             LinuxIFC date\n"
        text += f" {by.ranks}\n"
        text += " each image running on    1 cores\n" if "IMAGES" in self.incar else ""
        text += "\n INCAR:\n"
        if by.repeats_incar:
            text += "".join(f"   {tag} = {_written(value)}\n" for tag, value in self.incar.items())
        text += "\n" + "".join(f" POTCAR:    {title}\n" for title in titles)
        for title in titles:
            text += f" POTCAR:    {title}\n   LEXCH  = PE\n\n   TITEL  = {title}\n"
        text += "\n POSCAR: made up\n  positions in direct lattice\n"
        if "IOPT" in self.incar or "LCLIMB" in self.incar:
            climbs = "T" if self.incar.get("LCLIMB", True) else "F"
            text += (
                " VTST: version 3.2, (02/03/18)\n\n CHAIN: Read ICHAIN            0\n"
                f" CHAIN: Running the NEB\n NEB:          LCLIMB      {climbs}\n"
            )
        if by.primitive_cell:
            volume = abs(np.linalg.det(cell))
            text += (
                f"{'-' * 88}\n\n{'Primitive cell':^88}\n\n  volume of cell :  {volume:11.4f}\n\n"
            )
        text += (
            "\n   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1   "
            "number of bands    NBANDS=     20\n"
            f"   number of ions     NIONS = {len(self.steps[0]):6d}\n"
            "   total plane-waves  NPLWV =   1000\n\n"
            f"   ISPIN  = {2 if self.moments else 1:6d}    spin polarized calculation?\n"
            "   NELM   =     60;   NELMIN=  2; NELMDL=  0     # of ELM steps\n"
            f"   EDIFFG = {'-.2E-01' if self.incar.get('EDIFFG', 1) < 0 else '0.1E-03'}   "
            "stopping-criterion for IOM\n"
            f"   NSW    = {self.incar.get('NSW', 0):6d}    number of steps for IOM\n"
            f"   IBRION = {self.incar.get('IBRION', -1):6d}    ionic relax: 0-MD 1-quasi-New\n"
        )
        for number, energy in enumerate(self.energies, start=1):
            text += self._ionic_step(number, energy)
        if self.reached:
            text += "\n reached required accuracy - stopping structural energy minimisation\n"
        return text + (
            "\n\n General timing and accounting informations for this job:\n"
            "                  Total CPU time used (sec):       10.000\n"
            "                         Elapsed time (sec):       11.000\n"
        )

    def _ionic_step(self, number: int, energy: float) -> str:
        free, cold = energy + ENTROPY / 2, energy - ENTROPY / 2
        structure = self.steps[number - 1]
        forces = np.zeros((len(structure), 3)) if self.forces is None else self.forces[number - 1]
        text = f"\n{'-' * 39} Iteration {number:6d}(   7)  {'-' * 39}\n\n"
        text += f"  free energy    TOTEN  = {free:18.8f} eV\n\n"
        text += f"  energy without entropy = {cold:17.8f}  energy(sigma->0) = {energy:17.8f}\n"
        text += f"\n{'-' * 24} aborting loop because EDIFF is reached {'-' * 40}\n\n"
        text += " E-fermi :   2.0000     XC(G=0):  -1.0000     alpha+bet : -1.0000\n"
        if self.by.fermi_energy:
            text += "\n Fermi energy:         2.0000000000\n"
        if self.moments is not None:
            text += " number of electron      20.0000000 magnetization       1.0000000\n"
            text += "\n\n magnetization (x)\n\n# of ion       s       p       d       tot\n"
            text += "-" * 42
            for ion, moment in enumerate(self.moments, start=1):
                text += f"\n{ion:5d}        0.000   0.000  {moment:6.3f}  {moment:6.3f}"
            text += f"\n{'-' * 42}\ntot          0.000   0.000  1.000   1.000\n"
        text += " POSITION                                       TOTAL-FORCE (eV/Angst)\n"
        text += f" {'-' * 83}\n"
        for row in np.hstack([structure.cart_coords, forces]):
            text += "".join(f" {x:12.5f}" for x in row[:3])
            text += "   " + "".join(f" {x:13.6f}" for x in row[3:]) + "\n"
        text += f" {'-' * 83}\n    total drift:      0.000000      0.000000      0.000000\n\n"
        if "IMAGES" in self.incar:
            largest = np.linalg.norm(forces, axis=1).max()
            text += f"  FORCES: max atom, RMS {largest:12.6f}{largest:12.6f}\n"
        text += "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)\n"
        text += f"  free  energy   TOTEN  = {free:18.8f} eV\n\n"
        return text + f"  energy  without entropy={cold:18.8f}  energy(sigma->0) ={energy:18.8f}\n"


def _energies(text: str, values: tuple[float, ...]) -> str:
    for name, value in zip(("e_fr_energy", "e_wo_entrp", "e_0_energy"), values, strict=True):
        text = re.sub(rf'("{name}">)[^<]*', rf"\g<1>{value:20.8f} ", text)
    return text


def _written(value: object) -> str:
    if isinstance(value, bool):
        return ".TRUE." if value else ".FALSE."
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
