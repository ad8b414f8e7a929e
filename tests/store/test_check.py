"""The check of whole stores, and the commands on damaged ones."""

import json
import shutil
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from mongo_server import MongoDatabase
from pymongo import MongoClient
from typer.testing import CliRunner

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.result import Result
from liponflow.cli import app
from liponflow.store.check import check_store, files_of
from liponflow.store.file import StoreError
from liponflow.store.results import find_results, get_result, open_results, open_store

GOLDEN = sorted((Path(__file__).parents[1] / "data" / "golden").glob("*.db"))


def change(path: Path, uuid: str, old: str, new: str, *, unhashed: bool = False) -> None:
    """Replace a part of a document, and remove its hash if `unhashed`."""
    raw = sqlite3.connect(path)
    like = f'%"{uuid}%'
    ((row, text),) = raw.execute("SELECT id, doc FROM docs WHERE key LIKE ?", [like])
    assert old in text
    raw.execute("UPDATE docs SET doc = ? WHERE id = ?", [text.replace(old, new, 1), row])
    if unhashed:
        raw.execute("UPDATE docs SET sha256 = NULL WHERE id = ?", [row])
    raw.commit()
    raw.close()


def check(path: Path) -> tuple[int, list[str]]:
    answer = CliRunner().invoke(app, ["results", "check", "--store", str(path)])
    assert "error" not in answer.stderr
    return answer.exit_code, answer.stdout.splitlines()


def test_a_sound_store_has_no_problems(stored: Path) -> None:
    assert check(stored) == (0, [])


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_stores_of_released_versions_are_sound(golden: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(golden, tmp_path))
    before = path.read_bytes()
    store = open_store(path, read_only=True)
    outcome = check_store(store)
    store.close()
    # Their trajectories were left where they were made.
    assert all("of its files, the first /data/" in text for text in outcome.problems)
    assert outcome.documents >= 10
    assert path.read_bytes() == before
    opened = open_store(path)
    assert check_store(opened) == outcome
    opened.close()


def test_every_problem_is_listed(stored: Path) -> None:
    change(stored, "aaaa", "-45", "-46")
    change(stored, "bbbb", '"schema_version": 2', '"schema_version": 99', unhashed=True)
    code, (damaged, newer) = check(stored)
    assert code == 1
    assert damaged.startswith("document uuid aaaa1111-0000, index 1 of 'docs': its text does not")
    assert newer.startswith("result bbbb2222-0000 (lithiation) cannot be read")
    assert "lithiation version 99" in newer


def test_an_unknown_kind_is_listed(stored: Path) -> None:
    raw = sqlite3.connect(stored)
    raw.execute("UPDATE docs_index SET value = 'gone' WHERE value = 'lithiation'")
    raw.commit()
    raw.close()
    for uuid in ("aaaa", "bbbb"):
        change(stored, uuid, '"kind": "lithiation"', '"kind": "gone"', unhashed=True)
    code, problems = check(stored)
    assert code == 1
    assert len(problems) == 2
    assert all("unknown kind of result 'gone'" in problem for problem in problems)


def store_result(path: Path, result: Result, uuid: str) -> None:
    store = open_store(path)
    output = result.model_dump(mode="json")
    store.update({"uuid": uuid, "index": 1, "completed_at": "2026-01-01", "output": output})
    store.close()


def test_results_of_the_same_input_are_listed(
    stored: Path, make_result: Callable[..., LithiationResult]
) -> None:
    again = make_result()
    continued = again.provenance.model_copy(update={"continues": "aaaa1111-0000"})
    store_result(stored, again.model_copy(update={"provenance": continued}), "cccc3333")
    assert check(stored) == (0, [])
    store_result(stored, again, "dddd4444")
    code, (line,) = check(stored)
    assert code == 1
    assert line.startswith("results aaaa1111-0000, dddd4444 (lithiation) have the same input: ")


def test_missing_files_of_this_machine_are_listed(stored: Path, tmp_path: Path) -> None:
    host = socket.gethostname()
    here, gone = tmp_path / "here.xyz", tmp_path / "gone.csv"
    here.touch()
    store = open_store(next(path for path in GOLDEN if path.stem == "0.2.0"), read_only=True)
    (md,) = find_results(store, kind="md")
    store.close()
    files = {
        "trajectory_files": [str(here), f"{host}:{here}", "elsewhere:/frames.xyz"],
        "series_file": str(gone),
        "checkpoint": f"{host}:{gone}",
    }
    result = md.result.model_copy(update=files)
    assert list(files_of(result)) == [*files["trajectory_files"], str(gone), f"{host}:{gone}"]
    store_result(stored, result, "md")
    code, (line,) = check(stored)
    assert code == 1
    assert line.startswith(f"result md (md) lacks 2 of its files, the first {gone}: ")


def test_documents_that_a_server_has_twice_are_listed(mongo: MongoDatabase) -> None:
    with MongoClient(mongo.uri) as client:
        client[mongo.name]["outputs"].insert_many(
            [{"uuid": "u", "index": 1}, {"uuid": "u", "index": 1}]
        )
    store = open_store(mongo.specification(), read_only=True)
    assert check_store(store).problems == ("document uuid u, index 1: it is stored 2 times",)
    store.close()
    writing = open_store(mongo.specification())
    writing.remove_docs({"uuid": "u"})
    assert check_store(writing).sound
    writing.close()


def test_documents_of_other_types_are_listed(mongo: MongoDatabase) -> None:
    store = open_store(mongo.specification())
    output = {"kind": "md", "provenance": 5}
    damaged = [{"uuid": ["u"], "index": 1, "output": output}, {"uuid": "v", "output": [output]}]
    with MongoClient(mongo.uri) as client:
        client[mongo.name]["outputs"].insert_many(damaged)
    (problem,) = check_store(store).problems
    assert problem.startswith("result ['u'] (md) cannot be read")
    assert problem.endswith("restore it from a backup")
    skipped: list[StoreError] = []
    assert find_results(store, skipped=skipped) == []
    assert sorted(str(error)[:15] for error in skipped) == ["result ['u'] (m", "result v (None)"]
    store.close()


def test_a_damaged_file_is_a_problem(stored: Path) -> None:
    content = bytearray(stored.read_bytes())
    for start in range(4096 * 4, len(content), 4096):
        content[start : start + 64] = bytes(64)
    stored.write_bytes(content)
    answer = CliRunner().invoke(app, ["results", "check", "--store", str(stored)])
    assert answer.exit_code == 1
    assert str(stored) in answer.output
    assert "malformed" in answer.output or "not in the B-tree" in answer.output


def test_a_damaged_result_does_not_hide_the_others(stored: Path) -> None:
    change(stored, "aaaa", "-45", "-46")
    store = open_store(stored, read_only=True)
    with pytest.warns(UserWarning, match=r"skipped a result.*uuid aaaa1111-0000") as told:
        found = find_results(store, kind="lithiation")
    assert [item.uuid for item in found] == ["bbbb2222-0000"]
    assert len(told) == 1
    with pytest.raises(StoreError, match="no result begins with 'c'; the latest are bbbb2222"):
        get_result(store, "c")
    store.close()


def move_field_to_data(path: Path) -> None:
    """Store the source structure of the first result, and a field of another job, as data."""
    store = open_store(path)
    document = store.query_one({"uuid": "aaaa1111-0000"})
    source = document["output"]["provenance"]["source_structure"]
    blobs = [
        {"blob_uuid": f"blob-{n}", "job_uuid": "aaaa1111-0000", "job_index": 1, "data": source}
        for n in range(2)
    ]
    store.additional_stores["data"].update(blobs, key="blob_uuid")
    reference = {"store": "data", "@class": "", "@module": ""}
    document["output"]["provenance"]["source_structure"] = reference | {"blob_uuid": "blob-0"}
    task = {"uuid": "cccc3333-0000", "index": 1, "name": "task", "output": {"kept": reference}}
    task["output"]["kept"] = reference | {"blob_uuid": "blob-1"}
    store.docs_store.update([document, task], key=["uuid", "index"])
    store.close()


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("UPDATE data SET doc = substr(doc, 2)", "document blob_uuid blob-0 of 'data'"),
        ("UPDATE data SET doc = '{', sha256 = NULL", "document blob_uuid blob-0 of 'data'"),
        ("DELETE FROM data", "the store lacks the data blob-0 of job aaaa1111-0000"),
    ],
)
def test_a_result_with_damaged_data_does_not_hide_the_others(
    stored: Path, statement: str, cause: str
) -> None:
    move_field_to_data(stored)
    assert check(stored) == (0, [])
    # Without jobflow's store, too, whose data stand in a table beside the documents.
    assert len(find_results(open_results(stored))) == 2
    raw = sqlite3.connect(stored)
    raw.execute(statement)
    raw.commit()
    raw.close()
    command = ["results", "list", "--json", "--store", str(stored)]
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 1
    assert [item["uuid"] for item in json.loads(answer.stdout)] == ["bbbb2222-0000"]
    (line,) = answer.stderr.splitlines()
    assert line.startswith("skipped a result: ")
    assert "job aaaa1111-0000" in line
    assert cause in line
    code, problems = check(stored)
    assert code == 1
    for name in ("blob-0", "blob-1", "job aaaa1111-0000", "job cccc3333-0000"):
        assert any(name in problem for problem in problems), name
