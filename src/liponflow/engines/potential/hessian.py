"""Hessians by a potential, from which relaxations with a costlier engine begin."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from ase.optimize import BFGS
from monty.json import MSONable
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.gamma_modes import displaced_atoms, hessian
from liponflow.analysis.result import EngineInfo
from liponflow.arrays import FloatArray
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.planned import DISPLACEMENT, PlannedCalculation
from liponflow.engines.potential.vibrations import displaced_forces
from liponflow.engines.vibrations import PER_ATOM, displaced

DISTANCE = 0.02
"""Displacement (Å) of the finite differences, above the noise of single precision."""

SOFTEST = 1.0
"""Smallest curvature (eV/Å²) with which a relaxation begins: a softer mode would take steps far
beyond where the Hessian holds."""


@dataclass(frozen=True)
class PotentialHessian(MSONable):
    """The Hessian of a structure by finite differences with a potential.

    Attributes
    ----------
    potential
        The calculator.
    engine
        Description of its engine before it runs.
    """

    potential: CalculatorSpec
    engine: EngineInfo

    def __call__(self, structure: Structure) -> FloatArray:
        """Return the Hessian of a structure, shape (3 n_atoms, 3 n_atoms), eV/Å².

        Symmetry saves displacements. Forces of the undisplaced structure, which need not be
        relaxed, are subtracted.
        """
        phonons = displaced(structure, DISTANCE)
        every = range(len(displaced_atoms(phonons)))
        rest, forces = displaced_forces(structure, self.potential.make(), phonons, every)
        return hessian(phonons, forces, rest)

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return the most that a Hessian can compute; symmetry saves part of it."""
        most = PER_ATOM * len(structure)
        return [PlannedCalculation(DISPLACEMENT, self.engine.name, len(structure), most)]


class BFGSFromHessian(BFGS):
    """BFGS whose first step knows the curvature of every mode.

    Parameters
    ----------
    atoms
        Atoms to relax in a fixed cell.
    hessian
        Second derivatives of the energy, shape (3 n_atoms, 3 n_atoms), eV/Å². Negative curvatures
        enter by their magnitude, and none is below :data:`SOFTEST`.
    **kwargs
        Of ASE's BFGS.
    """

    def __init__(self, atoms: Atoms, *, hessian: FloatArray, **kwargs: Any) -> None:
        super().__init__(atoms, **kwargs)
        curvatures, modes = np.linalg.eigh(hessian)
        self.H0 = (modes * np.maximum(np.abs(curvatures), SOFTEST)) @ modes.T
