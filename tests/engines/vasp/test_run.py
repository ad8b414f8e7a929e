"""The VASP command and its requirements."""

import os
import stat
import sys
from pathlib import Path

import pytest
from atomate2 import SETTINGS as ATOMATE2
from custodian.vasp.jobs import VaspJob
from pymatgen.core import SETTINGS as PYMATGEN
from pymatgen.io.vasp import Incar, Kpoints

from liponflow.engines.engine import EngineError
from liponflow.engines.registry import check_installed
from liponflow.engines.vasp import run
from liponflow.engines.vasp.planning import is_gamma_alone
from liponflow.engines.vasp.run import missing_for_vasp, vasp_environment
from liponflow.inputs.vasp.potcar import POTCAR_LIBRARY
from liponflow.settings import Settings, VaspCommands
from liponflow.structures.lithium import bcc_lithium


def test_program_next_to_python_is_found_outside_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    command = vasp_environment("liponflow-vasp")["ATOMATE2_VASP_CMD"]
    assert command == str(Path(sys.executable).with_name("liponflow-vasp"))


@pytest.mark.parametrize("command", ["/opt/vasp/bin/vasp_std", f"{sys.executable} vasp.py"])
def test_program_with_a_path_is_kept(command: str) -> None:
    environment = vasp_environment(command)
    assert environment["ATOMATE2_VASP_CMD"] == command
    assert environment["ATOMATE2_VASP_GAMMA_CMD"] == command


def test_missing_program_is_named() -> None:
    with pytest.raises(EngineError, match="'/opt/vasp/bin/vasp_std' is not on the PATH"):
        check_installed("vasp", Settings.model_validate({"vasp_cmd": "/opt/vasp/bin/vasp_std"}))


def test_vasp_needs_program_and_potcars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ATOMATE2, "VASP_CMD", "no-such-program --with options")
    monkeypatch.setattr(run, "has_potcar_library", lambda: False)
    with pytest.raises(EngineError, match=r"'no-such-program' is not on the PATH.*POTCAR library"):
        check_installed("vasp", Settings())
    monkeypatch.setattr(ATOMATE2, "VASP_CMD", "sh -c vasp")
    monkeypatch.setattr(run, "has_potcar_library", lambda: True)
    check_installed("vasp", Settings())


def test_program_behind_a_launcher_and_the_folder_of_the_potcars_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("srun", "apptainer"):
        program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setitem(PYMATGEN, POTCAR_LIBRARY, str(tmp_path))
    (missing,) = missing_for_vasp("srun --mpi=pmix -n 16 no-such-vasp")
    assert missing.startswith("'no-such-vasp' is not on the PATH")
    for command in ("srun -n 16 sh", "srun apptainer exec vasp.sif vasp_std", "sh run.sh"):
        assert missing_for_vasp(command) == []
    monkeypatch.setitem(PYMATGEN, POTCAR_LIBRARY, "/no/such/folder")
    (missing,) = missing_for_vasp("sh")
    assert missing.startswith("PMG_VASP_PSP_DIR names /no/such/folder, which is not a folder")


@pytest.mark.parametrize("command", ["", " ", "mpirun 'vasp_std"])
def test_command_of_atomate2_that_cannot_be_run_is_named(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(ATOMATE2, "VASP_CMD", command)
    (missing,) = missing_for_vasp(None)
    assert "ATOMATE2_VASP_CMD" in missing
    assert repr(command) in missing
    assert "give a program" in missing


def test_every_program_has_its_command_and_bands_theirs() -> None:
    """Without a command of their own, bands run as other calculations do."""
    four = VaspCommands(std="a", gam="b", ncl="c", neb="d")
    assert list(vasp_environment(four).values()) == ["a", "b", "c", "d", "d"]
    two = vasp_environment(VaspCommands(std="a", gam="b"))
    assert (two[run.BAND], two[run.GAMMA_BAND]) == ("a", "b")
    assert run.NON_COLLINEAR not in two


def program(folder: Path, name: str) -> str:
    """Make a program that notes its name, and return the command."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {name} >> ran\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("mesh", "tags", "expected"),
    [
        ((1, 1, 1), {}, "gam"),
        ((2, 1, 1), {}, "std"),
        ((1, 1, 1), {"LEPSILON": True}, "std"),
    ],
)
def test_custodian_takes_the_program_that_the_estimate_counts_with(
    tmp_path: Path, mesh: tuple[int, int, int], tags: dict[str, bool], expected: str
) -> None:
    """is_gamma_alone, which halves the cost, and custodian's rule agree."""
    crystal = bcc_lithium()
    crystal.to(str(tmp_path / "POSCAR"), fmt="poscar")
    kpoints = Kpoints.gamma_automatic(mesh)
    kpoints.write_file(str(tmp_path / "KPOINTS"))
    Incar(tags).write_file(str(tmp_path / "INCAR"))
    (tmp_path / "POTCAR.spec").write_text("Li\n")
    command = [program(tmp_path, "std")]
    job = VaspJob(command, gamma_vasp_cmd=[program(tmp_path, "gam")])
    assert job.run(str(tmp_path)).wait() == 0
    assert (tmp_path / "ran").read_text() == f"{expected}\n"
    assert is_gamma_alone(crystal, tags, kpoints) == (expected == "gam")


def test_spin_orbit_coupling_never_counts_as_gamma_alone() -> None:
    kpoints = Kpoints.gamma_automatic((1, 1, 1))
    assert is_gamma_alone(bcc_lithium(), {}, kpoints)
    assert not is_gamma_alone(bcc_lithium(), {"LSORBIT": True}, kpoints)
