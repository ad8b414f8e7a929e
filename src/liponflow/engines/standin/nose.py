"""The Nosé-Hoover thermostat."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import numpy as np
from ase import Atoms, units
from ase.md.verlet import VelocityVerlet

from liponflow.engines.standin.step import ThermostatState

PERIOD_IN_STEPS = 40
"""Period of the thermostat for SMASS = 0: https://www.vasp.at/wiki/index.php/SMASS."""


def nose_mass(
    smass: float, *, first_vector: float, freedom: int, temperature: float, timestep: float
) -> float:
    """Return the mass of the thermostat, in eV times ASE's unit of time squared.

    Parameters
    ----------
    smass
        VASP's SMASS: atomic mass units times the length of the first lattice vector squared, or
        0 for a period of 40 steps.
    first_vector
        Length of the first lattice vector, Å.
    freedom
        Degrees of freedom that the thermostat couples to.
    temperature
        Target, K.
    timestep
        Time step, ASE's units.

    Notes
    -----
    Small oscillations of the thermostat have the frequency sqrt(2 g kT / Q): Nosé, J. Chem. Phys.
    81, 511 (1984), eq. 2.28. VASP prints the mass as "mass=" after "Nose-frequenzy", in Ry s².
    """
    if smass > 0:
        return smass * first_vector**2
    period = PERIOD_IN_STEPS * timestep
    return 2 * freedom * units.kB * temperature * (period / (2 * np.pi)) ** 2


class NoseHoover(VelocityVerlet):
    """Velocity Verlet between two half steps of one thermostat.

    ASE's own chain has no public way to ramp the temperature, to exclude the centre of mass or to
    set the mass, which VASP takes from SMASS.
    Reversible splitting of Martyna, Tuckerman, Tobias and Klein, Mol. Phys. 87, 1117 (1996).

    Parameters
    ----------
    atoms
        Ions.
    timestep
        ASE's units of time.
    temperature
        K.
    mass
        See :func:`nose_mass`.
    freedom
        Degrees of freedom that share the kinetic energy.
    """

    def __init__(
        self, atoms: Atoms, timestep: float, *, temperature: float, mass: float, freedom: int
    ) -> None:
        super().__init__(atoms, timestep)
        self._mass = mass
        self._freedom = freedom
        self._position = 0.0
        self._velocity = 0.0
        self.set_temperature(temperature_K=temperature)

    def set_temperature(self, temperature_K: float) -> None:  # noqa: N803 - ASE's name
        """Set the target temperature (K) of the following steps."""
        self._target = self._freedom * units.kB * temperature_K

    @property
    def thermostat_potential(self) -> float:
        """Potential energy of the thermostat, eV."""
        return self._target * self._position

    @property
    def thermostat_kinetic(self) -> float:
        """Kinetic energy of the thermostat, eV."""
        return 0.5 * self._mass * self._velocity**2

    @property
    def state(self) -> ThermostatState:
        """State from which another run continues."""
        return ThermostatState(self._position, self._velocity * units.fs)

    @state.setter
    def state(self, state: ThermostatState) -> None:
        self._position, self._velocity = state.position, state.velocity / units.fs

    def step(self, forces: None = None) -> None:
        """Propagate by one time step."""
        self._half_step()
        super().step(forces)
        self._half_step()

    def _half_step(self) -> None:
        # Symmetric in time: a quarter kick of the thermostat, half a step of the momenta and of
        # its coordinate, a quarter kick. Scaling the momenta scales the kinetic energy, which is
        # not summed again.
        twice_kinetic = 2 * self.atoms.get_kinetic_energy()
        self._velocity += self.dt / 4 * (twice_kinetic - self._target) / self._mass
        scale = float(np.exp(-self._velocity * self.dt / 2))
        self.atoms.set_momenta(self.atoms.get_momenta() * scale)
        self._position += self._velocity * self.dt / 2
        self._velocity += self.dt / 4 * (twice_kinetic * scale**2 - self._target) / self._mass
