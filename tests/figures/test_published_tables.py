"""Figures of the published tables."""

import pytest
from figure_texts import misplaced, texts
from matplotlib.figure import Figure

from liponflow import registry
from liponflow.analysis.published_tables import TABLES


def drawn(name: str) -> Figure:
    figure: Figure = registry.resolve(TABLES[name].figure)(TABLES[name].read())
    return figure


@pytest.mark.parametrize("name", TABLES)
def test_texts_overlap_nothing_and_the_source_is_named(name: str) -> None:
    figure = drawn(name)
    assert misplaced(figure) == []
    assert any(TABLES[name].read().citation in text.get_text() for text in texts(figure))


def test_every_row_is_drawn_with_its_conductivity() -> None:
    rows = TABLES["derivatives"].read().rows
    figure = drawn("derivatives")
    points = {
        float(line.get_ydata()[0])
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() not in ("None", "") and len(line.get_xdata()) == 1
    }
    wanted = {
        (row.conductivity * (row.conductivity_high or row.conductivity)) ** 0.5 for row in rows
    }
    named = [row for row in rows if row.conductivity < 1e-10]
    assert len(named) == 1
    assert wanted - points == {named[0].conductivity}
    assert any("1e-14" in text.get_text() for text in texts(figure))
