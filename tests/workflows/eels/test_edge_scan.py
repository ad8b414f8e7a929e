"""Edges of files, as ``liponflow analyze edges`` measures them."""

import json
from pathlib import Path

import numpy as np
import pytest
from edge_spectra import as_text
from typer.testing import CliRunner

from liponflow.analysis.eels.measured.edge_scan_result import EdgeScanResult
from liponflow.cli import app
from liponflow.workflows.eels.measurements import EDGES

ENERGY = 330 + 0.5 * np.arange(500)
"""Covers N K and O K."""


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Write a line scan from an oxide into an oxynitride."""

    def edge(onset: float) -> np.ndarray:
        return np.where(onset < ENERGY, np.exp(-(ENERGY - onset) / 40), 0.0)

    mean = [
        9e5 * (ENERGY / 400) ** -3.2 + 3e4 * nitrogen * edge(399) + 4e4 * edge(532)
        for nitrogen in (0.0, 0.5, 1.0)
    ]
    path = tmp_path / "scan.csv"
    path.write_text(as_text(list(np.random.default_rng(3).poisson(mean)), energy=ENERGY))
    return path


def measure(*files: Path, **given: object) -> EdgeScanResult:
    found = EDGES.measure(files, {"edges": ["N K", "O K"]} | given)
    assert isinstance(found, EdgeScanResult)
    return found


def test_two_edges_of_a_scan(scan: Path) -> None:
    result = measure(scan, spacing="12")
    nitrogen, oxygen = (
        [point for point in result.points if point.edge == edge] for edge in ("N K", "O K")
    )
    assert [point.seen for point in nitrogen] == [False, True, True]
    assert nitrogen[1].relative == pytest.approx(0.5, abs=0.05)
    assert all(point.seen for point in oxygen)
    document = json.loads(json.dumps(result.model_dump(mode="json")))
    assert EdgeScanResult.model_validate(document) == result
    assert result.with_units()["@units"]["points.area"] == "counts eV"


def test_windows_of_the_user(scan: Path) -> None:
    result = measure(scan, edges=["N K"], background=["340", "385"], window=["395", "410"])
    assert result.edges[0].background_window == [340, 385]
    assert result.edges[0].window == [395, 410]
    result = measure(scan, edges=["N K"], background=["340", "380"])
    assert result.edges[0].window == [380, 439.9]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"background": ["340", "385"]}, "--background 340 385 is for one edge, and 2 are asked"),
        ({"edges": ["N K"], "window": ["410", "395"]}, "give the lower energy first"),
        ({"edges": ["N K"], "window": ["380", "410"]}, "ends at 389.9 eV, in the range of int"),
        ({"edges": ["N M"]}, "N M: not among the 29 edges"),
        ({"edges": ["N K"], "low_loss": "no.csv"}, "no.csv"),
    ],
)
def test_bad_options_are_refused(scan: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measure(scan, **given)


def test_values_that_are_no_counts_are_doubted(scan: Path, tmp_path: Path) -> None:
    table = np.loadtxt(scan, delimiter=",", skiprows=1)
    scaled = tmp_path / "scaled.csv"
    scaled.write_text(as_text([table[:, 3] * 0.37], energy=table[:, 0]))
    result = measure(scaled, edges=["N K"])
    assert "not whole numbers" in result.warnings[-1]
    assert result.points[0].seen


def test_the_command_writes_tables_and_figures(scan: Path, tmp_path: Path) -> None:
    words = ["analyze", "edges", str(scan), "--edges", "N K", "O K", "--out", str(tmp_path / "o")]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"edge_scan.json", "points.csv", "edges.png", "edge_profile.png"} <= names
