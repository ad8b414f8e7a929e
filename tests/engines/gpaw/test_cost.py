"""Estimated cost of GPAW."""

import pytest

from liponflow.engines.gpaw.cost import cost_model, rule, step_seconds
from liponflow.engines.gpaw.memory import Size
from liponflow.engines.planned import PlannedCalculation


@pytest.mark.parametrize(
    ("size", "first", "further"),
    [
        # Core-seconds of the first and of a further ionic step, GPAW 26.7 on a CPU of 2024.
        (Size(2, 40.7, 350, 6, 32, 1), 2.9, 1.9),  # Li
        (Size(8, 74.6, 400, 43, 4, 1), 10.4, 5.9),  # MgO
        (Size(16, 325.7, 350, 14, 4, 1), 15.2, 8.3),  # Li
        (Size(55, 1099.0, 350, 40, 1, 1), 63.0, 40.0),  # Li54P
        (Size(55, 1099.0, 350, 40, 2, 1), 98.0, 75.0),
    ],
)
def test_rule_is_right_within_a_factor_of_two(size: Size, first: float, further: float) -> None:
    assert further / 2 < step_seconds(size) < 2 * further
    assert first / 2 < step_seconds(size) < 2 * first


def test_rule_takes_the_effort_of_a_calculation() -> None:
    sized = PlannedCalculation("relax", "gpaw", 55, effort=40.0)
    assert rule(sized) == 40.0
    assert rule(PlannedCalculation("relax", "gpaw", 55)) == pytest.approx(60, rel=0.1)
    assert "factor of 2" in cost_model("gpaw").rule_basis
