"""Figures of the model of a cell."""

import pytest
from figure_texts import misplaced, texts

from liponflow.analysis.cell.result import CellResult
from liponflow.figures.cell import all_figures
from liponflow.workflows.model import get_model


@pytest.fixture(scope="module")
def result() -> CellResult:
    found = get_model("cell").compute()
    assert isinstance(found, CellResult)
    return found


def test_figures_are_legible(result: CellResult) -> None:
    figures = all_figures(result)
    assert list(figures) == ["energy-density", "films", "balance"]
    for figure in figures.values():
        assert misplaced(figure) == []


def test_published_values_and_other_cells_are_drawn(result: CellResult) -> None:
    figure = all_figures(result)["energy-density"]
    shown = {text.get_text() for text in texts(figure)}
    assert {"1163", "liquid\nelectrolyte", "all\nsolid state"} <= shown
    assert {"Cheng (perspective)", "Cheng 2023"} <= shown


def test_figures_of_absent_facts_are_left_out(result: CellResult) -> None:
    bare = result.model_copy(update={"film_line": None, "balances": []})
    assert list(all_figures(bare)) == ["energy-density"]
