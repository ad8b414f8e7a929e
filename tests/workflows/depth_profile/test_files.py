"""Depth profiles of files, as ``liponflow analyze depth-profile`` measures them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from liponflow.analysis.depth_profile.concentration import Reference
from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.result import DepthProfileResult
from liponflow.analysis.depth_profile.weibull import weibull
from liponflow.cli import app
from liponflow.workflows.depth_profile.files import host_density
from liponflow.workflows.depth_profile.measurements import DEPTH_PROFILE

PUBLISHED = published_profile()
ENERGY = np.arange(2100.0, 2700.0)
COUNTS = {"time": ["18000"], "boron_density": "1e15", "boron_counts": "4e6", "boron_time": "3600"}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write counts of a film on its electrode, of the electrode, and without a sample."""
    rng = np.random.default_rng(4)
    rate = Reference(1e15, 4e6, 3600.0).per_rate(0.0759)
    peak = weibull(ENERGY, PUBLISHED.parameters) / 22
    electrode = 4e16 / 22 * (ENERGY < 2260)
    gain = 3e14 * np.exp(-(((ENERGY - 2270) / 25) ** 2) / 2)
    paths = []
    for name, mean in (("film", peak + gain + electrode), ("bare", electrode), ("none", 0 * peak)):
        path = tmp_path / f"{name}.csv"
        counts = rng.poisson(mean / rate * 18000 + 3)
        np.savetxt(path, np.column_stack([ENERGY, counts]), "%g", ",", header="energy (keV), n")
        paths.append(str(path))
    return paths


def test_the_command_gives_the_excess_and_its_figure(files: list[str], tmp_path: Path) -> None:
    stopping = tmp_path / "lnmo.csv"
    stopping.write_text("keV, keV/um\n0, 60\n3000, 60\n")
    words = ["analyze", "depth-profile", *files[:2], "--background", files[2]]
    words += ["--background-time", "18000", "--layers", f"{stopping}:3", str(stopping)]
    for name, value in COUNTS.items():
        words += [f"--{name.replace('_', '-')}", *([value] if isinstance(value, str) else value)]
    found = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "o"), "--json"])
    assert found.exit_code == 0, found.output
    result = DepthProfileResult.model_validate(json.loads(found.stdout))
    # A Gauss of this height and width; 0.4 % of it lies outside of the integral.
    assert result.excess == pytest.approx(3e14 * 25 * np.sqrt(2 * np.pi), rel=0.03)
    assert result.largest_error < 6
    assert result.share == pytest.approx(
        100 * result.excess / (158 / 60 * 1e-4) / 1.467e22, rel=1e-3
    )
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"depth_profile.json", "points.csv", "depth_profile.png"} <= names


def test_concentrations_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "difference.csv"
    x = 2105.0 + 22 * np.arange(25)
    y = weibull(x, PUBLISHED.parameters)
    rows = np.column_stack([x, y, 1e14 + 0.01 * y])
    np.savetxt(path, rows, "%.8g", ",", header="energy, Li (atoms/cm2), error")
    result = DEPTH_PROFILE.measure([path], {"thickness": "0.65"})
    assert isinstance(result, DepthProfileResult)
    values = {item.name: item.value for item in result.parameters}
    assert values == pytest.approx(PUBLISHED.parameters, rel=1e-3)


def test_hosts_by_name_by_phase_and_by_file(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    path.write_text(
        "t\n1.0\n4 0 0\n0 4 0\n0 0 4\nLi O\n2 1\nDirect\n0 0 0\n.5 .5 .5\n.25 .25 .25\n"
    )
    assert host_density(str(path)) == pytest.approx(2 / 64e-24)
    assert host_density("Li_bcc") == pytest.approx(4.63e22, rel=0.1)
    assert 4.00e20 / host_density("LNMO") == pytest.approx(0.0273, abs=5e-5)
    with pytest.raises(ValueError, match=r"--host Si_x: no such file"):
        host_density("Si_x")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "counts need --time, --boron-density"),
        (COUNTS | {"time": ["1", "2", "3"]}, "--time has 3 values for 2 files"),
        (COUNTS | {"window": ["2551", "2358"]}, "give the lower energy first"),
        (COUNTS | {"background_time": "3"}, "--background needs the --background-time"),
        (COUNTS | {"layers": ["a.csv", "b.csv"]}, "--layers a.csv: write TABLE:THICKNESS"),
        (COUNTS | {"layers": ["no.csv"]}, "no.csv: no such file"),
    ],
)
def test_bad_options_are_refused(files: list[str], given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DEPTH_PROFILE.measure([Path(name) for name in files[:2]], given)
