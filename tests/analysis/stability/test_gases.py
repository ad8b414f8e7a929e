"""Free energies of gases compared with published tables and thermodynamic identities."""

import math

import pytest

from liponflow.analysis.stability.gases import GASES, ThermalZero, free_energy
from liponflow.units import BOLTZMANN

REUTER_SCHEFFLER = {
    100: -0.08, 200: -0.17, 300: -0.27, 400: -0.38, 500: -0.50,
    600: -0.61, 700: -0.73, 800: -0.85, 900: -0.98, 1000: -1.10,
}  # fmt: skip
"""µ_O(T, 1 atm) - E(O2)/2 without zero point (eV), from JANAF tables of 1971: K. Reuter and
M. Scheffler, Phys. Rev. B 65, 035406 (2002), Table I. Independent of the coefficients here."""

ROUNDING = 0.006
"""eV; two digits of the table, and 1 atm instead of 1 bar."""

STANDARD_ENTROPY = {"O": 205.152, "N": 191.609}
"""J/mol/K at 298.15 K, CODATA key values (Cox, Wagman, Medvedev, 1989)."""


@pytest.mark.parametrize(("temperature", "published"), REUTER_SCHEFFLER.items())
def test_oxygen_agrees_with_the_published_table(temperature: float, published: float) -> None:
    zero_point = free_energy("O", 0, zero=ThermalZero.STATIC)
    value = free_energy("O", temperature, zero=ThermalZero.STATIC) - zero_point
    assert value == pytest.approx(published, abs=ROUNDING)


@pytest.mark.parametrize("element", GASES)
def test_standard_entropy_and_enthalpy_agree_with_published_values(element: str) -> None:
    row = GASES[element].ranges[0]
    assert row.entropy(298.15) == pytest.approx(STANDARD_ENTROPY[element], abs=0.02)
    assert row.enthalpy(298.15) == pytest.approx(0, abs=2e-3)
    # Ideal diatomic gas without vibrations, from 0 K to 298.15 K.
    assert GASES[element].heat_to_standard == pytest.approx(3.5 * 8.314462e-3 * 298.15, abs=0.02)


@pytest.mark.parametrize("element", GASES)
@pytest.mark.parametrize("temperature", [150.0, 300.0, 499.0, 650.0, 1200.0])
def test_entropy_is_the_negative_slope_of_the_free_energy(
    element: str, temperature: float
) -> None:
    step = 0.01
    slope = (
        free_energy(element, temperature + step) - free_energy(element, temperature - step)
    ) / (2 * step)
    (row,) = [r for r in GASES[element].ranges if r.low <= temperature <= r.high]
    assert -slope * 2 * 96485.33 == pytest.approx(row.entropy(temperature), rel=1e-4)


@pytest.mark.parametrize(("element", "border"), [("O", 700.0), ("N", 500.0)])
def test_free_energy_is_continuous_between_temperature_ranges(element: str, border: float) -> None:
    gap = free_energy(element, border + 1e-6) - free_energy(element, border - 1e-6)
    assert gap == pytest.approx(0, abs=1e-4)


def test_free_energy_has_ideal_gas_pressure_term_and_zero_point_energy() -> None:
    low, high = (free_energy("N", 300, pressure=p) for p in (1.0, 10.0))
    assert high - low == pytest.approx(BOLTZMANN * 300 * math.log(10) / 2)
    assert free_energy("N", 0) == 0
    # Irikura's 1175.78 cm⁻¹ is 0.1458 eV per molecule.
    assert free_energy("N", 0, zero=ThermalZero.STATIC) == pytest.approx(0.0729, abs=1e-4)


def test_values_outside_the_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="50 K; the tables hold 100 to 2000 K"):
        free_energy("O", 50)
    with pytest.raises(ValueError, match="no table for a gas of F"):
        free_energy("F", 300)
    with pytest.raises(ValueError, match="pressure of 0 bar"):
        free_energy("O", 300, pressure=0)
