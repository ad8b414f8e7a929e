# src/liponflow_eos/emt.py
"""ASE's effective medium theory as an engine."""

from ase.calculators.emt import EMT, parameters
from pymatgen.core import Structure

from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.engine import PotentialEngine


class EmtEngine(PotentialEngine):
    """Effective medium theory: every calculation of a potential follows from its calculator."""

    functional = "fitted to experiment and LDA"
    method = "effective medium theory"

    def calculator(self) -> CalculatorSpec:
        """Return the calculator; arguments of the user are those of ASE's class."""
        return CalculatorSpec(EMT, dict(self.options.arguments))

    def check(self, structure: Structure) -> None:
        """Refuse elements without parameters."""
        unknown = {element.symbol for element in structure.composition} - parameters.keys()
        if unknown:
            raise EngineError(f"{self.name} has no parameters of {', '.join(sorted(unknown))}")
