"""Figure of profiles across an interface."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from liponflow.analysis.line_scan.summary import line_scan_of, scan_of
from liponflow.analysis.measured.table import Table
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.line_scan import all_figures

X = np.arange(0.0, 240.0, 4.0)
P, N = (
    np.random.default_rng(1).poisson(30 + 600 * norm.cdf((X - centre) / 17))
    for centre in (110, 88)
)


@pytest.mark.parametrize(("unit", "word"), [("nm", "76 published"), ("etch", "N at 54")])
def test_published_values_are_drawn_in_their_unit(unit: str, word: str) -> None:
    scan = scan_of(Table(Path("x.csv"), [f"position ({unit}), P, N"], np.column_stack([X, P, N])))
    result = line_scan_of(scan, None, None, file_provenance([], {}, "x"), material="Li | LiPON")
    axes = all_figures(result)["line_scan"].axes[0]
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert any(word in text for text in texts)
    assert axes.get_xlabel() == f"position ({unit})"
    points = axes.lines[0]
    assert np.mean(points.get_ydata()[-10:]) == pytest.approx(1, abs=0.05)
    assert np.mean(points.get_ydata()[:10]) == pytest.approx(0, abs=0.05)
