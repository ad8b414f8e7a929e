"""Single points and relaxations."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from typing import Any

from ase import Atoms
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS, FIRE, LBFGS
from ase.optimize.optimize import Optimizer

from liponflow.engines.standin.incar import Settings
from liponflow.engines.standin.step import KILOBAR, Step, configuration, evaluate

OPTIMISERS: dict[int, type[Optimizer]] = {1: BFGS, 2: LBFGS, 3: FIRE}
"""Optimisers by IBRION: quasi-Newton, conjugate gradients and damped dynamics in VASP.

ASE has no conjugate gradients with one force call per step, so L-BFGS replaces them. The path
differs from VASP's, the minimum does not.
"""

CELL_ONLY = frozenset({5, 6, 7})
CONSTANT_VOLUME = frozenset({4, 5})
VOLUME_ONLY = frozenset({7, 8})
"""Values of ISIF: https://www.vasp.at/wiki/index.php/ISIF."""


class CellDegrees(FrechetCellFilter):
    """The degrees of freedom that are free with ISIF = 3 to 8.

    The cell is weighted by the square root of the number of atoms, so that cell and atoms have
    force constants of the same order and one force limit serves both.
    """

    def __init__(self, atoms: Atoms, isif: int, pressure: float) -> None:
        super().__init__(
            atoms,
            hydrostatic_strain=isif in VOLUME_ONLY,
            constant_volume=isif in CONSTANT_VOLUME,
            scalar_pressure=pressure,
            exp_cell_factor=len(atoms) ** 0.5,
        )
        self._ions_move = isif not in CELL_ONLY

    def get_forces(self, **kwargs: Any) -> Any:
        """Return the forces on ions and cell, eV/Å; zero on ions that only follow the cell."""
        forces = super().get_forces(**kwargs)
        if not self._ions_move:
            forces[:-3] = 0.0
        return forces


def single_point(atoms: Atoms, settings: Settings) -> Iterator[Step]:
    """Compute one step without moving the ions."""
    yield Step(1, evaluate(atoms, settings), configuration(atoms))


def relax(atoms: Atoms, settings: Settings) -> Iterator[Step]:
    """Relax the degrees of freedom that ISIF and selective dynamics leave free.

    Parameters
    ----------
    atoms
        Ions with a calculator.
    settings
        IBRION, ISIF, EDIFFG, NSW and PSTRESS.

    Yields
    ------
    Step
        At most NSW steps, each one force call. The last is converged if EDIFFG is reached: if it
        is negative, by the largest force on an ion or on the cell; if it is positive, by the
        change of the energy.
    """
    moving = (
        CellDegrees(atoms, settings.isif, settings.pstress * KILOBAR)
        if settings.isif > 2  # noqa: PLR2004 - from ISIF 3 on the cell moves
        else atoms
    )
    optimiser = OPTIMISERS[settings.ibrion](moving, logfile=None)  # type: ignore[arg-type]
    previous = None
    # VASP counts the start among its NSW steps; ASE yields it before the first of its own. With an
    # energy criterion (EDIFFG > 0) the force limit is 0, which is never reached.
    path = optimiser.irun(fmax=max(0.0, -settings.ediffg), steps=settings.nsw - 1)
    for number, force_converged in enumerate(path, start=1):
        result = evaluate(atoms, settings)
        enthalpy = result.energy + result.pressure_volume
        energy_converged = previous is not None and abs(enthalpy - previous) < settings.ediffg
        converged = bool(force_converged or energy_converged)
        yield Step(number, result, configuration(atoms), converged=converged)
        if converged:
            return
        previous = enthalpy
