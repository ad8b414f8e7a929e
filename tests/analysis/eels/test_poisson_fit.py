"""Tests of the largest Poisson likelihood, against a general minimiser."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from scipy.optimize import minimize
from tests.support.mixtures import ENERGIES, GRID, curves, scan

from liponflow.analysis.eels.poisson_fit import Components, deviance, fit_counts


def components(bound: float) -> Components:
    used = np.column_stack([curves(GRID)[name] for name in ("LiPON", "Li2O", "Li3P")])
    return Components(
        energies=ENERGIES,
        references=3,
        curves=[PchipInterpolator(GRID, used)],
        background=np.ones((len(ENERGIES), 1)),
        bound=bound,
    )


@pytest.mark.parametrize("counts", [60, 3000])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_minimiser_finds_a_larger_likelihood(counts: float, seed: int) -> None:
    spectrum = scan([{"LiPON": 0.6, "Li2O": 0.4}], counts, [0.3], seed=seed)[0]
    fitted = components(1.0)
    best = fit_counts(spectrum, fitted)
    assert best.converged
    assert (best.weights >= 0).all()
    assert abs(best.shift) <= 1
    assert best.deviance == pytest.approx(deviance(spectrum, best.expected))

    def cost(values: np.ndarray) -> float:
        return deviance(spectrum, np.maximum(fitted.at(values[-1]) @ values[:-1], 1e-9))

    found = minimize(
        cost,
        [*(best.weights + 0.01 * best.weights.max()), best.shift],
        method="L-BFGS-B",
        bounds=[(0, None)] * 4 + [(-1, 1)],
    )
    assert best.deviance <= found.fun + 1e-3


def test_spectra_without_counts_have_no_weights() -> None:
    best = fit_counts(np.zeros(len(ENERGIES)), components(0.5))
    assert not best.weights.any()
    assert best.deviance == pytest.approx(0, abs=1e-6)
