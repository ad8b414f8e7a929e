"""Fits with intervals."""

import numpy as np
import pytest

from liponflow.analysis.measured.fit import FitError, Start, fit

X = np.linspace(0, 4, 30)


def decay(p, x=X):
    return p["height"] * np.exp(-p["rate"] * x)


def fitted(y, *, known, noise=0.02):
    scale = noise if known else 1.0
    start = {"height": Start(1.0, low=0), "rate": Start(0.5)}
    return fit(lambda p: (decay(p) - y) / scale, start, noise_known=known)


@pytest.mark.parametrize("known", [True, False])
def test_intervals_hold_the_truth_as_often_as_they_say(*, known: bool) -> None:
    truth, rng, inside = {"height": 2.0, "rate": 0.8}, np.random.default_rng(1), 0
    for _ in range(150):
        found = fitted(decay(truth) + rng.normal(0, 0.02, len(X)), known=known)
        low, high = found.interval("rate")
        inside += low <= truth["rate"] <= high
    # The binomial standard error of 150 trials is 1.8 %.
    assert 0.90 <= inside / 150 <= 0.99


def test_functions_of_parameters_have_the_errors_of_propagation() -> None:
    truth, rng = {"height": 2.0, "rate": 0.8}, np.random.default_rng(2)
    values, errors = [], []
    for _ in range(150):
        found = fitted(decay(truth) + rng.normal(0, 0.02, len(X)), known=True)
        area, covariance = found.evaluate(lambda p: np.array([p["height"] / p["rate"]]))
        values.append(area[0])
        errors.append(np.sqrt(covariance[0, 0]))
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)


def test_a_parameter_without_influence_is_named() -> None:
    with pytest.raises(FitError, match=r"do not determine .*idle"):
        fit(lambda p: p["a"] * X - X, {"a": Start(0.5), "idle": Start(1.0)}, noise_known=False)
