"""Lines through mean-squared displacements."""

import numpy as np
import pytest
from walks import brownian

from liponflow.analysis.transport.line import Windows, fit_line
from liponflow.analysis.transport.mean_squares import Accumulator, MeanSquares

IONS, FRAMES, DIFFUSIVITY, REPETITIONS = 20, 200, 0.02, 200
VIBRATION = 0.3


@pytest.fixture(scope="module")
def repeated() -> list[MeanSquares]:
    """Return the moments of repeated Brownian runs with vibrations."""
    found = []
    for seed in range(REPETITIONS):
        path = np.cumsum(brownian(FRAMES, IONS, DIFFUSIVITY, seed), axis=0)
        path += np.random.default_rng(seed).normal(0, VIBRATION, path.shape)
        accumulator = Accumulator(IONS)
        accumulator.add(path)
        found.append(accumulator.result())
    return found


def windows_of(squares: MeanSquares) -> Windows:
    return Windows(squares.lags, squares.spacings, squares.frames)


@pytest.mark.parametrize(
    ("which", "copies", "first"), [("own", IONS, 0), ("own", IONS, 5), ("collective", 1, 0)]
)
def test_intervals_hold_the_true_coefficient_as_often_as_they_say(
    repeated: list[MeanSquares], which: str, copies: int, first: int
) -> None:
    windows = windows_of(repeated[0])
    inside = 0
    for squares in repeated:
        total = np.trace(getattr(squares, which), axis1=1, axis2=2)
        line = fit_line(total, windows, dimensions=3, copies=copies, first=first)
        inside += abs(line.slope / 6 - DIFFUSIVITY) <= 1.96 * line.error / 6
    assert 0.91 <= inside / REPETITIONS <= 0.98


def test_covariance_is_that_of_repeated_runs(repeated: list[MeanSquares]) -> None:
    windows = windows_of(repeated[0])
    expected = windows.covariance(2 * DIFFUSIVITY, VIBRATION**2) * 3 / IONS
    totals = np.array([np.trace(squares.own, axis1=1, axis2=2) for squares in repeated])
    # The relative standard error of a variance of 200 values is 10 %.
    found = totals.var(axis=0, ddof=1)
    assert np.allclose(found / np.diag(expected), 1, atol=0.35)
    assert np.mean(found / np.diag(expected)) == pytest.approx(1, abs=0.15)
    correlation = np.corrcoef(totals.T)
    scale = np.sqrt(np.diag(expected))
    assert np.allclose(correlation, expected / np.outer(scale, scale), atol=0.25)


def test_chi_square_is_that_of_its_degrees_of_freedom(repeated: list[MeanSquares]) -> None:
    lines = [
        fit_line(np.trace(item.own, axis1=1, axis2=2), windows_of(item), dimensions=3, copies=IONS)
        for item in repeated[:40]
    ]
    reduced = np.mean([line.chi_square / line.freedom for line in lines])
    assert reduced == pytest.approx(1, abs=0.15)
    assert all(line.freedom == len(repeated[0].lags) - 2 for line in lines)
