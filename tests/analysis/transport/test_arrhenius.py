"""Arrhenius fits."""

import numpy as np
import pytest

from liponflow.analysis.transport.arrhenius import ROOM, fit_arrhenius
from liponflow.analysis.transport.estimate import Estimate
from liponflow.units import BOLTZMANN

TEMPERATURES = [600.0, 800.0, 1000.0, 1200.0]


def measured(error: float, seed: int = 0) -> list[Estimate]:
    noise = np.random.default_rng(seed).normal(0, error, len(TEMPERATURES))
    values = 2e-3 * np.exp(-0.55 / BOLTZMANN / np.array(TEMPERATURES)) * np.exp(noise)
    return [
        Estimate(value, value * (1 - 1.96 * error), value * (1 + 1.96 * error)) for value in values
    ]


def test_exact_points_give_the_energy_and_room_temperature() -> None:
    exact = [item._replace(low=0.9 * item.value, high=1.1 * item.value) for item in measured(0)]
    fit = fit_arrhenius(TEMPERATURES, exact)
    assert fit.energy.value == pytest.approx(0.55)
    assert np.exp(fit.log_prefactor) == pytest.approx(2e-3)
    assert fit.log_room.value == pytest.approx(np.log(2e-3) - 0.55 / BOLTZMANN / ROOM)


def test_intervals_hold_the_energy_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(200):
        fit = fit_arrhenius(TEMPERATURES, measured(0.05, seed))
        inside += fit.energy.low <= 0.55 <= fit.energy.high
    # Limits that are widened for scatter and never narrowed hold it somewhat more often.
    assert 0.91 <= inside / 200 <= 1.0
    assert fit.energy.high - fit.energy.low < 0.1


def test_scatter_beyond_the_errors_widens_the_limits() -> None:
    scattered = measured(0.5, seed=1)
    narrow = [Estimate(item.value, item.value * 0.99, item.value * 1.01) for item in scattered]
    smooth = [item._replace(low=item.value * 0.99, high=item.value * 1.01) for item in measured(0)]
    wide, straight = (fit_arrhenius(TEMPERATURES, found) for found in (narrow, smooth))
    assert wide.energy.high - wide.energy.low > 5 * (straight.energy.high - straight.energy.low)
