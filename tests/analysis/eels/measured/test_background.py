"""The background before an edge."""

import numpy as np
import pytest

from liponflow.analysis.eels.measured.background import power_law

ENERGY = np.arange(580.0, 640.0, 0.5)
WINDOW = (580.0, 632.0)


def mean(amplitude: float) -> np.ndarray:
    return amplitude * (ENERGY / 600) ** -3.4


@pytest.mark.parametrize("amplitude", [3.0, 500.0])
def test_parameters_scatter_as_their_covariance_says(amplitude: float) -> None:
    counts = np.random.default_rng(1).poisson(mean(amplitude), (2000, len(ENERGY)))
    found = power_law(ENERGY, counts.astype(float), WINDOW, source="x")
    expected = np.median(found.covariance, axis=0)
    assert np.cov(found.parameters.T) == pytest.approx(expected, rel=0.15, abs=1e-6)
    # No bias, even at few counts, where a fit of logarithms has one.
    errors = found.parameters.std(axis=0) / np.sqrt(2000)
    truth = np.array([np.log(amplitude * (found.reference / 600) ** -3.4), 3.4])
    allowed = 4 * errors + np.array([0.025 / amplitude, 0])
    assert np.all(np.abs(found.parameters.mean(axis=0) - truth) < allowed)
    assert found.dispersion.mean() == pytest.approx(1.0, abs=0.05)


def test_power_law_without_noise_is_exact() -> None:
    found = power_law(ENERGY, mean(1e4)[None], WINDOW, source="x")
    assert found.counts(ENERGY)[0] == pytest.approx(mean(1e4), rel=1e-6)
    assert found.parameters[0, 1] == pytest.approx(3.4)


def test_dark_point_has_a_finite_background() -> None:
    found = power_law(ENERGY, np.zeros((1, len(ENERGY))), WINDOW, source="x")
    assert np.isfinite(found.counts(ENERGY)).all()
