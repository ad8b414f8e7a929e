"""Conductivity from files, as ``liponflow analyze impedance`` and ``polarisation`` measure it."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from liponflow.analysis.impedance.result import ImpedanceResult, PolarisationResult
from liponflow.cli import app
from liponflow.workflows.impedance.measurements import IMPEDANCE, POLARISATION


@pytest.fixture
def eis(tmp_path: Path) -> Path:
    """Write a spectrum of a film of 3.7 µm and 0.1 cm² between blocking electrodes."""
    frequency = np.geomspace(3e6, 0.1, 50)
    jw = 2j * np.pi * frequency
    z = 1480 / (1 + 1480 * 2e-9 * jw**0.95) + 1 / (5e-7 * jw**0.9)
    z = z * (1 + 0.003 * np.random.default_rng(5).normal(size=50))
    path = tmp_path / "eis.csv"
    np.savetxt(path, np.column_stack([frequency, z.real, -z.imag]), delimiter=",", comments="",
               header="freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm")  # fmt: skip
    return path


@pytest.fixture
def current(tmp_path: Path) -> Path:
    time = np.arange(0, 20000, 50.0)
    path = tmp_path / "current.csv"
    noise = np.random.default_rng(6).normal(0, 1e-13, len(time))
    np.savetxt(path, np.column_stack([time, 3.2e-12 + 1e-9 * np.exp(-time / 900) + noise]))
    return path


FILM = ["--thickness", "3.7", "--area", "0.1", "--material", "LiPON"]


def test_the_command_writes_the_conductivity_and_its_figure(eis: Path, tmp_path: Path) -> None:
    words = ["analyze", "impedance", str(eis), *FILM, "--out", str(tmp_path / "o"), "--json"]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    result = ImpedanceResult.model_validate(document)
    (spectrum,) = result.spectra
    assert spectrum.conductivity == pytest.approx(2.5e-6, rel=0.02)
    assert spectrum.sign == "-Z'', by the name of the column (-Im(Z)/Ohm)"
    assert document["@units"]["spectra.conductivity"] == "S/cm"
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"impedance.json", "spectra.csv", "impedance.png"} <= names


def test_without_a_film_there_is_a_resistance(eis: Path) -> None:
    result = IMPEDANCE.measure([eis, eis], {})
    assert isinstance(result, ImpedanceResult)
    assert [item.conductivity for item in result.spectra] == [None, None]
    assert result.spectra[0].resistance == pytest.approx(1480, rel=0.02)


def test_polarisation_of_the_command(current: Path, tmp_path: Path) -> None:
    words = ["analyze", "polarisation", str(current), "--voltage", "1", *FILM]
    found = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "o"), "--json"])
    assert found.exit_code == 0, found.output
    result = PolarisationResult.model_validate(json.loads(found.stdout))
    assert result.conductivity == pytest.approx(1.184e-14, rel=0.02)
    assert (tmp_path / "o" / "polarisation.png").is_file()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"thickness": "3.7"}, "give both or none"),
        ({"thickness": "0", "area": "1"}, "--thickness 0: Input should be greater than 0"),
        ({"circuit": "warburg"}, "--circuit warburg"),
    ],
)
def test_bad_options_are_refused(eis: Path, given: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        IMPEDANCE.measure([eis], given)


def test_no_voltage_is_refused(current: Path) -> None:
    given = {"voltage": "0", "thickness": "3.7", "area": "1"}
    with pytest.raises(ValueError, match="--voltage 0: no current says anything"):
        POLARISATION.measure([current], given)
