"""The result of a made-up trajectory."""

from pathlib import Path

import numpy as np
import pytest
from bilayers import BASE, HEIGHT, HIGH, LOW, nitrogen_leaves, still

from liponflow.analysis.interface.course import follow
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.interface.summary import summarise
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.trajectory.frames import Frames

MADE = provenance(
    engine=EngineInfo(name="made up", version=None, surrogate=True),
    preset="as read",
    parameters={},
    input_fingerprint="0",
    source_structure="made up",
    parent_uuids=[],
)
SETTINGS = InterfaceSettings()


def result_of(frames: Frames, *, complete: bool = True):
    return summarise(
        follow([frames], SETTINGS, "file"),
        SETTINGS,
        MADE,
        first=frames.structure(0),
        last=frames.structure(len(frames) - 1),
        files=[Path("file")],
        complete=complete,
    )


def test_nothing_reacts_where_nothing_moves() -> None:
    found = result_of(still())
    assert found.electrolyte_height == pytest.approx(HIGH - LOW)
    assert found.other_thickness == pytest.approx(HEIGHT - HIGH + LOW)
    assert found.area == pytest.approx(BASE**2)
    assert (found.reacted_from, found.reacted_to, found.reacted_width) == (0.0, 0.0, 0.0)
    assert found.first_broken == "none broke"
    assert found.loss_order == "neither N nor P left the network"
    assert found.tetrahedral_end == 1.0
    assert all(item.advance == 0 for item in found.fronts)
    assert found.interfaces == 1


def test_profiles_add_up_to_the_atoms() -> None:
    found = result_of(still())
    edges = np.array(found.depth_edges)
    low, high = found.electrolyte_height / 2 + np.array([-HEIGHT / 2, HEIGHT / 2])
    volumes = np.diff(np.clip(edges, low, high)) * BASE**2 / 1000
    assert {
        item.element: round(float(np.dot(item.end, volumes)), 6) for item in found.profiles
    } == {"Li": 44, "N": 1, "O": 15, "P": 4}


def test_a_lost_n_is_reported_with_its_time_and_width() -> None:
    # N at 11 Å is 1 Å outside of the lower face; its P is the highest, 9.1 Å deep.
    found = result_of(nitrogen_leaves(20, after=5, height=11.0))
    apical = next(item for item in found.bonds if item.bond == "P-N (apical)")
    assert (apical.initial, apical.broken_share, apical.first_break) == (1, 1.0, 2.5)
    assert found.first_broken == "P-N (apical)"
    assert found.loss_order == "N left the network, first after 2.5 ps; P did not"
    assert found.free == {"O": 0.0, "N": 1.0, "P": 0.0}
    nitrogen = next(item for item in found.fronts if item.element == "N")
    assert nitrogen.end == pytest.approx(-1.0)
    assert found.reacted_from == pytest.approx(-1.0)
    assert found.reacted_to == pytest.approx(HIGH - LOW - 1.55 / 3**0.5)
    assert found.reacted_width == pytest.approx(found.reacted_to - found.reacted_from)


def test_short_and_unfinished_runs_say_so() -> None:
    found = result_of(still(3), complete=False)
    assert not found.converged
    assert any("1 ps are too short to conclude what forms" in text for text in found.warnings)
    assert any("ended before its last step" in text for text in found.warnings)
    assert result_of(still(30)).warnings == []


def test_another_bond_than_the_published_one_is_noted() -> None:
    frames = still(30)
    # The first O of the lowest unit leaves; there is no bridging N to compare with.
    frames.positions[3:, 1, 2] = 9.9
    assert not any("as the first to break" in text for text in result_of(frames).warnings)
