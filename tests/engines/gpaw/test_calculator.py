"""The conversation of the calculator with its process, and the record, without GPAW."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from ase import Atoms
from ase.build import bulk
from ase.optimize import BFGS

from liponflow.engines.gpaw import calculator as module
from liponflow.engines.gpaw.calculator import RECORD, GpawCalculator, ScfError
from liponflow.engines.gpaw.process import GpawError
from liponflow.job_directory import CHECKPOINT

FAKE = Path(__file__).with_name("fake_worker.py")
PARAMETERS = {"mode": {"name": "pw", "ecut": 200}, "kpts": {"density": 2.0, "gamma": True}}


def calculator(folder: Path, mode: str = "works", **arguments: object) -> GpawCalculator:
    return GpawCalculator(
        PARAMETERS,
        command=[sys.executable, str(FAKE), mode],
        directory=folder,
        **arguments,  # type: ignore[arg-type]
    )


def lithium(moved: float = 0.1) -> Atoms:
    atoms = bulk("Li", "bcc", a=3.43, cubic=True)
    atoms.positions[0, 0] += moved
    return atoms


def relax(atoms: Atoms) -> list[np.ndarray]:
    path = []
    optimizer = BFGS(atoms, logfile=None)
    optimizer.attach(lambda: path.append(atoms.get_positions()))
    optimizer.run(fmax=0.01, steps=4)
    return path


def test_energies_and_forces_are_those_of_the_process(tmp_path: Path) -> None:
    atoms = lithium()
    atoms.calc = calculator(tmp_path)
    energy = atoms.get_potential_energy()
    assert atoms.get_potential_energy(force_consistent=True) == pytest.approx(energy - 0.01)
    assert atoms.get_forces().shape == (2, 3)
    assert atoms.calc.computed == 1
    assert atoms.calc.last["iterations"] == 7
    atoms.calc.close()


def test_process_is_told_the_memory_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no view of the limits of control groups of its own."""
    monkeypatch.setattr(module, "available_memory", lambda: 12345)
    made = calculator(tmp_path)
    made.get_potential_energy(lithium())
    assert made.last["peak_memory"] == 12345
    assert "available" not in made.last["request"], "a restarted run has another memory"
    made.close()


def test_a_restarted_relaxation_recalls_what_was_computed(tmp_path: Path) -> None:
    first = lithium()
    first.calc = calculator(tmp_path)
    path = relax(first)
    record = tmp_path / CHECKPOINT / RECORD
    lines = record.read_bytes().splitlines(keepends=True)
    assert len(lines) == first.calc.computed == len(path)
    # Killed in the middle of the third line.
    record.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    again = lithium()
    again.calc = calculator(tmp_path)
    np.testing.assert_array_equal(relax(again), path)
    assert again.calc.recalled == 2
    assert again.calc.computed == len(path) - 2
    assert [json.loads(line)["energy"] for line in record.read_bytes().splitlines()] == [
        json.loads(line)["energy"] for line in lines
    ]


def test_no_process_starts_if_everything_is_recalled(tmp_path: Path) -> None:
    atoms = lithium()
    atoms.calc = calculator(tmp_path)
    energy = atoms.get_potential_energy()
    atoms.calc = calculator(tmp_path, "broken")
    assert atoms.get_potential_energy() == energy
    assert (atoms.calc.computed, atoms.calc.recalled) == (0, 1)


def test_other_parameters_and_stress_are_not_recalled(tmp_path: Path) -> None:
    atoms = lithium()
    atoms.calc = calculator(tmp_path)
    atoms.get_forces()
    with pytest.raises(GpawError, match="ended with status 1"):
        GpawCalculator(
            PARAMETERS | {"xc": "PBEsol"},
            command=[sys.executable, str(FAKE), "broken"],
            directory=tmp_path,
        ).get_potential_energy(atoms)
    atoms.get_stress()
    assert atoms.calc.computed == 2


def test_another_version_does_not_continue_a_record(tmp_path: Path) -> None:
    calculator(tmp_path).get_potential_energy(lithium())
    with pytest.raises(GpawError, match=r"gpaw 26.7, now 27.0; .*remove the file"):
        calculator(tmp_path, "newer").get_potential_energy(lithium(0.2))


def test_a_process_that_dies_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(GpawError) as caught:
        calculator(tmp_path, "dies").get_potential_energy(lithium())
    for part in ("status 3", str(tmp_path), "gpaw-worker.log", "Segmentation fault"):
        assert part in str(caught.value)
    assert not (tmp_path / CHECKPOINT / RECORD).read_bytes()


def test_a_density_that_does_not_converge_gives_no_energy(tmp_path: Path) -> None:
    with pytest.raises(ScfError, match=r"Li2 .* after 200 iterations; see .*gpaw.txt.*Raise"):
        calculator(tmp_path, "unconverged").get_potential_energy(lithium())
    assert not (tmp_path / CHECKPOINT / RECORD).read_bytes()


def test_a_refusal_names_the_formula_and_the_reason(tmp_path: Path) -> None:
    with pytest.raises(GpawError, match=r"cannot compute Li2: FileNotFoundError: no data of Po"):
        calculator(tmp_path, "refuses").get_potential_energy(lithium())


def test_a_command_that_cannot_be_run_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(GpawError, match=r"/nowhere/python.*No such file.*gpaw_cmd"):
        GpawCalculator(
            PARAMETERS, command="/nowhere/python -x", directory=tmp_path
        ).get_potential_energy(lithium())


def test_the_mesh_of_a_density_stays_while_the_cell_changes(tmp_path: Path) -> None:
    atoms = lithium()
    atoms.calc = calculator(tmp_path)
    atoms.get_potential_energy()
    mesh = atoms.calc.last["request"]["parameters"]["kpts"]
    assert mesh == {"size": [4, 4, 4], "gamma": True}
    atoms.set_cell(atoms.cell.array * 2.5, scale_atoms=True)
    atoms.get_potential_energy()
    assert atoms.calc.last["request"]["parameters"]["kpts"] == mesh


def test_the_rarest_element_is_at_the_origin(tmp_path: Path) -> None:
    atoms = lithium().repeat((2, 1, 1)) + Atoms("N", positions=[[1.0, 0.5, 0.2]])
    atoms.calc = calculator(tmp_path)
    atoms.get_forces()
    positions = np.array(atoms.calc.last["request"]["positions"])
    np.testing.assert_allclose(positions, atoms.positions - atoms.positions[-1])


def test_moments_start_as_given_or_by_element(tmp_path: Path) -> None:
    atoms = lithium()
    atoms.calc = calculator(tmp_path, magmoms={"Li": 0.5})
    np.testing.assert_array_equal(atoms.get_magnetic_moments(), [0.5, 0.5])
    atoms.set_initial_magnetic_moments([1.0, -1.0])
    np.testing.assert_array_equal(atoms.get_magnetic_moments(), [1.0, -1.0])
    unpolarised = GpawCalculator(
        PARAMETERS | {"spinpol": False},
        command=[sys.executable, str(FAKE), "works"],
        directory=tmp_path,
    )
    unpolarised.get_potential_energy(atoms)
    assert "magmoms" not in unpolarised.results


def test_the_calculator_needs_no_heavy_package() -> None:
    """It is used alone on machines that have GPAW and ASE only."""
    heavy = ("pymatgen", "jobflow", "pydantic", "atomate2", "torch")
    code = (
        "import sys, liponflow.engines.gpaw.calculator\n"
        f"sys.exit([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.stderr.strip() == "[]"


def test_processes_of_finished_calculations_end_when_another_starts(tmp_path: Path) -> None:
    """Atoms and their calculator refer to each other, and may be collected much later."""
    gc.disable()
    try:
        finished = lithium()
        finished.calc = calculator(_folder(tmp_path, "first"))
        finished.get_potential_energy()
        finished.calc.cycle = finished
        (process,) = _children()
        del finished
        atoms = lithium()
        atoms.calc = calculator(_folder(tmp_path, "second"))
        atoms.get_potential_energy()
        assert process not in _children()
        atoms.calc.close()
    finally:
        gc.enable()


def _children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if str(FAKE) in child.cmdline()]


def _folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made
