"""The parameters of the EELS campaign."""

import pytest

from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.presets import ParameterError, load_data, load_parameters


def load(preset="quick", **overrides):
    return load_parameters(EELSParameters, TOPIC, preset, overrides)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_published_values(preset):
    """Section 4.2.9."""
    cards = load(preset).cards
    assert (cards.beam_energy, cards.collection_angle, cards.convergence_angle) == (200, 10, 10)
    assert (cards.xkmax, cards.xkstep, cards.estep) == (4, 0.02, 0.01)
    assert (cards.core_hole, cards.exchange, cards.s02) == ("RPA", "Hedin-Lundqvist", 1)


def test_every_value_has_a_source():
    for preset in load_data(TOPIC)["presets"].values():
        assert set(preset) == set(EELSParameters.model_fields)
        assert all(entry["source"] for entry in preset.values())


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"edges": ["Li L3"]}, "L shell of Li is not a core level"),
        ({"edges": ["O M1"]}, "the shell is none of K, L1, L2, L3, L23"),
        ({"edges": ["Xx K"]}, "not an element and a shell"),
        ({"edges": ["Li K", "Li K"]}, "named twice"),
        ({"edges": []}, "at least 1"),
        ({"scf_radius": 5.0, "fms_radius": 4.0}, "raise fms_radius"),
        ({"core_hole": "rpa"}, "RPA"),
        ({"scf_radius": 40}, "12"),
    ],
)
def test_bad_values_are_refused(overrides, message):
    with pytest.raises(ParameterError, match=message):
        load(**overrides)
