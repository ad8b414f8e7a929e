"""An engine's static calculation, as far as its forces, with a potential that costs nothing."""

from dataclasses import dataclass
from typing import Any

from ase.calculators.emt import EMT
from jobflow import Maker, job
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor


@dataclass
class StaticEMTMaker(Maker):
    """Static calculation in the form of atomate2's documents."""

    name: str = "static"

    @job
    def make(self, structure: Structure) -> dict[str, Any]:
        """Compute the forces, eV/Å."""
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.calc = EMT()
        return {"output": {"forces": atoms.get_forces().tolist()}}
