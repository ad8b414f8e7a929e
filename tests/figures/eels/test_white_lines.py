"""Figures of white lines."""

import numpy as np
import pytest
from edge_spectra import ENERGY, mn_edge

from liponflow.analysis.eels.measured.result import WhiteLinesResult
from liponflow.analysis.eels.measured.spectrum import measured_spectrum
from liponflow.analysis.eels.measured.summary import Choices, white_lines_of
from liponflow.analysis.eels.measured.valence import MANGANESE
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.eels.white_lines import all_figures


def result_of(grid: tuple[int, ...]) -> WhiteLinesResult:
    number = int(np.prod(grid)) if grid else 1
    ratios = np.linspace(3.0, 2.2, number)
    mean = np.stack([mn_edge(ratio, mn=float(place > 0)) for place, ratio in enumerate(ratios)])
    if number == 1:
        mean = mn_edge(2.6)[None]
    counts = np.random.default_rng(4).poisson(mean).astype(float)
    spectrum = measured_spectrum(ENERGY, counts, grid=grid, source="x.csv")
    choices = Choices(element="Mn", calibration=MANGANESE, spacing=12.0)
    return white_lines_of(spectrum, choices, file_provenance([], {}, "x.csv"))


@pytest.mark.parametrize(
    ("grid", "names"),
    [
        ((), {"white_lines"}),
        ((5,), {"white_lines", "white_line_ratio", "white_line_scan"}),
        ((2, 3), {"white_lines", "white_line_map"}),
    ],
)
def test_figures_by_the_grid_of_the_scan(grid: tuple[int, ...], names: set[str]) -> None:
    figures = all_figures(result_of(grid))
    assert set(figures) == names
    for figure in figures.values():
        figure.canvas.draw()


def test_rows_and_columns_of_a_map_are_counted_from_1() -> None:
    result = result_of((2, 3))
    assert [point.point for point in result.points[::5]] == [[1, 1], [2, 3]]
    assert result.spectrum.point in [point.point for point in result.points]
    axes = all_figures(result)["white_line_map"].axes[0]
    assert all(tick == round(tick) for tick in [*axes.get_xticks(), *axes.get_yticks()])
    image = axes.images[0]
    assert list(image.get_extent()) == [0.5, 3.5, 2.5, 0.5]
    # The point with the no Mn, in which no lines are seen, is in the first row and column.
    assert np.argwhere(np.isnan(np.ma.filled(image.get_array(), np.nan))).tolist() == [[0, 0]]


def test_ratio_figure_shows_the_limits_and_the_known_valences() -> None:
    result = result_of((5,))
    axes = all_figures(result)["white_line_ratio"].axes[0]
    (container,) = axes.containers
    line, _, (bars,) = container
    seen = result.points[1:]
    assert line.get_xdata() == pytest.approx([point.position for point in seen])
    assert line.get_ydata() == pytest.approx([point.ratio for point in seen])
    for segment, point in zip(bars.get_segments(), seen, strict=True):
        assert segment[:, 1] == pytest.approx([point.low, point.high])
    levels = {line.get_ydata()[0] for line in axes.get_lines() if len(set(line.get_ydata())) == 1}
    assert levels == {3.85, 2.6, 2.0}
    assert axes.get_xlabel() == "position (nm)"


def test_analysis_figure_shades_what_is_integrated() -> None:
    result = result_of(())
    below = all_figures(result)["white_lines"].axes[1]
    extents = [item.get_paths()[0].get_extents() for item in below.collections]
    for extent, window in zip(extents, (result.l3_window, result.l2_window), strict=True):
        assert window[0] <= extent.x0
        assert extent.x1 <= window[1]
    assert f"{result.points[0].ratio:.2f}" in below.get_title(loc="left")
