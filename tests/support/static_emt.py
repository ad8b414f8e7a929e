"""A cheap Maker of static calculations that returns forces."""

from dataclasses import dataclass
from typing import Any

from ase.calculators.emt import EMT
from jobflow import Maker, job
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor


@dataclass
class StaticEMTMaker(Maker):
    """Static calculation with EMT, returned like a document of atomate2."""

    name: str = "static"

    @job
    def make(self, structure: Structure) -> dict[str, Any]:
        """Return the forces (eV/Å)."""
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.calc = EMT()
        return {"output": {"forces": atoms.get_forces().tolist()}}
