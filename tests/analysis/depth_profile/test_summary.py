"""Excess of Li in synthetic profiles with the published peak."""

import numpy as np
import pytest

from liponflow.analysis.depth_profile.concentration import TRITON, Profile
from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.stopping import Layer, depth_of_energy
from liponflow.analysis.depth_profile.summary import Ranges, Scale, depth_profile_of
from liponflow.analysis.depth_profile.weibull import weibull
from liponflow.analysis.measured.table import TableError
from liponflow.analysis.provenance import file_provenance

PUBLISHED = published_profile()
RANGES = Ranges(22.0, PUBLISHED.fitted, PUBLISHED.extrapolated_to, PUBLISHED.integrated)
ENERGY = np.arange(2050.0, 2700.0)
MADE = file_provenance([], {}, "x")
THICKNESS = 0.65
LNMO = 8 / (8.17e-8) ** 3
GAIN = PUBLISHED.density * THICKNESS * 1e-4
"""Li per cm² that make the published density over 650 nm."""


def profiles(noise: float, seed: int = 0) -> tuple[Profile, Profile]:
    """Return the film and the electrode; `noise` is relative, in a bin with the amplitude."""
    peak = weibull(ENERGY, PUBLISHED.parameters) / 22
    gain = np.exp(-(((ENERGY - 2270) / 22) ** 2) / 2)
    gain *= GAIN / gain.sum()
    electrode = 2e16 / 22 * (ENERGY < 2280)
    per_count = (noise**2) * PUBLISHED.parameters["a0"]
    rng = np.random.default_rng(seed)
    both = []
    for mean in (peak + gain + electrode, electrode):
        counts = rng.poisson(mean / per_count)
        both.append(Profile(ENERGY, counts * per_count, np.maximum(counts, 1) * per_count**2))
    return both[0], both[1]


def result_of(noise: float, seed: int = 0, **scale: object):
    film, bare = profiles(noise, seed)
    given = Scale(**({"thickness": THICKNESS, "host_density": LNMO} | scale))
    return depth_profile_of(film, bare, RANGES, given, MADE, material="LiPON on LNMO")


def test_the_published_excess_comes_back() -> None:
    result = result_of(0.002)
    assert result.excess_density == pytest.approx(PUBLISHED.density, rel=0.05)
    assert result.excess_density_low < PUBLISHED.density < result.excess_density_high
    assert result.share == pytest.approx(2.73, rel=0.05)
    assert result.r_squared > PUBLISHED.r_squared
    values = {item.name: item for item in result.parameters}
    for name, value in PUBLISHED.parameters.items():
        assert values[name].low < value < values[name].high


def test_intervals_of_the_excess_hold_it_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(60):
        result = result_of(0.01, seed)
        inside += result.excess_low <= GAIN <= result.excess_high
    # The binomial standard error of 60 trials is 2.8 %.
    assert inside >= 53


def test_errors_of_six_percent_leave_nearly_half_of_the_excess_in_doubt() -> None:
    result = result_of(0.02)
    assert result.largest_error == pytest.approx(6, abs=1)
    half = (result.excess_density_high - result.excess_density_low) / 2
    assert half == pytest.approx(0.44 * PUBLISHED.density, rel=0.15)
    assert result.excess_extrapolation > result.excess_counting


def test_a_common_error_of_scale_widens_the_interval() -> None:
    sharp, wide = result_of(0.002), result_of(0.002, error=0.05)
    half = (wide.excess_high - wide.excess_low) / 2
    expected = np.hypot((sharp.excess_high - sharp.excess_low) / 2, 1.96 * 0.05 * sharp.excess)
    assert half == pytest.approx(expected, rel=1e-3)
    assert wide.scale_error == pytest.approx(5)


def test_stopping_powers_give_depths_and_the_length() -> None:
    grid = np.linspace(100, 3000, 200)
    layers = [Layer(grid, np.full(200, 60.0), None)]
    result = result_of(0.002, layers=layers, thickness=None)
    assert result.excess_length == pytest.approx((2358 - 2200) / 60, rel=1e-3)
    point = next(point for point in result.points if point.depth is not None)
    expected = depth_of_energy(layers, TRITON, np.array([point.energy]))[0]
    assert point.depth == pytest.approx(expected)
    assert result.excess_density == pytest.approx(result.excess / (result.excess_length * 1e-4))


def test_without_excess_there_is_a_warning() -> None:
    peak = weibull(ENERGY, PUBLISHED.parameters) / 22
    noisy = np.random.default_rng(2).poisson(peak / 1e11) * 1e11
    alone = Profile(ENERGY, noisy, np.maximum(noisy, 1e11) * 1e11)
    result = depth_profile_of(alone, None, RANGES, Scale(), MADE, material="LiPON")
    assert "the interval of the excess holds 0: no excess is shown" in result.warnings
    assert result.excess_density is None


def test_ranges_beyond_the_profile_are_refused() -> None:
    film, bare = profiles(0.01)
    ranges = Ranges(22.0, (2358.0, 2551.0), 1900.0, (2200.0, 2358.0))
    with pytest.raises(TableError, match="covers 2050 to 2699 keV, and the analysis needs 1900"):
        depth_profile_of(film, bare, ranges, Scale(), MADE, material="x")
    narrow = Ranges(22.0, (2358.0, 2400.0), 2140.0, (2200.0, 2358.0))
    with pytest.raises(TableError, match="the fit of four parameters needs 5"):
        depth_profile_of(film, bare, narrow, Scale(), MADE, material="x")
