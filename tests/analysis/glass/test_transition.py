import re
from collections.abc import Callable

import numpy as np
import pytest

from liponflow.analysis.glass.transition import SIGNIFICANCE, fit_glass_transition

TG = 780.0
BOOTSTRAP = 0.06
"""Relative, for eight errors: 2 % from 1000 samples each, the rest from curvature."""
TWO_DIGITS = 0.05
"""Relative, for a number given with two digits in a note."""


def cooled(noise: float, seed: int = 0, glass: float = 3e-4, liquid: float = 9e-4) -> tuple:
    x = np.linspace(300, 1500, 25)
    y = 11.5 + np.where(x < TG, glass, liquid) * (x - TG)
    return x, y + noise * np.random.default_rng(seed).standard_normal(len(x))


def test_transition_between_two_lines_is_recovered() -> None:
    fit = fit_glass_transition(*cooled(0.0), quantity="volume", cooling_rate=10)
    assert fit.temperature == pytest.approx(TG, abs=0.1)
    assert (fit.glass_slope, fit.liquid_slope) == pytest.approx((3e-4, 9e-4), rel=1e-3)
    assert fit.value_at_tg == pytest.approx(11.5, abs=1e-4)
    assert fit.error < 0.1
    assert fit.resolved
    assert "10 K/ps" in fit.note


def test_order_of_points_does_not_matter() -> None:
    x, y = cooled(0.005)
    order = np.random.default_rng(5).permutation(len(x))
    first = fit_glass_transition(x, y, quantity="volume", cooling_rate=1)
    assert fit_glass_transition(x[order], y[order], quantity="volume", cooling_rate=1) == first


def test_error_agrees_with_the_scatter_of_repeated_measurements() -> None:
    fits = [
        fit_glass_transition(*cooled(0.01, seed), quantity="enthalpy", cooling_rate=1)
        for seed in range(12)
    ]
    scatter = np.std([fit.temperature for fit in fits], ddof=1)
    # Both are estimates from about a dozen values: they agree within a factor of two.
    assert 0.5 < np.mean([fit.error for fit in fits]) / scatter < 2
    assert np.mean([fit.temperature for fit in fits]) == pytest.approx(TG, abs=3 * scatter)


def test_bootstrap_error_agrees_with_linear_regression() -> None:
    """With few points the four parameters of the fit matter: √(n/(n - 4)) is 1.29.

    For small noise the variance of the break is s² (JᵀJ)⁻¹ with s² = Σ residuals²/(n - 4); the
    columns of J are derivatives with respect to value, slopes and position of the break.
    """
    x = np.linspace(300, 1400, 10)
    place, glass, liquid = 840.0, 3e-4, 9e-4  # between two points, not close to either
    offset = x - place
    below, above = np.minimum(offset, 0), np.maximum(offset, 0)
    ratios = []
    for seed in range(8):
        noise = 2e-3 * np.random.default_rng(seed).standard_normal(len(x))
        y = 11.5 + glass * below + liquid * above + noise
        fit = fit_glass_transition(x, y, quantity="volume", cooling_rate=1, seed=seed)
        slopes = np.where(offset < 0, -fit.glass_slope, -fit.liquid_slope)
        shifted = x - fit.temperature
        jacobian = np.column_stack(
            [np.ones(len(x)), np.minimum(shifted, 0), np.maximum(shifted, 0), slopes]
        )
        variance = fit.residual**2 * len(x) / (len(x) - 4)
        exact = np.sqrt(variance * np.linalg.inv(jacobian.T @ jacobian)[3, 3])
        ratios.append(fit.error / exact)
    assert np.mean(ratios) == pytest.approx(1, abs=BOOTSTRAP)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (cooled(0.01, glass=6e-4, liquid=6e-4), "no better than one"),
        (cooled(0.002, glass=9e-4, liquid=3e-4), "the slope is larger below the break"),
    ],
)
def test_data_without_a_transition_are_unresolved(points: tuple, reason: str) -> None:
    fit = fit_glass_transition(*points, quantity="volume", cooling_rate=1)
    assert not fit.resolved
    assert reason in fit.note


@pytest.mark.parametrize(
    ("noise", "note"),
    [(0.04, "not resolved"), (0.025, "not resolved"), (0.02, "at 1 K/ps")],
    ids=["far from the limit", "just above it", "just below it"],
)
def test_f_test_of_two_lines_counts_four_parameters(noise: float, note: str) -> None:
    """Two lines have a value, two slopes and a break: n - 4 degrees of freedom remain.

    With two parameters more than a single line, the F distribution has a closed form: the sum of
    squares falls as much by chance with probability (two lines / one line)^((n - 4)/2).
    """
    x = np.linspace(300, 1400, 10)
    y = 11.5 + np.where(x < TG, 3e-4, 9e-4) * (x - TG)
    y += noise * np.random.default_rng(0).standard_normal(len(x))
    fit = fit_glass_transition(x, y, quantity="volume", cooling_rate=1)
    chance = (fit.residual / fit.single_line_residual) ** (len(x) - 4)
    assert fit.note.startswith(note)
    assert fit.resolved == (chance < SIGNIFICANCE)
    for stated in re.findall(r"F test: ([\d.e-]+)", fit.note):
        assert float(stated) == pytest.approx(chance, rel=TWO_DIGITS)


def smooth(curve: Callable, seed: int, noise: float = 0.005) -> tuple:
    x = np.arange(300, 1800, 50.0)
    return x, curve(x) + noise * np.random.default_rng(seed).standard_normal(len(x))


@pytest.mark.parametrize(
    ("curve", "name"),
    [
        (lambda t: 20 + 3e-4 * (t - 300) + 4e-7 * (t - 300) ** 2, "a parabola"),
        (lambda t: 20 + 4e-7 * (t - 300) ** 2 - 1.3e-10 * (t - 300) ** 3, "a cubic"),
    ],
    ids=["parabola", "bend that fades"],
)
def test_smooth_bend_is_unresolved(curve: Callable, name: str) -> None:
    fits = [
        fit_glass_transition(*smooth(curve, seed), quantity="volume", cooling_rate=1)
        for seed in range(8)
    ]
    assert not any(fit.resolved for fit in fits)
    assert all(f"no better than {name}" in fit.note for fit in fits)
    # One line alone would not have shown it.
    assert all(fit.residual < 0.7 * fit.single_line_residual for fit in fits)


def test_break_as_deep_as_the_bend_stays_resolved() -> None:
    """The lines part from one line as far as the parabola of the test above does."""
    fits = [
        fit_glass_transition(
            *smooth(lambda t: 20 + 3e-4 * t + 5e-4 * np.maximum(0, t - 1000), seed),
            quantity="volume",
            cooling_rate=1,
        )
        for seed in range(8)
    ]
    assert all(fit.resolved for fit in fits)
    assert np.mean([fit.temperature for fit in fits]) == pytest.approx(1000, abs=10)


def test_parabola_without_noise_is_unresolved() -> None:
    x = np.arange(300, 1800, 50.0)
    fit = fit_glass_transition(x, 20 + (x / 4096) ** 2, quantity="volume", cooling_rate=1)
    assert not fit.resolved


def test_break_at_the_end_of_the_data_is_unresolved() -> None:
    x = np.linspace(300, 800, 20)
    y = 11 + 9e-4 * x + 4e-7 * np.maximum(0, x - 700) ** 2
    y[:2] -= 0.01
    fit = fit_glass_transition(x, y, quantity="volume", cooling_rate=1)
    assert not fit.resolved
    assert "at the end of the temperatures" in fit.note


@pytest.mark.parametrize(
    ("x", "y", "rate", "message"),
    [
        ([300, 400], [1, 2], 1, "2 temperatures are too few for two lines; give at least 8"),
        ([300] * 10, [1] * 10, 1, "1 temperatures are too few"),
        (range(10), range(9), 1, "10 temperatures and 9 values"),
        (range(10), [np.nan] * 10, 1, "not a finite number"),
        (range(10), range(10), 0, "cooling rate = 0 K/ps must be above 0"),
    ],
)
def test_invalid_input_is_refused(x: list, y: list, rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_glass_transition(list(x), list(y), quantity="volume", cooling_rate=rate)
