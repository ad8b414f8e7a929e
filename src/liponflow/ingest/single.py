"""Results of single relaxations and static calculations."""

from dataclasses import dataclass
from typing import ClassVar

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.result import Calculation
from liponflow.analysis.runs import CalculationResult
from liponflow.engines.vasp.reading.runs import Run
from liponflow.engines.vasp.reading.unit import Unit


@dataclass(frozen=True)
class SingleUnit(Unit[Run]):
    """One run."""

    kind: ClassVar[str] = "calculation"

    def build(self) -> CalculationResult:
        """See Unit."""
        [run] = self.runs
        calculation = run.calculation()
        reason = unconverged_reason(calculation)
        return CalculationResult(
            formula=calculation.structure.composition.reduced_formula,
            converged=calculation.converged,
            criterion=criterion(calculation),
            provenance=self.provenance(),
            warnings=[reason] if reason else [],
            task="static" if run.task == "static" else "relaxation",
            energy_per_atom=calculation.energy_per_atom,
            calculation=calculation,
        )


def criterion(calculation: Calculation) -> str:
    """Return the convergence criterion and the value reached."""
    reached = "" if calculation.max_force is None else f"{calculation.max_force:.3f} eV/Å"
    if calculation.force_limit is None:
        return f"VASP's own, on energy; largest force {reached or 'unknown'}"
    return f"largest force below {calculation.force_limit:g} eV/Å, reached {reached}"
