"""Steps saved by starting from a known path, and refused refinements."""

import pytest
from migration_example import ENGINE, OTO, band, cell, hops, profile

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


def test_failed_band_has_no_barrier_but_a_reason(path: NEBResult) -> None:
    found = refinement("N", OTO, ENGINE, path=None, other=path)
    assert (found.model, found.barrier) == (ENGINE.short, None)
    assert "the band failed" in (found.reason or "")
    assert refused("N", OTO, ENGINE, "an end point").reason == "an end point"
