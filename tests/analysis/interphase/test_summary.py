"""The model of an interphase with the published arguments, against hand arithmetic."""

import pytest
from stability_results import made_by

from liponflow.analysis.interphase.mixing import Mixing
from liponflow.analysis.interphase.result import InterphaseResult
from liponflow.analysis.interphase.stack import MixedLayer
from liponflow.analysis.interphase.summary import summarise_interphase
from liponflow.workflows.model import get_model

MODEL = get_model("interphase")


@pytest.fixture(scope="module")
def published() -> InterphaseResult:
    result = MODEL.compute()
    assert isinstance(result, InterphaseResult)
    return result


def test_pure_layers_contradict_the_cell() -> None:
    result = MODEL.compute("pure")
    assert isinstance(result, InterphaseResult)
    # 76.4e-7 cm / 1e-12 S/cm, and 1e-4 / 2.3e-6 of 1 µm of LiPON.
    assert result.stacks[0].ionic == pytest.approx(7.64e6, rel=1e-9)
    assert result.electrolyte_resistance == pytest.approx(43.478, rel=1e-4)
    first = [row.ionic for row in result.layers if row.layer.startswith("1:")]
    assert first == pytest.approx([2.11e6] * 5, rel=1e-9)
    assert any("contradicts a cell that works" in line for line in result.warnings)
    # The share of Li3N that these layers need: 0.18 % in parallel, a third as an effective medium.
    shares = {item.mixing: item.share for item in result.needed if item.layer.startswith("1:")}
    assert shares[Mixing.PARALLEL] == pytest.approx(0.00176, rel=1e-2)
    assert shares[Mixing.BRUGGEMAN] == pytest.approx(0.3345, rel=1e-3)
    assert shares[Mixing.SERIES] == pytest.approx(1, abs=1e-5)
    assert {item.conductor for item in result.needed} == {"Li3N"}


def test_metal_carries_lithium_where_it_is(published: InterphaseResult) -> None:
    conductors = {item.layer[0]: item.conductor for item in published.needed}
    assert conductors == {"1": "Li", "2": "Li", "3": "Li3N"}


def test_resistance_lies_between_the_bounds(published: InterphaseResult) -> None:
    resistances = [stack.ionic for stack in published.stacks]
    assert resistances == sorted(resistances, reverse=True)
    by_name = {stack.mixing: stack for stack in published.stacks}
    # Layer 3 in series: a third of 43.7 nm each.
    third = 43.7e-7 / 3
    series = next(
        row for row in published.layers if row.mixing == Mixing.SERIES and row.layer[0] == "3"
    )
    assert series.ionic == pytest.approx(third * (1e12 + 1e4 + 1e8), rel=1e-3)
    assert by_name[Mixing.BRUGGEMAN].ratio < 1 < by_name[Mixing.SERIES].ratio


def test_published_conductivities_do_not_shield_the_electrolyte(
    published: InterphaseResult,
) -> None:
    """The electrolyte keeps nearly all of the potential: its electrons conduct the worst."""
    assert not any(stack.shields for stack in published.stacks)
    assert any("kinetics protects it" in line for line in published.warnings)
    series = published.stacks[0]
    blocked = 1e-4 / 1.2e-14 + 1e-4 / 2.3e-6
    inside = series.ionic + series.electronic
    assert series.potential == pytest.approx(4.7 * inside / (inside + blocked), rel=1e-9)


def test_thick_insulating_layer_shields() -> None:
    result = MODEL.compute(
        overrides={"layers": [{"thickness": 1000, "shares": {"Li2O": 1.0}}], "conductor": "Li2O"}
    )
    assert isinstance(result, InterphaseResult)
    assert all(stack.shields for stack in result.stacks)
    # Li2O cannot conduct better than itself.
    assert {item.share for item in result.needed} == {None}


def test_a_layer_of_the_conductor_alone_needs_all_of_it() -> None:
    sigma = {"Li3N": 1e-4, "LiPON": 2.3e-6}
    result = summarise_interphase(
        [MixedLayer(10, {"Li3N": 1.0})],
        MixedLayer(1000, {"LiPON": 1.0}),
        ionic=sigma,
        electronic=sigma,
        conductor="Li3N",
        voltage=4.0,
        stable_from=0.5,
        allowed_resistance=None,
        provenance=made_by(),
    )
    assert {item.share for item in result.needed} == {1.0}
    assert result.stacks[0].ionic == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"layers": [{"thickness": 10, "shares": {"Li2O": 0.4, "Li3N": 0.4}}]}, "add up to 0.8"),
        ({"layers": [{"thickness": 10, "shares": {"Li3P": 1.0}}]}, "Li3P has no conductivities"),
        ({"conductor": "Li3As"}, "Li3As has no conductivities"),
        ({"layers": [{"thickness": -1, "shares": {"Li2O": 1.0}}]}, "greater than 0"),
        ({"layers": []}, "at least 1"),
    ],
)
def test_bad_parameters_are_refused(overrides: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        MODEL.compute(overrides=overrides)
