"""The figure of convergence shows both scans and the radius that counts as converged."""

import pytest
from eels_example import example_result
from figure_texts import misplaced
from matplotlib.colors import to_hex

from liponflow.figures.eels.gallery import all_figures


def test_the_converged_radius_is_filled():
    axes = all_figures(example_result())["convergence"].axes[0]
    scf, fms = axes.collections
    assert scf.get_offsets().tolist() == [[2.2, 0.2], [2.6, 0.03], [3.2, 0.01]]
    assert [to_hex(colour) == "#ffffff" for colour in scf.get_facecolors()] == [True, False, True]
    assert {to_hex(colour) for colour in fms.get_facecolors()} == {"#ffffff"}
    assert {line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"} == {0.05}


def test_texts_neither_overlap_nor_leave_the_page():
    assert misplaced(all_figures(example_result())["convergence"]) == []


def test_results_without_scans_have_no_such_figure():
    result = example_result().model_copy(update={"scans": []})
    assert all_figures(result).keys() == {"edges"}


@pytest.mark.parametrize("number", [1, 3])
def test_every_scan_has_a_panel(number: int):
    result = example_result()
    many = result.model_copy(update={"scans": result.scans * number})
    assert len(all_figures(many)["convergence"].axes) == number
