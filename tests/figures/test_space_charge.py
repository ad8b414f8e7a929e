"""Figures of a space charge."""

import pytest
from figure_texts import misplaced, texts

from liponflow.analysis.space_charge.result import SpaceChargeResult
from liponflow.figures.space_charge import all_figures
from liponflow.workflows.model import get_model


@pytest.fixture(scope="module")
def result() -> SpaceChargeResult:
    found = get_model("space_charge").compute()
    assert isinstance(found, SpaceChargeResult)
    return found


def test_figures_are_legible(result: SpaceChargeResult) -> None:
    figures = all_figures(result)
    assert list(figures) == ["profiles", "levels"]
    assert all(misplaced(figure) == [] for figure in figures.values())
    shown = " ".join(text.get_text() for text in texts(figures["profiles"]))
    assert "bent by −0.30 eV" in shown
    assert "levels differ by 0.48 eV" in {t.get_text() for t in texts(figures["levels"])}
