"""Barriers from splines through bands of known energy profiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.analysis.migration.barrier import barrier

MEV = 1e-3  # eV
HEIGHT, LENGTH = 0.5, 1.7  # eV, Å


def cosine(s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the energies and slopes of a sinusoidal profile."""
    phase = 2 * np.pi * s / LENGTH
    return HEIGHT / 2 * (1 - np.cos(phase)), HEIGHT * np.pi / LENGTH * np.sin(phase)


def double_well(s: np.ndarray, tilt: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Return the energies and slopes of a quartic with unequal wells at the ends of the path."""
    wells = np.roots([4, 0, -2, tilt]).real
    low, high = np.sort(wells)[[0, -1]]
    x = low + (high - low) * s / LENGTH
    slope = (4 * x**3 - 2 * x + tilt) * (high - low) / LENGTH
    return x**4 - x**2 + tilt * x - (low**4 - low**2 + tilt * low), slope


@pytest.mark.parametrize("n_images", [3, 5, 6, 7])
def test_sinusoidal_barrier_is_exact_to_1_mev(n_images: int):
    s = np.linspace(0, LENGTH, n_images + 2)
    found = barrier(s, *cosine(s))
    assert found.forward == pytest.approx(HEIGHT, abs=MEV)
    assert found.reverse == pytest.approx(HEIGHT, abs=MEV)
    assert found.saddle_distance == pytest.approx(LENGTH / 2, abs=1e-3)
    assert found.lowest_between is None


def test_barrier_without_slopes_is_exact_to_1_mev_with_image_at_saddle():
    s = np.linspace(0, LENGTH, 7)
    assert barrier(s, cosine(s)[0]).forward == pytest.approx(HEIGHT, abs=MEV)


def test_asymmetric_barrier_is_exact_to_1_mev():
    s = np.linspace(0, LENGTH, 7)
    energies, slopes = double_well(s)
    found = barrier(s, energies, slopes)
    fine = double_well(np.linspace(0, LENGTH, 100_001))[0]
    assert found.forward == pytest.approx(fine.max(), abs=MEV)
    assert found.reverse == pytest.approx(fine.max() - fine[-1], abs=MEV)
    assert abs(found.forward - found.reverse) > 0.1


def test_slopes_improve_the_barrier():
    s = np.linspace(0, LENGTH, 6)  # no image at the saddle
    energies, slopes = double_well(s)
    fine = double_well(np.linspace(0, LENGTH, 100_001))[0].max()
    with_slopes = abs(barrier(s, energies, slopes).forward - fine)
    assert with_slopes < abs(energies.max() - fine) / 3


def test_intermediate_minimum_is_found():
    s = np.linspace(0, 1, 13)
    energies = 0.3 * np.sin(2 * np.pi * s) ** 2 - 0.1 * np.sin(np.pi * s) ** 2
    found = barrier(s, energies)
    assert found.lowest_between == pytest.approx(-0.1, abs=2 * MEV)
    assert found.forward == pytest.approx(max(energies), abs=5 * MEV)


def test_incompletely_relaxed_end_point_gives_no_intermediate_minimum():
    s = np.linspace(0, 1, 7)
    energies = np.array([0.0, -0.008, -0.127, -0.169, -0.187, -0.1975, -0.196])
    assert barrier(s, energies).lowest_between is None


def test_monotonic_profile_has_its_saddle_at_an_end_point():
    s = np.linspace(0, 1, 6)
    rising = barrier(s, 0.2 * (3 * s**2 - 2 * s**3))
    assert rising.forward == pytest.approx(0.2)
    assert rising.reverse == pytest.approx(0, abs=1e-9)
    assert rising.saddle_distance == pytest.approx(1)
    falling = barrier(s, -0.2 * (3 * s**2 - 2 * s**3))
    assert falling.forward == pytest.approx(0, abs=1e-9)
    assert barrier(s, np.zeros(6)).forward == 0


def test_curve_passes_through_the_images():
    s = np.linspace(0, LENGTH, 7)
    energies, slopes = double_well(s)
    curve = barrier(s, energies, slopes).curve
    assert np.interp(s, curve[:, 0], curve[:, 1]) == pytest.approx(energies, abs=MEV)


MINIMA = np.array([[-0.55822363, 1.44172584], [0.6234994, 0.02803776]])
SADDLE = -40.66484
"""Two minima and the highest saddle of :func:`mueller_brown`."""


def mueller_brown(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return energies and gradients of Müller and Brown, Theor. Chim. Acta 53, 75 (1979)."""
    dx = points[..., :1] - np.array([1, 0, -0.5, -1])
    dy = points[..., 1:] - np.array([0, 0.5, 1.5, 1])
    a, b = np.array([-1, -1, -6.5, 0.7]), np.array([0, 0, 11, 0.6])
    c = np.array([-10, -10, -6.5, 0.7])
    terms = np.array([-200, -100, -170, 15]) * np.exp(a * dx**2 + b * dx * dy + c * dy**2)
    gradient = (terms * (2 * a * dx + b * dy), terms * (b * dx + 2 * c * dy))
    return terms.sum(axis=-1), np.stack(gradient, axis=-2).sum(axis=-1)


def climbed_band(n_images: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return path lengths, energies, slopes and climbing image of a converged band."""
    path = np.linspace(*MINIMA, n_images + 2)
    for _ in range(2000):
        energy, gradient = mueller_brown(path)
        top = int(energy.argmax())
        ahead, behind = path[2:] - path[1:-1], path[1:-1] - path[:-2]
        # Improved tangents: to the higher neighbour, at an extremum weighted by the steps.
        up, down = energy[2:] - energy[1:-1], energy[:-2] - energy[1:-1]
        most, least = np.maximum(abs(up), abs(down)), np.minimum(abs(up), abs(down))
        extremum = up * down > 0
        w = np.where(extremum, np.where(up > down, most, least), up > 0)
        v = np.where(extremum, np.where(up > down, least, most), up <= 0)
        tangent = w[:, None] * ahead + v[:, None] * behind
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        slope = (gradient[1:-1] * tangent).sum(axis=1)
        steps = np.linalg.norm(ahead, axis=1) - np.linalg.norm(behind, axis=1)
        along = np.where(np.arange(1, n_images + 1) == top, 2 * slope, slope + 100 * steps)
        force = along[:, None] * tangent - gradient[1:-1]
        if abs(force).max() < 1e-3:
            lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
            return np.append(0, lengths.cumsum()), energy, np.array([0, *slope, 0]), top
        path[1:-1] += np.clip(2e-4 * force, -0.02, 0.02)
    raise AssertionError("the band did not converge")


def test_converged_climbing_image_is_the_saddle():
    s, energies, slopes, top = climbed_band(5)
    assert energies[top] == pytest.approx(SADDLE, abs=1e-4)
    # Without slopes a spline overshoots on this path, which bends sharply before the saddle.
    assert energies[0] + barrier(s, energies).forward > SADDLE + 0.5
    for known in (None, slopes):
        found = barrier(s, energies, known, climbing=top)
        assert energies[0] + found.forward == pytest.approx(SADDLE, abs=1e-3)
        assert energies[-1] + found.reverse == pytest.approx(SADDLE, abs=1e-3)
        assert found.saddle_distance == pytest.approx(s[top], abs=1e-3)
        at_top = np.interp(s[top], *found.curve.T) + energies[0]
        assert at_top == pytest.approx(SADDLE, abs=0.2)


def test_path_that_rises_again_away_from_the_climbing_image_has_its_saddle_there():
    s = np.linspace(0, 6, 7)
    energies = np.array([0.0, 0.5, 0.0, 0.1, 0.48, 0.48, 0.0])  # the second peak is 0.55 high
    found = barrier(s, energies, climbing=1)
    assert 4 < found.saddle_distance < 5
    assert 0.5 < found.forward < 0.6


@pytest.mark.parametrize("climbing", [-1, 0, 4])
def test_end_point_cannot_climb(climbing: int):
    with pytest.raises(ValueError, match=f"climbing image {climbing} is not between"):
        barrier(range(5), [0, 1, 2, 1, 0], climbing=climbing)


PROFILES = st.lists(st.floats(-1, 1), min_size=3, max_size=9)


@given(energies=PROFILES, shift=st.floats(-100, 100))
def test_barrier_is_invariant_to_energy_shift_and_swaps_on_path_reversal(
    energies: list[float], shift: float
):
    s = np.cumsum(np.linspace(0.2, 0.4, len(energies)))
    s -= s[0]
    slopes = np.zeros(len(s))
    there = barrier(s, energies, slopes)
    moved = barrier(s, np.array(energies) + shift, slopes)
    back = barrier(s[-1] - s[::-1], energies[::-1], -slopes[::-1])
    assert moved.forward == pytest.approx(there.forward, abs=1e-9)
    assert back.forward == pytest.approx(there.reverse, abs=1e-9)
    assert there.forward == pytest.approx(max(energies) - energies[0], abs=1e-9)
    assert there.forward - there.reverse == pytest.approx(energies[-1] - energies[0], abs=1e-9)


@pytest.mark.parametrize(
    ("distances", "energies", "message"),
    [
        ([0, 1], [0, 0], "a band of 2 images"),
        ([0, 1, 2], [0, 1], "3 distances, 2 energies"),
        ([0, 2, 1], [0, 1, 0], "out of order: image 2 is not farther .* than image 1"),
        ([0, 1, 2], [0, float("nan"), 0], "not finite"),
    ],
)
def test_invalid_band_is_refused(distances: list[float], energies: list[float], message: str):
    with pytest.raises(ValueError, match=message):
        barrier(distances, energies)
