"""Integrators: conserved energy, canonical distributions, pressure, complete state."""

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms, units
from ase.md.bussi import Bussi
from ase.md.langevinbaoab import LangevinBAOAB
from ase.md.nose_hoover_chain import (
    IsotropicMTKNPT,
    NoseHooverChainNVT,
    NoseHooverChainThermostat,
)
from ase.md.velocitydistribution import Stationary, thermalize_momenta
from ase.md.verlet import VelocityVerlet
from cheap import LennardJones, argon
from numpy.random import default_rng

from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import run
from liponflow.engines.potential.md.integrators import degrees_of_freedom, integrator
from liponflow.inputs.protocol import Stage

TEMPERATURE, TIME_STEP = 40.0, 4.0
PRESSURE = 0.05
SAME = 1e-9
"""Å and ASE's units of momentum, after 40 steps: a chunk rounds where ASE does not."""

FAST = {"thermostat_time": 40.0, "barostat_time": 200.0, "friction": 10.0}


def stage(ensemble: str, thermostat: str = "langevin", **changes: object) -> Stage:
    options = {"duration": 0.16, "temperature": TEMPERATURE, "time_step": TIME_STEP, **FAST}
    if ensemble == "npt":
        options["pressure"] = PRESSURE
    return Stage(name="s", ensemble=ensemble, thermostat=thermostat, **(options | changes))


def moving() -> Atoms:
    atoms = argon()
    thermalize_momenta(atoms, temperature_K=TEMPERATURE, rng=default_rng(3))
    Stationary(atoms)
    atoms.calc = LennardJones()
    return atoms


def plain_ase(kind: Stage, atoms: Atoms, seed: int) -> object:
    """Return ASE's integrator, made as documented, with the constants of the stage."""
    step, kelvin = TIME_STEP * units.fs, TEMPERATURE
    tau, barostat = kind.thermostat_time * units.fs, kind.barostat_time * units.fs
    freedom, pressure = degrees_of_freedom(kind, len(atoms)), PRESSURE * units.GPa
    rng = default_rng(seed)
    match kind.ensemble, kind.thermostat:
        case "nve", _:
            return VelocityVerlet(atoms, step)
        case _, "bussi":
            dynamics = Bussi(atoms, step, kelvin, tau, rng=rng)
            dynamics.ndof = freedom
            dynamics.target_kinetic_energy = 0.5 * freedom * units.kB * kelvin
            return dynamics
        case "nvt", "langevin":
            friction = 1000 * units.fs / kind.friction
            return LangevinBAOAB(
                atoms, step, temperature_K=kelvin, T_tau=friction, hydrostatic=True, rng=rng
            )
        case "npt", "langevin":
            return LangevinBAOAB(
                atoms,
                step,
                temperature_K=kelvin,
                T_tau=1000 * units.fs / kind.friction,
                externalstress=-pressure,
                hydrostatic=True,
                P_tau=barostat,
                P_mass=(3 * len(atoms) + 3) * units.kB * kelvin * barostat**2,
                rng=rng,
            )
        case "nvt", _:
            dynamics = NoseHooverChainNVT(atoms, step, kelvin, tau)
        case _:
            dynamics = IsotropicMTKNPT(atoms, step, kelvin, pressure, tau, barostat)
    dynamics._thermostat = NoseHooverChainThermostat(freedom / 3, dynamics.masses, kelvin, tau)
    return dynamics


KINDS = [
    ("nve", "langevin"),
    ("nvt", "langevin"),
    ("nvt", "bussi"),
    ("nvt", "nose-hoover"),
    ("npt", "langevin"),
    ("npt", "nose-hoover"),
]


@pytest.mark.parametrize(("ensemble", "thermostat"), KINDS)
def test_chunked_run_matches_an_uninterrupted_run_of_ase(
    ensemble: str, thermostat: str, tmp_path: Path
) -> None:
    kind = stage(ensemble, thermostat)
    atoms = moving()
    dynamics = Dynamics([kind], LennardJones, seed=8, chunk_steps=7)
    state = run(dynamics, atoms.copy(), tmp_path)
    reference = plain_ase(kind, atoms, seed=8)
    for _ in range(kind.steps):
        reference.step()
    np.testing.assert_allclose(state.positions, atoms.positions, atol=SAME)
    np.testing.assert_allclose(state.momenta, atoms.get_momenta(), atol=SAME)
    np.testing.assert_allclose(state.cell, atoms.cell.array, atol=SAME)


def energies(time_step: float) -> np.ndarray:
    atoms = moving()
    verlet = integrator(atoms, stage("nve", time_step=time_step), default_rng(0))
    totals = []
    for _ in range(round(4000 / time_step)):
        verlet.step()
        totals.append(atoms.get_total_energy())
    return np.array(totals)


def test_energy_error_is_quadratic_in_the_time_step() -> None:
    coarse, fine = energies(8.0), energies(4.0)
    freedom = 3 * 32 - 3
    thermal = 0.5 * freedom * units.kB * TEMPERATURE
    assert np.std(coarse) < 1e-3 * thermal
    assert np.std(coarse) / np.std(fine) == pytest.approx(4, rel=0.3)
    half = len(fine) // 2
    drift = np.mean(fine[half:]) - np.mean(fine[:half])
    assert abs(drift) < 3 * np.std(fine) / np.sqrt(half / 10)


@pytest.mark.parametrize("thermostat", ["langevin", "bussi", "nose-hoover"])
def test_kinetic_energy_has_the_canonical_distribution(thermostat: str) -> None:
    kind = stage("nvt", thermostat, friction=20.0)
    atoms = moving()
    heat_bath = integrator(atoms, kind, default_rng(4))
    for _ in range(300):
        heat_bath.step()
    kinetic = []
    for _ in range(5000):
        heat_bath.step()
        kinetic.append(atoms.get_kinetic_energy())
    freedom = degrees_of_freedom(kind, len(atoms))
    thermal = units.kB * TEMPERATURE
    # Mean Nf kT / 2 (equipartition), variance Nf (kT)² / 2.
    samples = len(kinetic) / 25  # about 25 correlated steps per sample
    error = np.sqrt(freedom / 2 / samples) * thermal
    assert np.mean(kinetic) == pytest.approx(freedom / 2 * thermal, abs=4 * error)
    assert np.var(kinetic) == pytest.approx(freedom / 2 * thermal**2, rel=0.35)


def static_volume(pressure: float) -> float:
    """Return the volume (Å³) of the static crystal at a pressure (eV/Å³), from energies."""
    volumes, enthalpies = [], []
    for a in np.linspace(5.2, 5.7, 51):
        atoms = argon()
        atoms.set_cell([2 * a] * 3, scale_atoms=True)
        atoms.calc = LennardJones()
        volumes.append(atoms.get_volume())
        enthalpies.append(atoms.get_potential_energy() + pressure * volumes[-1])
    lowest = int(np.argmin(enthalpies))
    around = slice(lowest - 2, lowest + 3)
    a, b, _ = np.polyfit(volumes[around], enthalpies[around], 2)
    return float(-b / (2 * a))


@pytest.mark.parametrize("thermostat", ["langevin", "nose-hoover"])
def test_npt_reaches_volume_and_pressure_of_the_static_crystal(thermostat: str) -> None:
    # Cold, as the crystal expands by 0.2 % per kelvin; the piston mass scales with temperature.
    kelvin, gpa = 1.0, 0.1
    kind = stage("npt", thermostat, temperature=kelvin, pressure=gpa, barostat_time=3300.0)
    atoms = argon()
    atoms.calc = LennardJones()
    thermalize_momenta(atoms, temperature_K=kelvin, rng=default_rng(2))
    Stationary(atoms)
    piston = integrator(atoms, kind, default_rng(4))
    volumes, pressures = [], []
    for step in range(2500):
        piston.step()
        if step >= 1000:
            volumes.append(atoms.get_volume())
            stress = atoms.get_stress(voigt=False, include_ideal_gas=True)
            pressures.append(-np.trace(stress) / 3 / units.GPa)
    expected = static_volume(gpa * units.GPa)
    assert expected < 0.95 * argon().get_volume()
    assert np.mean(volumes) == pytest.approx(expected, rel=5e-3)
    assert np.mean(pressures) == pytest.approx(gpa, abs=0.01)


def test_random_forces_move_the_centre_of_mass() -> None:
    assert degrees_of_freedom(stage("nvt", "langevin"), 32) == 96
    assert degrees_of_freedom(stage("nvt", "bussi"), 32) == 93
    assert degrees_of_freedom(stage("nve"), 1) == 1


def test_forces_of_the_test_potential_are_derivatives_of_its_energy() -> None:
    atoms = moving()
    atoms.rattle(0.1, seed=1)
    forces, stress = atoms.get_forces(), atoms.get_stress()
    step = 1e-5
    atoms.positions[3, 1] += step
    up = atoms.get_potential_energy()
    atoms.positions[3, 1] -= 2 * step
    assert forces[3, 1] == pytest.approx(
        (atoms.get_potential_energy() - up) / (2 * step), rel=1e-5
    )
    atoms.positions[3, 1] += step
    cell = atoms.cell.array.copy()
    found = []
    for sign in (1, -1):
        atoms.set_cell(cell * (1 + sign * step), scale_atoms=True)
        found.append(atoms.get_potential_energy())
    slope = (found[0] - found[1]) / (2 * step) / np.linalg.det(cell)
    assert stress[:3].sum() == pytest.approx(slope, rel=1e-4)
