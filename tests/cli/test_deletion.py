"""`results delete`: asks, says what it deletes, and leaves the rest."""

from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.runners.journal import Journal
from liponflow.store.lock import writer_lock
from liponflow.store.results import find_results, get_result, open_results, open_store

UUID = "aaaa1111-0000"


@pytest.fixture
def run_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the directory of the run that made the result."""
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(tmp_path / "runs"))
    return Journal.create(tmp_path / "runs", {"name": "lithiation"}, {"result": UUID}).path


def delete(store: Path, *arguments: str, answer: str = "") -> CliResult:
    command = ["results", "delete", *arguments, "--store", str(store)]
    return CliRunner().invoke(app, command, input=answer)


def uuids(store: Path) -> set[str]:
    return {item.uuid for item in find_results(open_results(store))}


def test_deleted_only_if_the_answer_is_yes(stored: Path, run_dir: Path) -> None:
    before = uuids(stored)
    refused = delete(stored, "aaaa", answer="n\n")
    assert refused.exit_code == 0
    assert "lithiation of" in refused.stderr
    assert f"its run in {run_dir} stays" in refused.stderr
    assert uuids(stored) == before
    assert delete(stored, "aaaa", answer="y\n").exit_code == 0
    assert uuids(stored) == before - {UUID}
    assert run_dir.exists()


def test_deleted_result_can_be_stored_again(stored: Path, run_dir: Path) -> None:
    reading = open_store(stored, read_only=True)
    document = reading.query_one({"uuid": UUID}, load=True)
    reading.close()
    result = get_result(open_results(stored), UUID).result
    assert delete(stored, "aaaa", "--yes", "--run").exit_code == 0
    assert not run_dir.exists()
    writing = open_store(stored)
    writing.docs_store.update([document], key=["uuid", "index"])
    writing.close()
    assert get_result(open_results(stored), UUID).result == result


def test_nothing_is_deleted_if_its_run_is_at_work(stored: Path, run_dir: Path) -> None:
    with Journal.open(run_dir).lock():
        answer = delete(stored, "aaaa", "--yes", "--run")
    assert answer.exit_code == 1
    assert run_dir.exists()
    assert UUID in uuids(stored)


def test_results_that_refer_to_it_are_named(stored: Path) -> None:
    store = open_store(stored)
    document = store.query_one({"uuid": "bbbb2222-0000"}, load=True)
    document["output"]["provenance"]["continues"] = UUID
    store.docs_store.update([document], key=["uuid", "index"])
    store.close()
    answer = delete(stored, "aaaa", answer="n\n")
    assert "the lithiation bbbb2222 refers to it" in answer.stderr


def test_store_that_is_being_written_is_refused(stored: Path) -> None:
    with writer_lock(stored):
        answer = delete(stored, "aaaa", "--yes")
    assert answer.exit_code == 1
    assert "is being written by" in answer.stderr
    assert UUID in uuids(stored)
