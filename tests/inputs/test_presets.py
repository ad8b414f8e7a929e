"""Presets and overrides: sources of values, and messages for mistakes."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from liponflow.inputs import glass, lithiation, migration, phonons, stability
from liponflow.inputs.lists import list_form
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import (
    ParameterError,
    cited_parameters,
    load_data,
    load_parameters,
    parse_settings,
)

SHEARED = ((1, 1, 0), (-1, 1, 0), (0, 0, 1))


def entries(data: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every ``{value: ..., source: ...}`` below a mapping."""
    if isinstance(data, dict) and "value" in data:
        yield path, data
    elif isinstance(data, dict):
        for key, item in data.items():
            yield from entries(item, f"{path}.{key}")


def leaves(data: Any) -> int:
    """Count the values below a mapping, cited or not."""
    if isinstance(data, dict) and "value" not in data:
        return sum(leaves(item) for item in data.values())
    return 1


def model_of(topic: ModuleType) -> type[BaseModel]:
    """Return the model of the parameters of a topic."""
    model: type[BaseModel] = getattr(topic, f"{topic.TOPIC.capitalize()}Parameters", None) or (
        topic.PhononParameters
    )
    return model


def parameters_of(topic: ModuleType, overrides: dict[str, Any]) -> BaseModel:
    """Return the parameters of a topic's quick preset, with overrides."""
    return load_parameters(model_of(topic), topic.TOPIC, "quick", overrides)


def test_every_value_has_a_source() -> None:
    data = load_data(TOPIC)
    assert "dissertation" in data.pop("published")
    data.pop("purposes")
    cited = list(entries(data))
    assert len(cited) == leaves(data), "a value has no source"
    for path, entry in cited:
        assert set(entry) == {"value", "source"}, path
        assert isinstance(entry["source"], str), path
        assert len(entry["source"]) > 5, path


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_presets_set_exactly_the_parameters(preset: str) -> None:
    assert set(load_data(TOPIC)["presets"][preset]) == set(LithiationParameters.model_fields)
    load_parameters(LithiationParameters, TOPIC, preset)


def test_sources_distinguish_preset_and_user() -> None:
    overrides = {"budget": 3}
    parameters = load_parameters(LithiationParameters, TOPIC, "quick", overrides)
    cited = cited_parameters(parameters, TOPIC, "quick", overrides)
    assert cited["budget"] == {"value": 3, "source": "given by the user"}
    assert cited["magmoms"]["source"].startswith("preset quick: published")
    assert cited.keys() == LithiationParameters.model_fields.keys()


def test_li_contents_are_sorted_and_distinct() -> None:
    parameters = load_parameters(LithiationParameters, TOPIC, "quick", {"x": [1, 0, 1.0]})
    assert parameters.x == [0, 1]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"budgt": 3}, "unknown parameter 'budgt'; did you mean 'budget'"),
        ({"budget": "many"}, "parameter budget='many'"),
        ({"budget": 0}, "greater than or equal to 1"),
        ({"max_steps": 1}, "greater than or equal to 2"),
        ({"x": []}, "parameter x"),
        ({"x": [-0.5]}, "-0.5 is negative"),
        ({"magmoms": {"Xx": 1.0}}, "'Xx' is not an element"),
        ({"hubbard_u": "swapped"}, "hubbard_u"),
        ({"tetragonal_strain": 0.5}, "less than or equal to 0.2"),
        ({"supercell": [1, 1]}, "supercell"),
    ],
)
def test_invalid_overrides_are_refused(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        load_parameters(LithiationParameters, TOPIC, "quick", overrides)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("topic", "typed", "expected"),
    [
        (lithiation, "supercell=2,2,1", (2, 2, 1)),
        (lithiation, "supercell=1,1,0;-1,1,0;0,0,1", SHEARED),
        (lithiation, "supercell=[[1, 1, 0], [-1, 1, 0], [0, 0, 1]]", SHEARED),
        (lithiation, "x=0.5, 0,1", [0, 0.5, 1]),
        (lithiation, "x=1", [1]),
        (migration, "supercell=2,2,2", (2, 2, 2)),
        (migration, "larger_supercell=4,4,4", (4, 4, 4)),
        (migration, "larger_supercell=null", None),
        (migration, "temperatures=300,400.5", [300, 400.5]),
        (migration, "temperatures=300", [300]),
        (migration, "starts=split,substitutional", ["split", "substitutional"]),
        (migration, "models=chgnet-0.2.0,chgnet-r2scan", ["chgnet-0.2.0", "chgnet-r2scan"]),
        (migration, "dopant=N,P, O,", ["N", "P", "O"]),
        (stability, "x=0,0.5", [0, 0.5]),
        (stability, "compare=Li3PO4,LiPO3", ["Li3PO4", "LiPO3"]),
        (stability, "exclude=P4N6O", ["P4N6O"]),
        (phonons, "supercell=2,2,2", (2, 2, 2)),
        (glass, "properties=tg,elastic", ["tg", "elastic"]),
    ],
)
def test_lists_are_typed_without_brackets(topic: ModuleType, typed: str, expected: Any) -> None:
    overrides = parse_settings([typed])
    [key] = overrides
    assert getattr(parameters_of(topic, overrides), key) == expected


@pytest.mark.parametrize("topic", [glass, lithiation, migration, phonons, stability])
def test_every_list_of_plain_values_shows_an_example(topic: ModuleType) -> None:
    model = model_of(topic)
    lists = [key for key, field in model.model_fields.items() if list_form(field.annotation)]
    assert lists
    for key in lists:
        with pytest.raises(ParameterError, match=rf"{key}=.*such as ({key}=\S+,?|2,2,1)"):
            parameters_of(topic, {key: {"no": "list"}})


@pytest.mark.parametrize("typed", ["supercell=2", "supercell=2,2", "supercell=2,2,b", "x=0,,1"])
def test_lists_of_another_length_or_kind_are_refused(typed: str) -> None:
    with pytest.raises(ParameterError, match=r"such as (2,2,1|x=0,0.5,1)"):
        load_parameters(LithiationParameters, TOPIC, "quick", parse_settings([typed]))


@pytest.mark.parametrize("value", ['{"a":' * 5000, "&a [*a]", "9" * 5000, "[" * 400 + "]" * 400])
def test_values_that_no_one_can_read_are_refused_in_short(value: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load_parameters(LithiationParameters, TOPIC, "quick", parse_settings([f"x={value}"]))
    assert len(str(caught.value)) < 700


def test_unknown_preset_suggests_the_nearest() -> None:
    with pytest.raises(ParameterError, match="unknown preset 'papr'; did you mean 'paper'"):
        load_parameters(LithiationParameters, TOPIC, "papr")


@pytest.mark.parametrize("text", ["budget", "=3", "x=[0, 1"])
def test_unreadable_settings_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_settings([text])
    assert repr(text) in str(caught.value)
    assert "\n" not in str(caught.value)
