"""Units of result fields: complete, and each spelled in one way."""

import inspect
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from liponflow.analysis.field_reference import own_kinds, submodels
from liponflow.analysis.kinds import get_kind
from liponflow.analysis.quantity import (
    Column,
    Inline,
    Quantity,
    column_of,
    inline_of,
    parts_of,
    quantity_of,
    units_of,
)

UNITS = {
    "", "%", "1/THz per atom", "1/cm²", "1/cm³",
    "1/degree", "1/Å", "1/Å²", "1/Å³", "GPa", "J/K per mole of atoms",
    "K", "K/ps", "THz", "V", "counts", "counts eV", "degrees", "e", "eV", "eV/K/atom", "eV/atom",
    "eV/f.u.", "eV/Å", "fs", "keV", "ppm", "°C",
    "1/h", "1/nm³", "Wh/L", "mAh/cm²", "nA", "µAh/cm²", "µAh/cm²/µm", "µF/cm²", "Ω cm²",
    "A", "A/cm²", "F", "Hz", "S/cm", "cm²", "cm²/s",
    "g/cm³", "m²/s", "nm", "ps", "s", "states/eV per cell", "µB", "µm", "Å", "Å²", "Ω",
    "Å²/ps", "Å³", "Å³/atom", "Å³/f.u.",
}  # fmt: skip
"""All units of results; new units are added here, in this spelling."""

WITHOUT = {
    "GlassTransition.glass_slope": "unit of the field `quantity`, per K",
    "GlassTransition.liquid_slope": "unit of the field `quantity`, per K",
    "GlassTransition.value_at_tg": "unit of the field `quantity`",
    "GlassTransition.residual": "unit of the field `quantity`",
    "GlassTransition.single_line_residual": "unit of the field `quantity`",
    "GlassTransition.values": "unit of the field `quantity`",
    **dict.fromkeys(
        [f"WeibullParameter.{name}" for name in ("value", "error", "low", "high")],
        "unit in the field `unit`",
    ),
    "MeanModulus.value": "unit in the field `unit`",
    "MeanModulus.spread": "unit in the field `unit`",
    **dict.fromkeys(
        [f"EngineSpread.{name}" for name in ("mean", "low", "high", "limit")],
        "unit in the field `unit`",
    ),
    "CircuitElement.high": "unit in the field `unit`",
    "CircuitElement.low": "unit in the field `unit`",
    "CircuitElement.value": "unit in the field `unit`",
    **dict.fromkeys(
        [
            f"ThermalAnalysisResult.{name}"
            for name in (
                "step",
                "heat_flow",
                "smooth",
                "glass_line",
                "liquid_line",
                "tangent",
            )
        ],
        "unit in the field `heat_flow_unit`",
    ),
    **dict.fromkeys(
        [
            *(
                f"ElementProfile.{name}"
                for name in (
                    "onset",
                    "onset_low",
                    "onset_high",
                    "centre",
                    "end",
                    "width",
                    "width_low",
                    "width_high",
                    "seen_from",
                    "unseen_at",
                    "position",
                )
            ),
            *(f"OnsetOrder.{name}" for name in ("distance", "low", "high")),
            *(f"LineScanResult.{name}" for name in ("width", "width_low", "width_high", "moved")),
        ],
        "unit in the field `unit` of the result",
    ),
    **dict.fromkeys(
        [f"ElementProfile.{name}" for name in ("low", "high", "values", "fitted")],
        "unit of the values, which the file may not name",
    ),
    "FittedNmr.intensity": "intensity as given",
    "FittedNmr.parts": "intensity as given",
    "FittedNmr.baseline": "intensity as given",
    "HopBarrier.jumps": "tuples of indices and lengths",
    "HopBarrier.profile": "pairs of a length and an energy",
    "Refinement.single_point_profile": "pairs of a length and an energy",
}
"""Numeric fields without a single unit, and why; integers are counts or indices."""


def without_unit(model: type[BaseModel]) -> list[str]:
    """Return the fields of a model that hold floats but have no quantity."""
    return [
        f"{model.__name__}.{name}"
        for name, field in model.model_fields.items()
        if any(part is float for part in parts_of(field.annotation))
        and quantity_of(model, name) is None
    ]


RESULTS = {name: get_kind(name).load() for name in own_kinds()}
MODELS = {model.__name__: model for result in RESULTS.values() for model in submodels(result)}


class Inner(BaseModel):
    lengths: Annotated[dict[str, dict[str, float]], Quantity("Å")]
    share: Annotated[float, Quantity("")]


class Outer(BaseModel):
    energy: Annotated[float | None, Quantity("eV", heading="E", fmt=".3f")] = Field(
        description="Energy."
    )
    inner: Annotated[Inner, Inline({"share": "part"})]
    bare: list[dict[str, float]]
    name: str


def test_numbers_without_unit_are_found_at_any_depth() -> None:
    assert without_unit(Outer) == ["Outer.bare"]
    assert submodels(Outer) == [Outer, Inner]
    assert without_unit(Inner) == []


def test_every_number_of_every_result_has_a_quantity() -> None:
    assert {"HopBarrier", "WindowUncertainty", "Fingerprint", "Phonons"} <= set(MODELS)
    missing = [field for model in MODELS.values() for field in without_unit(model)]
    assert sorted(missing) == sorted(WITHOUT)


def test_every_unit_has_a_single_spelling() -> None:
    spelled = {
        quantity.unit
        for model in MODELS.values()
        for name in model.model_fields
        if (quantity := quantity_of(model, name)) is not None
    }
    assert spelled == UNITS


def test_every_field_has_a_description() -> None:
    bare = [
        f"{model.__name__}.{name}"
        for model in MODELS.values()
        for name, field in model.model_fields.items()
        if not field.description and name != "kind"
    ]
    assert bare == []


def test_descriptions_do_not_repeat_the_unit() -> None:
    repeated = [
        f"{model.__name__}.{name}"
        for model in MODELS.values()
        for name, field in model.model_fields.items()
        if (quantity := quantity_of(model, name)) is not None
        and quantity.unit
        and f"({quantity.unit}" in (field.description or "")
    ]
    assert repeated == []


def test_scalars_of_the_same_name_have_the_same_unit_in_every_result() -> None:
    """A table of several kinds of result has one column and one unit per name."""
    units: dict[str, set[str]] = {}
    for model in RESULTS.values():
        for name in model.model_fields:
            quantity = quantity_of(model, name)
            if quantity is not None and model.model_fields[name].annotation in {
                float,
                float | None,
            }:
                units.setdefault(name, set()).add(quantity.unit)
    assert units["energy_per_atom"] == {"eV/atom"}
    assert {name: found for name, found in units.items() if len(found) > 1} == {}


def test_table_columns_have_headings() -> None:
    shown = {
        f"{model.__name__}.{name}": column_of(model, name)
        for model in MODELS.values()
        for name in getattr(model, "summary_columns", ())
    }
    assert shown["LithiationState.moments"] == Quantity(
        "µB", heading="{key}", fmt=".2f", label="|magnetic moment|"
    )
    assert [name for name, column in shown.items() if not (column and column.heading)] == []


def test_submodel_fields_shown_in_tables_exist() -> None:
    shown = {
        (inner.__name__, name): name in inner.model_fields
        for model in MODELS.values()
        for field, info in model.model_fields.items()
        if (inline := inline_of(model, field)) is not None
        for inner in parts_of(info.annotation)
        if inspect.isclass(inner) and issubclass(inner, BaseModel)
        for name in inline.headings
    }
    assert shown["WindowUncertainty", "low_std"]
    assert [key for key, exists in shown.items() if not exists] == []


def test_units_of_nested_fields_have_dotted_names() -> None:
    inner = Inner(lengths={"P": {"O": 1.5, "N": 1.6}}, share=0.5)
    document = Outer(energy=None, inner=inner, bare=[], name="a")
    assert dict(units_of(document)) == {
        "energy": "eV",
        "inner.lengths.P.O": "Å",
        "inner.lengths.P.N": "Å",
    }


def test_inline_fields_keep_unit_and_format_under_a_new_heading() -> None:
    shown = Inline({"energy": "highest", "name": "of"})
    assert list(shown.columns(Outer)) == [
        ("energy", Quantity("eV", heading="highest", fmt=".3f")),
        ("name", Column(heading="of")),
    ]


@pytest.mark.parametrize(
    ("quantity", "label"),
    [
        (Quantity("eV", heading="barrier"), "barrier (eV)"),
        (Quantity("eV", heading="E", label="energy"), "energy (eV)"),
        (Quantity("", heading="share of\nsecond"), "share of second"),
    ],
)
def test_axis_label_has_name_and_unit(quantity: Quantity, label: str) -> None:
    assert quantity.axis_label() == label


def test_json_schema_has_the_units() -> None:
    fields = Outer.model_json_schema()["properties"]
    assert fields["energy"]["unit"] == "eV"
    assert fields["energy"]["description"] == "Energy."
    assert "unit" not in fields["name"]
    schema = RESULTS["lithiation"].model_json_schema()
    state = schema["$defs"]["LithiationState"]["properties"]
    assert state["energy_above_hull"]["unit"] == "eV/f.u."
    assert state["x"]["unit"] == ""
