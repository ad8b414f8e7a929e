"""Results of released versions can be read, exported and plotted, and their runs resumed."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from jobflow import JobStore
from rich.console import Console
from typer.testing import CliRunner

from liponflow import registry
from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.analysis.phonons import PhononResult
from liponflow.cli import app
from liponflow.runners.errors import OutdatedRunError
from liponflow.runners.journal import Journal
from liponflow.runners.local import resume
from liponflow.store.export import export_all
from liponflow.store.frames import results_frame
from liponflow.store.reading import StoredResult
from liponflow.store.results import find_results, get_result, open_store

pytestmark = pytest.mark.usefixtures("warm_workers")

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
KINDS = {
    "calculation", "fingerprint", "glass", "lithiation", "md", "migration", "neb", "pdos",
    "phonons", "stability",
}  # fmt: skip
NEWER = {"eels", "interface", "scan"}
"""Kinds that no golden file has yet."""
MEASURED = {
    "depth_profile", "diffraction", "edge_scan", "halo", "impedance", "layer_statistics", "layers",
    "line_scan", "mixture", "nmr", "pattern", "polarisation", "thermal_analysis", "transport",
    "white_lines",
}  # fmt: skip
"""Kinds of measurements of files, which no store holds."""
STORES = sorted(GOLDEN.glob("*.db"))


@pytest.fixture(scope="module", params=STORES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of a golden store, which must not change."""
    return Path(shutil.copy(request.param, tmp_path_factory.mktemp("golden")))


@pytest.fixture
def store(file: Path) -> Iterator[JobStore]:
    opened = open_store(file, read_only=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def found(file: Path) -> list[StoredResult]:
    opened = open_store(file, read_only=True)
    results = find_results(opened)
    opened.close()
    return results


def test_golden_stores_contain_every_kind() -> None:
    models = set(registry.names(registry.MODELS))  # evaluated again, never stored
    assert set(kind_names()) - MEASURED - NEWER - models == KINDS
    assert STORES


def test_every_result_is_read_and_listed(found: list[StoredResult]) -> None:
    assert sorted(item.result.kind for item in found) == sorted(KINDS)
    for item in found:
        assert type(item.result) is get_kind(item.result.kind).load()
    frame = results_frame(found)
    assert set(frame["kind"]) == KINDS
    now = {kind: get_kind(kind).load().model_fields["schema_version"].default for kind in KINDS}
    assert dict(zip(frame["kind"], frame["schema_version"], strict=True)) == now


def test_numbers_are_read_unchanged(store: JobStore, found: list[StoredResult]) -> None:
    """Compare with the documents, read without our models."""
    results = {item.result.kind: item.result for item in found}
    for kind, path in {
        "calculation": "calculation.energy",
        "fingerprint": "fingerprint.density",
        "glass": "density",
        "lithiation": "states.0.energy_per_atom",
        "md": "mean_temperature",
        "migration": "migrations.0.percolating_barrier",
        "neb": "barrier",
        "pdos": "states.0.projections.0.density.3",
        "phonons": "zero_point_energy",
        "stability": "window_low",
    }.items():
        document = store.query_one({"output.kind": kind})["output"]
        stored: Any = document
        read: Any = results[kind]
        for part in path.split("."):
            stored = stored[int(part) if part.isdigit() else part]
            read = read[int(part)] if part.isdigit() else getattr(read, part)
        assert isinstance(stored, float), path
        assert read == stored, path


def test_every_result_is_exported(found: list[StoredResult], tmp_path: Path) -> None:
    for item in found:
        whole, *tables = export_all(item.result, tmp_path / item.result.kind)
        again = get_kind(item.result.kind).read(json.loads(whole.read_text()))
        assert again == item.result
        assert all(table.read_text().count("\n") > 1 for table in tables)


def test_every_result_is_plotted(found: list[StoredResult]) -> None:
    drawn = {}
    for item in found:
        kind = get_kind(item.result.kind)
        figures = kind.draw(item.result)
        drawn[kind.name] = len(figures)
        for figure in figures.values():
            plt.close(figure)
        assert plt.get_fignums() == [], kind.name
        assert all("<html" in page for page in kind.write_pages(item.result).values())
    assert all(drawn.values()), drawn


def test_command_line_lists_every_result(file: Path) -> None:
    answer = CliRunner().invoke(app, ["results", "list", "--store", str(file), "--json"])
    assert answer.exit_code == 0, answer.output
    assert {item["kind"] for item in json.loads(answer.stdout)} == KINDS


REFUSED = {"0.1.0": r"PotentialMaker.__init__\(\) got an unexpected keyword argument 'weights'"}
"""Reasons why runs cannot be resumed, by version; runs of other versions can."""


def planned_run(golden: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    run = Path(shutil.copytree(GOLDEN / golden / "run", folder / "run"))
    for name in ("jobs", "outcomes"):
        (run / name).mkdir()
    record = Journal.open(run).record
    assert record["versions"]["liponflow"] == golden
    return run, record["config"]


def test_every_version_has_a_planned_run() -> None:
    assert {path.stem for path in STORES} == {path.parent.name for path in GOLDEN.glob("*/run")}


@pytest.mark.parametrize("golden", REFUSED)
def test_outdated_run_is_refused_in_one_line(golden: str, tmp_path: Path) -> None:
    run, _ = planned_run(golden, tmp_path)
    store = open_store(tmp_path / "results.db")
    message = (
        rf"planned by liponflow {re.escape(golden)}, cannot be continued by liponflow .*: "
        rf"{REFUSED[golden]}; start it again with: liponflow run phonons --structure POSCAR .*"
    )
    with pytest.raises(OutdatedRunError, match=message) as caught:
        resume(run, store, workers=1, console=Console(quiet=True))
    store.close()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("golden", sorted({path.stem for path in STORES} - set(REFUSED)))
def test_planned_run_with_old_names_is_computed(golden: str, tmp_path: Path) -> None:
    run, config = planned_run(golden, tmp_path)
    flow = run / "flow.json"
    text = flow.read_text()
    now, formerly = "liponflow.workflows.phonons.jobs", "liponflow.workflows.phonon_jobs"
    assert now in text or formerly in text
    flow.write_text(text.replace(now, formerly))
    store = open_store(tmp_path / "results.db")
    report = resume(run, store, workers=1, console=Console(quiet=True))
    assert report.failures == ()
    result = get_result(store, config["result"]).result
    store.close()
    assert isinstance(result, PhononResult)
    assert result.formula == "Li"
    # CHGNet 0.3.0 for bcc Li, as in the quick lithiation campaign.
    assert result.energy_per_atom == pytest.approx(-1.89, abs=0.03)
