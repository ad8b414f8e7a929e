"""One ionic step, as the outputs show it."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase import Atoms, units

from liponflow.arrays import FloatArray
from liponflow.engines.standin.incar import Settings

KILOBAR = 0.1 * units.GPa
"""One kB in eV/Å³."""


class ThermostatState(NamedTuple):
    """Coordinate (no unit) and velocity (1/fs) of a Nosé thermostat."""

    position: float
    velocity: float


@dataclass(frozen=True)
class Configuration:
    """Where the ions are.

    Attributes
    ----------
    cell
        Lattice vectors as rows, Å.
    scaled
        Fractional coordinates in [0, 1), shape (n_atoms, 3).
    velocities
        Å/fs, shape (n_atoms, 3); None but in molecular dynamics.
    thermostat
        State of a Nosé thermostat at the same instant; None without one.
    """

    cell: FloatArray
    scaled: FloatArray
    velocities: FloatArray | None = None
    thermostat: ThermostatState | None = None


@dataclass(frozen=True)
class Dynamics:
    """Energies of one step of molecular dynamics, eV, and its temperature, K."""

    temperature: float
    kinetic: float
    thermostat_potential: float = 0.0
    thermostat_kinetic: float = 0.0


@dataclass(frozen=True)
class Result:
    """What the potential says of a configuration.

    Attributes
    ----------
    configuration
        The configuration.
    energy
        eV.
    forces
        eV/Å, also on ions that selective dynamics keeps fixed, as VASP writes them. In a band
        those of the potential, but with VTST those that move the ions.
    stress
        kB, positive under compression, as VASP writes it; shape (3, 3) or None.
    magmoms
        µB, shape (n_atoms,) or None.
    pressure_volume
        External pressure times volume, eV.
    """

    configuration: Configuration
    energy: float
    forces: FloatArray
    stress: FloatArray | None
    magmoms: FloatArray | None
    pressure_volume: float


@dataclass(frozen=True)
class BandForces:
    """What a nudged elastic band does to one of its images.

    Attributes
    ----------
    total
        Forces that move the ions, eV/Å: those of the potential across the band, of the springs
        along it; those of the potential reversed along it for the climbing image.
    tangential
        Force of the potential along the band, eV/Å.
    spring
        Force of the springs along the band, eV/Å.
    distances
        To the image before and behind, Å.
    vtst
        Whether it is written as VTST does, or as VASP alone.
    """

    total: FloatArray
    tangential: float
    spring: float
    distances: tuple[float, float]
    vtst: bool


@dataclass(frozen=True)
class Step:
    """One ionic step.

    Attributes
    ----------
    number
        Starting at 1.
    result
        Energy, forces and the rest.
    continuation
        Configuration that a next run continues from: the same in a relaxation, the next one in
        molecular dynamics.
    dynamics
        None but in molecular dynamics.
    band
        None but for an image of a band.
    converged
        Whether the criterion of a relaxation is reached.
    scf_converged
        Whether the electrons are said to have converged; False only in a rehearsed fault.
    """

    number: int
    result: Result
    continuation: Configuration
    dynamics: Dynamics | None = None
    band: BandForces | None = None
    converged: bool = False
    scf_converged: bool = True


def configuration(atoms: Atoms, *, velocities: bool = False) -> Configuration:
    """Take the configuration out of the ions."""
    return Configuration(
        cell=atoms.cell.array.copy(),
        scaled=atoms.get_scaled_positions(),
        velocities=atoms.get_velocities() * units.fs if velocities else None,
    )


def evaluate(atoms: Atoms, settings: Settings, *, velocities: bool = False) -> Result:
    """Ask the calculator of the ions for everything that the outputs show.

    Parameters
    ----------
    atoms
        Ions with a calculator, which computes nothing twice.
    settings
        Whether to take stress and moments, the signs of the moments, and the external pressure.
    velocities
        Whether to take the velocities.
    """
    stress = None
    if settings.isif > 0:
        stress = -atoms.get_stress(voigt=False, apply_constraint=False) / KILOBAR
    magmoms = None
    if settings.ispin == 2:  # noqa: PLR2004 - VASP's value for spin polarisation
        # The potential predicts magnitudes; the order of the moments is the user's.
        magmoms = atoms.get_magnetic_moments().copy()
        if settings.magmom is not None:
            magmoms *= np.where(np.array(settings.magmom) < 0, -1, 1)
    return Result(
        configuration=configuration(atoms, velocities=velocities),
        energy=atoms.get_potential_energy(),
        forces=atoms.get_forces(apply_constraint=False),
        stress=stress,
        magmoms=magmoms,
        pressure_volume=settings.pstress * KILOBAR * atoms.get_volume(),
    )
