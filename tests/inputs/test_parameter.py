"""Every parameter of every campaign states what a user has to know."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from liponflow import registry
from liponflow.inputs.parameter import Unit, describe, has_numbers, nested_models, typed
from liponflow.inputs.presets import load_data, parse_settings
from liponflow.workflows.campaign import get_campaign

CAMPAIGNS = registry.names(registry.CAMPAIGNS)

EMPTY: tuple[Any, ...] = (None, "", [], {})


def models_of(name: str) -> list[type[BaseModel]]:
    """Return the model of the parameters of a campaign, and the models nested in it."""
    model = get_campaign(name).parameter_model()
    return [model, *nested_models(model)]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_parameter_has_a_meaning_and_a_unit(name: str) -> None:
    for model in models_of(name):
        for found in describe(model):
            where = f"{model.__name__}.{found.name}"
            assert found.meaning.endswith("."), (
                f"{where} has no meaning: give Field(description='One sentence.')"
            )
            assert found.unit is not None or not has_numbers(
                model.model_fields[found.name].annotation
            ), (
                f"{where} has no unit: annotate it as Annotated[..., Unit('eV')] "
                "(liponflow.inputs.parameter), with '' for a ratio"
            )
            assert (
                found.unit is None or not found.unit or f"({found.unit})" not in found.meaning
            ), f"{where} has its unit twice: leave it out of the description"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_parameter_has_an_example(name: str) -> None:
    campaign = get_campaign(name)
    presets = load_data(name, campaign.presets)["presets"]
    for found in describe(campaign.parameter_model()):
        shown = [preset[found.name]["value"] for preset in presets.values()]
        assert found.example or any(value not in EMPTY for value in shown), (
            f"no preset shows a value of {found.name}: give Field(examples=['as typed'])"
        )
        if found.example:
            overrides = parse_settings([f"{found.name}={found.example}"])
            campaign.load_parameters("quick", overrides)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_preset_has_a_purpose(name: str) -> None:
    data = load_data(name, get_campaign(name).presets)
    assert data["purposes"].keys() == data["presets"].keys(), "state what each preset is for"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_values_of_presets_can_be_typed(name: str) -> None:
    campaign = get_campaign(name)
    for preset, entries in load_data(name, campaign.presets)["presets"].items():
        texts = [f"{key}={typed(entry['value'])}" for key, entry in entries.items()]
        again = campaign.load_parameters(preset, parse_settings(texts))
        assert again == campaign.load_parameters(preset)


def test_allowed_values_are_in_words() -> None:
    class Inner(BaseModel):
        depth: float

    class Parameters(BaseModel):
        share: Annotated[float, Field(ge=0), Field(lt=1)]
        rows: tuple[int, int, int] | tuple[tuple[int, int], tuple[int, int]] | None
        names: list[Literal["a", "b", "c"]]
        limits: dict[str, Annotated[float, Field(gt=0)]]
        inner: list[Inner]
        count: Annotated[int | None, Unit("")] = Field(le=1000)

    assert {item.name: item.allowed for item in describe(Parameters)} == {
        "share": "number at least 0, below 1",
        "rows": "3 whole numbers, 2 rows of 2 whole numbers or null",
        "names": "list of a, b or c",
        "limits": "numbers above 0 by name",
        "inner": "list of inners",
        "count": "whole number at most 1,000, or null",
    }
    assert nested_models(Parameters) == {Inner: ["inner"]}
