"""The campaigns in one go; tests/cli/test_batch.py runs and resumes single ones."""

from pathlib import Path
from typing import Any

import pytest

from liponflow import registry
from liponflow.runners.errors import RunInterruptedError
from liponflow.settings import Settings
from liponflow.workflows import tour as module
from liponflow.workflows.batch import BatchState, Finished
from liponflow.workflows.campaign import Campaign, get_campaign
from liponflow.workflows.tour import Stop, Tour, run_tour, tour


def test_every_campaign_is_run_or_left_out_with_a_reason() -> None:
    ours = {n for n in registry.names(registry.CAMPAIGNS) if "liponflow." in get_campaign(n).flow}
    run = [stop.campaign for stop in tour().stops("quick")]
    assert {*run, *tour().left_out} == ours
    assert not {*run} & {*tour().left_out}


@pytest.mark.parametrize("stop", tour().stops("quick"), ids=lambda stop: stop.campaign)
def test_overrides_are_parameters_of_the_preset(stop: Stop) -> None:
    get_campaign(stop.campaign).load_parameters("quick", stop.overrides)


def test_quick_takes_less_than_an_hour() -> None:
    assert sum(stop.minutes for stop in tour().stops("quick")) < 60


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no preset 'quik'.*it has quick"):
        tour().stops("quik")


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Make campaigns return at once; glass fails, and eels is interrupted."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def at_once(campaign: Campaign, _: Settings, choices: dict[str, Any], record: Any) -> Finished:
        seen.append((campaign.name, choices | record("parameters")))
        if campaign.name == "glass":
            raise ValueError("no room")
        if campaign.name == "eels":
            raise RunInterruptedError("stopped", Path("run"))
        return Finished(BatchState.DONE)

    monkeypatch.setattr(module, "run_or_resume", at_once)
    changed = Stop(campaign="lithiation", minutes=1, overrides={"seed": 1})
    stops = [Stop(campaign="glass", minutes=1), changed]
    monkeypatch.setattr(module, "tour", lambda: Tour(presets={"quick": stops}, left_out={}))
    return seen


def record(campaign: Campaign, overrides: Any, parameters: Any) -> dict[str, Any]:
    return {"kind": campaign.name, "changed": overrides, "parameters": parameters}


def test_campaign_that_fails_does_not_stop_the_others(
    visited: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    settings = Settings(store=tmp_path / "a.db", runs_dir=tmp_path, engine="chgnet")
    done = [(item.campaign, *item.finished) for item in run_tour("quick", settings, record)]
    assert done == [
        ("glass", BatchState.FAILED, None, "no room"),
        ("lithiation", BatchState.DONE, None, ""),
    ]
    name, document = visited[1]
    assert (name, document["overrides"], document["engine"]) == (
        "lithiation",
        {"seed": 1},
        "chgnet",
    )
    assert (document["kind"], document["changed"]) == ("lithiation", {"seed": 1})


def test_campaign_that_is_interrupted_ends_the_tour(
    visited: list[tuple[str, dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = [Stop(campaign="eels", minutes=1), Stop(campaign="lithiation", minutes=1)]
    monkeypatch.setattr(module, "tour", lambda: Tour(presets={"quick": stops}, left_out={}))
    settings = Settings(store=tmp_path / "a.db", runs_dir=tmp_path)
    with pytest.raises(RunInterruptedError):
        list(run_tour("quick", settings, record))
    assert [name for name, _ in visited] == ["eels"]
    assert visited[0][1]["engine"] == "feff"
