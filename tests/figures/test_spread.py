"""Spread over engines in the figures of every campaign."""

import pytest
from figure_texts import drawn, misplaced, texts
from lithiation_example import Campaign
from matplotlib.figure import Figure
from migration_example import migration_result
from several_engines import with_engines
from stability_results import stability_result

from liponflow.analysis.lithiation.observables import observables as of_lithiation
from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.stability.observables import observables as of_stability
from liponflow.figures.lithiation import all_figures, voltage_figure
from liponflow.figures.migration.gallery import models_figure
from liponflow.figures.spread import GID, engines_figure, spread_words
from liponflow.figures.stability.gallery import window_figure


@pytest.fixture(scope="module")
def lithiation() -> LithiationResult:
    result = Campaign().summarise()
    observables = of_lithiation(result, result.voltages)
    return with_engines(result, observables, {"voltage": 0.2})


def said(figure: Figure) -> str:
    return " ".join(text.get_text() for text in texts(figure))


def test_voltages_have_a_band_from_the_lowest_to_the_highest(lithiation: LithiationResult) -> None:
    figure = voltage_figure(lithiation)
    bands = drawn(figure, GID)
    for band, step in zip(bands, lithiation.voltages, strict=True):
        [path] = band.get_paths()
        heights = path.vertices[:, 1]
        assert heights.min() == pytest.approx(0.98 * step.voltage)
        assert heights.max() == pytest.approx(1.03 * step.voltage)
    assert "spread over 3 potentials, not a confidence interval" in said(figure)
    assert misplaced(figure) == []


def test_lattice_of_each_engine_is_relative_to_its_own_cell(lithiation: LithiationResult) -> None:
    """A factor common to all lengths of an engine cancels."""
    figures = all_figures(lithiation)
    bars = drawn(figures["lattice"], GID)
    assert len(bars) == 3 * len(lithiation.states)
    for bar in bars:
        low, high = bar.get_ydata()
        assert low == pytest.approx(high)
    assert misplaced(figures["lattice"]) == []


def test_result_of_one_engine_has_no_marks_of_a_spread() -> None:
    figures = all_figures(Campaign().summarise())
    assert "engines" not in figures
    assert drawn(figures["voltage"], GID) == []
    with pytest.raises(ValueError, match="give further ones by models="):
        engines_figure(Campaign().summarise())


def test_engines_figure_shows_every_engine_and_marks_what_exceeds_a_limit(
    lithiation: LithiationResult,
) -> None:
    figure = engines_figure(lithiation)
    voltages = next(axes for axes in figure.axes if axes.get_title() == "voltage")
    [points] = [line for line in voltages.lines if line.get_gid() == "sevennet-0"]
    means = [s.mean for s in lithiation.engine_spreads if s.quantity == "voltage"]
    expected = [
        1.03 * step.voltage - mean for step, mean in zip(lithiation.voltages, means, strict=True)
    ]
    assert points.get_xdata() == pytest.approx(expected)
    assert "above its limit" in said(figure)
    assert misplaced(figure) == []


def test_windows_have_error_bars_at_both_ends() -> None:
    result = stability_result()
    figure = window_figure(with_engines(result, of_stability(result), {}))
    ends = sorted(tuple(bar.get_xdata()) for bar in drawn(figure, GID))
    first = result.comparison[0]
    assert first.low is not None
    assert any(end == pytest.approx((0.98 * first.low, 1.03 * first.low)) for end in ends)
    assert "not a confidence interval" in said(figure)
    assert misplaced(figure) == []


def test_barriers_of_potentials_name_their_spread() -> None:
    figure = models_figure(migration_result())
    assert "spread over 3 potentials,\nnot a confidence interval" in said(figure)
    assert misplaced(figure) == []


def test_spread_with_dft_is_one_over_engines(lithiation: LithiationResult) -> None:
    first, *rest = lithiation.engines
    assert first.engine is not None
    dft = first.model_copy(update={"engine": first.engine.model_copy(update={"surrogate": False})})
    result = lithiation.model_copy(update={"engines": [dft, *rest]})
    assert spread_words(result) == "spread over 3 engines, not a confidence interval"
