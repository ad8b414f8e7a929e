"""Presets as a user reads them, and as files to edit."""

from pathlib import Path

import pytest

from liponflow import registry
from liponflow.inputs.config import read_config
from liponflow.inputs.explained import explained, purposes, written
from liponflow.inputs.lithiation import LithiationParameters
from liponflow.inputs.presets import ParameterError
from liponflow.workflows.campaign import get_campaign

CAMPAIGNS = registry.names(registry.CAMPAIGNS)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_written_preset_is_read_as_the_preset(name: str, tmp_path: Path) -> None:
    campaign = get_campaign(name)
    model = campaign.parameter_model()
    for preset in purposes(name, campaign.presets):
        path = tmp_path / f"{preset}.yaml"
        path.write_text(written(model, name, preset, campaign.presets), encoding="utf-8")
        config = read_config(path, name, model)
        assert config.preset == preset
        assert config.values.keys() == model.model_fields.keys()
        again = campaign.load_parameters("quick", config.values)
        assert again == campaign.load_parameters(preset)


def test_comments_explain_every_parameter() -> None:
    text = written(LithiationParameters, "lithiation", "quick")
    assert (
        "# Largest force of a converged relaxation.\n# Value: number above 0, at most 0.5 (eV/Å)"
        in text
    )
    assert "# Example: moments: chgnet\n" in text
    assert max(len(line) for line in text.splitlines() if line.startswith("#")) <= 90


def test_parameters_have_the_source_of_the_preset() -> None:
    found = {
        item.description.name: item
        for item in explained(LithiationParameters, "lithiation", "paper")
    }
    assert found.keys() == LithiationParameters.model_fields.keys()
    assert found["budget"].value == 10
    assert found["budget"].source.startswith("our choice, arrangements per family and x")
    assert found["moments"].example == "chgnet"
    assert found["force_limit"].example == "0.02"


def test_unknown_preset_suggests_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean 'paper'"):
        explained(LithiationParameters, "lithiation", "papr")
