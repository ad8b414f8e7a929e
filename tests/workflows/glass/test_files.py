import hashlib
from pathlib import Path

import numpy as np
import pytest
from ase.io import write
from glass_frames import dimer
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from vasp_files import Run

from liponflow.analysis.glass.result import FingerprintResult
from liponflow.structures.phases import phase
from liponflow.workflows.glass.files import analyze


def frames_of(structure: Structure, number: int, **info: object) -> list:
    """Return frames with thermal motion of 0.03 Å, 1 fs apart."""
    chance = np.random.default_rng(0)
    found = []
    for index in range(number):
        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        atoms.positions += 0.03 * chance.standard_normal(atoms.positions.shape)
        atoms.info = {"time": 0.001 * index, "temperature": 300.0, "stage": "hold"} | info
        found.append(atoms)
    return found


@pytest.fixture(scope="module")
def trajectory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "trajectory.extxyz.gz"
    write(path, frames_of(phase("Li2PO2N_SD").structure(), 24))
    return path


@pytest.fixture(scope="module")
def result(trajectory: Path) -> FingerprintResult:
    return analyze([trajectory])


def test_result_describes_the_files_read(trajectory: Path, result: FingerprintResult) -> None:
    assert result.kind == "fingerprint"
    assert result.formula == "Li2PO2N"
    assert result.files == [str(trajectory)]
    assert result.fingerprint.n_frames == 24
    assert result.criterion.startswith("24 frames read; the files do not say")
    assert result.provenance.engine.label == "unknown (read from file)"
    digest = hashlib.sha256(trajectory.read_bytes()).hexdigest()
    assert result.provenance.input_fingerprint == digest
    assert [point.time for point in result.series][:2] == [0, 0.001]
    assert result.problems == []
    assert [share.name for share in result.fingerprint.units] == ["Q2_2"]


def test_result_is_restored_from_json(result: FingerprintResult) -> None:
    again = FingerprintResult.model_validate(result.model_dump(mode="json"))
    assert again == result


def test_trajectory_agrees_with_its_own_scaled_pdf(
    trajectory: Path, result: FingerprintResult, tmp_path: Path
) -> None:
    neutron = result.fingerprint.scattering[0]
    path = tmp_path / "own.gr"
    rows = zip(result.fingerprint.r, neutron.g, strict=True)
    path.write_text("#L r G(r)\n" + "\n".join(f"{r} {0.5 * g}" for r, g in rows))
    found = analyze([trajectory], experiment=path).comparison
    assert found is not None
    assert found.scale == pytest.approx(0.5, rel=1e-4)
    assert found.r_w < 1e-4
    assert found.probe == "neutron"


def test_header_of_the_measurement_sets_the_instrument(trajectory: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.gr"
    # Its scale to the computed function is above 0.
    rows = "\n".join(f"{r:.2f} {-np.sin(r):.5f}" for r in np.arange(0.5, 9, 0.05))
    path.write_text(f"qmax = 18.0\nqdamp = 0.02\n{rows}")
    found = analyze([trajectory], experiment=path)
    assert found.comparison is not None
    assert found.comparison.treatment == "q = 0 to 18 1/Å, q_damp 0.02 1/Å"
    given = analyze([trajectory], experiment=path, settings={"experiment": {"q_max": 30.0}})
    assert given.comparison is not None
    assert given.comparison.treatment == "q = 0 to 30 1/Å, q_damp 0.02 1/Å"


def test_measurement_that_runs_against_the_model_is_refused(
    trajectory: Path, result: FingerprintResult, tmp_path: Path
) -> None:
    path = tmp_path / "upside_down.gr"
    rows = zip(result.fingerprint.r, result.fingerprint.scattering[0].g, strict=True)
    path.write_text("\n".join(f"{r} {-g}" for r, g in rows))
    with pytest.raises(ValueError, match=r"upside_down\.gr: the measured function falls where"):
        analyze([trajectory], experiment=path)


def test_frames_are_selected_by_skip_every_and_stage(trajectory: Path) -> None:
    assert analyze([trajectory], skip=4, every=5).fingerprint.n_frames == 4
    assert analyze([trajectory, trajectory], stage="hold").fingerprint.n_frames == 48


def test_structure_file_is_analysed_as_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    dimer("N").to(filename=str(path), fmt="poscar")
    found = analyze([path])
    assert found.fingerprint.n_frames == 1
    assert found.series == []
    assert [share.name for share in found.fingerprint.units] == ["Q1_1"]
    assert "1 frame read, too few for block errors" in found.criterion


def test_coordination_defects_are_reported(tmp_path: Path) -> None:
    broken = dimer("N")
    broken.translate_sites([2], [0.3, 0.3, 0])
    path = tmp_path / "POSCAR"
    broken.to(filename=str(path), fmt="poscar")
    assert analyze([path]).problems == [
        "P with fewer than 4 anions: 1 per frame, 1 at most, 1 in the last frame",
        "free O: 1 per frame, 1 at most, 1 in the last frame",
    ]


def test_measurement_is_checked_before_reading_frames(tmp_path: Path) -> None:
    path = tmp_path / "empty.gr"
    path.write_text("nothing")
    with pytest.raises(ValueError, match=r"empty.gr: 0 points are too few"):
        analyze([tmp_path / "missing.extxyz"], experiment=path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"r_max": 1.0}, r"r_max = 1.0: Input should be greater than or equal to 3"),
        ({"experiment": {"q_max": -1}}, r"experiment.q_max = -1"),
        ({"cut": 1}, r"unknown setting 'cut'; did you mean 'cutoffs'"),
    ],
)
def test_invalid_settings_are_refused(
    trajectory: Path, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        analyze([trajectory], settings=settings)


def test_program_that_wrote_a_vasprun_is_named(reference_data: Path) -> None:
    found = analyze([reference_data / "vasp/Si64_md/vasprun.md.xml.gz"])
    assert found.provenance.engine.label == "vasp 6.3.2"
    assert len(found.series) == 10
    [pair] = found.fingerprint.pairs
    assert pair.coordination == pytest.approx(4)
    assert pair.first_peak == pytest.approx(2.35, abs=0.05)


def test_frames_of_a_force_field_of_vasp_are_never_labelled_dft(tmp_path: Path) -> None:
    cell = phase("Li2PO2N_SD").structure()
    cells = [cell, cell.copy().perturb(0.02)]
    dynamics = {"NSW": 2, "IBRION": 0, "POTIM": 1.0, "ML_LMLFF": True}
    files = []
    for name, learned in (("dft", [False, False]), ("mixed", [False, True])):
        run = Run(cells, [-90.0] * 2, dynamics, kinetic=[0.5] * 2, learned=learned)
        files.append(run.write(tmp_path / name) / "vasprun.xml")
    found = [analyze(paths).provenance.engine for paths in (files[:1], files[1:], files)]
    assert [engine.surrogate for engine in found] == [False, True, True]
    assert found[2].label == "vasp MLFF 6.4.2 (machine-learned force field, not DFT)"


def test_a_first_frame_that_no_solid_has_is_noted(tmp_path: Path) -> None:
    atoms = AseAtomsAdaptor.get_atoms(phase("Li2PO2N_SD").structure(), msonable=False)
    atoms.set_cell(atoms.cell * [1, 1, 6])
    write(tmp_path / "slab.vasp", atoms)
    notes = analyze([tmp_path / "slab.vasp"]).warnings
    [note] = [note for note in notes if note.startswith("first frame: a layer of")]
    assert "no solid has more than 10" in note
