"""Steps saved by starting from a known path, and refused refinements."""

import pytest
from migration_example import ENGINE, LIMIT, OTO, band, cell, hops, profile, record

from liponflow.analysis.migration.hops import hop_barrier
from liponflow.analysis.migration.refinement import refinement, refused
from liponflow.analysis.runs import NEBResult
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.images import interpolate


@pytest.fixture
def path() -> NEBResult:
    ends = hop_starts(cell(), hops()[OTO], "N")
    return band(interpolate(ends.start, ends.end), profile(0.26, 0.0))


def test_steps_are_reported_only_for_converged_bands(path: NEBResult) -> None:
    short, long = path.model_copy(update={"steps": 12}), path.model_copy(update={"steps": 60})
    found = refinement("N", OTO, ENGINE, path=short, other=long)
    assert (found.steps_from_path, found.steps_from_interpolation) == (12, 60)
    assert found.reason is None
    stopped = long.model_copy(update={"converged": False, "warnings": ["not converged"]})
    assert refinement("N", OTO, ENGINE, path=short, other=stopped).steps_from_interpolation is None
    assert refinement("N", OTO, ENGINE, path=short, other=None).steps_from_interpolation is None
    found = refinement("N", OTO, ENGINE, path=stopped, other=long)
    assert (found.steps_from_path, found.reason) == (None, "not converged")


def test_barrier_is_taken_from_the_band_as_that_of_a_hop(path: NEBResult) -> None:
    """A path without an image at its saddle; the highest image alone is too low."""
    ends = hop_starts(cell(), hops()[OTO], "N")
    coarse = band(interpolate(ends.start, ends.end, 4), profile(0.26, 0.0))
    assert coarse.barrier < 0.25
    found = refinement("N", OTO, ENGINE, path=coarse, other=None)
    assert found.barrier == pytest.approx(0.26, abs=2e-3)
    hop = hop_barrier(record("N", hops()[OTO]), coarse, force_limit=LIMIT)
    assert found.barrier == hop.barrier
    stopped = path.model_copy(update={"barrier": None, "converged": False, "warnings": ["force"]})
    assert refinement("N", OTO, ENGINE, path=stopped, other=None).barrier is None


def test_failed_band_has_no_barrier_but_a_reason(path: NEBResult) -> None:
    found = refinement("N", OTO, ENGINE, path=None, other=path)
    assert (found.model, found.barrier) == (ENGINE.short, None)
    assert "the band failed" in (found.reason or "")
    assert refused("N", OTO, ENGINE, "an end point").reason == "an end point"
