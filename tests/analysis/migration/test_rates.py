"""Rates compared with a harmonic model whose prefactor is known exactly."""

import math

import numpy as np
import pytest
from scipy.constants import atomic_mass, elementary_charge

from liponflow.analysis.migration.rates import jump_rate, vineyard_prefactor
from liponflow.analysis.migration.saddle import (
    imaginary_modes,
    saddle_reason,
    without_translations,
)
from liponflow.units import BOLTZMANN

MASS = 14.0  # amu
STIFFNESS = {"minimum": (3.0, 5.0, 2.0), "saddle": (-1.5, 4.0, 2.5)}  # eV/Å²


def harmonic(stiffness: tuple[float, ...]) -> list[float]:
    """Return frequencies (THz) of a particle in a harmonic well, imaginary ones as negative."""
    k = np.array(stiffness) * elementary_charge * 1e20
    omega = np.sign(k) * np.sqrt(np.abs(k) / (MASS * atomic_mass))
    return (omega / (2 * np.pi) / 1e12).tolist()


def test_vineyard_prefactor_is_exact_for_a_harmonic_model():
    minimum, saddle = (harmonic(STIFFNESS[name]) for name in ("minimum", "saddle"))
    # The masses cancel except for one mode.
    expected = harmonic((3.0 * 5.0 * 2.0 / (4.0 * 2.5),))[0]
    assert vineyard_prefactor(minimum, saddle) == pytest.approx(expected, rel=1e-12)


def test_modes_unchanged_at_the_saddle_cancel():
    minimum, saddle = harmonic(STIFFNESS["minimum"]), harmonic(STIFFNESS["saddle"])
    spectators = np.linspace(1, 12, 400).tolist()
    alone = vineyard_prefactor(minimum, saddle)
    assert vineyard_prefactor(minimum + spectators, saddle + spectators) == pytest.approx(alone)


def test_rate_matches_the_classical_phase_space_integral():
    """Flux over the maximum of V = h (1 - cos x)/2 divided by the population of the well."""
    height, length, temperature = 0.5, 2.0, 300.0
    beta = 1 / (BOLTZMANN * temperature)
    x = np.linspace(-length / 2, length / 2, 20001)
    v = height / 2 * (1 - np.cos(2 * np.pi * x / length))
    speed = math.sqrt(BOLTZMANN * temperature * elementary_charge / (MASS * atomic_mass))
    well = np.sum(np.exp(-beta * v)) * (x[1] - x[0]) * 1e-10
    exact = speed / math.sqrt(2 * math.pi) * math.exp(-beta * height) / well
    curvature = height * 2 * (np.pi / length) ** 2
    prefactor = vineyard_prefactor(harmonic((curvature,)), [-1.0])
    # Harmonic transition state theory is off by the anharmonicity, of order kT / height.
    assert jump_rate(height, prefactor, temperature) == pytest.approx(exact, rel=0.05)


def test_arrhenius_slope_of_the_rate_is_the_barrier():
    cold, hot = (jump_rate(0.42, 8.0, t) for t in (300.0, 600.0))
    slope = -math.log(cold / hot) / (1 / 300 - 1 / 600) * BOLTZMANN
    assert slope == pytest.approx(0.42)
    assert jump_rate(0.0, 8.0, 300.0) == pytest.approx(8e12)


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_nonpositive_temperature_is_refused(temperature: float):
    with pytest.raises(ValueError, match="give one above 0"):
        jump_rate(0.5, 10.0, temperature)


@pytest.mark.parametrize(
    ("minimum", "saddle", "message"),
    [
        ([1.0, 2.0], [-1.0], "2 frequencies at the minimum, 1 at the saddle"),
        ([-2.0, 2.0], [-1.0, 2.0], r"the start is not a minimum: lowest frequency -2\.00 THz"),
        ([1.0, 2.0], [1.0, 2.0], "the saddle has no imaginary mode"),
        ([1.0, 2.0, 3.0], [-3.0, -1.0, 2.0], r"2 imaginary modes \(3\.00i, 1\.00i THz\)"),
        ([1.0, 2.0, 3.0], [-3.0, -0.05, 2.0], r"a mode of -0\.050 THz .* neither"),
    ],
)
def test_modes_without_a_prefactor_are_refused(
    minimum: list[float], saddle: list[float], message: str
):
    with pytest.raises(ValueError, match=message):
        vineyard_prefactor(minimum, saddle)


def test_saddle_has_exactly_one_imaginary_mode():
    assert saddle_reason([-5.0, 1.0, 2.0]) is None
    assert "a minimum" in (saddle_reason([0.5, 1.0]) or "")
    assert "2 imaginary modes" in (saddle_reason([-5.0, -1.0, 2.0]) or "")
    # Numerical noise does not count as a mode.
    assert imaginary_modes([-0.05, 1.0]) == []


def test_translations_are_the_three_modes_nearest_to_zero():
    assert without_translations([7.0, 0.02, -0.01, 3.0, 0.0, -4.0]) == [-4.0, 3.0, 7.0]
    with pytest.raises(ValueError, match="one atom has no vibrations"):
        without_translations([0.0, 0.0, 0.0])
