"""Spread of quantities over engines, and what is told of engines without numbers."""

import pytest
from migration_example import provenance

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.spread import (
    ComparedResult,
    Observable,
    disagreements,
    engine_names,
    engine_spreads,
    with_spread,
)


class Sample(ComparedResult):
    """Result with one voltage."""

    kind: str = "sample"
    volts: float | None


def engine(name: str, weights: str | None = None) -> EngineInfo:
    return EngineInfo(name=name, version=None, weights=weights, surrogate=True)


def sample(name: str, volts: float | None, *warnings: str) -> Sample:
    made = provenance().model_copy(update={"engine": engine(name)})
    return Sample(
        formula="Li",
        converged=True,
        criterion="none",
        provenance=made,
        volts=volts,
        warnings=list(warnings),
    )


def observe(result: Sample) -> list[Observable]:
    return [Observable("voltage", "x = 0 to 1", "V", result.volts)]


def compared(main: Sample, others: dict[str, Sample | str], limit: float = 0.2) -> Sample:
    return with_spread(
        main, others, observe, limits={"voltage": limit}, recomputed="everything again"
    )


def test_spread_is_the_mean_and_the_range_over_all_engines() -> None:
    result = compared(sample("a", 4.0), {"b": sample("b", 4.1), "c": sample("c", 4.3)}, limit=0.5)
    [spread] = result.engine_spreads
    assert spread.values == {"a": 4.0, "b": 4.1, "c": 4.3}
    assert (spread.n_engines, spread.low, spread.high, spread.unit) == (3, 4.0, 4.3, "V")
    assert spread.mean == pytest.approx(12.4 / 3)
    assert result.warnings == []
    assert [one.recomputed for one in result.engines] == ["everything", *["everything again"] * 2]
    assert result.spread("voltage", "x = 0 to 1") == spread
    assert result.spread("voltage", "x = 1 to 2") is None


def test_a_result_without_further_engines_stays_as_it_is() -> None:
    result = sample("a", 4.0)
    assert compared(result, {}) is result
    assert result.engines == []


def test_failed_engine_leaves_the_numbers_and_its_reason() -> None:
    main = sample("a", 4.0, "own warning")
    result = compared(main, {"b": "Pu is not an element of its training", "c": sample("c", 4.1)})
    assert result.volts == 4.0
    [spread] = result.engine_spreads
    assert set(spread.values) == {"a", "c"}
    assert [(one.name, one.reason) for one in result.engines][1] == (
        "b", "Pu is not an element of its training",
    )  # fmt: skip
    assert result.warnings == [
        "own warning",
        "no numbers of b: Pu is not an element of its training",
    ]


def test_remarks_of_a_further_engine_are_kept_beside_it() -> None:
    result = compared(sample("a", 4.0), {"b": sample("b", 4.1, "no magnetic moments")})
    assert result.engines[1].remarks == ["no magnetic moments"]
    assert result.warnings == []


@pytest.mark.parametrize(("limit", "count"), [(0.25, 1), (0.31, 0)])
def test_disagreement_above_the_limit_warns(limit: float, count: int) -> None:
    result = compared(sample("a", 4.0), {"b": sample("b", 4.3)}, limit=limit)
    assert len(result.warnings) == count
    if count:
        assert "1 of 1 values differ by more than the limit of 0.25" in result.warnings[0]
        assert "x = 0 to 1 by 0.300 V (a 4.000, b 4.300)" in result.warnings[0]


def test_the_largest_disagreement_of_a_quantity_is_named_once() -> None:
    found = {
        name: [Observable("length", subject, "Å", value) for subject, value in values.items()]
        for name, values in {"a": {"x": 1.0, "y": 1.0}, "b": {"x": 1.2, "y": 1.6}}.items()
    }
    [warning] = disagreements(engine_spreads(found, {"length": 0.1}))
    assert "2 of 2 values" in warning
    assert "y by 0.600 Å" in warning


def test_quantity_of_one_engine_has_no_spread() -> None:
    assert compared(sample("a", 4.0), {"b": sample("b", None)}).engine_spreads == []


def test_two_units_are_refused() -> None:
    found = {
        "a": [Observable("volume", "x", "Å³/f.u.", 1.0)],
        "b": [Observable("volume", "x", "Å³/atom", 1.0)],
    }
    with pytest.raises(ValueError, match="volume of x is given in Å³"):
        engine_spreads(found, {})


def test_engines_of_one_short_name_keep_the_names_that_the_user_gave() -> None:
    main = engine("chgnet", "0.3.0")
    given = {"chgnet-0.3.0": engine("chgnet", "0.3.0"), "m": engine("mace")}
    assert engine_names(main, given) == {"chgnet-0.3.0": "chgnet-0.3.0", "m": "mace"}
