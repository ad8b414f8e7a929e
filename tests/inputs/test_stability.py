"""Parameters of the stability campaign: presets, formulas and invalid values."""

from typing import Any

import pytest

from liponflow.inputs.presets import ParameterError, load_data, load_parameters
from liponflow.inputs.stability import TOPIC, StabilityParameters, electrode_at
from liponflow.inputs.vasp.stability import phonon_static_set, relax_set, static_set
from liponflow.structures.phases import phase


def parameters(preset: str = "quick", **overrides: Any) -> StabilityParameters:
    return load_parameters(StabilityParameters, TOPIC, preset, overrides)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_presets_cover_all_elements_contents_and_voltages(preset: str) -> None:
    found = parameters(preset)
    assert found.elements == ["Li", "N", "O", "P", "Mn", "Ni"]
    assert len(found.x) == 17
    assert len(found.voltages.values) == 50
    entries = load_data(TOPIC)["presets"][preset]
    assert entries.keys() == StabilityParameters.model_fields.keys()
    assert all(entry["source"] for entry in entries.values())


def test_lists_may_be_comma_separated() -> None:
    assert parameters(exclude="Li3P, LiP").exclude == ["Li3P", "LiP"]
    assert parameters(exclude=["Li3P"]).exclude == ["Li3P"]
    assert parameters(compare="Li3PO4").compare == ["Li3PO4"]


def test_elements_are_those_of_all_materials() -> None:
    assert parameters(composition="Li2.98PO3.3N0.46", electrode=None).elements == [
        "Li",
        "N",
        "O",
        "P",
    ]
    assert parameters(composition="Li2O", compare=[], electrode=None).elements == ["Li", "O"]


@pytest.mark.parametrize(
    ("formula", "compared"),
    [
        ("Li2PO2N", ["Li3PO4", "Li2O", "Li3N", "Li3P"]),
        ("Li6PS5Cl", ["Li3P"]),
        ("Li7La3Zr2O12", ["Li2O"]),
        ("NaCl", []),
    ],
)
def test_materials_to_compare_add_no_elements(formula: str, compared: list[str]) -> None:
    assert parameters(composition=formula).compare == compared


def test_entry_file_sets_the_source() -> None:
    assert parameters(entries="entries.json").source == "file"
    assert parameters().source == "engine"


def test_electrode_composition_is_built_for_any_li_content() -> None:
    assert electrode_at("LixNi0.5Mn1.5O4", 0).get_el_amt_dict() == {
        "Ni": 0.5,
        "Mn": 1.5,
        "O": 4.0,
    }
    assert electrode_at("LixNi0.5Mn1.5O4", 1.25)["Li"] == 1.25


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"composition": "Li2Qx"}, "Qx0. is not an element"),
        ({"composition": ""}, "is not a formula"),
        ({"compare": "Li3PO4,nonsense"}, "'nonsense' is not a formula"),
        ({"electrode": "LiNi0.5Mn1.5O4"}, "has no Lix"),
        ({"x": [-1, 1]}, "lithium content of -1 is negative"),
        ({"voltages": {"low": 3, "high": 1, "count": 5}}, "1, is not above 3"),
        ({"temperature": 50}, "below 100 K, where the tables of the gases begin"),
        ({"temperature": -3}, "greater than or equal to 0"),
        ({"source": "file"}, "source=file needs the file"),
        ({"source": "mp", "entries": "a.json"}, "two sources of energies"),
        ({"glass": "latest", "above_hull": 0.1}, "both give the energy of the material"),
        ({"error_shared": {"Xx": 0.1}}, "'Xx' is not an element"),
        ({"error_shared": {"O": -0.1}}, "is negative"),
        ({"compositon": "Li2O"}, "did you mean 'composition'"),
        ({"source": "materials project"}, "Input should be 'engine', 'file', 'mp' or 'store'"),
    ],
)
def test_invalid_values_are_refused_by_name(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parameters(**overrides)


def test_message_about_a_contradiction_is_short() -> None:
    with pytest.raises(ParameterError) as caught:
        parameters(source="file")
    assert len(str(caught.value)) < 120


def test_every_value_of_the_input_sets_has_a_source() -> None:
    structure = phase("NiO").primitive()
    for generator in (relax_set(parameters()), static_set(), phonon_static_set(structure)):
        incar = generator.get_input_set(structure, potcar_spec=True).incar
        assert set(incar) <= generator.sources.keys()
        assert incar["LDAUU"] == [6.2, 0]
