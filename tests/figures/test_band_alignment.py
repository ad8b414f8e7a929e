"""Figures of a band alignment."""

import pytest
from figure_texts import misplaced, texts

from liponflow.analysis.band_alignment import BandAlignmentResult
from liponflow.figures.band_alignment import all_figures
from liponflow.workflows.model import get_model


@pytest.fixture(scope="module")
def result() -> BandAlignmentResult:
    found = get_model("band_alignment").compute()
    assert isinstance(found, BandAlignmentResult)
    return found


def test_printed_offsets_are_shown(result: BandAlignmentResult) -> None:
    figures = all_figures(result)
    shown = {text.get_text() for text in texts(figures["bands"])}
    assert {"1.26", "4.10", "−0.30", "+0.50", "e · 2.76 V"} <= shown
    assert all(misplaced(figure) == [] for figure in figures.values())
