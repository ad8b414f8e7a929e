"""Tests of ``liponflow analyze mixture``, from files to the result."""

import json
from pathlib import Path

import numpy as np
import pytest
from eels_example import example_result
from recorded_spectra import RECORDED
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
        ({"axis": ["50", "-0.25"]}, "scan.csv: --axis 50 -0.25: the channel width must be above"),
        ({"shift": "-1"}, "--shift -1: Input should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    files: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], message: str
) -> None:
    monkeypatch.chdir(files)
    with pytest.raises(ValueError, match=message):
        measure(files, "scan.csv", **options)


@pytest.fixture
def computed(tmp_path: Path) -> Path:
    """Write a result of ``run eels``."""
    path = tmp_path / "eels.json"
    path.write_text(json.dumps(example_result().with_units()))
    return path


def test_edges_of_a_result_are_references(computed: Path) -> None:
    comparison = example_result().comparison
    assert comparison is not None
    names = ("Li2O", "LiPON")
    edges = {item.material: item.spectrum for item in comparison.edges if item.edge == "Li K"}
    axis = np.arange(60.0, 90.0, 0.1)
    parts = [np.interp(axis, edges[name].energy, edges[name].intensity) for name in names]
    shares = [0.3, 0.7]
    mean = sum(share * part / part.sum() for share, part in zip(shares, parts, strict=True))
    write(computed.with_name("mixed.csv"), axis, np.random.default_rng(2).poisson(1e6 * mean))
    result = measure(
        computed.parent,
        "mixed.csv",
        references=[f"{computed}:{name}:Li K" for name in names],
    )
    assert [item.name for item in result.references] == list(names)
    found = result.points[0].shares or {}
    # The shares are of counts in the window of the fit, here almost all.
    assert [found[name] for name in names] == pytest.approx(shares, abs=0.02)
    assert result.references_suffice
    assert not any("energy scale of FEFF" in text for text in result.warnings)


def test_eels_dat_of_feff_is_a_reference_with_a_warning(tmp_path: Path) -> None:
    cases = ("Li2O_Li1_K", "Li3PO4_Li1_K")
    tables = [np.loadtxt(RECORDED / case / "eels.dat", usecols=(0, 1)).T for case in cases]
    axis = np.arange(max(table[0, 0] for table in tables) + 1, 90.0, 0.2)
    parts = [np.interp(axis, *table) for table in tables]
    mean = sum(part / part.sum() for part in parts)
    write(tmp_path / "mixed.csv", axis, np.random.default_rng(2).poisson(1e6 * mean))
    references = [str(RECORDED / case / "eels.dat") for case in cases]
    result = measure(tmp_path, "mixed.csv", references=references)
    assert list(result.points[0].shares or {}) == list(cases)
    assert list((result.points[0].shares or {}).values()) == pytest.approx([0.5, 0.5], abs=0.02)
    for path in references:
        assert any(f"{path}: on the energy scale of FEFF" in text for text in result.warnings)


def test_warnings_of_reference_files_are_kept(files: Path) -> None:
    grid, curve = np.loadtxt(files / "Li2O.csv", delimiter=",", skiprows=1).T
    np.savetxt(files / "kev.csv", np.column_stack([grid / 1000, curve]), header="keV")
    result = measure(files, "scan.csv", references=[str(files / "kev.csv")])
    assert any("kev.csv: the axis is in keV" in text for text in result.warnings)


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("eels.json", r"eels\.json: no edge is named; name an edge .* eels\.json:MATERIAL:EDGE"),
        ("eels.json:Li2O:O K", r"eels\.json: no edge 'Li2O:O K'; it has Li2O:Li K, "),
        ("none.json:Li2O:Li K", r"none\.json: no such file"),
        ("other.json:Li2O:Li K", r"other\.json: a result of the kind 'glass', not 'eels'"),
        ("list.json:Li2O:Li K", r"list\.json: a result of the kind None, not 'eels'"),
        ("bare.json:Li2O:Li K", r"bare\.json: it has no broadened edges"),
    ],
)
def test_references_that_name_no_edge_are_refused(
    files: Path, monkeypatch: pytest.MonkeyPatch, reference: str, message: str
) -> None:
    monkeypatch.chdir(files)
    Path("other.json").write_text('{"kind": "glass"}')
    Path("list.json").write_text("[]")
    Path("bare.json").write_text(
        json.dumps(example_result().model_copy(update={"comparison": None}).with_units())
    )
    with pytest.raises(SpectrumError, match=message):
        measure(files, "scan.csv", references=[reference])


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
