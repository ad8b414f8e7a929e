"""A potential without forces, for campaigns of full size whose numbers do not matter."""

from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes


class FlatPotential(Calculator):
    """The same energy for all positions."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(
        self, atoms: Any = None, properties: Any = ("energy",), system_changes: Any = all_changes
    ) -> None:
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        forces = np.zeros((len(self.atoms), 3))
        self.results = {"energy": -1.0 * len(forces), "forces": forces, "stress": np.zeros(6)}
