"""Glass transition of synthetic traces with noise."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.provenance import file_provenance
from liponflow.analysis.thermal_analysis.summary import Trace, thermal_analysis_of, trace_of
from liponflow.analysis.thermal_analysis.tangents import Construction, TangentError

T = np.arange(60.0, 420.0, 0.5)
HOW = Construction((70, 130), (340, 410), 10.0)
MADE = file_provenance([], {}, "x")


def trace(noise: float, seed: int = 0, height: float = 0.1) -> Trace:
    clean = -2e-4 * T - height / (1 + np.exp(-(T - 234) / 13.5))
    heat = clean + np.random.default_rng(seed).normal(0, noise, len(T))
    return Trace("dsc.csv", T, heat, "W/g")


def result_of(made: Trace, material: str = "LiPON"):
    return thermal_analysis_of(made, HOW, None, MADE, material=material)


def test_published_temperatures_are_recovered_within_their_intervals() -> None:
    result = result_of(trace(0.0005))
    points = {point.name: point for point in result.points}
    assert points["onset"].published == 207
    assert points["inflection"].published == 234
    for name in ("onset", "inflection"):
        point = points[name]
        assert point.low < point.published < point.high
        assert point.high - point.low < 20
    assert result.step == pytest.approx(-0.1, rel=0.05)
    assert result.converged


def test_errors_by_noise_are_those_of_repeated_measurements() -> None:
    found = [result_of(trace(0.001, seed)) for seed in range(12)]
    for place in range(4):
        values = [result.points[place].temperature for result in found]
        errors = [result.points[place].error_noise for result in found]
        # A standard deviation of 12 values has an error of 21 %.
        assert 0.6 < np.mean(errors) / np.std(values) < 2


def test_noise_without_a_step_is_no_transition() -> None:
    try:
        result = result_of(trace(0.01, height=0.0))
    except TangentError as error:
        assert "no transition" in str(error) or "other ranges" in str(error)  # noqa: PT017
    else:
        assert not result.converged
        assert "no transition is shown" in result.warnings[0]


def test_other_materials_have_no_published_temperatures() -> None:
    assert {point.published for point in result_of(trace(0.0005), "film").points} == {None}


def test_traces_in_kelvin_and_of_cooling() -> None:
    rows = np.column_stack([T + 273.15, trace(0.0).heat_flow])
    table = Table(Path("k.csv"), ["T (K), heat flow (mW/mg)"], rows[::-1])
    found = trace_of(table)
    assert found.temperature == pytest.approx(T)
    assert found.unit == "mW/mg"


def test_temperatures_that_turn_are_refused() -> None:
    turned = np.concatenate([T, T[::-1]])
    table = Table(Path("k.csv"), [], np.column_stack([turned, turned]))
    with pytest.raises(TableError, match="give one heating or cooling"):
        trace_of(table)
