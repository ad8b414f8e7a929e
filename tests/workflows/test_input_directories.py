"""Input directories are written completely or not at all."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
import yaml
from ase.calculators.calculator import Calculator, all_changes
from served import Shell
from typer.testing import CliRunner

from liponflow import __version__
from liponflow.cli import app
from liponflow.engines.standin import run as standin
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.input_directories import (
    SIDECAR,
    campaign_record,
    check_vacant,
    new_directory,
    write_sidecar,
)


def test_directory_appears_only_when_complete(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with new_directory(out) as root:
        (root / "file").write_text("text")
        assert not out.exists()
    assert (out / "file").read_text() == "text"
    assert list(out.parent.iterdir()) == [out]


def test_failure_leaves_no_directory(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), new_directory(tmp_path / "out") as root:  # noqa: PT012
        (root / "file").write_text("half")
        raise OSError("full")
    assert not list(tmp_path.iterdir())


def test_existing_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="not empty; name a new directory"):
        check_vacant(tmp_path)
    with pytest.raises(FileExistsError, match="not empty"):
        check_vacant(tmp_path / "mine")
    check_vacant(tmp_path / "new")


@pytest.mark.parametrize("target", ["empty", "nowhere"])
def test_link_in_place_of_the_directory_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    out.symlink_to(tmp_path / target)
    with pytest.raises(FileExistsError, match="out is a link; name a new"), new_directory(out):
        pytest.fail("the block was entered")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "out"]
    assert not any((tmp_path / "empty").iterdir())


def test_record_cites_every_parameter(tmp_path: Path) -> None:
    overrides = {"x": [1.0]}
    parameters = load_parameters(LithiationParameters, TOPIC, "quick", overrides)
    record = campaign_record(TOPIC, parameters, "quick", overrides, about={"material": "oxide"})
    write_sidecar(tmp_path, record)
    read = yaml.safe_load((tmp_path / SIDECAR).read_text(encoding="utf-8"))
    assert read["written_by"] == f"liponflow {__version__}"
    assert (read["material"], read["preset"]) == ("oxide", "quick")
    assert read["parameters"].keys() == LithiationParameters.model_fields.keys()
    assert read["parameters"]["x"] == {"value": [1.0], "source": "given by the user"}
    assert all(entry["source"] for entry in read["parameters"].values())


STAGE = {"time_step": 2, "duration": 0.016, "temperature": 300}
SMALLEST: dict[str, dict[str, Any]] = {
    "lithiation": {"x": [1], "budget": 1},
    "stability": {"composition": "Li2O", "compare": [], "unseen": [], "electrode": None},
    "phonons": {"min_length": 5},
    "migration": {
        "dopant": "N",
        "supercell": [2, 2, 2],
        "images": 3,
        "max_distance": 1.75,
    },
    "glass": {
        "n_models": 1,
        "segment_steps": 5,
        "protocol": [
            STAGE | {"name": "melt", "ensemble": "nvt"},
            STAGE | {"name": "press", "ensemble": "npt"},
            STAGE | {"name": "hold", "ensemble": "nvt"},
        ],
    },
}
"""Parameters of campaigns of seconds."""

WITH_CRYSTAL = {"phonons", "glass"}
"""Campaigns that start here from a crystal of lithium oxide."""


class Flat(Calculator):
    """Potential without forces: everything has converged, and dynamics fly freely."""

    implemented_properties = ["energy", "forces", "stress", "magmoms"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        n = len(self.atoms)
        self.results = {
            "energy": -5.0 * n,
            "forces": np.zeros((n, 3)),
            "stress": np.zeros(6),
            "magmoms": np.zeros(n),
        }


def stand_in(_: Sequence[str]) -> tuple[int, str]:
    standin.run(Path.cwd())
    return 0, ""


def liponflow(arguments: Sequence[str]) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def commands(readme: str) -> str:
    """Return the commands of a README: lines after dollar signs, with their continuations."""
    lines = readme.replace("\\\n", "").splitlines()
    return "\n".join(line.strip().removeprefix("$ ") for line in lines if re.match(r" *\$ ", line))


def written(topic: str, folder: Path) -> Path:
    crystal = folder / "CONTCAR"
    phase("Li2O").primitive().to_file(str(crystal), fmt="poscar")
    given = crystal if topic in WITH_CRYSTAL else None
    out = folder / "first"
    get_campaign(topic).write(out, preset="quick", overrides=SMALLEST[topic], structure_file=given)
    copy = folder / "copy"  # as on a cluster; links would be followed, or lost
    shutil.copytree(out, copy)
    shutil.rmtree(out)
    return copy


def follow(run: Callable[[str, Path], CompletedProcess[str]], topic: str, root: Path) -> str:
    """Run the commands of a README as printed, and of the last README that they write."""
    directories = [root]
    if topic == "migration":
        directories.append(root / "relaxed-host" / "relaxed-end-points")
    for directory in directories:
        readme = (directory / "README.md").read_text(encoding="utf-8")
        done = run(commands(readme), directory)
        assert done.returncode == 0, done.stdout + done.stderr
    check_all_ran(directories[-1], topic)
    return done.stdout


def check_all_ran(root: Path, topic: str) -> None:
    inputs = {path.parent for path in root.rglob("INCAR")}
    ran = {path.parent for path in root.rglob("OUTCAR")}
    if topic == "migration":
        ran |= {path.parent for path in ran}  # a band has its OUTCARs in the folders
        inputs = {path for path in inputs if "band" in path.parts}
    assert inputs
    assert inputs <= ran


@pytest.mark.exhaustive
@pytest.mark.parametrize("topic", SMALLEST)
def test_commands_run_as_printed_in_processes_of_their_own(topic: str, tmp_path: Path) -> None:
    root, programs = written(topic, tmp_path), tmp_path / "programs"
    programs.mkdir()
    for name, line in (("vasp_std", "exec liponflow-vasp"), ("mpirun", 'shift 2; exec "$@"')):
        (programs / name).write_text(f"#!/bin/bash\n{line}\n")
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = os.environ | {"PATH": path, "LIPONFLOW_STORE": str(tmp_path / "store.db")}

    def run(lines: str, directory: Path) -> CompletedProcess[str]:
        command = ["bash", "-ec", lines]
        return subprocess.run(
            command, cwd=directory, env=variables, capture_output=True, text=True, check=False
        )

    follow(run, topic, root)


@pytest.mark.parametrize("topic", SMALLEST)
def test_commands_of_the_readme_run_as_printed(
    topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standin, "Potential", lambda **_: Flat())
    monkeypatch.setenv("LIPONFLOW_STORE", str(tmp_path / "store.db"))
    root = written(topic, tmp_path)
    assert not [path for path in root.rglob("*") if path.is_symlink()]
    shell = Shell(
        tmp_path / "shell",
        {
            "vasp_std": stand_in,
            "mpirun": lambda arguments: stand_in(arguments[3:]),  # -np 3 vasp_std
            "liponflow": liponflow,
        },
    )
    store = str(tmp_path / "store.db")

    def run(lines: str, directory: Path) -> CompletedProcess[str]:
        return shell.run(lines, directory, LIPONFLOW_STORE=store)

    printed = follow(run, topic, root)
    if topic not in {"phonons", "glass"}:
        assert " of Li" in printed, "runs were stored"
