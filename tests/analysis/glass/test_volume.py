"""Search for the volume at zero pressure."""

import pytest

from liponflow.analysis.glass.volume import (
    around_zero,
    check_computed,
    further_volume,
    next_volume,
    settled_means,
)


def test_fitted_volume_within_the_computed_range_is_used() -> None:
    assert next_volume([1100, 1200, 1300], [3, 1, -1], fitted=1250.0) == 1250


@pytest.mark.parametrize("fitted", [None, 900.0, float("nan")])
def test_search_extends_towards_zero_pressure(fitted: float | None) -> None:
    assert next_volume([1100, 1200], [3, 2], fitted=fitted) == pytest.approx(1320)
    assert next_volume([1100, 1200], [-2, -3], fitted=fitted) == pytest.approx(
        900 if fitted == 900 else 1000
    )


def test_fit_far_beyond_the_computed_range_is_followed_only_so_far() -> None:
    assert next_volume([1100, 1200], [3, 2], fitted=9e9) == pytest.approx(1.5 * 1200)
    assert next_volume([1100, 1200], [-2, -3], fitted=1e-3) == pytest.approx(1100 / 1.5)


@pytest.mark.parametrize(
    ("pressures", "expected"),
    [
        ([9, 8, 7, 6, 5, 4], [2, 3, 4, 5]),
        ([-1, -2, -3, -4, -5, -6], [0, 1, 2, 3]),
        ([9, 5, -1, -2, -3, -4], [0, 1, 2, 3]),
        ([9, 8, 7, 6, 5, -1], [2, 3, 4, 5]),
    ],
)
def test_volumes_around_the_change_of_sign_are_fitted(
    pressures: list[float], expected: list[int]
) -> None:
    volumes = list(range(6))
    assert around_zero(volumes, pressures, enough=5) == expected
    assert around_zero(volumes, pressures, enough=6) == volumes


@pytest.mark.parametrize(
    ("fitted", "expected"),
    [(1000, None), (1030, None), (1500, 1500), (1800, 1800 * 1.08**3), (900, 900 * 0.92**3)],
)
def test_further_volume_is_in_a_gap_or_beyond_all(fitted: float, expected: float | None) -> None:
    assert further_volume([1000, 1100, 1700], fitted, strain=0.08) == expected


def test_pressure_is_interpolated_between_both_signs() -> None:
    # From 4 at 1100 to -1 at 1200: zero at four fifths of the interval.
    assert next_volume([1200, 1100], [-1, 4], fitted=2000.0) == pytest.approx(1180)


def test_energy_and_pressure_are_averages_over_the_second_half() -> None:
    means = settled_means([0.0, 0.0, -2.0, -4.0], [90.0, 90.0, None, 5.0])
    assert means == (-3.0, 5.0)


def test_dynamics_without_pressure_is_refused() -> None:
    with pytest.raises(ValueError, match="must ask for the stress"):
        settled_means([-1.0, -1.0], [1.0, None])


def test_volume_outside_the_computed_range_is_refused_with_the_remedy() -> None:
    check_computed(1000, 1000, 1200)
    with pytest.raises(ValueError, match=r"at 1300 Å³, outside the 1000 to 1200.*volume_strain"):
        check_computed(1300, 1000, 1200)
