"""The whole interface campaign with a cheap potential."""

from pathlib import Path
from typing import Any

import pytest
from cheap_potential import CheapPotential, OtherPotential

from liponflow.analysis.interface.result import InterfaceResult
from liponflow.cost.flow import planned
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.interface.jobs import RECOMPUTED, conclude

ENGINE = f"{CheapPotential.__module__}:{CheapPotential.__name__}"
OTHER = f"{OtherPotential.__module__}:{OtherPotential.__name__}"
SHORT: dict[str, Any] = {
    "first_thickness": 7,
    "second_thickness": 8,
    "min_length": 8,
    "density": 1.6,
    "relax": False,
    "phases": False,
    "insertion_points": 3,
    "frame_interval": 2,
    "protocol": [
        {"name": "settle", "ensemble": "nvt", "temperature": 100, "duration": 0.01,
         "time_step": 1, "friction": 100},
        {"name": "react", "ensemble": "nvt", "temperature": 100, "duration": 0.12,
         "time_step": 1},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> InterfaceResult:
    folder = tmp_path_factory.mktemp("interface")
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=1)
    flow = get_campaign("interface").plan(
        preset="quick",
        engine=ENGINE,
        engine_arguments={"distance": 2.1, f"{OTHER}.distance": 2.2},
        overrides=SHORT | {"models": [OTHER]},
    )
    # Three energies and the dynamics of both engines are announced for the estimate.
    assert len(list(planned(flow))) == 5
    outcome = campaigns.run(flow, settings, {"command": ["pytest"]}, [ENGINE, OTHER])
    assert not outcome.report.failures
    assert outcome.result is not None
    found = outcome.result.result
    assert isinstance(found, InterfaceResult)
    return found


def test_the_result_has_the_layers_and_every_frame(result: InterfaceResult) -> None:
    assert [layer.name for layer in result.layers] == ["Li (100)", "Li46P16O55N5 glass"]
    # 130 steps, every second one, and the start.
    assert result.n_frames == 66
    assert result.duration == pytest.approx(0.13)
    assert result.n_atoms == len(result.structure)
    assert result.interfaces == 2
    assert any("too short to conclude" in text for text in result.warnings)
    assert Path(result.trajectory_files[0]).name.startswith("trajectory")


def test_the_profile_of_one_li_begins_where_it_is(result: InterfaceResult) -> None:
    first, *others = result.insertion
    assert first.energy == 0.0
    assert first.depth < 0 < others[-1].depth
    # To the middle of the electrolyte.
    assert others[-1].depth == pytest.approx(result.electrolyte_height / 2, abs=0.01)
    assert all(item.energy != 0 for item in others)


def test_transport_is_that_of_the_last_stage(result: InterfaceResult) -> None:
    names = {region.name for region in result.regions}
    assert names <= {"upper interface", "lower interface", "bulk"}
    assert names or any("no transport by region" in text for text in result.warnings)


def test_a_further_engine_moves_the_same_model(result: InterfaceResult) -> None:
    main, other = result.engines
    assert (main.recomputed, other.recomputed) == ("everything", RECOMPUTED)
    assert other.reason is None
    spreads = {(item.quantity, item.subject): item for item in result.engine_spreads}
    width = spreads["reacted width", "whole zone"]
    assert width.n_engines == 2
    assert result.reacted_width in width.values.values()
    assert width.limit == 2
    assert {subject for quantity, subject in spreads if quantity == "broken bonds"} == {
        item.bond for item in result.bonds
    }


def test_dynamics_that_failed_have_no_result() -> None:
    with pytest.raises(ValueError, match="the dynamics failed"):
        conclude.original(None, layers=[], record={}, zone=3, phases=False, last_stage="react")
