"""The VASP directories of a phonon calculation."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from job_inputs import (
    ANY_FORCE,
    assert_same_atoms,
    document_of,
    files_of,
    jobs_by_name,
    pair_potential,
    settings_of,
    vasp_jobs,
    written_by,
)
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar

from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp import potcar
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.cells import ReplacedCellWarning
from liponflow.workflows.input_directories import WrittenInputs
from liponflow.workflows.phonons.jobs import displace

compare = get_campaign("phonons").compare
plan, write = get_campaign("phonons").plan, get_campaign("phonons").write

SHORT = {"min_length": 5}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenInputs:
    folder = tmp_path_factory.mktemp("inputs")
    relaxed = folder / "CONTCAR"
    phase("Li2O").structure().to_file(str(relaxed), fmt="poscar")
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
        with pytest.warns(ReplacedCellWarning, match="with 3 of the 12 atoms"):
            return write(folder / "vasp", preset="quick", overrides=SHORT, structure_file=relaxed)


def test_one_atom_is_displaced_in_each_directory(written: WrittenInputs) -> None:
    directories = sorted(path for path in written.directory.iterdir() if path.is_dir())
    assert [path.name for path in directories] == ["at-rest", "displaced-001", "displaced-002"]
    assert written.summary == "3 supercells"
    rest, *moved = (Structure.from_file(path / "POSCAR") for path in directories)
    record = yaml.safe_load((written.directory / "provenance.yaml").read_text())
    assert record["cell"].startswith("the primitive cell is taken, with 3 of the 12 atoms")
    for structure, note in zip(moved, record["displacements"]["first_atoms"], strict=True):
        distances = [a.distance(b) for a, b in zip(structure, rest, strict=True)]
        assert sum(distance > 1e-6 for distance in distances) == 1
        assert distances[note["number"]] == pytest.approx(0.01, abs=1e-6)


def test_incar_asks_for_precise_forces(written: WrittenInputs) -> None:
    incar = Incar.from_file(written.directory / "at-rest" / "INCAR")
    assert (incar["NSW"], incar["EDIFF"], incar["LREAL"]) == (0, 1e-8, False)
    assert incar["ISPIN"] == 1
    assert "MAGMOM" not in incar
    record = yaml.safe_load((written.directory / "provenance.yaml").read_text())["static"]
    assert "Li2O has an even number of electrons" in record["ISPIN"]["source"]
    assert "MAGMOM" not in record
    assert compare(written.directory / "at-rest", preset="quick", overrides=SHORT) == []
    assert (
        "at-rest` and `displaced-001` to `displaced-002"
        in (written.directory / "README.md").read_text()
    )


@pytest.mark.parametrize("preset", [pytest.param("quick", marks=pytest.mark.exhaustive), "paper"])
def test_directories_are_those_that_a_run_makes(preset: str, tmp_path: Path) -> None:
    """Byte by byte, but for the last decimals of lattice and positions, from a CONTCAR."""
    relaxed = tmp_path / "CONTCAR"
    phase("Li2O").primitive().to_file(str(relaxed), fmt="poscar")
    options: dict[str, Any] = {"preset": preset, "structure_file": relaxed, "overrides": SHORT}
    root = write(tmp_path / "in", **options).directory
    options["overrides"] = SHORT | {"models": []}
    jobs = jobs_by_name(plan(engine="vasp", **options))
    start = jobs["relax Li2O for phonons"].function_args[0]
    displaced, potential = jobs["displace Li2O"], pair_potential(2.0)
    given = displaced.function_kwargs
    response = displace.original(
        document_of(potential, start, tmp_path),
        displaced.function_args[1],
        **given
        | {
            "engine": potential.describe().model_copy(update={"surrogate": False}),
            "parameters": given["parameters"].model_copy(update={"force_limit": ANY_FORCE}),
        },
    )
    jobs_of_supercells = vasp_jobs(response.replace)
    directories = sorted(path for path in root.iterdir() if path.is_dir())
    for job, path in zip(jobs_of_supercells, directories, strict=True):
        ours, expected = written_by(job, tmp_path / path.name), files_of(path)
        assert settings_of(ours) == settings_of(expected)
        assert_same_atoms(ours["POSCAR"], expected["POSCAR"])


def test_relaxed_structure_is_required(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="give the relaxed crystal"):
        write(tmp_path / "vasp", preset="quick")


def test_given_cell_is_repeated_if_a_supercell_is_asked_for(tmp_path: Path) -> None:
    relaxed = tmp_path / "CONTCAR"
    given = phase("Li2O").structure()
    given.to_file(str(relaxed), fmt="poscar")
    given_cell = {"supercell": [[1, 0, 0], [1, 1, 0], [0, 0, 1]]}
    write(tmp_path / "kept", preset="quick", overrides=given_cell, structure_file=relaxed)
    rest = Structure.from_file(tmp_path / "kept" / "at-rest" / "POSCAR")
    assert len(rest) == len(given)
    assert rest.lattice.b == pytest.approx(2**0.5 * given.lattice.a)
    assert "1,0,0;1,1,0;0,0,1 of the\ngiven cell" in (tmp_path / "kept" / "README.md").read_text()
