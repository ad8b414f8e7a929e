"""³¹P spectra of files, as ``liponflow analyze nmr`` measures them."""

import json
from pathlib import Path

import numpy as np
import pytest
from nmr_spectra import FILM, GIVEN, SHIFT, WITH_LI, spectrum
from small_glass import small_glass
from typer.testing import CliRunner

from liponflow.analysis.nmr.result import NmrResult
from liponflow.cli import app
from liponflow.workflows.nmr.measurements import NMR


@pytest.fixture
def spectra(tmp_path: Path) -> list[Path]:
    paths = []
    for seed, (name, shares) in enumerate((("film", FILM), ("li", WITH_LI))):
        path = tmp_path / f"{name}.csv"
        # Ppm fall from left to right in spectra.
        rows = np.column_stack([SHIFT, spectrum(shares, 0.1, seed)])[::-1]
        np.savetxt(path, rows, "%.6g", ",", header="shift (ppm),intensity", comments="")
        paths.append(path)
    return paths


def measure(*files: Path, **given: object) -> NmrResult:
    found = NMR.measure(files, given)
    assert isinstance(found, NmrResult)
    return found


def test_the_published_change_comes_back(spectra: list[Path], tmp_path: Path) -> None:
    words = ["analyze", "nmr", *map(str, spectra), "--shifts", *GIVEN, "--material", "LiPON"]
    found = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "o"), "--json"])
    assert found.exit_code == 0, found.output
    result = NmrResult.model_validate(json.loads(found.stdout))
    change = result.changes[0]
    assert (change.unit, change.published) == ("Q0_0", 13)
    assert change.points_low < 13 < change.points_high
    assert change.relative_low < 100 * 13 / 55 < change.relative_high
    assert change.points_high - change.points_low < 6
    shrunk = {item.unit for item in result.changes if item.points_high < 0}
    assert {"Q1_1", "Q0_1"} <= shrunk
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"nmr.json", "shares.csv", "changes.csv", "nmr.png"} <= names


def test_tables_of_shares_need_no_shifts(tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    path.write_text("Q0_0, 55, 1\nQ1_0, 10, 1\nQ1_1, 20, 1\nQ0_1, 15, 1\n")
    result = measure(path)
    assert result.spectra == []
    assert result.shares[0].low == pytest.approx(0.55 - 1.96 * 0.01, abs=1e-3)


def test_models_stand_beside_the_samples(spectra: list[Path], tmp_path: Path) -> None:
    glass = small_glass()
    path = tmp_path / "glass.json"
    path.write_text(glass.model_dump_json())
    glass.models[0].structure.to(str(tmp_path / "glass.vasp"), fmt="poscar")
    result = measure(*spectra, shifts=GIVEN, models=[str(path), str(tmp_path / "glass.vasp")])
    shares = {item.name: item.share for item in glass.mean.units}
    first = [row for row in result.shares if row.sample == str(spectra[0])]
    assert {row.unit: row.model for row in first} == {
        row.unit: pytest.approx(shares.get(row.unit, 0.0)) for row in first
    }
    assert result.model_others == pytest.approx(1 - sum(row.model for row in first), abs=1e-9)
    assert [item.model_points for item in result.changes] == pytest.approx([0, 0, 0, 0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a spectrum needs the shift of each unit"),
        ({"shifts": ["Q0=9"]}, "'Q0=9' is not UNIT=SHIFT"),
        ({"shifts": GIVEN, "window": ["9", "10"]}, "11 points for 4 units"),
        ({"shifts": GIVEN, "models": ["a", "b", "c"]}, "3 models for 2 samples"),
        ({"shifts": GIVEN, "models": ["no.json"]}, "no.json: no such file"),
    ],
)
def test_bad_options_are_refused(spectra: list[Path], given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        measure(*spectra, **given)
