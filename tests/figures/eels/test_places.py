"""Points of a scan on axes and in maps."""

import pytest
from matplotlib.figure import Figure

from liponflow.analysis.eels.measured.result import WhiteLinePoint
from liponflow.analysis.eels.mixture_result import MixturePoint
from liponflow.figures.eels.places import draw_map, name_places


@pytest.mark.parametrize("model", [WhiteLinePoint, MixturePoint])
def test_points_without_a_step_have_whole_numbers(model: type) -> None:
    axes = Figure().subplots()
    axes.set_xlim(1, 3)
    name_places(axes, model, known=False)
    assert axes.get_xlabel() == "point"
    assert all(tick == round(tick) for tick in axes.get_xticks())
    name_places(axes, model, known=True)
    assert axes.get_xlabel() == "position (nm)"


def test_rows_of_a_map_go_down() -> None:
    image = draw_map(Figure().subplots(), [0.0, 1.0, None, 3.0, 4.0, 5.0], (2, 3), vmin=0, vmax=5)
    assert image.get_array()[1].tolist() == [3, 4, 5]
    assert image.get_array().mask[0].tolist() == [False, False, True]
    assert list(image.get_extent()) == [0.5, 3.5, 2.5, 0.5]
