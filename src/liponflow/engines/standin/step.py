"""One ionic step with everything that the outputs show."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ase import Atoms, units

from liponflow.arrays import FloatArray
from liponflow.engines.standin.incar import Settings
from liponflow.units import GPA_PER_KBAR

KILOBAR = GPA_PER_KBAR * units.GPa
"""One kB in eV/Å³."""


class ThermostatState(NamedTuple):
    """Coordinate (no unit) and velocity (1/fs) of a Nosé thermostat."""

    position: float
    velocity: float


@dataclass(frozen=True)
class Configuration:
    """Positions of the ions, with their velocities.

    Attributes
    ----------
    cell
        Lattice vectors as rows, Å.
    scaled
        Fractional coordinates in [0, 1), shape (n_atoms, 3).
    velocities
        Å/fs, shape (n_atoms, 3); None except in molecular dynamics.
    thermostat
        State of a Nosé thermostat at the same instant; None without one.
    lattice_velocities
        Of the lattice vectors as rows, Å/fs, at the same instant; None where the cell stays.
    """

    cell: FloatArray
    scaled: FloatArray
    velocities: FloatArray | None = None
    thermostat: ThermostatState | None = None
    lattice_velocities: FloatArray | None = None


@dataclass(frozen=True)
class Dynamics:
    """Energies of one step of molecular dynamics, eV, and its temperature, K."""

    temperature: float
    kinetic: float
    thermostat_potential: float = 0.0
    thermostat_kinetic: float = 0.0


@dataclass(frozen=True)
class Result:
    """What the potential computes for a configuration.

    Attributes
    ----------
    configuration
        The configuration.
    energy
        eV.
    forces
        eV/Å, also on ions that selective dynamics keeps fixed, as VASP writes them. In a band,
        those of the potential; with VTST, those that move the ions.
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
    """Forces of a nudged elastic band on one of its images.

    Attributes
    ----------
    total
        Forces that move the ions, eV/Å: across the band those of the potential, along it those of
        the springs. For the climbing image, along it those of the potential, reversed.
    tangential
        Force of the potential along the band, eV/Å.
    spring
        Force of the springs along the band, eV/Å.
    distances
        Distances to the previous and the next image, Å.
    vtst
        Whether the outputs are those of VTST or of VASP alone.
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
        Configuration from which another run continues: the same in a relaxation, the next one in
        molecular dynamics.
    dynamics
        None except in molecular dynamics.
    band
        None except for an image of a band.
    converged
        Whether the criterion of a relaxation is reached.
    scf_converged
        Whether the outputs claim electronic convergence; False only in a rehearsed fault.
    """

    number: int
    result: Result
    continuation: Configuration
    dynamics: Dynamics | None = None
    band: BandForces | None = None
    converged: bool = False
    scf_converged: bool = True


def configuration(atoms: Atoms, *, velocities: bool = False) -> Configuration:
    """Return the configuration of the ions."""
    return Configuration(
        cell=atoms.cell.array.copy(),
        scaled=atoms.get_scaled_positions(),
        velocities=atoms.get_velocities() * units.fs if velocities else None,
    )


def evaluate(atoms: Atoms, settings: Settings, *, velocities: bool = False) -> Result:
    """Compute everything that the outputs show.

    Parameters
    ----------
    atoms
        Ions with a calculator that caches its results.
    settings
        Whether stress and moments are needed, the signs of the moments, and the external pressure.
    velocities
        Whether to include the velocities.
    """
    stress = None
    if settings.isif > 0:
        stress = -atoms.get_stress(voigt=False, apply_constraint=False) / KILOBAR
    magmoms = None
    if settings.ispin == 2:  # noqa: PLR2004 - VASP's value for spin polarisation
        # The potential predicts magnitudes; the signs are those of the user's MAGMOM.
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
