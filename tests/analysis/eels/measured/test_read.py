"""Files of measured spectra: every format gives the same spectrum, and bad ones say what to do."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rsciio import digitalmicrograph, hspy

from liponflow.analysis.eels.measured.read import read_measured, read_scan
from liponflow.analysis.eels.measured.spectrum import SpectrumError

ENERGY = 560.0 + 0.5 * np.arange(300)
COUNTS = np.round(1e8 * (ENERGY / 500) ** -3.0 / 1e4)
MSA = """\
#FORMAT      : EMSA/MAS Spectral Data File
#VERSION     : 1.0
#TITLE       : LNMO
#DATE        : 01-JAN-2024
#TIME        : 12:00
#OWNER       : none
#NPOINTS     : 300.
#NCOLUMNS    : 1.
#XUNITS      : {unit}
#YUNITS      : Counts
#DATATYPE    : Y
#XPERCHAN    : 0.5
#OFFSET      : 560.0
#SIGNALTYPE  : ELS
#SPECTRUM    : Spectral Data Starts Here
{counts}
#ENDOFDATA   :
"""


def columns(*counts: np.ndarray, header: str = "energy (eV), counts", energy: Any = ENERGY) -> str:
    rows = [", ".join(f"{value:g}" for value in row) for row in zip(energy, *counts, strict=True)]
    return "\n".join([header, *rows])


def hspy_file(path: Path, counts: np.ndarray, unit: str = "eV") -> None:
    axes = [
        {"name": f"y{n}", "size": size, "offset": 0.0, "scale": 1.0, "units": "nm"}
        for n, size in enumerate(counts.shape[:-1])
    ]
    axes.append({"name": "E", "size": 300, "offset": 560.0, "scale": 0.5, "units": unit})
    for axis in axes:
        axis["navigate"] = axis["name"] != "E"
    signal = {
        "data": counts,
        "axes": axes,
        "metadata": {"General": {"title": "scan"}, "Signal": {"signal_type": "EELS"}},
        "original_metadata": {},
        "attributes": {"_lazy": False, "ragged": False},
        "package_info": {"package": "none", "package_version": "0"},
        "learning_results": {},
        "models": {},
        "tmp_parameters": {},
    }
    hspy.file_writer(str(path), signal)


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.msa", "a.hspy"])
def test_every_format_gives_the_same_spectrum(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix == ".msa":
        path.write_text(MSA.format(unit="eV", counts="\n".join(f"{c:.1f}," for c in COUNTS)))
    elif path.suffix == ".hspy":
        hspy_file(path, COUNTS)
    else:
        path.write_text(columns(COUNTS))
    found = read_measured(path)
    assert found.energy == pytest.approx(ENERGY)
    assert found.counts == pytest.approx(COUNTS[None, :])
    assert found.grid == ()
    assert found.dispersion == pytest.approx(0.5)
    assert found.real_counts
    assert found.source == str(path)


def test_further_columns_and_further_files_are_points_of_a_line_scan(tmp_path: Path) -> None:
    (tmp_path / "scan.csv").write_text(columns(COUNTS, 2 * COUNTS))
    scan = read_measured(tmp_path / "scan.csv")
    for number in (1, 2):
        (tmp_path / f"{number}.txt").write_text(columns(number * COUNTS))
    joined = read_scan([tmp_path / "1.txt", tmp_path / "2.txt"])
    assert scan.grid == joined.grid == (2,)
    assert np.array_equal(scan.counts, joined.counts)
    (tmp_path / "3.txt").write_text(columns(COUNTS, energy=ENERGY + 3))
    with pytest.raises(SpectrumError, match=r"3\.txt: its energy axis is not that of .*1\.txt"):
        read_scan([tmp_path / "1.txt", tmp_path / "3.txt"])
    with pytest.raises(SpectrumError, match="one spectrum per file"):
        read_scan([tmp_path / "1.txt", tmp_path / "scan.csv"])


def test_map_keeps_its_grid(tmp_path: Path) -> None:
    hspy_file(tmp_path / "map.hspy", COUNTS * np.arange(1, 7).reshape(2, 3, 1))
    found = read_measured(tmp_path / "map.hspy")
    assert found.grid == (2, 3)
    assert found.counts[5] == pytest.approx(6 * COUNTS)


def test_kev_is_converted_and_a_descending_axis_turned(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(columns(COUNTS[::-1], header="E / keV; counts", energy=ENERGY[::-1] / 1000))
    found = read_measured(path)
    assert found.energy == pytest.approx(ENERGY)
    assert found.counts[0] == pytest.approx(COUNTS)
    assert "converted to eV" in found.warnings[0]


def test_channels_are_calibrated_by_the_user(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(columns(COUNTS, header="channel counts", energy=np.arange(300)))
    with pytest.raises(SpectrumError, match="--axis FIRST_ENERGY CHANNEL_WIDTH"):
        read_measured(path)
    assert read_measured(path, (560.0, 0.5)).energy == pytest.approx(ENERGY)
    hspy_file(tmp_path / "a.hspy", COUNTS, unit="")
    with pytest.raises(SpectrumError, match="no calibration in eV; give it as --axis"):
        read_measured(tmp_path / "a.hspy")
    assert read_measured(tmp_path / "a.hspy", (560.0, 0.5)).energy == pytest.approx(ENERGY)


WRONG = {
    "nan": (columns(np.where(ENERGY == 600, np.nan, COUNTS)), "point 1, 600 eV"),
    "negative": (columns(COUNTS - COUNTS.mean()), "before any background was subtracted"),
    "not ascending": (
        columns(COUNTS, energy=np.where(ENERGY == 600, 0, ENERGY)),
        "after 599.5.*sort the rows",
    ),
    "ragged": (columns(COUNTS) + "\n7,8,9", "line 302.*not 2 numbers"),
    "empty": ("energy (eV), counts\n", "no two columns of numbers"),
    "short": (columns(COUNTS[:5], energy=ENERGY[:5]), "5 channels, too few"),
    "feff": (
        "# Orientation averaged EELS calculation - beam energy =   200.keV\n" + columns(COUNTS),
        "simulated spectrum.*2 whatever the valence",
    ),
    "xmu": ("#  xmu.dat  FEFF 9.6\n" + columns(COUNTS), "simulated spectrum"),
}


@pytest.mark.parametrize("name", WRONG)
def test_file_that_cannot_be_used_says_what_to_do(name: str, tmp_path: Path) -> None:
    text, message = WRONG[name]
    path = tmp_path / "spectrum.csv"
    path.write_text(text)
    with pytest.raises(SpectrumError, match=rf"(?s)^{path}.*{message}"):
        read_measured(path)


@pytest.mark.parametrize("name", ["Li2O_Li1_K/eels.dat", "Li2O_Li1_K/xmu10.dat"])
def test_recorded_spectra_of_feff_are_refused(name: str) -> None:
    path = Path(__file__).parents[3] / "data" / "feff10" / name
    with pytest.raises(SpectrumError, match=r"simulated spectrum.*2 whatever the valence"):
        read_measured(path)


def test_other_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpectrumError, match="no such file; give a measured"):
        read_measured(tmp_path / "nowhere.csv")
    for name, message in {"a.json": "a result document", "a.png": "unknown ending .png"}.items():
        (tmp_path / name).write_text("{}")
        with pytest.raises(SpectrumError, match=message):
            read_measured(tmp_path / name)
    for name in ("a.dm3", "a.dm4", "a.hspy"):
        (tmp_path / name).write_bytes(b"\0\0\0\3 no spectrum")
        with pytest.raises(SpectrumError, match=rf"{name}: .*measured spectrum"):
            read_measured(tmp_path / name)


def test_dual_eels_gives_the_low_loss_with_the_core_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def signal(offset: float) -> dict[str, Any]:
        axis = {"size": 300, "offset": offset, "scale": 0.5, "units": "eV"}
        return {"data": np.tile(COUNTS, (4, 1)).T, "axes": [axis, {"size": 4, "units": "nm"}]}

    picture = {"data": np.zeros((8, 8)), "axes": [{"size": 8, "units": "nm"}] * 2}
    signals = [picture, signal(-20.0), signal(560.0)]
    monkeypatch.setattr(digitalmicrograph, "file_reader", lambda _, **__: signals)
    (tmp_path / "dual.dm4").touch()
    found = read_measured(tmp_path / "dual.dm4")
    assert found.grid == (4,)
    assert found.energy == pytest.approx(ENERGY)
    assert found.counts[3] == pytest.approx(COUNTS)
    assert found.low_loss is not None
    assert found.low_loss.energy[40] == 0
    with pytest.raises(SpectrumError, match=r"holds 2 spectra, and --axis 560 0\.5 is that"):
        read_measured(tmp_path / "dual.dm4", (560.0, 0.5))
    signals.append(signal(700.0))
    with pytest.raises(SpectrumError, match=r"560 to 709\.5, 700 to 849\.5 eV, and one is"):
        read_measured(tmp_path / "dual.dm4")
    signals[1:] = []
    with pytest.raises(SpectrumError, match="export the spectrum, not the image"):
        read_measured(tmp_path / "dual.dm4")


def test_other_signals_and_complex_values_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    axis = {"size": 300, "offset": 560.0, "scale": 0.5, "units": "eV"}
    other = {"data": COUNTS, "axes": [axis], "metadata": {"Signal": {"signal_type": "EDS_TEM"}}}
    signals = [other]
    monkeypatch.setattr(digitalmicrograph, "file_reader", lambda _, **__: signals)
    (tmp_path / "a.dm3").touch()
    with pytest.raises(SpectrumError, match="no spectrum of energy losses, but EDS_TEM"):
        read_measured(tmp_path / "a.dm3")
    loss = {"data": COUNTS, "axes": [axis], "metadata": {"Signal": {"signal_type": "EELS"}}}
    signals.append(loss)
    assert read_measured(tmp_path / "a.dm3").counts[0] == pytest.approx(COUNTS)
    signals[:] = [loss | {"data": COUNTS + 1j}]
    with pytest.raises(SpectrumError, match="complex numbers"):
        read_measured(tmp_path / "a.dm3")


def test_few_negative_counts_are_noted(tmp_path: Path) -> None:
    counts = COUNTS.copy()
    counts[3] = -1
    path = tmp_path / "a.csv"
    path.write_text(columns(counts))
    assert "1 negative counts" in read_measured(path).warnings[0]


def test_missing_library_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.msa").touch()
    monkeypatch.setitem(sys.modules, "rsciio.msa", None)
    with pytest.raises(SpectrumError, match=r"pip install 'liponflow\[spectra\]'"):
        read_measured(tmp_path / "a.msa")
    (tmp_path / "a.csv").write_text(columns(COUNTS))
    assert read_measured(tmp_path / "a.csv").real_counts
