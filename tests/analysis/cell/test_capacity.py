"""Capacities against handbook chemistry, and against each other."""

import pytest
from pymatgen.core import Composition, Element

from liponflow.analysis.cell.capacity import (
    FARADAY,
    c_rate,
    charge_of_lithium,
    excess,
    film_capacity,
    line_of_films,
    lithium_capacity,
    lithium_density,
    lithium_of_charge,
    mass_capacity,
    plated_thickness,
)


def test_plated_thickness_is_that_of_the_molar_volume() -> None:
    lithium = Element("Li")
    # The density of lithium in pymatgen is another handbook's: 535 kg/m³.
    molar_volume = lithium.atomic_mass / (lithium.density_of_solid / 1000)
    assert plated_thickness(1.0) == pytest.approx(3.6 / 96485.33212 * molar_volume * 1e4, rel=3e-3)
    assert plated_thickness(1.0) == pytest.approx(4.850, abs=5e-4)
    assert plated_thickness(0.31) == pytest.approx(1.5, abs=0.05)  # Cheng 2023, section 6.3.3
    assert lithium_capacity(plated_thickness(0.4)) == pytest.approx(0.4)


def test_capacity_of_the_spinel_is_one_electron_per_formula_unit() -> None:
    mass = Composition("LiNi0.5Mn1.5O4").weight
    assert FARADAY / 3.6 / mass == pytest.approx(147, abs=0.5)
    # One Li of each formula unit, counted by volume instead: the density is that of the cell.
    volume = 8 / lithium_density(8.17)  # cm³ of the cell of eight formula units
    density = 8 * mass / 6.02214076e23 / volume
    assert density == pytest.approx(4.46, abs=0.02)
    by_volume = charge_of_lithium(lithium_density(8.17), 1.0) / 1000
    assert by_volume == pytest.approx(film_capacity(1.0, density, FARADAY / 3.6 / mass))


def test_charge_and_lithium_are_inverse() -> None:
    assert charge_of_lithium(lithium_of_charge(1.3, 0.65), 0.65) == pytest.approx(1.3)
    # 1 µAh/cm² in 1 µm: 3.6e-3 C of electrons in 1e-4 cm³.
    assert lithium_of_charge(1.0, 1.0) == pytest.approx(3.6e-3 / 1.602176634e-19 / 1e-4)


def test_rate_and_excess() -> None:
    capacity = mass_capacity(0.013, 4.9, 147)
    assert capacity == pytest.approx(0.039)
    assert c_rate(capacity * 0.049 * 1e6, capacity, 4.9) == pytest.approx(1.0)
    assert excess(0.03, 0.03) == 0.0


def test_line_goes_through_both_films() -> None:
    slope, inactive = line_of_films((150, 3), (7400, 375))
    for thickness, capacity in ((150, 3), (7400, 375)):
        assert slope * (thickness - inactive) / 1000 == pytest.approx(capacity)
