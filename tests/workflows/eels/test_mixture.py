"""Tests of ``liponflow analyze mixture``, from files to the result."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.mixtures import ENERGIES, GRID, curves, scan
from typer.testing import CliRunner

from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.analysis.eels.mixture_result import MixtureResult
from liponflow.analysis.kinds import get_kind
from liponflow.cli import app
from liponflow.workflows.measurement import get_measurement


def write(path: Path, *columns: np.ndarray) -> Path:
    np.savetxt(path, np.column_stack(columns), delimiter=",", header="energy (eV)", comments="")
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("LiPON", "Li2O"):
        write(tmp_path / f"{name}.csv", GRID, curves(GRID)[name])
    shares = [{"LiPON": share, "Li2O": 1 - share} for share in (0.9, 0.5, 0.1)]
    write(tmp_path / "scan.csv", ENERGIES, *scan(shares, 2e4, seed=1))
    return tmp_path


def measure(folder: Path, *names: str, **options: object) -> MixtureResult:
    given = {"references": [str(folder / "LiPON.csv"), str(folder / "Li2O.csv")]} | options
    result = get_measurement("mixture").measure([folder / name for name in names], given)
    assert isinstance(result, MixtureResult)
    return result


def test_a_scan_becomes_a_result_that_is_read_again(files: Path) -> None:
    result = measure(files, "scan.csv", spacing="12", window=["55", "75"])
    assert result.converged
    assert result.noise == "poisson"
    assert [point.position for point in result.points] == [0, 12, 24]
    for point, share in zip(result.points, (0.9, 0.5, 0.1), strict=True):
        assert (point.share_lows or {})["LiPON"] < share < (point.share_highs or {})["LiPON"]
    assert (result.energies[0], result.energies[-1]) == (55, 75)
    document = result.with_units()
    assert document["@units"]["points.shift"] == "eV"
    assert get_kind("mixture").read(document) == result
    assert result.provenance.parameters["window"] == [55, 75]


def test_points_in_single_files_are_one_scan(files: Path) -> None:
    whole = measure(files, "scan.csv")
    table = np.loadtxt(files / "scan.csv", delimiter=",", skiprows=1)
    for point in range(3):
        write(files / f"point{point}.csv", table[:, 0], table[:, point + 1])
    single = measure(files, "point0.csv", "point1.csv", "point2.csv")
    assert single.points == whole.points


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"references": ["LiPON.csv", "LiPON.csv"]}, "LiPON.csv: given twice as a reference"),
        ({"references": ["LiPON.csv", "scan.csv"]}, "scan.csv: 3 spectra, and a reference is one"),
        ({"references": ["LiPON.csv", "none.csv"]}, "none.csv: no such file"),
        ({"window": ["90", "99"]}, r"scan.csv: --window 90 99: no channel there"),
        ({"background": "cubic"}, "--background cubic: Input should be 'none'"),
        ({"shift": "-1"}, "--shift -1: Input should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    files: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], message: str
) -> None:
    monkeypatch.chdir(files)
    with pytest.raises(ValueError, match=message):
        measure(files, "scan.csv", **options)


def test_negative_counts_are_refused_with_the_file(files: Path) -> None:
    table = np.loadtxt(files / "scan.csv", delimiter=",", skiprows=1)
    table[5, 2] = -3
    write(files / "negative.csv", *table.T)
    with pytest.raises(SpectrumError, match=r"negative\.csv: point 2 has -3 counts at 51\.25 eV"):
        measure(files, "negative.csv")


def test_the_command_writes_a_table_and_a_figure(files: Path) -> None:
    references = [str(files / f"{name}.csv") for name in ("LiPON", "Li2O")]
    words = ["analyze", "mixture", str(files / "scan.csv"), "--window", "55", "75"]
    words += ["--references", *references, "--out", str(files / "out")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "mixture of LiPON + Li2O" in done.stdout
    written = {path.name for path in (files / "out").iterdir()}
    assert {"mixture.json", "mixture.png", "points.csv"} <= written
