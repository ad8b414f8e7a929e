import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from liponflow.figures.labels import Label, crossed, place_labels, segments

BOX = Bbox([[0, 0], [2, 2]])


def axes_of(*lines: tuple[list[float], list[float]]) -> Figure:
    figure = Figure(figsize=(3, 3))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for x, y in lines:
        axes.plot(x, y)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([[-1, 1], [3, 1]], True),  # through
        ([[1, 1], [1.5, 1.5]], True),  # within
        ([[-1, 0.5], [0.5, -1]], False),  # past a corner
        ([[-1, 1], [1, -0.5]], True),  # cuts a corner
        ([[3, -1], [3, 5]], False),
        ([[1, 3], [1, 5]], False),
    ],
)
def test_line_crosses_a_box_only_if_it_has_a_point_within(
    line: list[list[float]], *, expected: bool
) -> None:
    lines = np.array([line], dtype=float)
    assert crossed(BOX, lines) is expected
    assert crossed(BOX, lines[:, ::-1]) is expected


def test_label_goes_to_the_free_side_of_its_line() -> None:
    figure = axes_of(([0, 1], [0.5, 0.5]), ([0, 1], [0.46, 0.46]))
    [axes] = figure.axes
    [label] = place_labels(axes, [Label(0.5, 0.5, "4.2 V", "k")])
    assert label.get_window_extent().y0 > axes.transData.transform((0, 0.5))[1]
    assert not crossed(label.get_window_extent(), segments(axes))


def test_label_without_a_free_place_is_left_out() -> None:
    figure = axes_of(*(([0.0, 1.0], [y, y]) for y in np.linspace(0, 1, 60)))
    assert place_labels(figure.axes[0], [Label(0.5, 0.5, "4.2 V", "k")]) == []
    assert list(figure.axes[0].texts) == []


def test_labels_do_not_overlap() -> None:
    figure = axes_of(([0, 1], [0.2, 0.2]))
    labels = [Label(0.5, 0.5, "4.20 V", "k"), Label(0.52, 0.51, "4.21 V", "k")]
    placed = place_labels(figure.axes[0], labels)
    assert len(placed) == 2
    first, second = (label.get_window_extent() for label in placed)
    assert not first.overlaps(second)
