"""Figures and the movie of an interface."""

from io import BytesIO
from pathlib import Path

import pytest
from bilayers import nitrogen_leaves
from PIL import Image

from liponflow.analysis.interface.course import follow
from liponflow.analysis.interface.result import InsertionPoint, InterfaceResult, PhaseShare
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.interface.summary import summarise
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.figures.interface.gallery import all_figures, profile_figure
from liponflow.figures.interface.movie import all_movies, movie


@pytest.fixture(scope="module")
def result() -> InterfaceResult:
    frames = nitrogen_leaves(4, after=2)
    settings = InterfaceSettings()
    return summarise(
        follow([frames], settings, "file"),
        settings,
        provenance(
            engine=EngineInfo(name="made up", version=None, surrogate=True),
            preset="as read",
            parameters={},
            input_fingerprint="0",
            source_structure="made up",
            parent_uuids=[],
        ),
        first=frames.structure(0),
        last=frames.structure(3),
        files=[Path("file")],
    )


def test_profiles_stand_beside_the_observed_layers(result: InterfaceResult) -> None:
    upper, lower = profile_figure(result).axes
    assert {line.get_label() for line in upper.lines} >= {"Li", "N", "O", "P"}
    # 21.1 + 11.6 + 43.7 nm.
    assert lower.get_xlim() == pytest.approx((0, 76.4))
    assert "N (from 54), then P (from 138)" in lower.get_title(loc="left")


def test_phases_and_insertion_are_drawn_where_there_are_any(result: InterfaceResult) -> None:
    assert set(all_figures(result)) == {"profiles", "bonds"}
    bins = len(result.depth_edges) - 1
    whole = PhaseShare(
        phase="Li", begin=1, end=1, shares=[1.0] * len(result.snapshots), profile=[1.0] * bins
    )
    more = result.model_copy(
        update={
            "phases": [whole],
            "phase_times": [item.time for item in result.snapshots],
            "insertion": [InsertionPoint(depth=0, room=2, energy=0)],
        }
    )
    assert set(all_figures(more)) == {"profiles", "bonds", "phases", "insertion"}


def test_the_movie_has_every_snapshot_and_the_same_bytes(result: InterfaceResult) -> None:
    assert set(all_movies(result)) == {"movie"}
    first = movie(result)
    assert first == movie(result)
    assert Image.open(BytesIO(first)).n_frames == len(result.snapshots) == 4
    alone = result.model_copy(update={"snapshots": result.snapshots[:1]})
    assert all_movies(alone) == {}
