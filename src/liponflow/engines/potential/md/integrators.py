"""ASE's integrators with a state that can be saved and restored at any step.

Each class lists the variables that ASE keeps in addition to positions, momenta and cell. The
masses of thermostats and barostats are those of the stage's mean temperature; a ramp changes only
the target.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call,misc,attr-defined"

from typing import Any, Protocol

import numpy as np
from ase import Atoms, units
from ase.md.bussi import Bussi
from ase.md.langevinbaoab import LangevinBAOAB
from ase.md.nose_hoover_chain import (
    IsotropicMTKNPT,
    NoseHooverChainNVT,
    NoseHooverChainThermostat,
)
from ase.md.verlet import VelocityVerlet

from liponflow.arrays import FloatArray
from liponflow.inputs.protocol import Stage
from liponflow.units import FS_PER_PS

State = dict[str, FloatArray]


class Integrator(Protocol):
    """Interface of an integrator to the driver."""

    def step(self) -> Any:
        """Take one time step."""

    def aim(self, temperature: float) -> None:
        """Set the target of the thermostat, K."""

    def state(self) -> State:
        """Return the variables other than positions, momenta and cell."""

    def restore(self, state: State) -> None:
        """Restore the variables of :meth:`state`."""


class Verlet(VelocityVerlet):
    """Constant energy."""

    def aim(self, temperature: float) -> None:
        """Do nothing: there is no thermostat."""

    def state(self) -> State:
        """Return no state: this integrator has none."""
        return {}

    def restore(self, state: State) -> None:
        """Return no state: this integrator has none."""


class VelocityRescaling(Bussi):
    """Stochastic velocity rescaling, with the centre of mass at rest."""

    def __init__(self, atoms: Atoms, stage: Stage, rng: np.random.Generator) -> None:
        super().__init__(
            atoms,
            stage.time_step * units.fs,
            temperature_K=stage.temperature,
            taut=stage.thermostat_time * units.fs,
            rng=rng,
        )
        # Bussi, Donadio and Parrinello, J. Chem. Phys. 126, 014101 (2007), eq. A7, draws as many
        # random numbers as there are degrees of freedom; ASE takes 3 N, ignoring that the centre
        # is at rest.
        self.ndof = degrees_of_freedom(stage, len(atoms))
        self.aim(stage.temperature)

    def aim(self, temperature: float) -> None:
        """See Integrator."""
        self.temp = units.kB * temperature
        self.target_kinetic_energy = 0.5 * self.temp * self.ndof

    def state(self) -> State:
        """See Integrator; the random numbers have their state elsewhere."""
        return {}

    def restore(self, state: State) -> None:
        """See Integrator."""


class Langevin(LangevinBAOAB):
    """Langevin dynamics of the atoms, and in NpT of the volume."""

    def __init__(self, atoms: Atoms, stage: Stage, rng: np.random.Generator) -> None:
        options: dict[str, Any] = {}
        self._moves_cell = stage.ensemble == "npt"
        if self._moves_cell:
            # (3 N + 3) kT tau², of which ASE's mass for isotropic Martyna-Tobias-Klein is the
            # same; the default of this class is a fit to Al. ASE's stress has the opposite sign of
            # a pressure.
            tau = stage.barostat_time * units.fs
            freedom = 3 * len(atoms) + 3
            options = {
                "externalstress": -stage.pressure * units.GPa,
                "P_tau": tau,
                "P_mass": freedom * units.kB * _mean_temperature(stage) * tau**2,
            }
        # BAOAB: half a kick, half a drift, friction and noise for the whole step, half a drift,
        # half a kick. The noise in the middle makes averages over positions accurate even for
        # long steps.
        super().__init__(
            atoms,
            stage.time_step * units.fs,
            temperature_K=stage.temperature,
            T_tau=FS_PER_PS * units.fs / stage.friction,
            hydrostatic=True,
            rng=rng,
            **options,
        )

    def aim(self, temperature: float) -> None:
        """See Integrator."""
        self.set_temperature(temperature)

    def state(self) -> State:
        """See Integrator; ASE computes the force on the cell before the last half step."""
        if not self._moves_cell:
            return {}
        return {"p_eps": np.array(self.p_eps), "force_eps": np.array(self.force_eps)}

    def restore(self, state: State) -> None:
        """See Integrator."""
        if self._moves_cell:
            self.p_eps, self.force_eps = float(state["p_eps"]), float(state["force_eps"])


class NoseHoover(NoseHooverChainNVT):
    """Nosé-Hoover chain, with the centre of mass at rest."""

    def __init__(self, atoms: Atoms, stage: Stage) -> None:
        tdamp = stage.thermostat_time * units.fs
        super().__init__(atoms, stage.time_step * units.fs, _mean_temperature(stage), tdamp)
        # Half a step of the chain, a step of velocity Verlet, half a step of the chain.
        self._thermostat = _chain(self, stage, tdamp)
        self.aim(stage.temperature)

    def aim(self, temperature: float) -> None:
        """See Integrator."""
        # The target alone: a mass that changed with it would change the energy of the thermostat.
        self._thermostat._kT = units.kB * temperature  # noqa: SLF001 - ASE has no setter

    def state(self) -> State:
        """See Integrator."""
        return _chain_state(self._thermostat)

    def restore(self, state: State) -> None:
        """See Integrator."""
        _restore_chain(self._thermostat, state)


class MartynaTobiasKlein(IsotropicMTKNPT):
    """Nosé-Hoover chains on the atoms and on the volume, with the centre of mass at rest."""

    def __init__(self, atoms: Atoms, stage: Stage) -> None:
        tdamp = stage.thermostat_time * units.fs
        super().__init__(
            atoms,
            stage.time_step * units.fs,
            _mean_temperature(stage),
            stage.pressure * units.GPa,
            tdamp,
            stage.barostat_time * units.fs,
        )
        self._thermostat = _chain(self, stage, tdamp)
        self.aim(stage.temperature)

    def aim(self, temperature: float) -> None:
        """See Integrator."""
        self._thermostat._kT = self._barostat._kT = units.kB * temperature  # noqa: SLF001

    def state(self) -> State:
        """See Integrator."""
        barostat = self._barostat
        return _chain_state(self._thermostat) | {
            "xi": barostat._xi.copy(),  # noqa: SLF001
            "p_xi": barostat._p_xi.copy(),  # noqa: SLF001
            # ASE's strain counts from the cell that an integrator is made with: zero in every
            # chunk.
            "p_eps": np.array(self._p_eps),
        }

    def restore(self, state: State) -> None:
        """See Integrator."""
        _restore_chain(self._thermostat, state)
        self._barostat._xi[:] = state["xi"]  # noqa: SLF001
        self._barostat._p_xi[:] = state["p_xi"]  # noqa: SLF001
        self._p_eps = float(state["p_eps"])


def integrator(atoms: Atoms, stage: Stage, rng: np.random.Generator) -> Integrator:
    """Return the integrator of a stage.

    Parameters
    ----------
    atoms
        Atoms with a calculator; they are moved.
    stage
        Ensemble, thermostat and their constants.
    rng
        Source of random forces.

    Returns
    -------
    Integrator
        Integrator at the start of the stage.
    """
    if stage.ensemble == "nve":
        return Verlet(atoms, stage.time_step * units.fs)
    if stage.thermostat == "langevin":
        return Langevin(atoms, stage, rng)
    if stage.thermostat == "bussi":
        return VelocityRescaling(atoms, stage, rng)
    return (NoseHoover if stage.ensemble == "nvt" else MartynaTobiasKlein)(atoms, stage)


def degrees_of_freedom(stage: Stage, n_atoms: int) -> int:
    """Return the degrees of freedom; random forces also move the centre of mass.

    Examples
    --------
    >>> hold = Stage(name="hold", ensemble="nve", temperature=300, duration=1, time_step=1)
    >>> degrees_of_freedom(hold, 122)
    363
    """
    return 3 * n_atoms if moves_centre(stage) else max(1, 3 * n_atoms - 3)


def moves_centre(stage: Stage) -> bool:
    """Return whether the centre of mass moves."""
    return stage.ensemble != "nve" and stage.thermostat == "langevin"


def _mean_temperature(stage: Stage) -> float:
    return stage.target(0.5)


def _chain(dynamics: Any, stage: Stage, tdamp: float) -> NoseHooverChainThermostat:
    # Three degrees of freedom fewer than ASE takes: those of the centre of mass.
    freedom = degrees_of_freedom(stage, len(dynamics.atoms))
    return NoseHooverChainThermostat(
        num_atoms_global=freedom / 3,  # type: ignore[arg-type]
        masses=dynamics.masses,
        temperature_K=_mean_temperature(stage),
        tdamp=tdamp,
    )


def _chain_state(chain: Any) -> State:
    return {"eta": chain._eta.copy(), "p_eta": chain._p_eta.copy()}  # noqa: SLF001


def _restore_chain(chain: Any, state: State) -> None:
    chain._eta[:] = state["eta"]  # noqa: SLF001
    chain._p_eta[:] = state["p_eta"]  # noqa: SLF001
