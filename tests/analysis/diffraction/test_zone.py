import numpy as np
import pytest

from liponflow.analysis.diffraction.reflections import reflections
from liponflow.analysis.diffraction.zone import ANGLE_TOLERANCE, _covered, find_zone
from liponflow.structures.diffraction import measured_crystal

LI2O = reflections(measured_crystal("Li2O").structure, 1.5)
LITHIUM = reflections(measured_crystal("Li_bcc").structure, 1.2)


@pytest.mark.parametrize(
    ("phase", "angle", "axis"),
    [
        (LI2O, 70.53, (1, 1, 0)),  # two (111) of a face-centred cubic crystal: arccos(1/3)
        (LITHIUM, 60.0, (1, 1, 1)),  # two (110) of a cubic crystal
        (LITHIUM, 90.0, (1, 0, 0)),
    ],
)
def test_finds_the_zone_axis_of_two_spots(phase, angle: float, axis: tuple[int, ...]) -> None:
    found = find_zone(phase, [0, 0], [12.0, 12.0 + angle + 1.0], [4, 7])
    assert found is not None
    assert found.spots == (4, 7)
    assert tuple(sorted(abs(part) for part in found.axis)) == tuple(sorted(axis))
    assert found.expected == pytest.approx(angle, abs=0.01)
    # Both vectors lie in the zone (Weiss zone law).
    assert all(np.dot(found.axis, indices) == 0 for indices in found.indices)


def test_grains_at_another_angle_are_no_zone() -> None:
    assert find_zone(LI2O, [0, 0], [0.0, 40.0], [0, 1]) is None


def test_orders_of_one_plane_are_no_zone() -> None:
    assert LITHIUM.label(3) == "(220)"
    assert find_zone(LITHIUM, [0, 3], [30.0, 30.5], [0, 1]) is None


def test_share_of_the_angles_that_fit_by_chance() -> None:
    # Windows of 3 degrees around 60 and 90: 6 and 3 of 90 degrees; overlapping ones count once.
    assert ANGLE_TOLERANCE == 3.0
    assert _covered(np.array([60.0, 90.0])) == pytest.approx(9 / 90)
    assert _covered(np.array([60.0, 61.0, 90.0])) == pytest.approx(10 / 90)
