"""The second engine of a campaign: another kind if it is installed, else other weights."""

import pytest

from liponflow.engines.sevennet.engine import SevennetEngine
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.second_model import second_model, with_second_model

CANDIDATES = ("sevennet-0", "chgnet", "chgnet-0.2.0")


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


def test_named_models_stay_and_are_listed_once() -> None:
    assert with_second_model(["chgnet", "auto"], "vasp", ["chgnet"]) == ["chgnet"]
    assert with_second_model(["auto"], "chgnet", ["chgnet"]) == []
