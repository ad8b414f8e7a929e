from figure_texts import misplaced
from scan_results import scan_result

from liponflow.figures.scan import all_figures


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
