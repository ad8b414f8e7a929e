"""Makers of Γ-point vibrations: in one process with a potential, or by static calculations."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobflow import Job, Maker
from pymatgen.core.structure import Structure

from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.planning import planned_by
from liponflow.engines.vibrations import vibrate, vibrate_with

_PER_ATOM = 6
"""Displacements of an atom without symmetry: two along each axis."""


@dataclass
class PotentialVibrationMaker(Maker):
    """Vibrations with a potential, all displacements in one job.

    Attributes
    ----------
    potential
        As for :func:`liponflow.engines.potential.calculators.potential`.
    name
        Name of the job.
    """

    potential: str
    name: str = "vibrations"

    def make(self, structure: Structure, moving: Sequence[int] | None = None) -> Job:
        """Make the job; its output is a GammaModes. The moving atoms vibrate, None for all."""
        made: Job = vibrate(structure, self.potential, moving=moving)
        made.name = self.name
        return made

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Say what :meth:`make` may compute at most; symmetry saves a part."""
        displaced = _PER_ATOM * len(structure)
        return [PlannedCalculation("displacement", self.potential, len(structure), displaced)]


@dataclass
class StaticVibrationMaker(Maker):
    """Vibrations by a static calculation per displacement, with any engine.

    Attributes
    ----------
    static_maker
        Makes a static calculation.
    name
        Name of the job.
    """

    static_maker: Maker
    name: str = "vibrations"

    def make(self, structure: Structure, moving: Sequence[int] | None = None) -> Job:
        """Make the job; its output is a GammaModes. The moving atoms vibrate, None for all."""
        made: Job = vibrate_with(structure, self.static_maker, moving=moving)
        made.name = self.name
        return made

    def planned(self, structure: Structure) -> list[PlannedCalculation]:
        """Say what :meth:`make` may compute at most; symmetry saves a part."""
        return [*planned_by(self.static_maker, structure)] * (_PER_ATOM * len(structure))
