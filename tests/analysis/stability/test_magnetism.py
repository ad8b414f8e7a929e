"""Names of collinear orders, from the moments of the sites."""

import pytest

from liponflow.analysis.stability.magnetism import (
    INDUCED,
    SMALLEST_MOMENT,
    magnetic_state,
    one_order_remark,
)


@pytest.mark.parametrize(
    ("moments", "state"),
    [
        ([1.7, 1.6], "ferromagnetic"),
        ([1.7, -1.7], "antiferromagnetic"),
        ([3.7, 3.7, -4.0], "ferrimagnetic"),  # as Fe3O4
        ([0.99 * SMALLEST_MOMENT, 0.0], "non-magnetic"),
        ([1.01 * SMALLEST_MOMENT, 0.0], "ferromagnetic"),
        ([], "non-magnetic"),
    ],
)
def test_state_depends_on_no_direction(moments: list[float], state: str) -> None:
    assert magnetic_state(moments) == state
    assert magnetic_state([-moment for moment in moments]) == state


def test_induced_moments_do_not_count() -> None:
    """Ni in NiO has 1.7 µB; what it induces in O has either sign."""
    assert magnetic_state([1.7, -0.9 * INDUCED * 1.7]) == "ferromagnetic"
    assert magnetic_state([1.7, -1.1 * INDUCED * 1.7]) == "ferrimagnetic"


def test_remark_names_each_crystal_once() -> None:
    [remark] = one_order_remark(["MnO", "Fe3C", "MnO"])
    assert "order of Fe3C, MnO was computed" in remark
