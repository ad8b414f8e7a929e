"""A campaign for a folder of structures."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from click.testing import Result as CliResult
from in_process import InProcessPool
from pymatgen.core import Lattice, Structure
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.cli.batch import finish_batch
from liponflow.runners import local
from liponflow.runners.errors import RunInterruptedError
from liponflow.workflows.batch import BatchItem, BatchState

pytestmark = pytest.mark.filterwarnings("ignore:the primitive cell is taken")
ENGINE = "ase.calculators.emt:EMT"
SETTINGS = ["min_length=5", "force_limit=0.05", "mesh_length=10"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with two crystals, and one that the potential does not know."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(local, "WorkerPool", InProcessPool)
    for variable in list(os.environ):
        if variable.startswith("LIPONFLOW_"):
            monkeypatch.delenv(variable)
    folder = tmp_path / "crystals"
    folder.mkdir()
    for name, symbol, a in [("a", "Cu", 3.61), ("b", "Ag", 4.09), ("c", "Ca", 5.58)]:
        crystal = Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [symbol], [[0, 0, 0]])
        crystal.to(str(folder / f"{name}.cif"))
    (folder / "notes.txt").write_text("no crystal")
    return folder


def run(*arguments: object) -> CliResult:
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    command = ["run", "phonons", "--engine", ENGINE, *settings, *map(str, arguments)]
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, command)


def test_each_structure_has_its_result_and_a_failure_stops_no_other(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[Path] = []
    monkeypatch.setattr("liponflow.cli.batch.export", lambda _, out: exported.append(out))
    answer = run("--structure", folder, "--json", "--out", tmp_path / "out")
    assert answer.exit_code == 1, answer.output
    document = json.loads(answer.stdout)
    rows = document["structures"]
    assert [Path(row["structure"]).name for row in rows] == ["a.cif", "b.cif", "c.cif"]
    assert [row["state"] for row in rows] == ["done", "done", "failed"]
    assert "Ca" in rows[2]["reason"]
    assert [row["formula"] for row in rows] == ["Cu", "Ag", None]
    table = (tmp_path / "out" / "batch.csv").read_text().splitlines()
    assert len(table) == 4
    assert document["units"]
    assert any(f"({unit})" in table[0] for unit in document["units"].values())
    assert [path.name for path in exported] == ["a", "b"]

    (folder / "c.cif").unlink()
    again = run("--structure", folder / "a.cif", "--structure", folder / "b.cif")
    assert again.exit_code == 0, again.output
    assert again.stdout.count("in the store") == 2
    assert len(list(Path("liponflow_runs").iterdir())) == 2


def test_stopped_batch_is_resumed_by_the_same_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = InProcessPool.submit

    def stopped(self, task, request) -> None:
        if request["job"]["name"] == "displace Ag":
            raise RunInterruptedError("stopped by SIGINT", Path())
        submit(self, task, request)

    (folder / "c.cif").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(InProcessPool, "submit", stopped)
        assert run("--structure", folder).exit_code == 1
    runs = set(Path("liponflow_runs").iterdir())
    again = run("--structure", folder)
    assert again.exit_code == 0, again.output
    assert set(Path("liponflow_runs").iterdir()) == runs
    assert "started relax Ag" not in again.stderr
    assert "started displace Ag" in again.stderr


def test_folder_without_structures_and_preflight_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no structure" in run("--structure", tmp_path / "empty").stderr
    assert "takes one structure" in run("--structure", folder, "--preflight").stderr


def test_table_that_cannot_be_written_is_an_error_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "batch.csv").mkdir()
    items = [BatchItem(Path("a.cif"), BatchState.FAILED, reason="no such file")]
    with pytest.raises(typer.Exit) as ended:
        finish_batch(cast("Any", SimpleNamespace(obj=False)), items, out=tmp_path, json=True)
    assert ended.value.exit_code == 2
    [message] = capsys.readouterr().err.splitlines()
    assert message.startswith("error: ")
    assert "batch.csv" in message


def test_dry_run_of_a_folder_prints_a_line_for_each_and_a_total(
    folder: Path,
) -> None:
    (folder / "c.cif").write_text("no crystal")
    answer = run("--structure", folder, "--dry-run")
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines[:3]] == [
        str(folder / name) for name in ("a.cif", "b.cif", "c.cif")
    ]
    assert ": Cu: 4 atoms" in lines[0]
    assert " core-hours, about " in lines[0]
    assert "c.cif: refused: " in lines[2]
    assert lines[3].startswith("total of 3 structures (2 planned, 1 refused): ")
    (folder / "c.cif").unlink()
    found = json.loads(run("--structure", folder, "--dry-run", "--json").stdout)
    hours = [plan["core_hours"] for plan in found["structures"]]
    assert min(hours) > 0
    assert found["total"]["core_hours"] == pytest.approx(sum(hours))
    assert not Path("liponflow_runs").exists()
