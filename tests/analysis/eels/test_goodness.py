"""Tests of the goodness of a fit, on counts with known expectations."""

import numpy as np
import pytest

from liponflow.analysis.eels.goodness import LEAST_COUNTS, goodness


@pytest.mark.parametrize("mean", [0.5, 5.0, 500.0])
def test_probabilities_of_poisson_counts_are_even(mean: float) -> None:
    rng = np.random.default_rng(0)
    expected = np.full(200, mean)
    found = [
        goodness(rng.poisson(expected).astype(float), expected, 0, poisson=True)
        for _ in range(300)
    ]
    for probabilities in (
        [item.probability or 0.0 for item in found],
        [item.correlation_probability for item in found],
    ):
        assert np.mean(probabilities) == pytest.approx(0.5, abs=0.06)
        assert np.mean(np.array(probabilities) < 0.05) < 0.1
    assert np.mean([item.chi2 / item.dof for item in found]) == pytest.approx(1, abs=0.05)
    assert np.mean([item.deviance / item.dof for item in found]) == pytest.approx(1, abs=0.05)


def test_a_slow_misfit_correlates_the_residuals() -> None:
    expected = np.full(200, 100.0)
    counts = expected + 30 * np.sin(np.arange(200) / 10)
    found = goodness(counts, expected, 3, poisson=False)
    assert found.correlation > 0.9
    assert found.correlation_probability < 1e-9
    assert found.probability is None
    assert found.residuals.std() == pytest.approx(1, abs=0.02)


def test_too_few_counts_have_no_probability() -> None:
    expected = np.full(50, 0.5)
    found = goodness(np.round(expected), expected, 3, poisson=True)
    assert expected.sum() < 3 * LEAST_COUNTS
    assert found.probability is None
    assert found.dof == 1
