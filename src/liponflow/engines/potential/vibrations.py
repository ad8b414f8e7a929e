"""Γ-point vibrations with a calculator, all displacements in one process."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from dataclasses import dataclass

from ase.calculators.calculator import Calculator
from jobflow import Job, Maker, job
from phonopy import Phonopy
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.migration.gamma_modes import GammaModes, gamma_modes, needed
from liponflow.analysis.result import EngineInfo
from liponflow.arrays import FloatArray
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.planned import DISPLACEMENT, PlannedCalculation, announce
from liponflow.engines.potential.evaluation import evaluate_with
from liponflow.engines.vibrations import DISTANCE, PER_ATOM, displaced, shift

ATOMS_AT_ONCE = 1000
"""Atoms in one evaluation on a GPU (our choice): some 4 GiB with SevenNet-0."""


@dataclass
class PotentialVibrationMaker(Maker):
    """Vibrations with a potential, all displacements in one job.

    Attributes
    ----------
    potential
        The calculator.
    engine
        Description of the engine before it runs.
    name
        Name of the job.
    """

    potential: CalculatorSpec
    engine: EngineInfo
    name: str = "vibrations"

    def make(self, structure: Structure, moving: Sequence[int] | None = None) -> Job:
        """Return the job, whose output is a GammaModes; the moving atoms vibrate, all if None."""
        made: Job = vibrate(structure, self.potential, moving=moving)
        made.name = self.name
        announce(made, self.planned(structure))
        return made

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Return the most that :meth:`make` can compute; symmetry saves part of it."""
        most = PER_ATOM * len(structure)
        return [PlannedCalculation(DISPLACEMENT, self.engine.name, len(structure), most)]


def vibrations(
    structure: Structure,
    calculator: Calculator,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> GammaModes:
    """Return the vibrations of a relaxed structure, computed with an ASE calculator.

    Parameters
    ----------
    structure
        Minimum or saddle.
    calculator
        Calculator of any potential.
    moving
        Atoms that vibrate while the others are frozen (:func:`moving_atoms`); None for all.
    distance
        Displacement of the finite differences, Å.

    Returns
    -------
    GammaModes
        Frequencies without translations.
    """
    phonons = displaced(structure, distance)
    rest, forces = displaced_forces(structure, calculator, phonons, needed(phonons, moving))
    return gamma_modes(phonons, forces, rest, moving=moving, distance=distance)


def displaced_forces(
    structure: Structure, calculator: Calculator, phonons: Phonopy, numbers: Sequence[int]
) -> tuple[FloatArray, list[FloatArray]]:
    """Return the forces (eV/Å) of a structure, and of its displacements with some numbers.

    On a GPU several of them are computed in one evaluation.
    """
    home = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    images = [home, *(home.copy() for _ in numbers)]
    for image, number in zip(images[1:], numbers, strict=True):
        image.positions += shift(phonons, number)
    evaluate = evaluate_with(calculator)
    size = max(1, ATOMS_AT_ONCE // len(home))
    forces = [
        one.forces
        for first in range(0, len(images), size)
        for one in evaluate(images[first : first + size])
    ]
    return forces[0], forces[1:]


@job
def vibrate(
    structure: Structure,
    potential: CalculatorSpec,
    *,
    moving: Sequence[int] | None = None,
    distance: float = DISTANCE,
) -> GammaModes:
    """Return vibrations computed with a potential, all displacements in one process.

    Parameters
    ----------
    structure
        Minimum or saddle.
    potential
        The calculator.
    moving, distance
        As for :func:`vibrations`.
    """
    return vibrations(structure, potential.make(), moving=moving, distance=distance)
