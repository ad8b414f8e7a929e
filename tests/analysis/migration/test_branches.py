"""Which of two bands is kept, and when a second one is started."""

import numpy as np
import pytest
from migration_example import LIMIT, OTO, band, cell, hops, profile

from liponflow.analysis.migration.branches import (
    TOLERANCE,
    Approach,
    choose,
    compare_with_sites,
    restart_through,
)
from liponflow.analysis.migration.hop_documents import PassedSite
from liponflow.analysis.runs import NEBResult
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.images import interpolate

MEV = 1e-3  # eV


def relaxed(saddle: float, *, max_force: float = 0.8 * LIMIT) -> NEBResult:
    ends = hop_starts(cell(), hops()[OTO], "N")
    return band(interpolate(ends.start, ends.end), profile(saddle, 0.0), max_force=max_force)


def below(by: float | None) -> PassedSite:
    return PassedSite(site="tetrahedral", distance=0.0, band_energy=0.4, site_energy=0, below=by)


def test_the_band_is_compared_with_each_site_where_it_passes_it() -> None:
    made = relaxed(0.4)
    middle, quarter, unknown = compare_with_sites(
        made,
        [Approach("a", 3.0, 0.0), Approach("b", 1.5, 0.2), Approach("c", 3.0, 0.1)],
        {"a": 0.3, "b": 0.3},
    )
    assert middle.band_energy == pytest.approx(0.4, abs=MEV)
    assert middle.below == pytest.approx(0.1, abs=MEV)
    assert quarter.band_energy == pytest.approx(0.4 * np.sin(np.pi / 4) ** 2, abs=0.01)
    assert quarter.below == pytest.approx(-0.1, abs=0.01)
    assert (unknown.site_energy, unknown.below) == (None, None)


def test_only_a_site_below_the_band_by_more_than_the_tolerance_restarts_it() -> None:
    assert restart_through([]) is None
    assert restart_through([below(None), below(-0.5), below(0.9 * TOLERANCE)]) is None
    assert restart_through([below(None), below(0.05), below(0.09)]) == 2


@pytest.mark.parametrize(
    ("first", "second", "kept", "reason"),
    [
        (0.4, 0.3, "second", "a barrier of 0.300 instead of 0.400 eV"),
        (0.4, 0.5, "first", "0.500 eV, not below the 0.400 eV of the first"),
        (0.4, None, "first", "did not converge, so the first one is kept"),
        (None, 0.5, "second", "a barrier of 0.500 eV; the first has none"),
    ],
)
def test_the_lower_converged_band_is_kept(
    first: float | None, second: float | None, kept: str, reason: str
) -> None:
    one, other = (
        relaxed(0.4, max_force=2 * LIMIT) if height is None else relaxed(height)
        for height in (first, second)
    )
    band_kept, record = choose(one, other, below(0.1))
    assert record.kept == kept
    assert band_kept is (one if kept == "first" else other)
    assert reason in record.reason
    assert record.first_barrier == pytest.approx(first, abs=MEV)
    assert record.second_barrier == pytest.approx(second, abs=MEV)


def test_a_band_that_cannot_be_started_leaves_the_first_with_the_reason() -> None:
    first = relaxed(0.4)
    band_kept, record = choose(first, None, below(0.1), "no symmetry operation")
    assert band_kept is first
    assert "no band leads through that site (no symmetry operation)" in record.reason
