"""Line scans of files, as ``liponflow analyze line-scan`` measures them."""

import json
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
from bilayers import nitrogen_leaves
from scipy.stats import norm
from typer.testing import CliRunner

from liponflow.analysis.interface.result import DepthProfile, InterfaceResult
from liponflow.analysis.line_scan.result import LineScanResult
from liponflow.analysis.line_scan.step import REACH
from liponflow.cli import app
from liponflow.workflows.interface.measurements import INTERFACE
from liponflow.workflows.line_scan.measurements import LINE_SCAN


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    x = np.arange(0, 240, 4.0)
    rng = np.random.default_rng(3)
    p, n = (rng.poisson(30 + 600 * norm.cdf((x - c) / 17)) for c in (110, 88))
    path = tmp_path / "scan.csv"
    np.savetxt(path, np.column_stack([x, p, n]), "%g", ",", header="position (nm),P,N")
    return path


def test_the_command_writes_onsets_and_a_figure(scan: Path, tmp_path: Path) -> None:
    words = ["analyze", "line-scan", str(scan), "--simulated", str(scan), "--align", "N"]
    found = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "o"), "--json"])
    assert found.exit_code == 0, found.output
    result = LineScanResult.model_validate(json.loads(found.stdout))
    assert result.moved == pytest.approx(0, abs=1e-6)
    assert [item.origin for item in result.profiles] == ["measured"] * 2 + ["simulated"] * 2
    assert result.profiles[0].centre == pytest.approx(110, abs=3)
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"line_scan.json", "profiles.csv", "orders.csv", "line_scan.png"} <= names


def test_a_result_of_an_interface_is_overlaid(scan: Path, tmp_path: Path) -> None:
    frames = nitrogen_leaves(4, after=2)
    path = tmp_path / "run.extxyz"
    atoms = [
        ase.Atoms(frames.symbols, positions=positions, cell=cell, pbc=True)
        for positions, cell in zip(frames.positions, frames.cells, strict=True)
    ]
    ase.io.write(path, atoms)
    found = INTERFACE.measure([path], {"without_phases": True})
    assert isinstance(found, InterfaceResult)
    edges = np.arange(-20.0, 41.0)
    depth = 0.5 * (edges[:-1] + edges[1:])
    profiles = [
        DepthProfile(element=element, begin=[0.0] * 60, end=end.tolist())
        for element, end in (("P", 20 * norm.cdf((depth - 5) / 3)), ("O", 60 + 0 * depth))
    ]
    stored = found.model_copy(update={"depth_edges": edges.tolist(), "profiles": profiles})
    json_path = tmp_path / "interface.json"
    json_path.write_text(stored.model_dump_json())
    result = LINE_SCAN.measure([scan], {"simulated": str(json_path)})
    assert isinstance(result, LineScanResult)
    measured, simulated = result.profiles[0], result.profiles[-1]
    assert (simulated.element, simulated.origin) == ("P", "simulated")
    # 0.5 nm in the model, and 0.3 nm of spread.
    assert result.moved == pytest.approx(measured.centre - 0.5, abs=1e-3)
    assert simulated.width == pytest.approx(2 * REACH * 0.3, rel=1e-3)


def test_a_part_of_a_scan(scan: Path) -> None:
    result = LINE_SCAN.measure([scan], {"range": ["20", "200"], "elements": ["P"]})
    assert isinstance(result, LineScanResult)
    assert result.profiles[0].position[0] == 20
    assert result.orders == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"range": ["200", "20"]}, "give the lower position first"),
        ({"range": ["200", "215"]}, "4 positions; give at least 6"),
        ({"simulated": "no.csv"}, "no.csv: no such file"),
    ],
)
def test_bad_options_are_refused(scan: Path, given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LINE_SCAN.measure([scan], given)
