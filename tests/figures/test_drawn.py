import numpy as np
import pytest
from matplotlib.figure import Figure

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.figures.drawn import drawn_points, drawn_table
from liponflow.figures.lithiation import all_figures


@pytest.fixture
def axes():
    return Figure().add_subplot(xlabel="time ($\\mu$s)", ylabel="energy (eV)")


def rows(axes):
    return [(p.series, p.x, p.y, p.value) for p in drawn_points(axes.figure)]


def test_lines_are_told_apart_by_label_mark_or_colour(axes) -> None:
    axes.plot([0, 1], [2, 3], label="Ni")
    axes.plot([0], [4], color="#ff0000", gid="published")
    axes.plot([0], [5], color="#00ff00")
    names = [row[0] for row in rows(axes)]
    assert names == ["Ni", "Ni", "published #ff0000", "energy (eV), line 3 #00ff00"]


def test_what_has_no_label_is_named_by_what_it_shows(axes) -> None:
    axes.barh([1], [3.0])
    colours = axes.pcolormesh([0, 1, 2], [0, 1], [[3.0, 4.0]])
    axes.figure.colorbar(colours, label="share of Li")
    names = {row[0] for row in rows(axes)}
    assert {"time (\\mus), bars 1 #1f77b4", "share of Li, map 1"} <= names


def test_guide_lines_and_missing_values_are_left_out(axes) -> None:
    axes.axhline(1)
    axes.axvspan(0, 1)
    axes.plot([0, 1, 2], [0, np.nan, 4], label="a")
    axes.annotate("x", (0, 0))
    assert rows(axes) == [("a", 0, 0, None), ("a", 2, 4, None)]


def test_bars_have_base_and_end(axes) -> None:
    axes.barh([1], [3.0], left=[2.0], label="window")
    axes.bar([0], [2.0], bottom=[1.0], label="share")
    assert rows(axes) == [
        ("window", 2, 1, None),
        ("window", 5, 1, None),
        ("share", 0, 1, None),
        ("share", 0, 3, None),
    ]


def test_steps_areas_and_error_bars(axes) -> None:
    axes.stairs([5, 6], [0, 1, 2], label="steps")
    axes.fill_between([0, 1], [0, 0], [1, 1], label="band")
    axes.errorbar([1], [2], yerr=[0.5], label="ours")
    found = rows(axes)
    assert [row[1:3] for row in found if row[0] == "steps"] == [(0, 5), (1, 5), (1, 6), (2, 6)]
    assert {(0, 1), (1, 1), (1, 0)} <= {row[1:3] for row in found if row[0] == "band"}
    assert {(1, 1.5), (1, 2.5)} <= {row[1:3] for row in found if "segments" in row[0]}


def test_colours_that_stand_for_numbers_are_values(axes) -> None:
    axes.scatter([0, 1], [0, 1], c=[7.0, 8.0], label="above hull")
    axes.pcolormesh([0, 1, 2], [0, 1], [[3.0, 4.0]], label="map")
    axes.imshow([[1.0], [2.0]], extent=(0, 1, 0, 2), origin="lower", label="image")
    assert rows(axes) == [
        ("above hull", 0, 0, 7),
        ("above hull", 1, 1, 8),
        ("map", 0.5, 0.5, 3),
        ("map", 1.5, 0.5, 4),
        ("image", 0.5, 0.5, 1),
        ("image", 0.5, 1.5, 2),
    ]


def test_table_names_the_axes_and_what_ticks_stand_for(axes) -> None:
    axes.plot([0.5], [1], label="a")
    axes.set_yticks([0, 1], ["Li2O", "Li3N"])
    assert drawn_table(axes.figure) == (
        "# panel 1: x: time (\\mus); y: energy (eV) (0 = Li2O, 1 = Li3N)\n"
        "panel,series,x,y,value\n1,a,0.5,1,\n"
    )


def test_figure_without_data_has_no_table() -> None:
    assert drawn_table(Figure()) == ""


def test_points_of_a_figure_are_the_numbers_of_the_result(result: LithiationResult) -> None:
    figures = all_figures(result)
    drawn = {round(point.y, 6) for point in drawn_points(figures["moments"])}
    moments = {round(value, 6) for state in result.states for value in state.moments.values()}
    assert moments <= drawn
    assert drawn_points(figures["structures"]) == []
