"""The fit of Vogel, Tammann and Fulcher."""

import numpy as np
import pytest

from liponflow.analysis.transport.estimate import NORMAL_95, Estimate
from liponflow.analysis.transport.vtf import fit_vtf
from liponflow.units import BOLTZMANN

TEMPERATURES = [500.0, 600.0, 700.0, 850.0, 1000.0, 1200.0]
ZERO, ENERGY = 350.0, 0.08
"""K and eV."""


def coefficients(zero: float, energy: float, error: float, seed: int | None) -> list[Estimate]:
    exact = 1e-3 * np.exp(-energy / BOLTZMANN / (np.array(TEMPERATURES) - zero))
    noise = 0 if seed is None else np.random.default_rng(seed).normal(0, error, len(exact))
    values = exact * np.exp(noise)
    half = NORMAL_95 * error
    return [Estimate(value, value * (1 - half), value * (1 + half)) for value in values]


def test_exact_curve_is_found() -> None:
    fit = fit_vtf(TEMPERATURES, coefficients(ZERO, ENERGY, 0.05, None))
    assert fit.temperature.value == pytest.approx(ZERO, abs=0.1)
    assert fit.energy.value == pytest.approx(ENERGY, rel=1e-3)
    assert np.exp(fit.log_prefactor) == pytest.approx(1e-3, rel=1e-3)
    assert fit.preferred
    assert fit.log_room is None


def test_limits_hold_the_true_values() -> None:
    """In 95 % of 200 repetitions, within three standard deviations of such a count."""
    held = np.zeros(2)
    for seed in range(200):
        fit = fit_vtf(TEMPERATURES, coefficients(200.0, 0.3, 0.05, seed))
        held += [
            fit.temperature.low <= 200.0 <= fit.temperature.high,
            fit.energy.low <= 0.3 <= fit.energy.high,
        ]
    assert (held >= 181).all()
    assert (held <= 199).all()


def test_arrhenius_behaviour_is_not_taken_for_more() -> None:
    preferred = zero = 0
    for seed in range(100):
        fit = fit_vtf(TEMPERATURES, coefficients(0.0, 0.5, 0.1, seed))
        preferred += fit.preferred
        zero += fit.temperature.low == 0
    # T0 cannot fall below 0, so that one-sided 5 % are left at most.
    assert preferred <= 9
    assert zero >= 91


def test_room_temperature_follows_where_the_ions_still_move() -> None:
    fit = fit_vtf(TEMPERATURES[:4], coefficients(100.0, 0.3, 0.05, None)[:4])
    assert fit.log_room == pytest.approx(np.log(1e-3) - 0.3 / BOLTZMANN / 200, rel=1e-3)
