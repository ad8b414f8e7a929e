"""Models as registered objects: parameters, sources and provenance."""

import dataclasses

import pytest

from liponflow import registry
from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.analysis.provenance import MODEL
from liponflow.inputs.presets import ParameterError, load_data
from liponflow.workflows.model import PUBLISHED, get_model
from liponflow.workflows.topic import get_topic, topic_names

MODELS = registry.names(registry.MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_result_names_the_source_of_every_parameter(name: str) -> None:
    model = get_model(name)
    result = model.compute()
    made = result.provenance
    assert (result.kind, made.preset) == (name, PUBLISHED)
    assert made.engine.name == MODEL
    assert not made.engine.surrogate
    assert set(made.sources) == set(made.parameters) == set(model.parameter_model().model_fields)
    for source in made.sources.values():
        assert source.startswith((f"preset {PUBLISHED}: published: ", f"preset {PUBLISHED}: our "))


@pytest.mark.parametrize("name", MODELS)
def test_presets_set_every_parameter(name: str) -> None:
    model = get_model(name)
    data = load_data(name, model.presets)
    assert list(data["purposes"]) == list(data["presets"])
    assert PUBLISHED in data["presets"]
    for preset, entries in data["presets"].items():
        assert set(entries) == set(model.parameter_model().model_fields), preset
        model.compute(preset)


@pytest.mark.parametrize("name", MODELS)
def test_results_are_drawn_and_read_again(name: str) -> None:
    result = get_model(name).compute()
    kind = get_kind(name)
    assert name in kind_names()
    assert kind.read(result.model_dump(mode="json")) == result
    assert kind.draw(result)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("value", [-1e300, 1e300, float("nan")])
def test_impossible_numbers_are_refused_with_their_parameter(name: str, value: float) -> None:
    model = get_model(name)
    for parameter, start in model.load_parameters(PUBLISHED).model_dump().items():
        several = isinstance(start, list) and start and isinstance(start[0], float)
        if isinstance(start, float) or several:
            extreme = [value, *start[1:]] if several else value
            with pytest.raises(ParameterError, match=f"parameter {parameter}"):
                model.compute(overrides={parameter: extreme})


def test_names_of_campaigns_and_models_are_distinct() -> None:
    assert len(set(topic_names())) == len(topic_names())


def test_changed_values_have_the_user_as_source_and_another_fingerprint() -> None:
    model = get_model("mechanics")
    plain = model.compute().provenance
    changed = model.compute(overrides={"modulus": 110.0}, origins={"modulus": "--set"}).provenance
    assert changed.parameters["modulus"] == 110.0
    assert changed.sources["modulus"] == "given by the user: --set"
    assert changed.sources["collector"] == plain.sources["collector"]
    assert changed.input_fingerprint != plain.input_fingerprint
    assert model.compute().provenance.input_fingerprint == plain.input_fingerprint


def test_parameter_of_a_campaign_is_refused_with_its_name() -> None:
    with pytest.raises(ParameterError, match="parameter of phonons and not of mechanics"):
        get_model("mechanics").compute(overrides={"mesh_length": 80.0})


def test_unknown_topics_are_refused() -> None:
    with pytest.raises(registry.RegistryError, match="did you mean 'mechanics'"):
        get_topic("mechanic")
    with pytest.raises(registry.RegistryError, match="unknown model"):
        get_model("glass")


def test_model_whose_function_is_missing_is_named() -> None:
    broken = dataclasses.replace(get_model("mechanics"), function="liponflow.units:nothing")
    with pytest.raises(registry.RegistryError, match="of the model mechanics cannot be imported"):
        broken.compute()
