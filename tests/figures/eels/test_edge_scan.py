"""Figures of edges along a scan."""

import numpy as np
import pytest

from liponflow.analysis.eels.measured.edge_scan import default_windows, scan_edges
from liponflow.analysis.eels.measured.edge_scan_result import EdgeScanResult
from liponflow.analysis.eels.measured.spectrum import measured_spectrum
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.eels.edge_scan import all_figures

ENERGY = 330 + 0.5 * np.arange(300)


def result_of(grid: tuple[int, ...]) -> EdgeScanResult:
    """Return a scan whose first point has no N."""
    number = int(np.prod(grid)) if grid else 1
    shares = np.linspace(0, 1, number) if number > 1 else np.ones(1)
    edge = np.where(ENERGY > 399, np.exp(-(ENERGY - 399) / 40), 0.0)
    mean = [8e5 * (ENERGY / 400) ** -3.2 + 2.5e4 * share * edge for share in shares]
    counts = np.random.default_rng(4).poisson(mean).astype(float)
    spectrum = measured_spectrum(ENERGY, counts, grid=grid, source="n.csv")
    windows = {"N K": default_windows("N K")}
    return scan_edges(spectrum, windows, file_provenance([], {}, "n.csv"), 12.0)


@pytest.mark.parametrize(
    ("grid", "names"),
    [((), {"edges"}), ((5,), {"edges", "edge_profile"}), ((2, 3), {"edge_map"})],
)
def test_figures_by_the_grid_of_the_scan(grid: tuple[int, ...], names: set[str]) -> None:
    figures = all_figures(result_of(grid))
    assert set(figures) == names
    for figure in figures.values():
        figure.canvas.draw()


def test_stack_shows_each_spectrum_above_the_one_before() -> None:
    result = result_of((5,))
    axes = all_figures(result)["edges"].axes[0]
    spectra = axes.lines[:5]
    before = [np.mean(line.get_ydata()[:20]) for line in spectra]
    steps = np.diff(before)
    assert np.allclose(steps, steps.mean(), rtol=0.1)
    assert steps.min() > 0
    assert [text.get_text() for text in axes.texts[:2]] == ["0 nm", "12 nm"]
    # Without its step, the last one is the signal of the result.
    energy = spectra[4].get_xdata()
    signal = np.array(result.edges[0].signals[4].signal)
    shown = np.isin(result.edges[0].energy, energy)
    assert np.ptp(spectra[4].get_ydata()) == pytest.approx(np.ptp(signal[shown]))


def test_profile_leaves_points_hollow_that_do_not_show_the_edge() -> None:
    result = result_of((5,))
    axes = all_figures(result)["edge_profile"].axes[0]
    filled, hollow = (line for line in axes.lines if line.get_linestyle() == "None"
                      and line.get_marker() == "o")  # fmt: skip
    assert hollow.get_markerfacecolor() == "white"
    assert list(hollow.get_xdata()) == [0]
    assert list(filled.get_xdata()) == [12, 24, 36, 48]
    assert filled.get_ydata()[-1] == pytest.approx(1)


def test_map_is_grey_where_the_edge_is_not_seen() -> None:
    axes = all_figures(result_of((2, 3)))["edge_map"].axes[0]
    image = np.ma.filled(axes.images[0].get_array(), np.nan)
    assert np.argwhere(np.isnan(image)).tolist() == [[0, 0]]
