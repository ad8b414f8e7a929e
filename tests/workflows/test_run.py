"""Campaigns from the command line: pure JSON output, and resuming after a full disk."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure

from liponflow.runners.errors import StoreFailureError
from liponflow.runners.journal import Journal
from liponflow.runners.report import RunReport
from liponflow.settings import Settings
from liponflow.store.file import StoreError
from liponflow.store.lock import writer_lock
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign

plan = get_campaign("lithiation").plan

FULL_AT = 100_000
"""Largest file (bytes) on the full disk: the store fits until the first relaxation."""

UNLIMITED = resource.RLIM_INFINITY


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """Write LiMnO2 (Pmmn, 8 atoms), which relaxes in seconds."""
    sites = [[0, 0.5, 0.126], [0, 0, 0.635], [0, 0, 0.144], [0, 0.5, 0.602]]
    inverted = [[x + 0.5, y + 0.5, -z] for x, y, z in sites]
    species = ["Li", "Mn", "O", "O"]
    structure = Structure(
        Lattice.orthorhombic(2.81, 4.57, 5.76), species * 2, sites + inverted
    ).get_sorted_structure()
    file = tmp_path / "LiMnO2.cif"
    structure.to(str(file))
    return file


def command(folder: Path, *arguments: str, largest_file: int = UNLIMITED) -> tuple[int, str, str]:
    """Run the command line with a limit on the size of files."""
    code = (
        f"import resource; limit = {largest_file}; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); "
        "from liponflow.cli import app; app()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_full_disk_keeps_finished_calculations(cell: Path, tmp_path: Path) -> None:
    choices = ["x=[0]", "force_limit=0.5", "magmoms={Mn: 4}"]
    options = [part for choice in choices for part in ("--set", choice)]
    code, out, err = command(
        tmp_path, "run", "lithiation", "--structure", str(cell), *options, largest_file=FULL_AT
    )
    assert code == 1
    assert out == ""
    message = err.splitlines()[-1]
    assert message.startswith("error: ")
    assert "liponflow.db" in message
    assert "liponflow resume" in message
    (run,) = (tmp_path / "liponflow_runs").iterdir()
    computed = {
        file.name: json.loads(file.read_text())["documents"][0]["name"]
        for file in (run / "outcomes").iterdir()
    }
    assert computed

    code, out, err = command(tmp_path, "resume", "--json", "--out", "figures")
    assert code == 0, err
    document = json.loads(out)
    assert document["kind"] == "lithiation"
    assert [state["x"] for state in document["states"]] == [0]
    assert not any(f"started {name}" in err for name in computed.values())
    assert computed.keys() <= {file.name for file in (run / "outcomes").iterdir()}
    assert (tmp_path / "figures" / "lithiation.json").is_file()


def test_locked_store_is_refused_before_writing(tmp_path: Path, cell: Path) -> None:
    overrides = {"x": [0], "magmoms": {"Mn": 4.0}}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides, structure_file=cell)
    settings = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs")
    with writer_lock(tmp_path / "results.db"), pytest.raises(StoreError, match="written by"):
        campaigns.run(flow, settings, {})
    assert not (tmp_path / "runs").exists()


def test_a_run_that_moved_stores_its_results_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"store": "/elsewhere/liponflow.db", "result": "nothing"}
    journal = Journal.create(tmp_path / "runs", {"name": "glass"}, config)
    settings = Settings(store=tmp_path / "here.db")
    report = RunReport(journal.path, "completed", 0, 0, 0, (), 0.0)
    monkeypatch.setattr(campaigns.local, "resume", lambda *_, **__: report)
    monkeypatch.setattr(campaigns, "shortfalls", lambda *_: [])

    with pytest.warns(UserWarning, match=r"/elsewhere/liponflow.db, is not here: its results go"):
        campaigns.resume(settings, journal.path)

    assert (tmp_path / "here.db").exists()


SPECIFICATION = {
    "docs_store": {"type": "MemoryStore", "collection_name": "sesame"},
    "additional_stores": {"data": {"type": "MemoryStore"}},
}
"""Specification of a store, with a secret."""


def test_the_specification_of_a_store_never_reaches_a_run_directory(
    cell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = {"x": [0], "magmoms": {"Mn": 4.0}}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides, structure_file=cell)
    settings = Settings(store=SPECIFICATION, runs_dir=tmp_path / "runs")

    def refused(*_: object, **__: object) -> None:
        raise ConnectionError("no answer from mongodb://me:sesame@db.org/results")

    monkeypatch.setattr(MemoryStore, "query", refused)
    with pytest.raises(StoreFailureError, match=r"mongodb://\*\*\*@db.org") as caught:
        campaigns.run(flow, settings, {"command": ["liponflow", "run"]})
    assert "sesame" not in str(caught.value)
    files = [file for file in (tmp_path / "runs").rglob("*") if file.is_file()]
    assert any(b"no answer from mongodb" in file.read_bytes() for file in files)
    assert all(b"sesame" not in file.read_bytes() for file in files)

    file_instead = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs")
    with pytest.raises(StoreError, match=r"results on a server.*set `store`"):
        campaigns.resume(file_instead)
    assert not (tmp_path / "results.db").exists()


def test_run_with_the_file_of_a_specification_is_resumed_without_the_setting(
    tmp_path: Path, cell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(json.dumps(SPECIFICATION))
    recorded, opened = {}, []

    def start(*_: object, config: dict[str, object], **__: object) -> None:
        recorded.update(config)
        raise StoreError("not now")

    def open_store(location: object) -> JobStore:
        opened.append(location)
        raise StoreError("no answer")

    flow = plan(preset="quick", engine="chgnet", overrides={"x": [0]}, structure_file=cell)
    monkeypatch.setattr(campaigns.local, "start", start)
    with pytest.raises(StoreError, match="not now"):
        campaigns.run(flow, Settings(store=file, runs_dir=tmp_path / "runs"), {})
    journal = Journal.create(tmp_path / "runs", {"name": "lithiation"}, recorded)
    monkeypatch.setattr(campaigns, "open_store", open_store)
    later = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs")
    with pytest.raises(StoreError, match="no answer"):
        campaigns.resume(later, journal.path)
    assert opened == [SPECIFICATION]
    file.unlink()
    with pytest.raises(StoreError, match=r"no longer in .*lab\.yaml.*set `store`"):
        campaigns.resume(later, journal.path)
