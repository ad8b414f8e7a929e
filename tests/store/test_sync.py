"""Copying from store to store: everything once, whatever interrupts it."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mongo_server import MongoDatabase

from liponflow.store import sync as module
from liponflow.store.file import StoreError
from liponflow.store.results import find_results, open_store
from liponflow.store.sync import Synced, fingerprint, sync

GOLDEN = Path(__file__).parents[1] / "data/golden/0.2.0.db"
PIECES = 2
"""Pieces of data of each document of :func:`fill`."""

Location = Path | dict[str, Any]


def fill(path: Path, number: int, *, length: int = 1) -> None:
    """Store documents of jobs with two pieces of data each."""
    store = open_store(path)
    for n in range(number):
        output = {"n": n, "text": "x" * length, "frames": {"a": [n] * 3}, "forces": {"b": [-n]}}
        store.update({"uuid": f"job-{n}", "index": 1, "output": output}, save={"data": ["a", "b"]})
    store.close()


def content(location: Location) -> dict[tuple[str, int], str]:
    """Return the fingerprints of all documents of a store with their data."""
    store = open_store(location, read_only=True)
    found = {(item["uuid"], item["index"]): fingerprint(item) for item in store.query(load=True)}
    assert len(found) == store.count()
    store.close()
    return found


def copy(source: Location, target: Location, jobs: list[str] | None = None) -> Synced:
    read, written = open_store(source, read_only=True), open_store(target)
    try:
        return sync(read, written, jobs=jobs)
    finally:
        read.close()
        written.close()


def test_results_of_every_kind_go_to_a_server_and_back(
    mongo: MongoDatabase, tmp_path: Path
) -> None:
    shutil.copy(GOLDEN, tmp_path / "golden.db")
    fill(tmp_path / "golden.db", 3)
    server, back = mongo.specification("GridFSStore"), tmp_path / "back.db"
    before = content(tmp_path / "golden.db")
    there = copy(tmp_path / "golden.db", server)
    assert (there.copied, there.data, there.equal) == (len(before), 3 * PIECES, 0)
    assert copy(server, back) == there
    assert content(server) == content(back) == before
    assert copy(tmp_path / "golden.db", server) == Synced(equal=len(before))
    stores = [open_store(place, read_only=True) for place in (server, back)]
    on_server, in_file = (find_results(store) for store in stores)
    assert on_server == in_file
    assert len(on_server) > 5
    for store in stores:
        store.close()


def killed(source: Path, target: Location, after: int) -> None:
    """Copy in a process that kills itself after some pieces of data."""
    left = iter(range(after))
    write = module._write

    def last(store: Any, documents: list[dict[str, Any]], key: Any) -> Any:
        if key == "blob_uuid" and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return write(store, documents, key)

    module._write = last  # type: ignore[assignment]
    module.BATCH = 4
    copy(source, target)


@pytest.mark.parametrize("where", ["file", "server"])
def test_what_a_kill_interrupts_is_whole_and_goes_on(
    tmp_path: Path, new_database: Callable[[str], MongoDatabase], where: str
) -> None:
    source = tmp_path / "source.db"
    fill(source, 10)
    target: Location = (
        tmp_path / "target.db"
        if where == "file"
        else new_database("secantusdb").specification("GridFSStore")
    )
    before = content(source)
    for after, least in ((1, 0), (11, 4), (5, 4)):
        process = multiprocessing.get_context("fork").Process(
            target=killed, args=(source, target, after)
        )
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        # Each document that is there has its data, else its content would differ.
        there = content(target)
        assert there.items() <= before.items()
        assert len(there) >= least
    done = copy(source, target)
    assert done.complete
    assert 0 < done.copied < len(before)
    assert content(target) == before


def test_documents_of_chosen_jobs_are_copied(tmp_path: Path) -> None:
    fill(tmp_path / "source.db", 3)
    read, written = (
        open_store(tmp_path / "source.db", read_only=True),
        open_store(tmp_path / "b.db"),
    )
    done = sync(read, written, jobs={"job-2", "none"})
    assert (done.copied, done.data) == (1, PIECES)
    assert [item["uuid"] for item in written.query()] == ["job-2"]
    read.close()
    written.close()


def test_two_stores_are_merged_and_conflicts_named(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    fill(first, 3)
    shutil.copy(first, second)
    changed = open_store(second)
    (document,) = changed.docs_store.query({"uuid": "job-1"})
    document["output"]["n"] = 5
    changed.docs_store.update([document])
    changed.update({"uuid": "job-1", "index": 2, "output": "run again"})
    changed.close()
    before = content(first)
    done = copy(second, first)
    assert (done.copied, done.equal) == (1, 2)
    (line,) = done.refused
    assert line.startswith("document uuid job-1, index 1: the store to write to has another docum")
    assert content(first) == before | {("job-1", 2): content(second)["job-1", 2]}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE data SET doc = '{' WHERE id = 1",
            "document uuid job-0, index 1: its data .* dam",
        ),
        ("DELETE FROM data WHERE id = 1", "document uuid job-0, index 1: its data .* are missing"),
        ("UPDATE docs SET doc = '{' WHERE id = 1", "document uuid job-0.* of 'docs': it is damag"),
    ],
)
@pytest.mark.parametrize("jobs", [None, ["job-0", "job-1", "job-2"]])
def test_what_is_damaged_is_named_and_the_rest_copied(
    tmp_path: Path, statement: str, reason: str, jobs: list[str] | None
) -> None:
    source = tmp_path / "source.db"
    fill(source, 3)
    damage(source, statement)
    done = copy(source, tmp_path / "target.db", jobs)
    assert done.copied == 2
    (line,) = done.refused
    assert line.startswith("document uuid job-0")
    with pytest.raises(ValueError, match=reason):
        raise ValueError(line)
    assert {uuid for uuid, _ in content(tmp_path / "target.db")} == {"job-1", "job-2"}


def damage(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


def test_what_is_damaged_in_the_target_is_replaced(tmp_path: Path) -> None:
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    fill(source, 3)
    copy(source, target)
    damage(
        target,
        "UPDATE docs SET doc = '{' WHERE id = 1",
        "UPDATE data SET doc = '{' WHERE id = 5",
    )
    done = copy(source, target)
    assert (done.copied, done.equal, done.data, done.refused) == (1, 2, 1, [])
    assert content(target) == content(source)


def test_documents_of_no_job_are_named_and_the_rest_copied(
    mongo: MongoDatabase, tmp_path: Path
) -> None:
    fill(tmp_path / "source.db", 2)
    copy(tmp_path / "source.db", mongo.specification())
    store = open_store(mongo.specification())
    documents = store.docs_store._collection
    documents.insert_many([{"uuid": 5, "index": 1}, {"uuid": "odd", "index": "x"}, {"index": 2}])
    store.close()
    done = copy(mongo.specification(), tmp_path / "target.db")
    assert done.copied == 2
    assert len(done.refused) == 3
    assert any(line.startswith("document odd: its uuid 'odd'") for line in done.refused)
    assert content(tmp_path / "target.db") == content(tmp_path / "source.db")


def test_what_a_server_does_not_take_is_named_and_the_rest_copied(
    mongo: MongoDatabase, tmp_path: Path
) -> None:
    source = tmp_path / "source.db"
    fill(source, 2)
    store = open_store(source)
    store.update({"uuid": "integer", "index": 1, "output": 2**64})
    store.update({"uuid": "long", "index": 1, "output": "x" * 17_000_000})
    store.update(
        {"uuid": "data", "index": 1, "output": {"a": "x" * 17_000_000}}, save={"data": "a"}
    )
    store.close()
    done = copy(source, mongo.specification())
    assert done.copied == 2
    names = [line.split(",")[0] for line in done.refused]
    assert sorted(names) == [f"document uuid {name}" for name in ("data", "integer", "long")]
    # GridFS takes the long data, and those of the documents that are there already.
    assert copy(source, mongo.specification("GridFSStore")).data == 1 + 2 * PIECES


def test_stores_that_cannot_be_synchronised_are_refused(tmp_path: Path) -> None:
    fill(tmp_path / "source.db", 1)
    with pytest.raises(StoreError, match="both stores are the same"):
        copy(tmp_path / "source.db", tmp_path / "source.db")
    memory = {"type": "MemoryStore"}
    two = {"docs_store": memory, "additional_stores": {"data": memory, "spectra": memory}}
    with pytest.raises(StoreError, match="lacks additional_stores: spectra"):
        copy(two, tmp_path / "source.db")


def test_memory_does_not_grow_with_the_store(tmp_path: Path) -> None:
    peaks = []
    for number in (200, 600):
        source = tmp_path / f"{number}.db"
        fill(source, number, length=20_000)
        tracemalloc.start()
        copy(source, tmp_path / f"{number} copied.db")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 0.5 * (tmp_path / "600.db").stat().st_size
