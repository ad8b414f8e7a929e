"""White lines of files, as ``liponflow analyze white-lines`` measures them."""

import json
from pathlib import Path

import numpy as np
import pytest
from edge_spectra import ENERGY, as_text, mn_edge
from typer.testing import CliRunner

from liponflow.analysis.eels.measured.result import WhiteLinesResult
from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.cli import app
from liponflow.workflows.eels.measurements import WHITE_LINES

RATIOS = (2.6, 2.9, 2.4, 2.4)
MANGANESE = (0.0, 0.6, 1.0, 1.0)
"""As along the published interface: no Mn in LiPON, and less of it, more reduced, at first."""


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Write a line scan across an interface."""
    rng = np.random.default_rng(6)
    counts = [
        rng.poisson(mn_edge(ratio, dose=3.0, mn=mn))
        for ratio, mn in zip(RATIOS, MANGANESE, strict=True)
    ]
    path = tmp_path / "scan.csv"
    path.write_text(as_text(counts))
    return path


@pytest.fixture
def spectrum(tmp_path: Path) -> Path:
    """Write one spectrum."""
    path = tmp_path / "one.csv"
    path.write_text(as_text([np.random.default_rng(9).poisson(mn_edge(2.4, dose=3.0))]))
    return path


def measure(*files: Path, **given: object) -> WhiteLinesResult:
    found = WHITE_LINES.measure(files, {"element": "Mn"} | given)
    assert isinstance(found, WhiteLinesResult)
    return found


def test_line_scan_gives_ratios_and_valences(scan: Path) -> None:
    result = measure(scan, spacing="12")
    first, *others = result.points
    assert first.ratio is None
    assert first.remark == "no white lines above the noise"
    assert [point.point for point in result.points] == [[1], [2], [3], [4]]
    assert [item.point for item in result.signals] == [[1], [2], [3], [4]]
    assert [point.position for point in result.points] == [0, 12, 24, 36]
    for point, truth in zip(others, RATIOS[1:], strict=True):
        assert point.low is not None
        assert point.high is not None
        assert point.low < truth < point.high
        assert point.high - point.low < 0.5
    valences = [point.valence for point in others]
    assert valences[0] == pytest.approx(2.76, abs=0.1)
    assert valences[1:] == pytest.approx([3.33, 3.33], abs=0.15)
    assert result.warnings == []
    assert result.provenance.parameters["spacing"] == 12
    document = json.loads(json.dumps(result.model_dump(mode="json")))
    assert WhiteLinesResult.model_validate(document) == result
    assert result.with_units()["@units"]["points.position"] == "nm"


def test_fitted_peaks_agree_with_areas(spectrum: Path) -> None:
    area, checked, peak = (
        measure(spectrum, method=name).points[0] for name in ("area", "both", "peaks")
    )
    assert peak.ratio == checked.peak_ratio
    assert peak.ratio == pytest.approx(area.ratio, rel=0.06)
    assert checked.ratio == area.ratio
    difference = abs(peak.ratio - area.ratio)
    assert checked.error_method == pytest.approx(max(difference, area.error_method))
    assert checked.high - checked.low >= area.high - area.low
    assert 0 < peak.error_counting < 2 * area.error_counting


def test_several_files_are_one_scan(scan: Path, tmp_path: Path) -> None:
    table = np.loadtxt(scan, delimiter=",", skiprows=1)
    files = []
    for number in range(1, 5):
        files.append(tmp_path / f"spot{number}.csv")
        files[-1].write_text(as_text([table[:, number]]))
    assert measure(*files).points == measure(scan).points


def test_low_loss_puts_the_zero_at_0_and_removes_plural_scattering(tmp_path: Path) -> None:
    axis = -10 + 0.25 * np.arange(400)
    shift, thickness, loss = 1.5, 0.15, 22.0
    zero = np.exp(-(((axis - shift) / 0.4) ** 2) / 2)
    plasmon = np.exp(-(((axis - shift - loss) / 1.5) ** 2) / 2)
    low = 1e7 * (zero / zero.sum() + thickness * plasmon / plasmon.sum())
    (tmp_path / "low.csv").write_text(as_text([np.round(low)], energy=axis))
    # The same drift in the core loss, and plasmons after the white lines.
    losses = 0.25 * np.arange(len(ENERGY))
    kernel = np.exp(-(((losses - loss) / 1.5) ** 2) / 2)
    kernel *= thickness / kernel.sum()
    background = mn_edge(2.6, mn=0.0)
    single = mn_edge(2.6) - background
    counts = background + single + np.convolve(single, kernel)[: len(ENERGY)]
    counts = np.random.default_rng(8).poisson(3 * counts)
    core = tmp_path / "core.csv"
    core.write_text(as_text([counts], energy=ENERGY + shift))
    result = measure(core, low_loss=str(tmp_path / "low.csv"))
    assert result.zero_loss_offset == pytest.approx(-shift, abs=0.05)
    assert result.lines[0] == pytest.approx(640, abs=0.5)
    assert result.plural_scattering_removed
    (point,) = result.points
    assert point.low < 2.6 < point.high
    # Left in, the plasmon of L3 lifts the continuum after L2 and with it the ratio.
    (uncorrected,) = measure(core).points
    assert uncorrected.ratio > point.high
    with pytest.raises(SpectrumError, match="--method area"):
        measure(core, low_loss=str(tmp_path / "low.csv"), method="peaks")


def test_calibration_of_the_user_and_elements_without_one(scan: Path, tmp_path: Path) -> None:
    table = tmp_path / "calibration.csv"
    table.write_text("2, 2.5\n3, 2.2\n")
    result = measure(scan, calibration=str(table))
    assert result.calibration_source == str(table)
    assert result.points[1].valence is None
    assert "above 2.5 of valence 2, outside the calibration" in (result.points[1].remark or "")
    assert result.points[2].valence == pytest.approx(2.33, abs=0.15)
    shifted = tmp_path / "fe.csv"
    values = np.loadtxt(scan, delimiter=",", skiprows=1)
    shifted.write_text(as_text([values[:, 3]], energy=values[:, 0] + 68.0))
    result = measure(shifted, element="Fe")
    assert result.calibration == []
    assert result.points[0].ratio == pytest.approx(2.4, abs=0.2)
    assert result.points[0].valence is None


def test_doubts_are_warnings(scan: Path, tmp_path: Path) -> None:
    values = np.loadtxt(scan, delimiter=",", skiprows=1)
    path = tmp_path / "odd.csv"
    path.write_text(as_text([values[:, 3] / 7.0], energy=values[:, 0] + 6.5))
    result = measure(path, background=["570", "632"])
    text = " ".join(result.warnings)
    assert "from the tabulated edge: the axis is not well calibrated" in text
    assert "holds Cr L3 (574.1 eV), Cr L2 (583.8 eV)" in text
    assert "export raw counts" in text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"element": "P"}, "P: no 3d metal"),
        ({"element": "Ni"}, "covers 560 to 709.75 eV, and the L edges at 852.7"),
        ({"element": "Fe"}, "covers 560 to 709.75 eV"),
        ({"background": ["600", "590"]}, "^--background 600 590: give the lower energy first"),
        ({"background": ["600", "645"]}, "in the L3 line"),
        ({"background": ["500", "565"]}, "lie in the spectrum"),
        ({"background": ["600"]}, "--background"),
        ({"method": "magic"}, "--method magic"),
        ({"widths": ["0", "1"]}, "^--widths 0 1: widths must be above 0 eV"),
        ({"axis": ["560", "0"]}, "scan.csv: --axis 560 0: the channel width must be above 0 eV"),
        ({"half_width": "wide"}, "--half-width wide"),
        ({"low_loss": "nowhere.csv"}, "nowhere.csv: no such file"),
        ({"calibration": "nowhere.csv"}, "nowhere.csv: no such file"),
    ],
)
def test_wrong_options_say_what_to_do(given: dict[str, object], message: str, scan: Path) -> None:
    with pytest.raises(ValueError, match=message):
        measure(scan, **given)


def test_spectrum_without_the_element_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lipon.csv"
    path.write_text(as_text([np.random.default_rng(1).poisson(mn_edge(2.6, mn=0.0))]))
    with pytest.raises(SpectrumError, match="no Mn L edge above the noise"):
        measure(path)


def test_command_prints_json_and_writes_figures(spectrum: Path, tmp_path: Path) -> None:
    words = ["analyze", "white-lines", str(spectrum), "--element", "Mn", "--json"]
    made = CliRunner().invoke(
        app, [*words, "--background", "590", "630", "--out", str(tmp_path / "out")]
    )
    assert made.exit_code == 0, made.output
    document = json.loads(made.stdout)
    assert document["kind"] == "white_lines"
    assert document["background_window"] == [590, 630]
    assert document["points"][0]["ratio"] == pytest.approx(2.4, abs=0.1)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"white_lines.json", "points.csv", "white_lines.png"} <= names
