from figure_texts import misplaced
from scan_results import scan_result, scan_result_of_engines

from liponflow.figures.scan import all_figures
from liponflow.figures.spread import GID


def test_every_composition_is_drawn_and_unreliable_values_are_hollow() -> None:
    result = scan_result()
    figure = all_figures(result)["scan"]
    assert misplaced(figure) == []
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[0].startswith("1. ")
    assert len(names) == len(result.rows)
    conductivity = next(axes for axes in figure.axes if axes.get_xscale() == "log")
    hollow = [
        float(line.get_xdata()[0])
        for line in conductivity.lines
        if line.get_marker() == "o" and line.get_markerfacecolor() == "white"
    ]
    assert hollow == [1e-3]


def test_panels_without_values_are_left_out() -> None:
    result = scan_result()
    bare = [
        row.model_copy(update={"conductivity": None, "published_conductivity": None})
        for row in result.rows
    ]
    figure = all_figures(result.model_copy(update={"rows": bare}))["scan"]
    assert len(figure.axes) == 3


def test_spreads_over_engines_are_drawn_below_the_values() -> None:
    result = scan_result_of_engines()
    figures = all_figures(result)
    assert set(figures) == {"scan", "engines"}
    assert [misplaced(figure) for figure in figures.values()] == [[], []]
    found = [
        list(line.get_xdata())
        for axes in figures["scan"].axes
        for line in axes.lines
        if line.get_gid() == GID
    ]
    density = result.spread("density", "Li2PO2N: mean of the models")
    sigma = result.spread("log10 of the conductivity in S/cm", "Li2PO2N: 300 K")
    assert density is not None
    assert sigma is not None
    assert found == [[density.low, density.high], [10**sigma.low, 10**sigma.high]]
    (legend,) = figures["scan"].legends
    assert "spread over 3" in legend.get_texts()[0].get_text()
