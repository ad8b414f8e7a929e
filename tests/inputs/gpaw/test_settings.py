"""Settings of GPAW: presets with sources, and what a user may replace."""

import pytest

from liponflow.inputs.gpaw.settings import (
    PACKAGE,
    GpawInputs,
    GpawSettings,
    topic_settings,
)
from liponflow.inputs.presets import ParameterError, load_data

TOPICS = load_data("topics", PACKAGE)["topics"]


@pytest.mark.parametrize("preset", ["quick", "paper"])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_all_settings(topic: str, preset: str) -> None:
    settings = topic_settings(topic, preset)
    assert settings.functional == "PBE"
    assert settings.keywords()["mode"] == {"name": "pw", "ecut": settings.ecut}


@pytest.mark.parametrize("topic", TOPICS)
def test_paper_is_at_least_as_fine_as_quick(topic: str) -> None:
    quick, paper = (topic_settings(topic, preset) for preset in ("quick", "paper"))
    assert paper.ecut >= quick.ecut
    assert isinstance(quick.kpts, float)
    assert isinstance(paper.kpts, float)
    assert paper.kpts >= quick.kpts
    assert paper.density <= quick.density


def test_every_value_has_a_source() -> None:
    data = load_data("topics", PACKAGE)
    groups = [data["common"], *(p for presets in TOPICS.values() for p in presets.values())]
    for group in groups:
        for key, entry in group.items():
            assert key in GpawSettings.model_fields
            assert set(entry) == {"value", "source"}
            assert len(entry["source"]) > 8, key


def test_values_of_the_user_replace_those_of_the_topic() -> None:
    settings = topic_settings("migration", "quick").replaced(
        {"kpts": "2,2,2", "ecut": 200, "hubbard_u": {"Ni": 6.2}, "spin": False}
    )
    keywords = settings.keywords(setups={"Li": "sv"})
    assert keywords["kpts"] == {"size": [2, 2, 2], "gamma": False}
    assert keywords["setups"] == {"Li": "sv", "Ni": ":d,6.2"}
    assert keywords["spinpol"] is False
    assert settings.label == "PBE+U, PW 200 eV"
    assert settings.smearing == "methfessel-paxton", "the rest is as before"


def test_u_of_an_element_with_another_data_set() -> None:
    settings = topic_settings("migration", "quick").replaced({"hubbard_u": {"Li": 1, "O": 0}})
    assert settings.keywords(setups={"Li": "sv"})["setups"] == {"Li": "sv:d,1"}


def test_three_electrons_of_lithium_are_in_the_label() -> None:
    settings = topic_settings("migration", "quick").replaced({"li_electrons": 3})
    assert settings.label == "PBE, PW 350 eV, Li with 3 electrons"


def test_a_mesh_does_not_suit_a_reference_cell() -> None:
    topic = topic_settings("migration", "quick")
    host = GpawInputs(topic, reference_cell=True)
    assert host.replaced({"kpts": [2, 2, 2]}).kpts == topic.kpts
    assert host.replaced({"kpts": 5.0}).kpts == 5.0
    assert GpawInputs(topic).replaced({"kpts": [2, 2, 2]}).kpts == (2, 2, 2)
    with pytest.raises(ParameterError, match="kpts"):
        host.replaced({"kpts": "2,0,2"})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ecutt": 300}, "did you mean 'ecut'"),
        ({"ecut": 5}, "ecut=5 .*greater than or equal to 100"),
        ({"kpts": "2,2"}, "kpts='2,2'"),
        ({"smearing": "gaussian"}, "methfessel-paxton"),
        ({"li_electrons": 2}, "li_electrons=2"),
        ({"hubbard_u": {"Ni": -1}}, "hubbard_u"),
        ({"functional": "PBE; rm"}, "functional"),
    ],
)
def test_wrong_values_are_refused_by_name(given: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        topic_settings("general", "quick").replaced(given)
