"""Calorimetry of files, as ``liponflow analyze thermal-analysis`` measures it."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_glass import small_glass
from typer.testing import CliRunner

from liponflow.analysis.thermal_analysis.result import ThermalAnalysisResult
from liponflow.cli import app
from liponflow.workflows.thermal_analysis.measurements import THERMAL_ANALYSIS

RANGES = {"below": ["80", "140"], "above": ["330", "400"]}


@pytest.fixture
def dsc(tmp_path: Path) -> Path:
    t = np.arange(60, 420, 0.5)
    heat = -0.05 / (1 + np.exp(-(t - 234) / 13.5))
    heat += np.random.default_rng(2).normal(0, 2e-4, len(t))
    path = tmp_path / "dsc.csv"
    path.write_text("temperature (°C),heat flow (W/g)\n")
    with path.open("a") as file:
        np.savetxt(file, np.column_stack([t, heat]), "%.6g", ",")
    return path


def test_the_command_writes_temperatures_and_a_figure(dsc: Path, tmp_path: Path) -> None:
    words = ["analyze", "thermal-analysis", str(dsc), "--below", "80", "140", "--above", "330"]
    words += ["400", "--material", "LiPON", "--out", str(tmp_path / "o"), "--json"]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    result = ThermalAnalysisResult.model_validate(json.loads(found.stdout))
    assert result.points[0].temperature == pytest.approx(207, abs=3)
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"thermal_analysis.json", "points.csv", "thermal_analysis.png"} <= names


def test_a_simulated_transition_stands_beside(dsc: Path, tmp_path: Path) -> None:
    glass = small_glass()
    path = tmp_path / "glass.json"
    path.write_text(glass.model_dump_json())
    result = THERMAL_ANALYSIS.measure([dsc], RANGES | {"glass": str(path)})
    assert isinstance(result, ThermalAnalysisResult)
    assert glass.tg is not None
    assert result.simulated == pytest.approx(glass.tg.temperature - 273.15)
    assert "far faster than calorimeters heat" in result.warnings[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"below": ["80", "140"]}, "--above: Field required"),
        (RANGES | {"below": ["140", "80"]}, "give the lower temperature first"),
        (RANGES | {"above": ["120", "400"]}, "leave the transition between them"),
        (RANGES | {"above": ["417", "480"]}, "--above 417 480 holds"),
        (RANGES | {"glass": "no.json"}, "no.json: no such file"),
    ],
)
def test_bad_options_are_refused(dsc: Path, given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        THERMAL_ANALYSIS.measure([dsc], given)
