"""Figures of the model of mechanics."""

import pytest
from figure_texts import misplaced, texts

from liponflow.analysis.mechanics.result import MechanicsResult
from liponflow.figures.mechanics import all_figures
from liponflow.workflows.model import get_model


@pytest.fixture(scope="module")
def result() -> MechanicsResult:
    found = get_model("mechanics").compute()
    assert isinstance(found, MechanicsResult)
    return found


def test_figures_are_legible_and_say_that_a_model_made_them(result: MechanicsResult) -> None:
    figures = all_figures(result)
    assert list(figures) == ["domes", "misfit"]
    for figure in figures.values():
        assert misplaced(figure) == []
        assert any("neither simulated nor measured" in text.get_text() for text in texts(figure))


def test_published_stresses_are_marked(result: MechanicsResult) -> None:
    shown = {text.get_text() for text in texts(all_figures(result)["domes"])}
    assert {"0.151 GPa", "0.503 GPa"} <= shown


def test_what_is_not_there_is_not_drawn(result: MechanicsResult) -> None:
    assert list(all_figures(result.model_copy(update={"domes": []}))) == ["misfit"]
    assert list(all_figures(result.model_copy(update={"misfits": []}))) == ["domes"]
