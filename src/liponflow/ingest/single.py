"""Results of single relaxations and static calculations."""

from dataclasses import dataclass
from typing import ClassVar

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.result import Calculation
from liponflow.analysis.runs import CalculationResult
from liponflow.engines.vasp.reading.outcar_run import OutcarRun
from liponflow.engines.vasp.reading.runs import Run
from liponflow.engines.vasp.reading.unit import Unit
from liponflow.formulas import reduced_formula


@dataclass(frozen=True)
class SingleUnit(Unit[Run | OutcarRun]):
    """One run."""

    kind: ClassVar[str] = "calculation"

    def build(self) -> CalculationResult:
        """See Unit."""
        [run] = self.runs
        calculation = run.calculation()
        reason = unconverged_reason(calculation)
        return CalculationResult(
            formula=reduced_formula(calculation.structure.composition),
            converged=calculation.converged,
            criterion=self._criterion(calculation),
            provenance=self.provenance(),
            warnings=[*([reason] if reason else []), *run.notes],
            task="static" if run.task == "static" else "relaxation",
            energy_per_atom=calculation.energy_per_atom,
            calculation=calculation,
        )

    def _criterion(self, calculation: Calculation) -> str:
        """Return the convergence criterion and the value reached."""
        [run] = self.runs
        force = calculation.max_force
        reached = "unknown" if force is None else f"{force:.3f} eV/Å"
        if not run.has_criterion:
            return f"no criterion, as EDIFFG = 0; largest force {reached}"
        if calculation.force_limit is None:
            return f"VASP's own, on energy; largest force {reached}"
        return f"largest force below {calculation.force_limit:g} eV/Å, reached {reached}"
