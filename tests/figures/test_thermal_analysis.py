"""Figure of a glass transition by calorimetry."""

import numpy as np
import pytest
from small_glass import small_glass

from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.thermal_analysis.summary import Trace, thermal_analysis_of
from liponflow.analysis.thermal_analysis.tangents import Construction
from liponflow.figures.thermal_analysis import all_figures


def test_measured_published_and_simulated_temperatures_are_drawn() -> None:
    t = np.arange(60.0, 420.0, 0.5)
    heat = -0.05 / (1 + np.exp(-(t - 234) / 13.5)) + np.random.default_rng(0).normal(0, 2e-4, 720)
    result = thermal_analysis_of(
        Trace("dsc.csv", t, heat, "W/g"),
        Construction((80, 140), (330, 400), 10.0),
        small_glass(),
        file_provenance([], {}, "x"),
        material="LiPON",
    )
    axes = all_figures(result)["thermal_analysis"].axes[0]
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert "207 and 234 °C (Cheng 2023)" in labels
    assert any("not DFT" in label for label in labels)
    stars = next(line for line in axes.lines if line.get_marker() == "*")
    assert list(stars.get_xdata()) == pytest.approx([207, 234])
    onset = next(line for line in axes.lines if str(line.get_label()).startswith("onset"))
    assert onset.get_xdata()[0] == pytest.approx(result.points[0].temperature)
    assert axes.get_ylabel() == "heat flow (W/g)"
