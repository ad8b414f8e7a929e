import pytest

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.report.findings import Finding
from liponflow.report.places import Place, unit_at, value_at


def test_value_of_a_result(by_kind: dict[str, Finding]) -> None:
    result = by_kind["lithiation"].result
    assert isinstance(result, LithiationResult)
    state = result.state(2.0)
    assert state is not None
    assert value_at(result, ["states", {"x": 2}, "moments", "Mn"]) == state.moments["Mn"]


@pytest.mark.parametrize(
    "place",
    [["nothing"], ["states", {"x": 3.0}, "a"], ["states", 99, "a"], ["states", {"y": 1}, "a"]],
)
def test_place_that_does_not_exist_is_none(place: Place, by_kind: dict[str, Finding]) -> None:
    assert value_at(by_kind["lithiation"].result, place) is None


def test_unit_of_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="LithiationState has no field 'moment'"):
        unit_at(LithiationResult, ["states", {"x": 1.0}, "moment"])
    with pytest.raises(ValueError, match="LithiationState has no field 'y'"):
        unit_at(LithiationResult, ["states", {"y": 1.0}, "a"])
