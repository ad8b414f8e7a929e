"""The VASP command and its requirements."""

import sys
from pathlib import Path

import pytest

from liponflow.engines.engine import EngineError
from liponflow.engines.registry import check_installed
from liponflow.engines.vasp import run
from liponflow.engines.vasp.run import missing_for_vasp, vasp_environment
from liponflow.settings import Settings


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
        check_installed("vasp", Settings(vasp_cmd="/opt/vasp/bin/vasp_std"))


def test_vasp_needs_program_and_potcars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.ATOMATE2, "VASP_CMD", "no-such-program --with options")
    monkeypatch.setattr(run, "has_potcar_library", lambda: False)
    with pytest.raises(EngineError, match=r"'no-such-program' is not on the PATH.*POTCAR library"):
        check_installed("vasp", Settings())
    monkeypatch.setattr(run.ATOMATE2, "VASP_CMD", "sh -c vasp")
    monkeypatch.setattr(run, "has_potcar_library", lambda: True)
    check_installed("vasp", Settings())


@pytest.mark.parametrize("command", ["", " ", "mpirun 'vasp_std"])
def test_command_of_atomate2_that_cannot_be_run_is_named(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(run.ATOMATE2, "VASP_CMD", command)
    (missing,) = missing_for_vasp(None)
    assert "ATOMATE2_VASP_CMD" in missing
    assert repr(command) in missing
    assert "give a program" in missing
