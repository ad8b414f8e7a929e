"""Tangents of a step whose temperatures are known."""

import numpy as np
import pytest

from liponflow.analysis.thermal_analysis.tangents import Construction, TangentError, draw

T = np.arange(60.0, 420.0, 0.2)
WIDTH = 13.5
"""A logistic step of width w has its onset 2 w before its inflection: 207 and 234 °C."""
HOW = Construction((60, 120), (360, 419), 6.0)


def step(height: float = 0.1, slope: float = -2e-4, centre: float = 234.0) -> np.ndarray:
    return slope * T + height / (1 + np.exp(-(T - centre) / WIDTH))


@pytest.mark.parametrize("height", [0.1, -0.1])
def test_published_temperatures_of_a_logistic_step(height: float) -> None:
    points = draw(T, step(height), HOW).points
    assert points.onset == pytest.approx(207.0, abs=0.5)
    assert points.inflection == pytest.approx(234.0, abs=0.1)
    assert points.midpoint == pytest.approx(234.0, abs=0.1)
    assert points.end == pytest.approx(261.0, abs=0.5)


def test_smoothing_moves_the_onset_down_and_leaves_the_inflection() -> None:
    rough = draw(T, step(), HOW).points
    smooth = draw(T, step(), Construction(HOW.below, HOW.above, 30.0)).points
    assert smooth.onset < rough.onset
    assert smooth.inflection == pytest.approx(rough.inflection, abs=0.2)


def test_a_ramp_between_two_lines_has_its_corners() -> None:
    ramp = np.clip((T - 200.0) / 50.0, 0, 1) - 1e-4 * T
    points = draw(T, ramp, HOW).points
    assert points.onset == pytest.approx(200, abs=0.2)
    assert points.end == pytest.approx(250, abs=0.2)
    assert points.midpoint == pytest.approx(225, abs=0.2)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (Construction((60, 61), (360, 419), 6.0), "--below 60 61 holds 5 points"),
        (Construction((60, 120), (121, 200), 6.0), "leave nothing between them"),
        (Construction((60, 120), (360, 419), 1.0), "choose a larger --smoothing"),
    ],
)
def test_tangents_that_cannot_be_drawn(how: Construction, message: str) -> None:
    with pytest.raises(TangentError, match=message):
        draw(T, step(), how)
