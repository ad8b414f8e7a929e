"""Advice on NCORE and KPAR."""

from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.engines.planned import RELAX, PlannedCalculation
from liponflow.engines.vasp.parallel import advised, parallel_line, parallel_note
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.generator import write_inputs
from liponflow.inputs.vasp.migration import host_set
from liponflow.structures.lithium import bcc_lithium

COUNTS = st.integers(1, 300)


@given(cores=COUNTS, atoms=COUNTS, bands=COUNTS, kpoints=COUNTS, images=st.integers(1, 9))
def test_groups_of_cores_are_equal_and_all_have_work(
    cores: int, atoms: int, bands: int, kpoints: int, images: int
) -> None:
    """KPAR · NPAR · NCORE is the number of cores of an image, as VASP needs."""
    ncore, kpar = advised(cores, atoms=atoms, bands=bands, kpoints=kpoints, images=images)
    own = max(1, cores // images)
    assert own % (kpar * ncore) == 0
    assert kpar <= kpoints
    assert kpoints / ceil(kpoints / kpar) >= 0.8 * kpar
    assert own // kpar // ncore <= bands


@pytest.mark.parametrize(
    ("atoms", "cores", "ncore"), [(8, 64, 1), (100, 8, 1), (100, 64, 4), (400, 256, 16)]
)
def test_cores_per_orbital_are_those_of_the_wiki(atoms: int, cores: int, ncore: int) -> None:
    """VASP wiki, "NCORE": 1 for up to 8 cores, 4 for 100 atoms, 12 to 16 for 400."""
    assert advised(cores, atoms=atoms, bands=2000).ncore == ncore


def test_readme_has_the_advice_for_the_cores_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """14 x 14 x 14 points of bcc lithium, of which those of a mesh around Γ are irreducible."""
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    parameters = load_parameters(MigrationParameters, TOPIC, "quick")
    write_inputs(bcc_lithium(), host_set(parameters), tmp_path / "relax")
    assert "| 32 cores | 64 cores | 128 cores |" in parallel_note(tmp_path)
    monkeypatch.setenv("LIPONFLOW_VASP_CMD", "mpirun -np 48 vasp_std")
    *_, heading, _, row = parallel_note(tmp_path).strip().splitlines()
    assert heading.endswith("| 48 cores |")
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[0] == "relaxation"
    points = int(cells[3])
    ncore, kpar = map(int, cells[-1].split(","))
    assert ncore == 1
    assert kpar <= points
    assert 48 % kpar == 0


def test_directory_without_inputs_has_no_advice(tmp_path: Path) -> None:
    assert parallel_note(tmp_path) == ""


def test_line_for_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIPONFLOW_VASP_CMD", "mpirun -np 64 vasp_std")
    ncore, kpar = advised(64, atoms=56, bands=237, kpoints=14)
    relaxation = PlannedCalculation(RELAX, "vasp", 56, kpoints=14, electrons=384)
    assert f"relax of 56 atoms: {ncore} and {kpar} on 64 cores;" in parallel_line(relaxation)
    commands = '{"std": "mpirun -np 64 vasp_std", "neb": "mpirun -np 60 vasp_std"}'
    monkeypatch.setenv("LIPONFLOW_VASP_CMD", commands)
    line = parallel_line(relaxation)
    assert f" on 60 cores, {ncore} and {kpar} on 64 cores;" in line
    assert parallel_line(PlannedCalculation(RELAX, "vasp", 56)) == ""
