"""What single points, relaxations within symmetry and bands make of a hop on a ladder."""

from dataclasses import replace

import pytest
from migration_example import ENGINE, LIMIT, OTO, band, calculation, cell, hops, profile, record

from liponflow.analysis.migration.hops import hop_barrier
from liponflow.analysis.migration.refinement import (
    Geometry,
    Kept,
    at_geometry,
    from_band,
    refinement_warnings,
    refused,
    relaxed_above,
    top_elsewhere,
    within_symmetry,
)
from liponflow.analysis.migration.result import Refinement
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.images import interpolate

GEOMETRY = Geometry("N", OTO, "cheap 1", 0.3, (0.0, 0.5, 1.0, 1.5, 2.0))
HOST = bcc_lithium(3.44)
KEPT = Kept("P4/mmm (123)", "P-4m2 (115)", "P-4m2 (115)", 0.01, 0.0, 0.05, 0.0)


def points(*energies: float) -> list[Calculation]:
    return [calculation(HOST, -100 + energy) for energy in energies]


def singles(*energies: float) -> Refinement:
    lengths = [0.5 * number for number in range(len(energies))]
    return at_geometry(replace(GEOMETRY, lengths=lengths), ENGINE, points(*energies), computed=3)


@pytest.fixture
def path() -> NEBResult:
    ends = hop_starts(cell(), hops()[OTO], "N")
    return band(interpolate(ends.start, ends.end), profile(0.26, 0.0))


def test_single_points_give_a_barrier_at_the_geometry_before() -> None:
    found = singles(0.0, 0.1, 0.25, 0.1, 0.0)
    assert found.single_point_barrier == pytest.approx(0.25)
    assert found.single_point_profile[1] == pytest.approx((0.5, 0.1))
    assert (found.geometry_of, found.barrier_before) == ("cheap 1", 0.3)
    assert (found.model, found.single_points, found.calculations) == (ENGINE.short, 3, 3)
    assert found.barrier is None


def test_failed_single_point_is_named_and_gives_no_barrier() -> None:
    found = at_geometry(GEOMETRY, ENGINE, [points(0.0)[0], None, None], computed=3)
    assert found.single_point_barrier is None
    assert found.remarks[0] == "single point of image 1: it failed"


def test_single_points_of_two_methods_are_not_subtracted() -> None:
    images = points(0.0, 0.1, 0.0)
    other = EngineInfo(name="vasp", version="6", functional="PBE", surrogate=False)
    images[1] = images[1].model_copy(update={"engine": other})
    found = at_geometry(GEOMETRY, ENGINE, images, computed=3)
    assert found.single_point_barrier is None
    assert "code (chgnet 0.3.0 and vasp)" in found.remarks[0]


def test_middle_of_a_path_with_two_humps_is_no_saddle() -> None:
    assert top_elsewhere(singles(0.0, 0.1, 0.25, 0.1, 0.0)) is None
    assert "image 1 lies 0.100 eV above the middle" in (
        top_elsewhere(singles(0.0, 0.3, 0.2, 0.3, 0.0)) or ""
    )


def test_relaxed_states_give_the_barrier_and_what_it_took() -> None:
    start, saddle = points(-0.02, 0.2)
    found = within_symmetry(singles(0.0, 0.1, 0.25, 0.1, 0.0), start, saddle, KEPT)
    assert found.barrier == found.reverse_barrier == pytest.approx(0.22)
    assert (found.space_group, found.saddle_space_group) == ("P4/mmm (123)", "P-4m2 (115)")
    assert (found.end_steps, found.saddle_steps, found.calculations) == (20, 20, 43)
    assert "number of imaginary modes" in (found.unchecked or "")
    assert found.reason is None


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"left_along": 0.4}, "leaves 0.40 of the path's direction free (limit 0.05)"),
        ({"dopant_moved": 0.8}, "the dopant left the saddle, 0.80 of the way"),
    ],
)
def test_saddle_that_left_its_place_gives_no_barrier(
    changed: dict[str, float], complaint: str
) -> None:
    found = within_symmetry(singles(0.0, 0.25, 0.0), *points(0.0, 0.2), replace(KEPT, **changed))
    assert found.barrier is None
    assert complaint in (found.reason or "")


def test_unconverged_or_failed_states_give_no_barrier() -> None:
    start, saddle = points(0.0, 0.2)
    stopped = saddle.model_copy(update={"converged": False, "max_force": 0.4})
    found = within_symmetry(singles(0.0, 0.25, 0.0), start, stopped, KEPT)
    assert (found.barrier, found.saddle_force) == (None, 0.4)
    assert (found.reason or "").startswith("the saddle: largest force 0.400 eV/Å")
    found = within_symmetry(singles(0.0, 0.25, 0.0), None, saddle, KEPT)
    assert (found.barrier, found.reason) == (None, "the start: its relaxation failed")


def test_symmetric_state_above_the_asymmetric_one_is_remarked_on() -> None:
    low, high = points(0.0, 0.03)
    assert (
        "the saddle relaxed within its symmetry lies 0.030 eV above"
        in (relaxed_above("the saddle", high, low)[0])
    )
    assert relaxed_above("the saddle", low, high) == []


def test_steps_are_reported_only_for_converged_bands(path: NEBResult) -> None:
    short, long = path.model_copy(update={"steps": 12}), path.model_copy(update={"steps": 60})
    found = from_band(singles(0.0, 0.25, 0.0), short, long, end_steps=7)
    assert (found.steps_from_path, found.steps_from_interpolation) == (12, 60)
    assert (found.saddle_by, found.reason) == ("band", None)
    assert found.calculations == 3 + 7 + 5 * 24
    stopped = long.model_copy(update={"converged": False, "warnings": ["not converged"]})
    found = from_band(singles(0.0, 0.25, 0.0), short, stopped, end_steps=7)
    assert found.steps_from_interpolation is None
    found = from_band(singles(0.0, 0.25, 0.0), stopped, long, end_steps=7)
    assert (found.steps_from_path, found.reason) == (None, "not converged")


def test_barrier_is_taken_from_the_band_as_that_of_a_hop(path: NEBResult) -> None:
    """A path without an image at its saddle; the highest image alone is too low."""
    ends = hop_starts(cell(), hops()[OTO], "N")
    coarse = band(interpolate(ends.start, ends.end, 4), profile(0.26, 0.0))
    assert coarse.barrier < 0.25
    found = from_band(singles(0.0, 0.25, 0.0), coarse, None, end_steps=7)
    assert found.barrier == pytest.approx(0.26, abs=2e-3)
    hop = hop_barrier(record("N", hops()[OTO]), coarse, force_limit=LIMIT)
    assert found.barrier == hop.barrier
    stopped = path.model_copy(update={"barrier": None, "converged": False, "warnings": ["force"]})
    assert from_band(singles(0.0, 0.25, 0.0), stopped, None, end_steps=7).barrier is None


def test_failed_band_keeps_the_single_points_and_has_a_reason(path: NEBResult) -> None:
    found = from_band(singles(0.0, 0.25, 0.0), None, path, end_steps=7)
    assert (found.model, found.barrier) == (ENGINE.short, None)
    assert found.single_point_barrier == pytest.approx(0.25)
    assert "the band failed" in (found.reason or "")
    assert refused(found, "an end point").reason == "an end point"
    remarked = found.model_copy(update={"remarks": ["band needed: no symmetry"]})
    name = f"N, {OTO} hop with {ENGINE.short}"
    assert refinement_warnings([singles(0.0, 0.25, 0.0), remarked]) == [
        f"{name}: band needed: no symmetry",
        f"{name}: the band failed; the run's report names its cause",
    ]
