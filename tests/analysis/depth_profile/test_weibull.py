"""The published Weibull peak is recovered from data made with it."""

import numpy as np
import pytest

from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.weibull import PARAMETERS, fit_weibull, weibull

PUBLISHED = published_profile()
X = 2369.0 + 22.0 * np.arange(9)
"""Middles of bins in the published window."""


def test_the_peak_has_its_amplitude_at_its_position() -> None:
    p = PUBLISHED.parameters
    x = np.linspace(2200, 2560, 3601)
    y = weibull(x, p)
    assert x[y.argmax()] == pytest.approx(p["a1"], abs=0.1)
    assert y.max() == pytest.approx(p["a0"])
    # A Weibull density of shape k and scale a2 has the area a2 times its amplitude over its
    # largest value, k z^(k-1) exp(-z^k) with z^k = (k - 1) / k.
    k = p["a3"]
    top = (k - 1) / k
    largest = k * top ** (1 - 1 / k) * np.exp(-top)
    grid = np.linspace(2000, 2800, 80001)
    assert np.trapezoid(weibull(grid, p), grid) == pytest.approx(p["a0"] * p["a2"] / largest)


def test_published_parameters_come_back_within_their_intervals() -> None:
    y = weibull(X, PUBLISHED.parameters)
    # Noise of counting that leaves about the published error of the amplitude.
    error = PUBLISHED.errors["a0"] * np.sqrt(y / y.max()) + 1e13
    rng, inside, errors = np.random.default_rng(0), np.zeros(4), []
    for _ in range(100):
        noisy = y + error * rng.normal(size=len(X))
        found = fit_weibull(X, noisy, error, lambda p: weibull(X, p))
        limits = [found.interval(name) for name in PARAMETERS]
        truth = [PUBLISHED.parameters[name] for name in PARAMETERS]
        inside += [low <= value <= high for (low, high), value in zip(limits, truth, strict=True)]
        errors.append([found.error(name) for name in PARAMETERS])
    # The binomial standard error of 100 trials is 2.2 %.
    assert (inside >= 88).all()
    assert np.median(errors, axis=0)[0] == pytest.approx(PUBLISHED.errors["a0"], rel=0.4)


def test_residuals_give_errors_where_none_are_known() -> None:
    y = weibull(X, PUBLISHED.parameters)
    noise = 0.01 * y.max() * np.random.default_rng(1).normal(size=len(X))
    found = fit_weibull(X, y + noise, None, lambda p: weibull(X, p))
    low, high = found.interval("a1")
    assert low < PUBLISHED.parameters["a1"] < high
    # The width and the shape are known together only.
    correlation = found.covariance[2, 3] / found.error("a2") / found.error("a3")
    assert correlation > 0.95
