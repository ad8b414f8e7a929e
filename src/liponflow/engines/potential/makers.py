"""Relaxations and static calculations with any ASE calculator."""

import warnings
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.filters import FrechetCellFilter
from atomate2.ase.schemas import AseResult
from atomate2.ase.utils import AseRelaxer
from atomate2.forcefields.jobs import ForceFieldRelaxMaker, forcefield_job
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from atomate2.forcefields.utils import MLFF
from pymatgen.core.structure import Molecule, Structure

from liponflow.analysis.result import EngineInfo
from liponflow.engines import device
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.engine import KEPT_WITHIN, Hessian
from liponflow.engines.planned import RELAX, STATIC, PlannedCalculation
from liponflow.engines.potential.hessian import BFGSFromHessian, PotentialHessian


class BalancedCellFilter(FrechetCellFilter):
    """Cell degrees of freedom weighted like the atoms.

    ASE's default weight, the number of atoms, makes the cell of a large supercell so soft that
    a force limit of 0.05 eV/Å leaves almost 1 GPa. With its square root, cell and atoms have
    force constants of the same order (bulk modulus times volume grows with the number of atoms,
    and the weight enters squared): fewer steps, and stress that converges with the forces.
    """

    def __init__(self, atoms: Atoms) -> None:
        super().__init__(atoms, exp_cell_factor=len(atoms) ** 0.5)  # type: ignore[no-untyped-call]


@dataclass
class PotentialMaker(ForceFieldRelaxMaker):
    """atomate2's relaxation, with a calculator of ours; a static calculation with one step.

    Attributes
    ----------
    potential
        The calculator.
    engine
        Description of the engine before it runs.
    ionic_step_data
        By default everything except the structures, which would be stored once per step.
    initial_hessian
        Function whose Hessian of the start replaces the optimiser by BFGS; None for the optimiser
        of the arguments.
    """

    potential: CalculatorSpec = field(kw_only=True)
    engine: EngineInfo = field(kw_only=True)
    ionic_step_data: tuple[str, ...] | None = ("energy", "forces", "stress", "magmoms")
    initial_hessian: Hessian | None = field(default=None, kw_only=True)

    @cached_property
    def ase_calculator_name(self) -> str:
        """Name of the potential in the task document."""
        return self.engine.name if self.mlff is MLFF.Forcefield else str(self.mlff)

    @forcefield_job
    def make(
        self, structure: Structure, prev_dir: str | Path | None = None
    ) -> ForceFieldTaskDocument:
        """Relax a structure, and record the version of the calculator and its device.

        atomate2 records the versions of its own potentials. Of the steps before the last, only the
        energies are kept.
        """
        relax = ForceFieldRelaxMaker.make.original  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            # The relaxed structure has no use for the constraint that kept its symmetry.
            warnings.filterwarnings("ignore", "Only FixAtoms and FixCartesian", UserWarning)
            document: ForceFieldTaskDocument = relax(self, structure, prev_dir)
        if document.forcefield_version is None:
            document.forcefield_version = self.engine.version
        place = self.potential.on_device(self.engine).device
        document.tags = None if place is None else [device.TAG + place]
        # The jobs after this one get the document. Of 122 atoms in 300 steps it had 2.5 MB.
        for step in (document.output.ionic_steps or [])[:-1]:
            step.forces = step.stress = step.magmoms = None
        return document

    def run_ase(
        self, mol_or_struct: Structure | Molecule, prev_dir: str | Path | None = None
    ) -> AseResult:
        """See AseRelaxMaker; relaxations begin with the initial Hessian, if there is one."""
        if self.initial_hessian is None or isinstance(mol_or_struct, Molecule):
            result: AseResult = super().run_ase(mol_or_struct, prev_dir)
            return result
        optimiser = partial(BFGSFromHessian, hessian=self.initial_hessian(mol_or_struct))
        relaxer = AseRelaxer(
            self.calculator,
            optimizer=optimiser,  # type: ignore[arg-type] # it takes a class
            relax_cell=False,
            fix_symmetry=self.fix_symmetry,
            symprec=self.symprec or KEPT_WITHIN,
        )
        return relaxer.relax(mol_or_struct, steps=self.steps, **self.relax_kwargs)

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return what :meth:`make` will compute; see :mod:`liponflow.engines.planned`."""
        if self.steps == 1:
            return [PlannedCalculation(STATIC, self.engine.name, len(structure), 1)]
        found = [PlannedCalculation(RELAX, self.engine.name, len(structure))]
        if isinstance(self.initial_hessian, PotentialHessian):
            found += self.initial_hessian.planned(structure)
        return found

    def _get_calculator(self) -> Calculator:
        return self.potential.make()
