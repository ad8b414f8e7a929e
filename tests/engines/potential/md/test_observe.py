"""Sanity limits and block means."""

import math
import re

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

from liponflow.engines.potential.md.observe import (
    Limits,
    Means,
    Observation,
    default_limits,
    pressure,
)

SOUND = Observation(300.0, -10.0, 0.5, 100.0, None)
LIMITS = Limits(temperature=1000.0, energy_change=5.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 1001.0}, "the temperature of 1001 K exceeds the limit of 1000 K"),
        ({"potential": 0.2}, r"changed by \+5.1 eV/atom since the start, more than .* 5 eV/atom"),
        ({"potential": -20.2}, r"changed by -5.1 eV/atom"),
        ({"potential": math.nan}, "the energies are nan and 0.5 eV"),
        ({"kinetic": math.inf}, "the energies are -10.0 and inf eV"),
    ],
)
def test_exceeded_limit_is_named_with_its_values(changes: dict[str, float], message: str) -> None:
    broken = LIMITS.broken_by(SOUND._replace(**changes), first_energy=-10.0, n_atoms=2)
    assert broken is not None
    assert re.search(message, broken)


def test_normal_step_exceeds_no_limit() -> None:
    assert LIMITS.broken_by(SOUND, first_energy=-10.0, n_atoms=2) is None


def test_temperature_limit_has_a_minimum() -> None:
    assert default_limits(300).temperature == 10_000
    assert default_limits(3000).temperature == 30_000


def test_means_skip_missing_pressures() -> None:
    means = Means(Means.empty(3))
    means.add(0, SOUND, 0.1)
    means.add(0, SOUND._replace(temperature=500.0, pressure=2.0), 0.2)
    means.add(1, SOUND, 0.3)
    assert means.counts.tolist() == [2, 1, 0]
    assert means.times.tolist() == [0.2, 0.3, 0]
    np.testing.assert_array_equal(means.mean("temperature"), [400, 300, np.nan])
    np.testing.assert_array_equal(means.mean("pressure"), [2, np.nan, np.nan])


def test_pressure_includes_the_ideal_gas_term() -> None:
    rng = np.random.default_rng(2)
    atoms = Atoms("Ar4", rng.random((4, 3)) * 5, cell=[5, 6, 7], pbc=True)
    atoms.set_momenta(rng.normal(size=(4, 3)))
    stress = rng.normal(size=6) * 0.01
    atoms.calc = SinglePointCalculator(atoms, stress=stress)
    expected = -atoms.get_stress(include_ideal_gas=True)[:3].mean() / units.GPa
    found = pressure(stress, atoms.get_kinetic_energy(), atoms.get_volume())
    assert found == pytest.approx(expected)
    assert pressure(None, 1.0, 1.0) is None
