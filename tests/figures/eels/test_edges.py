"""The figure of edges shows every edge with its peaks and the published ones."""

import numpy as np
import pytest
from eels_example import example_edges, example_result
from figure_texts import drawn, misplaced
from matplotlib.figure import Figure

from liponflow.analysis.eels.result import EELSResult
from liponflow.figures.eels.gallery import all_figures


@pytest.fixture(scope="module")
def result() -> EELSResult:
    return example_result()


@pytest.fixture(scope="module")
def figure(result: EELSResult) -> Figure:
    return all_figures(result)["edges"]


def test_every_edge_has_a_panel_with_the_spectra_that_it_has(figure: Figure):
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == ["Li K", "P L23", "N K"]
    spectra = [[a for a in axes.lines if a.get_gid() == "spectrum"] for axes in panels]
    assert [len(lines) for lines in spectra] == [3, 2, 1]


def test_spectra_are_drawn_on_the_absolute_scale(result: EELSResult, figure: Figure):
    lithium = figure.axes[0]
    oxide = next(line for line in lithium.lines if line.get_gid() == "spectrum")
    energy, height = oxide.get_data()
    assert energy[np.argmax(height)] == pytest.approx(63.0, abs=0.05)
    assert height.max() - height.min() == pytest.approx(1, abs=0.05)
    assert result.comparison is not None
    assert result.comparison.scale is not None


def test_every_peak_and_every_published_peak_is_marked(result: EELSResult, figure: Figure):
    assert result.comparison is not None
    peaks = [peak.energy for edge in result.comparison.edges for peak in edge.peaks]
    marked = [float(mark.get_xdata()[0]) for mark in drawn(figure, "computed peak")]
    assert sorted(marked) == pytest.approx(sorted(peaks))
    published = [float(mark.get_xdata()[0]) for mark in drawn(figure, "published peak")]
    assert sorted(published) == [59.5, 63.0, 138.0, 138.0, 141.0, 141.0]


def test_the_published_peak_that_fixes_the_scale_is_the_only_solid_one(figure: Figure):
    marks = drawn(figure, "published peak")
    solid = [mark.get_xdata()[0] for mark in marks if mark.get_linestyle() == "-"]
    assert solid == [63.0]


def test_texts_neither_overlap_nor_leave_the_page(figure: Figure):
    assert misplaced(figure) == []


def test_one_edge_without_a_scale_says_whose_scale_it_is():
    one = all_figures(example_result([example_edges()[3]]))["edges"]
    assert one.axes[0].get_xlabel().endswith("scale of FEFF")
    assert misplaced(one) == []
