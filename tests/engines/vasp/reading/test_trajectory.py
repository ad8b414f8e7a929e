import re
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.engines.vasp.reading.files import find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.trajectory import TrajectoryUnit, ensemble, trajectory_units

N_ATOMS = 8
RNG = np.random.default_rng(1)
START = Structure(Lattice.cubic(5.43), ["Si"] * N_ATOMS, RNG.random((N_ATOMS, 3)))
MD = {"IBRION": 0, "POTIM": 2.0, "TEBEG": 600, "TEEND": 300, "MDALGO": 2, "SMASS": 0.0}
BOLTZMANN = 8.617333262e-5


def trajectory(n_steps: int) -> list[Structure]:
    steps = [START]
    for _ in range(n_steps):
        steps.append(steps[-1].copy().perturb(0.02))
    return steps


def segment(folder: Path, steps: list[Structure], temperature: float, learned=(), **incar) -> Path:
    """Write a run of these steps but the last, at which it ends."""
    taken = len(steps) - 1
    kinetic = 1.5 * (N_ATOMS - 1) * BOLTZMANN * temperature
    run = Run(
        steps[:-1],
        [-40.0 - i for i in range(taken)],
        {**MD, "NSW": taken, **incar},
        kinetic=[kinetic] * taken,
        learned=learned,
        end=steps[-1],
    )
    return run.write(folder)


def units(folder: Path) -> list[TrajectoryUnit]:
    return trajectory_units([read_run(files) for files in find_runs([folder])])  # type: ignore[arg-type]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Write 9 steps in three segments whose names are not in order."""
    steps = trajectory(9)
    segment(tmp_path / "b", steps[:4], 600)
    segment(tmp_path / "c", steps[3:6], 500)
    segment(tmp_path / "a", steps[5:], 400)
    return tmp_path


def test_segments_are_joined_by_their_structures(three: Path) -> None:
    [unit] = units(three)
    result = unit.build()
    assert [Path(s.directory).name for s in result.segments] == ["b", "c", "a"]
    assert [(s.first_step, s.n_steps) for s in result.segments] == [(0, 3), (3, 2), (5, 4)]
    assert (result.n_steps, result.time_step) == (9, 2.0)
    assert result.duration == pytest.approx(0.018)
    assert result.temperatures == pytest.approx([600] * 3 + [500] * 2 + [400] * 4)
    assert result.mean_temperature == pytest.approx((3 * 600 + 2 * 500 + 4 * 400) / 9)
    assert result.potential_energies == [-40, -41, -42, -40, -41, -40, -41, -42, -43]
    kinetic = np.subtract(result.total_energies, result.potential_energies)
    assert kinetic[0] == pytest.approx(1.5 * (N_ATOMS - 1) * BOLTZMANN * 600)
    assert result.converged
    assert result.warnings == []


def test_pressure_includes_the_ideal_gas_term(three: Path) -> None:
    [unit] = units(three)
    result = unit.build()  # the stress of these files is 0
    volume = 5.43**3
    assert result.volumes == pytest.approx([volume] * 9)
    # 3 (8 - 1) degrees of freedom: the centre of mass is at rest.
    expected = (N_ATOMS - 1) * BOLTZMANN * 600 / volume * 160.21766
    assert result.pressures[0] == pytest.approx(expected, rel=1e-6)
    assert result.times == pytest.approx([0.002 * step for step in range(1, 10)])
    assert [Path(file).parent.name for file in result.trajectory_files] == ["b", "c", "a"]


def test_gap_splits_the_trajectory(three: Path) -> None:
    for path in (three / "c").iterdir():
        path.unlink()
    assert [[Path(r.directory).name for r in unit.runs] for unit in units(three)] == [["a"], ["b"]]


def test_change_of_time_step_splits_the_trajectory(tmp_path: Path) -> None:
    steps = trajectory(6)
    segment(tmp_path / "a", steps[:4], 600)
    segment(tmp_path / "b", steps[3:], 600, POTIM=1.0)
    assert [len(unit.runs) for unit in units(tmp_path)] == [1, 1]


def test_truncated_segment_keeps_its_complete_steps(tmp_path: Path) -> None:
    steps = trajectory(8)
    folder = segment(tmp_path / "a", steps[:6], 600)
    text = (folder / "vasprun.xml").read_text()
    ends = [i for i in range(len(text)) if text.startswith("</calculation>", i)]
    (folder / "vasprun.xml").write_text(text[: ends[2] + 40])
    from pymatgen.io.vasp.inputs import Poscar

    Poscar(steps[3]).write_file(folder / "CONTCAR", significant_figures=16)
    segment(tmp_path / "b", steps[3:], 600)
    [unit] = units(tmp_path)
    result = unit.build()
    assert [(s.n_steps, s.complete) for s in result.segments] == [(3, False), (5, True)]
    assert result.potential_energies[:4] == [-40, -41, -42, -40]
    assert "breaks off: 3 complete steps of 5 are taken" in result.warnings[0]
    assert result.criterion == "8 of 10 steps taken"
    assert result.converged


def test_missing_steps_are_reported(tmp_path: Path) -> None:
    segment(tmp_path, trajectory(5), 600, NSW=9)
    [unit] = units(tmp_path)
    result = unit.build()
    assert not result.converged
    assert result.criterion == "5 of 9 steps taken"


@pytest.mark.parametrize(
    ("incar", "expected"),
    [
        ({"MDALGO": 0, "SMASS": -3.0}, "NVE"),
        ({"MDALGO": 0, "SMASS": 0.5}, "NVT, Nosé-Hoover"),
        ({"MDALGO": 2, "SMASS": 0.0}, "NVT, Nosé-Hoover"),
        ({"MDALGO": 1, "ANDERSEN_PROB": 0.0}, "NVE"),
        ({"MDALGO": 1, "ANDERSEN_PROB": 0.1}, "NVT, Andersen"),
        ({"MDALGO": 3, "ISIF": 2}, "NVT, Langevin"),
        ({"MDALGO": 3, "ISIF": 3}, "NpT, Langevin"),
        ({"MDALGO": 0, "SMASS": -1.0}, "velocities scaled"),
    ],
)
def test_ensembles_are_named(tmp_path: Path, incar: dict, expected: str) -> None:
    [unit] = units(segment(tmp_path, trajectory(2), 300, **incar))
    assert ensemble(unit.runs[0]) == expected


def test_langevin_includes_the_centre_of_mass(tmp_path: Path) -> None:
    [unit] = units(segment(tmp_path, trajectory(2), 300, MDALGO=3))
    expected = 300 * (N_ATOMS - 1) / N_ATOMS
    assert unit.build().temperatures[0] == pytest.approx(expected)


@pytest.mark.parametrize("learned", [[False, True, True, False, True], [True] * 5])
def test_steps_of_the_force_field_are_read_and_labelled(
    tmp_path: Path, learned: list[bool]
) -> None:
    steps = trajectory(5)
    segment(tmp_path / "learned", steps, 600, learned, ML_LMLFF=True)
    segment(tmp_path / "dft", steps, 600)
    dft, mixed = (unit.build() for unit in units(tmp_path))
    assert mixed.temperatures == dft.temperatures
    assert mixed.times == dft.times
    assert mixed.potential_energies == [-40, -41, -42, -43, -44]
    assert mixed.pressures == dft.pressures
    assert mixed.converged
    assert mixed.criterion == "5 of 5 steps taken"
    assert not dft.provenance.engine.surrogate
    engine = mixed.provenance.engine
    assert engine.surrogate
    assert engine.label == "vasp MLFF 6.4.2 (machine-learned force field, not DFT)"
    assert f"{sum(learned)} of 5 steps are by VASP's machine-learned" in mixed.warnings[0]


def test_steps_of_the_force_field_inside_a_calculation_are_labelled(tmp_path: Path) -> None:
    folder = segment(tmp_path, trajectory(3), 600, ML_LMLFF=True)
    text = (folder / "vasprun.xml").read_text()
    (folder / "vasprun.xml").write_text(re.sub(r"<scstep>.*?</scstep>", "", text))
    [unit] = units(folder)
    assert unit.build().provenance.engine.surrogate
    assert "3 of 3 steps are by" in unit.build().warnings[0]


def test_learning_run_with_dft_alone_is_dft(tmp_path: Path) -> None:
    [unit] = units(segment(tmp_path, trajectory(3), 600, ML_LMLFF=True))
    assert unit.build().provenance.engine.label == "vasp 6.4.2"
    assert unit.build().warnings == []


def test_chain_with_one_segment_of_the_force_field_is_not_labelled_dft(tmp_path: Path) -> None:
    steps = trajectory(6)
    segment(tmp_path / "a", steps[:4], 600)
    segment(tmp_path / "b", steps[3:], 600, [True] * 3, ML_LMLFF=True)
    [unit] = units(tmp_path)
    assert unit.build().n_steps == 6
    assert unit.build().provenance.engine.name == "vasp MLFF"


def test_trajectory_ends_before_energies_that_are_asterisks(tmp_path: Path) -> None:
    folder = segment(tmp_path, trajectory(5), 600)
    text = (folder / "vasprun.xml").read_text()
    head, tail = text.rsplit('<i name="e_fr_energy">-43', 1)
    (folder / "vasprun.xml").write_text(f'{head}<i name="e_fr_energy"> ****{tail[9:]}')
    [unit] = units(folder)
    result = unit.build()
    assert result.potential_energies == [-40, -41, -42]
    assert not result.converged
    assert "the energies of step 4 are asterisks" in result.warnings[0]


def test_entropy_term_of_vasp_5_is_no_energy(tmp_path: Path) -> None:
    folder = segment(tmp_path, trajectory(2), 600)
    text = (folder / "vasprun.xml").read_text()
    # The last energy of each step, which alone is followed by the kinetic one.
    wrong = re.sub(r'"e_0_energy">[-.\d]+(</i><i name="kinetic">)', r'"e_0_energy">-0.002\1', text)
    assert wrong.count("-0.002") == 2
    (folder / "vasprun.xml").write_text(wrong)
    [unit] = units(folder)
    assert unit.build().potential_energies == [-40, -41]


def test_segments_by_other_methods_are_a_warning(tmp_path: Path) -> None:
    steps = trajectory(6)
    segment(tmp_path / "a", steps[:4], 600, ENCUT=400)
    segment(tmp_path / "b", steps[3:], 600, ENCUT=600)
    [unit] = units(tmp_path)
    assert "ENCUT differs (400 eV, 600 eV)" in " ".join(unit.build().warnings)


def test_steps_with_unconverged_electrons_are_counted(tmp_path: Path) -> None:
    [unit] = units(segment(tmp_path, trajectory(3), 600, NELM=1))
    assert "electrons did not converge in 3 of 3 steps" in unit.build().warnings[0]
