"""Every released version's results are read, listed, exported and drawn, and its runs continue."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from jobflow import JobStore
from rich.console import Console
from typer.testing import CliRunner

from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.analysis.phonons import PhononResult
from liponflow.cli import app
from liponflow.runners.journal import Journal
from liponflow.runners.local import resume
from liponflow.store.export import export_all
from liponflow.store.frames import results_frame
from liponflow.store.results import find_results, get_result, open_store

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
KINDS = {
    "calculation", "fingerprint", "glass", "lithiation", "md", "migration", "neb", "pdos",
    "phonons", "stability",
}  # fmt: skip
STORES = sorted(GOLDEN.glob("*.db"))


@pytest.fixture(scope="module", params=STORES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy a golden store, which stays as it was released."""
    return Path(shutil.copy(request.param, tmp_path_factory.mktemp("golden")))


@pytest.fixture
def store(file: Path) -> Iterator[JobStore]:
    opened = open_store(file, read_only=True)
    yield opened
    opened.close()


def test_every_kind_of_this_version_is_in_a_golden_store() -> None:
    assert set(kind_names()) == KINDS
    assert STORES


def test_every_result_is_read_and_listed(store: JobStore) -> None:
    found = find_results(store)
    assert sorted(item.result.kind for item in found) == sorted(KINDS)
    for item in found:
        assert type(item.result) is get_kind(item.result.kind).load()
        assert get_result(store, item.uuid).result == item.result
    frame = results_frame(found)
    assert set(frame["kind"]) == KINDS
    assert set(frame["schema_version"]) == {1}


def test_numbers_are_those_that_were_stored(store: JobStore) -> None:
    """Compare with the documents themselves, read without any model of ours."""
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
        (found,) = find_results(store, kind=kind)
        stored, read = document, found.result
        for part in path.split("."):
            stored = stored[int(part) if part.isdigit() else part]
            read = read[int(part)] if part.isdigit() else getattr(read, part)
        assert isinstance(stored, float), path
        assert read == stored, path


def test_every_result_is_exported(store: JobStore, tmp_path: Path) -> None:
    for item in find_results(store):
        whole, *tables = export_all(item.result, tmp_path / item.result.kind)
        again = get_kind(item.result.kind).read(json.loads(whole.read_text()))
        assert again == item.result
        assert all(table.read_text().count("\n") > 1 for table in tables)


def test_every_result_is_drawn(store: JobStore) -> None:
    drawn = {}
    for item in find_results(store):
        kind = get_kind(item.result.kind)
        figures = kind.draw(item.result)
        drawn[kind.name] = len(figures)
        for figure in figures.values():
            figure.draw_without_rendering()
            plt.close(figure)
        assert plt.get_fignums() == [], kind.name
        assert all("<html" in page for page in kind.write_pages(item.result).values())
    assert {name for name, count in drawn.items() if not count} == {"calculation", "md", "neb"}


def test_the_command_line_lists_them(file: Path) -> None:
    answer = CliRunner().invoke(app, ["results", "list", "--store", str(file), "--json"])
    assert answer.exit_code == 0, answer.output
    assert {item["kind"] for item in json.loads(answer.stdout)} == KINDS


RUNS = sorted(GOLDEN.glob("*/run"))


@pytest.mark.parametrize("golden", RUNS, ids=lambda path: path.parent.name)
def test_a_run_that_was_planned_then_is_computed_now(golden: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(golden, tmp_path / "run"))
    for folder in ("jobs", "outcomes"):
        (run / folder).mkdir()
    record = Journal.open(run).record
    assert record["versions"]["liponflow"] == golden.parent.name
    store = open_store(tmp_path / "results.db")
    report = resume(run, store, workers=1, console=Console(quiet=True))
    assert report.failures == ()
    result = get_result(store, record["config"]["result"]).result
    store.close()
    assert isinstance(result, PhononResult)
    assert result.formula == "Li"
    # CHGNet 0.3.0 in a cell this small; the energy only tells that the same was computed.
    assert result.energy_per_atom == pytest.approx(-1.89, abs=0.03)
