"""The second engine of a campaign: another kind if it is installed, else other weights."""

import pytest

from liponflow.engines.engine import EngineError
from liponflow.engines.sevennet.engine import SevennetEngine
from liponflow.inputs.comparison import ComparedParameters
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.second_model import CANDIDATES, second_model, with_second_model


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    missing = [] if request.param else ["SevenNet is not installed"]
    monkeypatch.setattr(SevennetEngine, "requirements", lambda *_: missing)


@pytest.mark.parametrize(
    ("installed", "engine", "chosen"),
    [
        (True, "chgnet", "sevennet-0"),
        (True, "sevennet-l3i5", "chgnet"),
        (True, "vasp", "sevennet-0"),
        (False, "chgnet", "chgnet-0.2.0"),
        (False, "chgnet-0.2.0", "chgnet"),
        (False, "vasp", "chgnet"),
    ],
    indirect=["installed"],
)
@pytest.mark.usefixtures("installed")
def test_another_kind_is_preferred_to_other_weights(engine: str, chosen: str) -> None:
    assert second_model(engine, CANDIDATES) == chosen


@pytest.mark.parametrize("installed", [False], indirect=True)
@pytest.mark.usefixtures("installed")
def test_the_choice_is_recorded_and_can_be_left_out() -> None:
    migration = get_campaign("migration")
    request = migration.request(preset="quick", engine="chgnet")
    assert request.parameters.models == ["chgnet-0.2.0"]
    assert migration.engines(request) == ["chgnet", "chgnet-0.2.0"]
    names = [job.name for job in migration.make_flow(request).jobs]
    assert "relax host chgnet-0.2.0" in names
    alone = migration.request(preset="quick", engine="chgnet", overrides={"models": []})
    assert migration.engines(alone) == ["chgnet"]


@pytest.mark.parametrize("campaign", ["lithiation", "stability", "glass", "phonons", "migration"])
@pytest.mark.parametrize("installed", [False], indirect=True)
@pytest.mark.usefixtures("installed")
def test_every_campaign_chooses_one(campaign: str) -> None:
    chosen = get_campaign(campaign)
    request = chosen.request(preset="quick", engine="chgnet", overrides={"models": "auto"})
    assert request.parameters.models == ["chgnet-0.2.0"]
    assert chosen.engines(request) == ["chgnet", "chgnet-0.2.0"]


def models(*names: str) -> ComparedParameters:
    return ComparedParameters(models=list(names))


def test_named_models_stay_and_are_listed_once() -> None:
    assert with_second_model(models("chgnet", "auto"), "vasp", ["chgnet"]).models == ["chgnet"]
    assert with_second_model(models("vasp"), "chgnet", []).models == ["vasp"]


def test_no_second_engine_is_refused_with_the_remedy() -> None:
    with pytest.raises(EngineError, match=r"models=auto: no other engine .* set models=\[\]"):
        with_second_model(models("auto"), "chgnet", ["chgnet"])
