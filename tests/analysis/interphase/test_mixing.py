"""Mixtures against closed forms, bounds and limits."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.analysis.interphase.mixing import (
    Mixing,
    MixtureError,
    mixed_conductivity,
    share_needed,
)

EXACT = 1e-9
PAIR = {"Li2O": 1e-12, "Li3N": 1e-4}


@given(st.floats(0.01, 0.99), st.floats(-12, 0), st.floats(0.01, 6))
def test_arrangements_are_ordered(share: float, exponent: float, decades: float) -> None:
    low = 10.0**exponent
    shares, sigma = {"A": 1 - share, "B": share}, {"A": low, "B": low * 10**decades}
    values = [mixed_conductivity(shares, sigma, mixing) for mixing in Mixing]
    assert all(a <= b * (1 + 1e-6) for a, b in pairwise(values))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
def test_two_phases_follow_closed_forms(share: float) -> None:
    low, high = 1.0, 50.0
    rest = 1 - share
    found = {
        mixing: mixed_conductivity({"A": rest, "B": share}, {"A": low, "B": high}, mixing)
        for mixing in Mixing
    }
    # Hashin and Shtrikman's equation for two phases, and Bruggeman's as a quadratic.
    assert found[Mixing.HASHIN_SHTRIKMAN_LOW] == pytest.approx(
        low + share / (1 / (high - low) + rest / (3 * low)), rel=EXACT
    )
    assert found[Mixing.HASHIN_SHTRIKMAN_HIGH] == pytest.approx(
        high + rest / (1 / (low - high) + share / (3 * high)), rel=EXACT
    )
    b = (3 * share - 1) * high + (3 * rest - 1) * low
    assert found[Mixing.BRUGGEMAN] == pytest.approx(
        (b + math.sqrt(b * b + 8 * low * high)) / 4, rel=EXACT
    )


def test_bruggeman_percolates_at_a_third() -> None:
    sigma = {"A": 1e-15, "B": 1.0}
    below = mixed_conductivity({"A": 0.70, "B": 0.30}, sigma, Mixing.BRUGGEMAN)
    above = mixed_conductivity({"A": 0.60, "B": 0.40}, sigma, Mixing.BRUGGEMAN)
    assert below < 1e-13
    assert above == pytest.approx((3 * 0.4 - 1) / 2, rel=1e-6)


def test_three_phases_keep_the_bounds_of_series_and_parallel() -> None:
    shares = {"Li2O": 0.2, "Li3N": 0.3, "Li3PO4": 0.5}
    sigma = {**PAIR, "Li3PO4": 1e-8}
    assert mixed_conductivity(shares, sigma, Mixing.SERIES) == pytest.approx(
        1 / (0.2e12 + 0.3e4 + 0.5e8), rel=EXACT
    )
    assert mixed_conductivity(shares, sigma, Mixing.PARALLEL) == pytest.approx(
        0.2e-12 + 0.3e-4 + 0.5e-8, rel=EXACT
    )


@pytest.mark.parametrize("mixing", Mixing)
@pytest.mark.parametrize("target", [1e-11, 1.75e-7, 5e-5])
def test_share_needed_gives_the_target_back(mixing: Mixing, target: float) -> None:
    share = share_needed("Li3N", {"Li2O": 1.0}, PAIR, target, mixing)
    shares = {"Li3N": share, "Li2O": 1 - share}
    # A share next to 1 keeps 16 digits, of which the rest, which counts, has few.
    assert mixed_conductivity(shares, PAIR, mixing) == pytest.approx(target, rel=2e-4)


def test_shares_of_li3n_by_hand() -> None:
    """76.4 nm of Li2O and Li3N with the 43.5 Ω cm² of 1 µm of LiPON."""
    target = 76.4e-7 / (1e-4 / 2.3e-6)

    def needed(mixing: Mixing) -> float:
        return share_needed("Li3N", {"Li2O": 1.0}, PAIR, target, mixing)

    assert needed(Mixing.PARALLEL) == pytest.approx(target / 1e-4, rel=1e-4)
    assert 1 - needed(Mixing.SERIES) == pytest.approx(1e-12 * (1 / target - 1e4), rel=1e-4)
    # Spheres of Li2O in Li3N: σ = 2f/(3 - f) of that of Li3N where Li2O does not conduct.
    ratio = target / 1e-4
    assert needed(Mixing.HASHIN_SHTRIKMAN_HIGH) == pytest.approx(3 * ratio / (2 + ratio), rel=1e-4)
    # Above the threshold of 1/3, σ = (3f - 1)/2 of that of Li3N.
    assert needed(Mixing.BRUGGEMAN) == pytest.approx((1 + 2 * ratio) / 3, rel=1e-4)


@pytest.mark.parametrize("mixing", Mixing)
def test_a_trace_of_a_metal_may_suffice(mixing: Mixing) -> None:
    sigma = {"A": 1e-12, "metal": 1e4}
    share = share_needed("metal", {"A": 1.0}, sigma, 1.001e-12, mixing)
    assert 0 < share < 1e-3
    if mixing is Mixing.PARALLEL:
        assert share == pytest.approx(1e-15 / 1e4, rel=1e-9)


def test_no_share_is_needed_if_the_others_conduct() -> None:
    assert share_needed("Li3N", {"Li3PO4": 1}, {"Li3N": 1e-4, "Li3PO4": 1e-8}, 1e-9,
                        Mixing.SERIES) == 0  # fmt: skip


def test_bad_mixtures_are_refused() -> None:
    with pytest.raises(MixtureError, match=r"add up to 0\.9"):
        mixed_conductivity({"Li2O": 0.4, "Li3N": 0.5}, PAIR, Mixing.SERIES)
    with pytest.raises(MixtureError, match=r"share of Li2O, -0\.1, is negative"):
        mixed_conductivity({"Li2O": -0.1, "Li3N": 1.1}, PAIR, Mixing.SERIES)
    with pytest.raises(MixtureError, match="Li3P has no conductivity above 0; there are those of"):
        mixed_conductivity({"Li3P": 1.0}, PAIR, Mixing.SERIES)
    with pytest.raises(MixtureError, match="no share of it suffices"):
        share_needed("Li3N", {"Li2O": 1.0}, PAIR, 1e-3, Mixing.PARALLEL)
    with pytest.raises(MixtureError, match="leave it out"):
        share_needed("Li3N", {"Li3N": 1.0}, PAIR, 1e-5, Mixing.PARALLEL)
