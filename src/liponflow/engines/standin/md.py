"""Molecular dynamics."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from ase import Atoms, units
from ase.md.bussi import Bussi
from ase.md.langevin import Langevin
from ase.md.langevinbaoab import LangevinBAOAB
from ase.md.velocitydistribution import Stationary, thermalize_momenta
from ase.md.verlet import VelocityVerlet

from liponflow.arrays import FloatArray
from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.incar import Ensemble
from liponflow.engines.standin.inputs import Inputs
from liponflow.engines.standin.nose import NoseHoover, nose_mass
from liponflow.engines.standin.step import KILOBAR, Dynamics, Step, evaluate

PICOSECOND = 1000 * units.fs


def dynamics(inputs: Inputs) -> Iterator[Step]:
    """Propagate the ions, and the cell in the NpT ensemble.

    Parameters
    ----------
    inputs
        Inputs of the run; their atoms carry a calculator and are moved.

    Yields
    ------
    Step
        NSW steps. The first is the configuration of the POSCAR. The continuation of each is the
        configuration of the next, with the velocities and the state of a Nosé thermostat at the
        same instant, so that a run from the CONTCAR neither repeats nor skips a step. This costs
        one force call more than NSW, and a step is written when the forces of the next are known.

    Raises
    ------
    InputError
        If the integrator does not support the settings.
    """
    settings, atoms = inputs.settings, inputs.atoms
    rng = np.random.default_rng(settings.random_seed)
    freedom = degrees_of_freedom(inputs)
    if not inputs.has_velocities:
        _draw_velocities(atoms, settings.tebeg, freedom, rng)
    propagator = _propagator(inputs, freedom, rng)
    pending: Step | None = None
    for number, _ in enumerate(propagator.irun(settings.nsw), start=1):
        result = evaluate(atoms, settings, velocities=True)
        if pending is not None:
            where = replace(
                result.configuration,
                thermostat=getattr(propagator, "state", None),
                lattice_velocities=_lattice_velocities(propagator),
            )
            yield replace(pending, continuation=where)
        kinetic = atoms.get_kinetic_energy()
        energies = Dynamics(
            temperature=2 * kinetic / (freedom * units.kB),
            kinetic=kinetic,
            thermostat_potential=getattr(propagator, "thermostat_potential", 0.0),
            thermostat_kinetic=getattr(propagator, "thermostat_kinetic", 0.0),
        )
        pending = Step(number, result, result.configuration, energies)
        if isinstance(propagator, NoseHoover | Langevin | LangevinBAOAB):
            # The next step has the index `number` of NSW, counted from 0.
            ramp = min(1.0, number / max(1, settings.nsw - 1))
            propagator.set_temperature(
                temperature_K=settings.tebeg + ramp * (settings.teend - settings.tebeg)
            )
        elif isinstance(propagator, Bussi):
            ramp = min(1.0, number / max(1, settings.nsw - 1))
            _aim_at(propagator, settings.tebeg + ramp * (settings.teend - settings.tebeg), freedom)


def degrees_of_freedom(inputs: Inputs) -> int:
    """Return the number of degrees of freedom that share the kinetic energy.

    Without selective dynamics the centre of mass stays at rest, except under Langevin forces.
    """
    free: int = inputs.atoms.get_number_of_degrees_of_freedom()
    at_rest = inputs.movable is None and inputs.settings.ensemble in {
        Ensemble.NVE,
        Ensemble.NOSE,
        Ensemble.CSVR,
    }
    return max(1, free - 3) if at_rest else free


def _draw_velocities(
    atoms: Atoms, temperature: float, freedom: int, rng: np.random.Generator
) -> None:
    """Draw velocities of exactly this temperature without drift, as VASP does."""
    thermalize_momenta(atoms, temperature_K=temperature, rng=rng)
    if not atoms.constraints:
        Stationary(atoms)
    kinetic = atoms.get_kinetic_energy()
    if kinetic > 0:
        wanted = 0.5 * freedom * units.kB * temperature
        atoms.set_momenta(atoms.get_momenta() * np.sqrt(wanted / kinetic))


def _propagator(
    inputs: Inputs, freedom: int, rng: np.random.Generator
) -> VelocityVerlet | NoseHoover | Bussi | Langevin | LangevinBAOAB:
    settings, atoms = inputs.settings, inputs.atoms
    timestep = settings.potim * units.fs
    match settings.ensemble:
        case Ensemble.NVE:
            return VelocityVerlet(atoms, timestep)
        case Ensemble.NOSE:
            thermostat_mass = nose_mass(
                settings.smass,
                first_vector=float(np.linalg.norm(atoms.cell.array[0])),
                freedom=freedom,
                temperature=max(settings.tebeg, settings.teend),
                timestep=timestep,
            )
            thermostat = NoseHoover(
                atoms, timestep, temperature=settings.tebeg, mass=thermostat_mass, freedom=freedom
            )
            if inputs.thermostat is not None:
                thermostat.state = inputs.thermostat
            return thermostat
        case Ensemble.CSVR:
            period = settings.csvr_period * units.fs
            rescaling = Bussi(atoms, timestep, settings.tebeg, period, rng=rng)
            _aim_at(rescaling, settings.tebeg, freedom)
            return rescaling
        case Ensemble.LANGEVIN:
            counts = [species.count for species in inputs.species]
            friction = np.repeat(settings.langevin_gamma, counts) / PICOSECOND
            return Langevin(
                atoms,
                timestep,
                temperature_K=settings.tebeg,
                friction=friction[:, np.newaxis],  # type: ignore[arg-type]
                fixcm=False,
                rng=rng,
            )
        case _:
            return _constant_pressure(inputs, timestep, rng)


def _aim_at(propagator: Bussi, temperature: float, freedom: int) -> None:
    """Set the temperature, which the centre of mass at rest has no part in."""
    propagator.ndof = freedom
    propagator.target_kinetic_energy = 0.5 * units.kB * temperature * freedom


def _constant_pressure(inputs: Inputs, timestep: float, rng: np.random.Generator) -> LangevinBAOAB:
    """Return Langevin dynamics of ions and cell.

    In VASP the lattice vectors have a mass, in ASE the strain. A strain moves a lattice vector in
    proportion to its length, for which the cube root of the volume is taken here.
    """
    settings, atoms = inputs.settings, inputs.atoms
    frictions = set(settings.langevin_gamma)
    if len(frictions) > 1 or min(frictions) <= 0:
        raise InputError(
            f"INCAR: LANGEVIN_GAMMA = {' '.join(f'{g:g}' for g in settings.langevin_gamma)}: at "
            "constant pressure the stand-in has one friction above 0 for all species"
        )
    if inputs.movable is not None:
        raise InputError("POSCAR: selective dynamics and ISIF = 3 cannot be combined in dynamics")
    thermal_cell = settings.langevin_gamma_l > 0
    moving = LangevinBAOAB(
        atoms,
        timestep,
        temperature_K=settings.tebeg,
        externalstress=-settings.pstress * KILOBAR,
        T_tau=PICOSECOND / frictions.pop(),
        P_tau=PICOSECOND / settings.langevin_gamma_l if thermal_cell else PICOSECOND,
        P_mass=settings.pmass * atoms.get_volume() ** (2 / 3),
        disable_cell_langevin=not thermal_cell,
        rng=rng,
    )
    if inputs.lattice_velocities is not None:
        rate = np.linalg.solve(atoms.cell.array, inputs.lattice_velocities / units.fs)
        moving.p_eps = moving.barostat_mass * rate.T
    return moving


def _lattice_velocities(propagator: object) -> FloatArray | None:
    """Return the velocities of the lattice vectors (Å/fs), which the momenta of a strain move."""
    if not isinstance(propagator, LangevinBAOAB):
        return None
    rate = np.asarray(propagator.p_eps / propagator.barostat_mass) * np.ones((3, 3))
    velocities: FloatArray = propagator.atoms.cell.array @ rate.T * units.fs
    return velocities
