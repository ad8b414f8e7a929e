"""Transport in files, as ``liponflow analyze transport`` measures it."""

import json
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
from typer.testing import CliRunner
from walks import TRICLINIC, brownian, walk, wrapped

from liponflow.analysis.transport.conductivity import CM2_S
from liponflow.analysis.transport.result import TransportResult
from liponflow.cli import app
from liponflow.figures.transport.gallery import all_figures
from liponflow.workflows.file_origin import UNKNOWN
from liponflow.workflows.transport.measurements import TRANSPORT

DIFFUSIVITY = {600: 0.01, 800: 0.03, 1000: 0.06}
"""Å² per frame of 0.1 ps."""
FRAMES = 400


def write(path: Path, temperature: int, *, spread: float = 0.05) -> Path:
    steps = brownian(FRAMES, 20, DIFFUSIVITY[temperature], temperature)
    frames = wrapped(walk(steps, cell=TRICLINIC, temperature=temperature, spread=spread))
    ase.io.write(
        path,
        [
            ase.Atoms(
                frames.symbols, positions=positions, cell=TRICLINIC, pbc=True,
                info={"time": float(time), "temperature": float(temperature)},
            )
            for positions, time in zip(frames.positions, frames.times, strict=True)
        ],
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [write(folder / f"{temperature}.extxyz", temperature) for temperature in DIFFUSIVITY]


@pytest.fixture(scope="module")
def result(files: list[Path]) -> TransportResult:
    found = TRANSPORT.measure(files, {"temperature": ["600", "800", "1000"]})
    assert isinstance(found, TransportResult)
    return found


def test_every_temperature_has_its_coefficient(result: TransportResult) -> None:
    for point in result.points:
        true = DIFFUSIVITY[round(point.temperature)] / 0.1 * CM2_S
        assert point.diffusivity == pytest.approx(true, rel=0.1)
        assert point.diffusivity_low < point.diffusivity < point.diffusivity_high
        assert np.mean(point.diffusivity_xyz) == pytest.approx(point.diffusivity, rel=0.02)
        assert point.haven_low < 1 < point.haven_high
        # Nernst and Einstein: n e² D / k T in SI.
        density = 20 / (abs(np.linalg.det(TRICLINIC)) * 1e-30)
        charge, kelvin = 1.602176634e-19, 1.380649e-23 * point.temperature
        expected = density * charge**2 * point.diffusivity * 1e-4 / kelvin / 100
        assert point.conductivity == pytest.approx(expected)
        assert len(point.curve.time) <= 50


def test_a_trajectory_of_unknown_origin_is_no_experiment(result: TransportResult) -> None:
    assert result.provenance.engine.name == UNKNOWN
    assert result.provenance.engine.functional is None


def test_unreliable_temperatures_stay_out_of_the_fit(result: TransportResult) -> None:
    assert [point.fitted for point in result.points] == [False, True, True]
    assert not result.converged
    cold = result.points[0]
    assert cold.relative_deviation > 0.5
    assert cold.length_needed > cold.length
    assert any("600 K: too short to conclude" in text for text in result.warnings)
    expected = np.log(2) * 8.617333e-5 / (1 / 800 - 1 / 1000)
    assert result.arrhenius.activation_energy_low < expected
    assert result.arrhenius.activation_energy_high > expected


def test_temperatures_in_the_wrong_order_are_noticed(files: list[Path], tmp_path: Path) -> None:
    """Shells sort 1000.xyz before 600.xyz."""
    with pytest.raises(ValueError, match=r"is at 1000 K by its frames, and --temperature is 800"):
        TRANSPORT.measure(files[1:], {"temperature": ["1000", "800"]})
    unnamed = [tmp_path / f"XDATCAR_{path.stem}" for path in files[1:]]
    for path, copy in zip(files[1:], unnamed, strict=True):
        ase.io.write(copy, ase.io.read(path, ":"), format="vasp-xdatcar")
    found = TRANSPORT.measure(unnamed, {"temperature": ["1000", "800"], "time_step": "100"})
    assert found.arrhenius.activation_energy < 0
    assert any("is each --temperature that of its file?" in text for text in found.warnings)


def test_regions_are_measured_beside_the_whole(files: list[Path]) -> None:
    found = TRANSPORT.measure(files[2:], {"regions": ["low=c:0:0.5", "high=c:0.5:1"]})
    [point] = found.points
    assert [region.name for region in point.regions] == ["low", "high"]
    true = DIFFUSIVITY[1000] / 0.1 * CM2_S
    for region in point.regions:
        assert region.diffusivity_low < true < region.diffusivity_high


def test_a_run_without_diffusion_keeps_what_else_is_seen(
    files: list[Path], tmp_path: Path
) -> None:
    """A flight: the framework rests, and every Li keeps its velocity."""
    path = tmp_path / "flight.extxyz"
    images = ase.io.read(files[2], ":60")
    speed = np.random.default_rng(0).normal(0, 0.28, (20, 3))
    for number, image in enumerate(images):
        image.positions = images[0].positions
        image.positions[:20] += number * speed
        image.info["time"] = 0.02 * number
    ase.io.write(path, images)
    found = TRANSPORT.measure([path], {})
    [point] = found.points
    assert point.diffusivity is None
    assert point.conductivity is None
    assert point.van_hove
    assert not found.converged
    assert any("not diffusive: up to" in text for text in found.warnings)
    assert "NOT CONVERGED" in all_figures(found)["displacements"].texts[-1].get_text()


def test_the_document_is_read_again(result: TransportResult) -> None:
    document = json.loads(json.dumps(result.with_units()))
    assert TransportResult.model_validate(document) == result
    assert document["@units"]["points.diffusivity"] == "cm²/s"


def test_figures_leave_unreliable_points_hollow(result: TransportResult) -> None:
    figures = all_figures(result)
    names = {"displacements", "arrhenius", "van_hove", "density", "sites", "residence"}
    assert set(figures) == names
    dots = [line for line in figures["arrhenius"].axes[0].lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() == "white" for line in dots] == [True, False, False]
    published = result.model_copy(update={"formula": "Li46P16O55N5"})
    texts = [
        text.get_text() for text in all_figures(published)["arrhenius"].axes[0].get_legend().texts
    ]
    assert any("2.3e-06 S/cm, 0.55 eV (Bates)" in text for text in texts)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"temperature": ["600", "800"]}, "--temperature has 2 values for 3 files"),
        ({"temperature": ["-5"]}, "temperatures are in K, above 0"),
        ({"species": "Xx"}, "--species Xx: is not an element"),
        ({"charge": "0"}, "an ion without charge"),
        ({"species_map": "1:Li"}, "is not TYPE=ELEMENT"),
        ({"regions": ["half=c:0"]}, "--regions .* is not NAME=VECTOR:FROM:TO"),
    ],
)
def test_bad_options_are_refused(
    files: list[Path], given: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        TRANSPORT.measure(files, given)


def test_other_formats_need_the_time_step(files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "XDATCAR"
    ase.io.write(path, ase.io.read(files[2], ":150"), format="vasp-xdatcar")
    with pytest.raises(ValueError, match=r"by --time-step \(fs\)"):
        TRANSPORT.measure([path], {"temperature": ["1000"]})
    found = TRANSPORT.measure([path], {"temperature": ["1000"], "time_step": "100"})
    true = DIFFUSIVITY[1000] / 0.1 * CM2_S
    assert found.points[0].diffusivity == pytest.approx(true, rel=0.15)


def test_files_without_a_cell_need_one(files: list[Path], tmp_path: Path) -> None:
    """CP2K writes the time in fs."""
    path = tmp_path / "run-pos-1.xyz"
    images = ase.io.read(files[2], ":150")
    with path.open("w") as file:
        for number, image in enumerate(images):
            ase.io.write(
                file, ase.Atoms(image.symbols, image.positions), format="xyz",
                comment=f" i = {number:8d}, time = {100.0 * number:12.3f}, E = -1.5",
            )  # fmt: skip
    given = {"temperature": ["1000"]}
    with pytest.raises(ValueError, match="has no cell"):
        TRANSPORT.measure([path], given)
    with pytest.raises(ValueError, match=r"--cell .*2 numbers: give three lengths, or nine"):
        TRANSPORT.measure([path], given | {"cell": ["9", "9"]})
    cell = [str(value) for value in TRICLINIC.ravel()]
    found = TRANSPORT.measure([path], given | {"cell": cell})
    same = TRANSPORT.measure([files[2]], {}).points[0].volume
    assert found.points[0].volume == pytest.approx(same)
    assert found.points[0].time_step == pytest.approx(100)
    true = DIFFUSIVITY[1000] / 0.1 * CM2_S
    assert found.points[0].diffusivity == pytest.approx(true, rel=0.15)


def test_the_command_writes_tables_and_figures(files: list[Path], tmp_path: Path) -> None:
    words = ["analyze", "transport", str(files[2]), "--coefficients-only"]
    words += ["--out", str(tmp_path / "o")]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"transport.json", "points.csv", "displacements.png"} <= names
    assert "van_hove.png" not in names
