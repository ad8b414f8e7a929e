"""Barriers from NEB bands, and bands without a barrier."""

import pytest
from migration_example import LIMIT, OTO, TO, band, cell, hops, made_up_hop, profile, record

from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.hops import Vibrations, hop_barrier
from liponflow.analysis.runs import NEBResult
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.images import interpolate

MEV = 1e-3  # eV


@pytest.fixture(scope="module")
def hop() -> HopBarrier:
    return made_up_hop("O", TO, 0.06, -0.14)


@pytest.fixture(scope="module")
def relaxed() -> NEBResult:
    ends = hop_starts(cell(), hops()[OTO], "N")
    return band(interpolate(ends.start, ends.end), profile(0.26, 0.0))


def test_barrier_is_that_of_the_profile(hop: HopBarrier):
    assert hop.converged
    assert hop.reason is None
    assert hop.barrier == pytest.approx(0.06, abs=MEV)
    assert hop.reverse_barrier == pytest.approx(0.20, abs=MEV)
    assert hop.lowest_on_the_way is None
    assert hop.saddle_energy is None  # no site energies are known here


def test_saddle_lies_on_the_path(hop: HopBarrier):
    assert hop.saddle_distance is not None
    assert 0 < hop.saddle_distance < hop.images[-1].distance
    assert hop.highest_image is not None
    assert hop.barrier is not None
    assert hop.barrier >= hop.highest_image
    distances = [abs(image.distance - hop.saddle_distance) for image in hop.images]
    assert hop.saddle == hop.images[distances.index(min(distances))].structure
    path, energies = zip(*hop.profile, strict=True)
    assert (path[0], energies[0]) == (0, 0)
    assert path[-1] == pytest.approx(hop.images[-1].distance)
    assert max(energies) == pytest.approx(hop.barrier, abs=MEV)


def climbing_band(relaxed: NEBResult, *, slope: float | None, climbing: bool) -> NEBResult:
    """Return the band with its highest image away from the middle, with one slope or none."""
    energies = [0.0, 0.05, 0.30, 0.12, 0.06, 0.02, 0.0]
    images = [
        image.model_copy(update={"energy": energy, "slope": slope})
        for image, energy in zip(relaxed.images, energies, strict=True)
    ]
    return relaxed.model_copy(update={"images": images, "climbing": climbing})


@pytest.mark.parametrize(
    ("slope", "climbing", "exact"),
    [(None, True, True), (None, False, False), (-0.04, True, False)],
    ids=["VASP with VTST", "VASP", "slopes known"],
)
def test_barrier_is_the_climbing_image_where_slopes_are_unknown(
    relaxed: NEBResult, *, slope: float | None, climbing: bool, exact: bool
):
    band = climbing_band(relaxed, slope=slope, climbing=climbing)
    found = hop_barrier(record("N", hops()[OTO]), band, force_limit=LIMIT)
    assert found.barrier is not None
    assert (found.barrier == pytest.approx(0.30, abs=1e-9)) == exact
    assert found.barrier >= 0.30


def test_relaxation_settings_and_history_are_kept(hop: HopBarrier):
    assert hop.climbing
    assert (hop.steps, hop.force_evaluations) == (24, 120)
    assert hop.max_force == pytest.approx(0.04)
    assert hop.force_history[-1] == pytest.approx(hop.max_force)
    assert hop.force_limit == LIMIT


def test_unconverged_band_has_no_barrier_but_names_the_remedy():
    found = made_up_hop("N", OTO, 0.26, 0.0, max_force=0.31)
    assert not found.converged
    assert found.barrier is None
    assert found.reverse_barrier is None
    assert found.saddle is None
    assert found.attempt_frequency is None
    assert found.reason is not None
    assert "0.310 eV/Å after 24 steps, limit 0.05: no barrier; raise max_steps" in found.reason
    assert len(found.images) == 7  # kept to continue from


def test_force_limit_below_that_of_the_band_is_applied(relaxed: NEBResult):
    found = hop_barrier(record("N", hops()[OTO]), relaxed, force_limit=0.02)
    assert found.barrier is None
    assert "limit 0.02" in (found.reason or "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"converged": False, "warnings": ["no barrier: the last end point"]}, "the last end"),
        ({"converged": False}, "band not converged after 24 steps"),
    ],
)
def test_failure_reported_by_the_band_leaves_no_barrier(
    relaxed: NEBResult, changes: dict, expected: str
):
    copy = relaxed.model_copy(update=changes)
    found = hop_barrier(record("N", hops()[OTO]), copy, force_limit=LIMIT)
    assert found.barrier is None
    assert expected in (found.reason or "")


def test_band_without_end_point_energies_has_no_barrier(relaxed: NEBResult):
    images = [image.model_copy(update={"energy": None}) for image in relaxed.images]
    copy = relaxed.model_copy(update={"images": images})
    found = hop_barrier(record("N", hops()[OTO]), copy, force_limit=LIMIT)
    assert found.barrier is None
    assert "compute the end points" in (found.reason or "")


def test_failed_band_has_a_reason():
    found = hop_barrier(record("N", hops()[OTO]), None, force_limit=LIMIT)
    assert not found.converged
    assert found.images == []
    assert "run's report" in (found.reason or "")


def test_barrier_without_slopes_is_that_of_emmets_spline(relaxed: NEBResult):
    images = [image.model_copy(update={"slope": None}) for image in relaxed.images]
    found = hop_barrier(
        record("N", hops()[OTO]),
        relaxed.model_copy(update={"images": images}),
        force_limit=LIMIT,
    )
    assert found.barrier == pytest.approx(0.26, abs=2 * MEV)


def test_prefactors_of_both_directions_follow_from_vibrations(relaxed: NEBResult):
    found = hop_barrier(
        record("N", hops()[OTO]),
        relaxed,
        force_limit=LIMIT,
        vibrations=Vibrations(start=[4.0, 5.0], saddle=[-3.0, 2.0], end=[6.0, 5.0]),
    )
    assert found.imaginary_modes == 1
    assert found.attempt_frequency == pytest.approx(10)
    assert found.reverse_attempt_frequency == pytest.approx(15)
    assert found.saddle_reason is None


def test_second_order_saddle_has_a_barrier_but_no_prefactor(relaxed: NEBResult):
    found = hop_barrier(
        record("N", hops()[OTO]),
        relaxed,
        force_limit=LIMIT,
        vibrations=Vibrations(start=[4.0, 5.0, 6.0], saddle=[-3.0, -2.0, 5.0]),
    )
    assert found.imaginary_modes == 2
    assert found.attempt_frequency is None
    assert found.barrier == pytest.approx(0.26, abs=MEV)
    assert "2 imaginary modes" in (found.saddle_reason or "")
