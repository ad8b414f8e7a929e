import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.md.velocitydistribution import Stationary, thermalize_momenta
from cheap_potential import CheapPotential

from liponflow.engines.standin.nose import NoseHoover, nose_mass


def test_mass_matches_vasp() -> None:
    # OUTCAR of VASP 6.2.0, fcc Si with a primitive vector of 2.757716447 Å: "SMASS  =  -3.00",
    # "mass=  -0.174E-27a.u." (Ry s²); the sign goes through.
    mass = nose_mass(3.0, first_vector=2.757716447, freedom=3, temperature=1.0, timestep=1.0)
    rydberg_seconds = mass / units.Rydberg / units.second**2
    assert rydberg_seconds == pytest.approx(0.174e-27, abs=0.0005e-27)


def test_default_mass_gives_a_period_of_forty_steps() -> None:
    freedom, temperature, timestep = 93, 300.0, 2 * units.fs
    mass = nose_mass(
        0.0, first_vector=1.0, freedom=freedom, temperature=temperature, timestep=timestep
    )
    frequency = np.sqrt(2 * freedom * units.kB * temperature / mass)
    assert 2 * np.pi / frequency == pytest.approx(40 * timestep)


def test_conserved_energy_drifts_less_than_it_fluctuates() -> None:
    copper = bulk("Cu", cubic=True).repeat(2)
    copper.calc = CheapPotential(2.62)
    thermalize_momenta(copper, temperature_K=600, rng=np.random.default_rng(0))
    Stationary(copper)
    freedom, timestep = 3 * len(copper) - 3, 2 * units.fs
    mass = nose_mass(0.0, first_vector=1.0, freedom=freedom, temperature=300, timestep=timestep)
    propagator = NoseHoover(copper, timestep, temperature=300, mass=mass, freedom=freedom)
    conserved, kinetic = [], []
    for _ in propagator.irun(400):
        conserved.append(
            copper.get_total_energy()
            + propagator.thermostat_potential
            + propagator.thermostat_kinetic
        )
        kinetic.append(copper.get_kinetic_energy())
    # The thermostat exchanges energies of the order of eV; the sum is constant within meV.
    assert np.ptp(kinetic) > 0.5
    assert np.ptp(conserved) < 0.01
    assert abs(np.mean(conserved[200:]) - np.mean(conserved[:200])) < 0.002
    assert abs(copper.get_momenta().sum(axis=0)).max() < 1e-9
