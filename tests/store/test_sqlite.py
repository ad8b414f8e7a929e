"""The SQLite store: queries, atomicity, durability and error messages."""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import mongomock
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maggma.stores import MemoryStore
from monty.json import MontyDecoder
from pymatgen.core import Lattice

from liponflow.store.file import SCHEMA_VERSION, DamagedDocumentError, StoreError
from liponflow.store.query import QueryError, matches, parse, project
from liponflow.store.sqlite import SQLiteStore
from liponflow.store.values import bson_key, decode

Document = dict[str, Any]


def job(uuid: str, index: int = 1, **fields: Any) -> Document:
    return {"uuid": uuid, "index": index, **fields}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.db"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    with SQLiteStore(path) as opened:
        yield opened


# Queries

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from(
        [2**53, 2**53 + 1, 2.0**53, 2**63 - 1, -(2**63), 2**70, 10**400, 0.1, 0.1 + 0.2]
    )
    | st.text(max_size=3)
    | st.sampled_from(["\udc80", "a\0b", "a", "ab", "\U0010ffff"])
    | st.datetimes().map(lambda moment: moment.replace(microsecond=0))
    | st.binary(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2)
    ),
    max_leaves=6,
)
PATHS = st.sampled_from(["a", "b", "a.x", "a.y", "a.0"])
OPERATORS = st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])


def filters(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Draw filters on indexed and other paths, nested by $and and $or."""
    listed = st.lists(values, max_size=3)
    operator = (
        st.builds(lambda name, value: {name: value}, OPERATORS, values)
        | st.builds(lambda name, value: {name: value}, st.sampled_from(["$in", "$nin"]), listed)
        | st.builds(lambda value: {"$exists": value}, st.booleans())
    )
    return st.recursive(
        st.dictionaries(PATHS, operator, max_size=2),
        lambda inner: st.builds(
            lambda name, items: {name: items},
            st.sampled_from(["$and", "$or"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=3,
    )


@pytest.fixture(scope="module")
def indexed_store() -> Iterator[SQLiteStore]:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "indexed.db"
        with SQLiteStore(file, unique=["n"], indexed=["a", "a.x", "a.0"]) as opened:
            yield opened


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_index_does_not_change_answers(indexed_store: SQLiteStore, data: st.DataObject) -> None:
    contents = data.draw(
        st.lists(st.fixed_dictionaries({}, optional={"a": ANYTHING, "b": ANYTHING}), max_size=4)
    )
    # Filters use values of the documents, so that matches are likely.
    present = [value for item in contents for value in item.values()]
    values = st.sampled_from(present) | ANYTHING if present else ANYTHING
    criteria = data.draw(filters(values))
    indexed_store.remove_docs({})
    indexed_store.update([{"n": n, **item} for n, item in enumerate(contents)])
    stored = list(indexed_store.query())
    expected = [item["n"] for item in stored if matches(parse(criteria), item)]
    assert [item["n"] for item in indexed_store.query(criteria)] == expected
    assert indexed_store.count(criteria) == len(expected)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_excerpts_are_parts_of_the_whole_documents(
    indexed_store: SQLiteStore, data: st.DataObject
) -> None:
    """SQLite reads the excerpts from the text, or the documents are decoded."""
    contents = data.draw(
        st.lists(st.fixed_dictionaries({}, optional={"a": ANYTHING, "b": ANYTHING}), max_size=4)
    )
    present = [value for item in contents for value in item.values()]
    values = st.sampled_from(present) | ANYTHING if present else ANYTHING
    criteria = data.draw(filters(values))
    properties = data.draw(st.lists(PATHS, min_size=1, max_size=3))
    indexed_store.remove_docs({})
    indexed_store.update([{"n": n, **item} for n, item in enumerate(contents)])
    expected = [project(item, properties) for item in indexed_store.query(criteria)]
    found = list(indexed_store.query(criteria, properties))
    assert [bson_key(sorted_keys(item)) for item in found] == [
        bson_key(sorted_keys(item)) for item in expected
    ]


def sorted_keys(value: Any) -> Any:
    """Return a document whose keys are in order: an excerpt has that of its paths."""
    if isinstance(value, list):
        return [sorted_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: sorted_keys(value[name]) for name in sorted(value)}


def test_excerpts_are_read_without_decoding_the_documents(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = {"kind": "glass", "big": 2**70, "yes": True, "when": datetime(2026, 1, 2), "no": None}  # noqa: DTZ001 (as MongoDB returns it)
    store.update(job("u1", output={**output, "states": list(range(1000))}))
    wanted = ["uuid", "output.kind", "output.big", "output.yes", "output.when"]
    expected = {"uuid": "u1", "output": {name: output[name] for name in output if name != "no"}}
    lengths: list[int] = []

    def counted(text: str) -> Document:
        lengths.append(len(text))
        return decode(text)

    monkeypatch.setattr("liponflow.store.table.decode", counted)
    assert list(store.query({"uuid": "u1"}, wanted)) == [expected]
    assert lengths == []
    # A null may be a path that leads to nothing, which only the whole document tells.
    assert list(store.query({"uuid": "u1"}, ["uuid", "output.no"])) == [
        {"uuid": "u1", "output": {"no": None}}
    ]
    assert len(lengths) == 1


STATES = st.lists(st.fixed_dictionaries({"x": st.integers(2, 9)}), max_size=3)
JOBS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["relax", "static", "md"]),
            "tags": st.lists(st.sampled_from("xyz"), max_size=2),
            "output": st.fixed_dictionaries({"energy": st.floats(-9, 9), "states": STATES}),
        }
    ),
    max_size=8,
)
JOB_FILTERS = st.sampled_from(
    [
        {},
        {"name": "relax"},
        {"tags": "x"},
        {"tags": {"$in": ["x", "y"]}, "name": {"$ne": "md"}},
        {"output.energy": {"$gt": -1, "$lte": 4.5}},
        {"output.states.x": 5},
        {"output.states.x": {"$gte": 7}},
        {"$or": [{"name": "md"}, {"output.states.x": {"$lt": 4}}]},
        {"name": {"$regex": "^S", "$options": "i"}},
        {"index": 3},
        {"uuid": {"$in": ["u1", "u2", "nobody"]}},
    ]
)


@pytest.fixture(scope="module")
def job_store() -> Iterator[SQLiteStore]:
    with (
        tempfile.TemporaryDirectory() as directory,
        SQLiteStore(Path(directory) / "jobs.db", indexed=["uuid", "name", "tags"]) as opened,
    ):
        yield opened


@settings(max_examples=150, deadline=None)
@given(
    contents=JOBS,
    criteria=JOB_FILTERS,
    sort=st.sampled_from([None, {"output.energy": -1}, {"name": 1, "index": -1}]),
    window=st.tuples(st.integers(0, 2), st.integers(0, 3)),
)
def test_complete_queries_agree_with_mongomock(
    job_store: SQLiteStore,
    contents: list[Document],
    criteria: Document,
    sort: dict[str, int] | None,
    window: tuple[int, int],
) -> None:
    jobs = [job(f"u{n}", n, **item) for n, item in enumerate(contents)]
    job_store.remove_docs({})
    job_store.update(jobs, key=["uuid", "index"])
    collection = mongomock.MongoClient().db.jobs
    if jobs:
        collection.insert_many([dict(item) for item in jobs])
    cursor = collection.find(criteria, {"_id": 0})
    cursor = cursor.sort(list(sort.items())) if sort else cursor
    skip, limit = window
    expected = list(cursor.skip(skip).limit(limit))
    assert list(job_store.query(criteria, sort=sort, skip=skip, limit=limit)) == expected
    assert job_store.count(criteria) == collection.count_documents(criteria)
    for field in ("name", "tags", "output.states.x"):
        assert sorted(job_store.distinct(field, criteria)) == sorted(
            collection.distinct(field, criteria)
        )


def test_groups_agree_with_the_memory_store_of_maggma(store: SQLiteStore) -> None:
    memory = MemoryStore(key="uuid")
    memory.connect()
    jobs = [job(f"u{n}", n % 3, name="ab"[n % 2], output={"e": n}) for n in range(7)]
    jobs.append(job("u9", 0))  # without a name: in no group
    for each in (store, memory):
        each.update(jobs)
    mine = {
        (key["name"], key["index"]): [item["uuid"] for item in group]
        for key, group in store.groupby(["name", "index"], {"output.e": {"$gt": 0}}, ["uuid"])
    }
    theirs = {
        (key["name"], key["index"]): [item["uuid"] for item in group]
        for key, group in memory.groupby(["name", "index"], {"output.e": {"$gt": 0}}, ["uuid"])
    }
    assert mine == theirs
    assert len(mine) == 6


def test_very_long_conditions_are_answered(store: SQLiteStore) -> None:
    store.update([job(f"u{n}") for n in range(5)])
    assert store.count({"uuid": {"$in": [f"u{n}" for n in range(40_000)]}}) == 5
    assert store.count({"$or": [{"uuid": f"u{n}"} for n in range(2_000)]}) == 5
    assert store.count({"$and": [{"uuid": "u3"}] * 2_000}) == 1


def test_unknown_operator_is_refused_before_reading(store: SQLiteStore) -> None:
    with pytest.raises(QueryError, match=r"\$elemMatch"):
        store.query({"output": {"$elemMatch": {}}})


# Documents


def test_values_are_restored_as_by_mongodb(store: SQLiteStore) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    lattice = Lattice.cubic(3.5)
    store.update(
        job("u", at=moment, nan=float("nan"), inf=-np.inf, array=np.arange(3), lattice=lattice,
            raw=b"\x00\xff", text="Å\udc80", count=np.int64(7), none=None, pair=(1, 2))
    )  # fmt: skip
    found = store.query_one({"uuid": "u"})
    assert found["at"] == datetime(2024, 5, 6, 7, 8, 9, 123000)  # noqa: DTZ001 (naive UTC, ms)
    assert np.isnan(found["nan"])
    assert found["inf"] == -np.inf
    assert found["array"] == [0, 1, 2]
    assert MontyDecoder().process_decoded(found["lattice"]) == lattice
    assert found["raw"] == b"\x00\xff"
    assert found["text"] == "Å\udc80"
    assert (found["count"], found["none"], found["pair"]) == (7, None, [1, 2])
    assert store.count({"at": {"$gt": datetime(2024, 5, 6, tzinfo=UTC)}}) == 1


def test_updates_replace_documents_and_their_index_entries(store: SQLiteStore) -> None:
    store.update([job("u", 1, name="old"), job("u", 2, name="other")], key=["uuid", "index"])
    store.update(job("u", 1, name="new"), key=["uuid", "index"])
    assert store.count() == 2
    assert store.count({"name": "old"}) == 0
    assert store.query_one({"uuid": "u"}, sort={"index": -1}) == job("u", 2, name="other")
    store.update(job("v", 9, name="new"), key="name")  # replaces (u, 1)
    assert [(item["uuid"], item["index"]) for item in store.query()] == [("v", 9), ("u", 2)]
    store.remove_docs({"uuid": "u"})
    assert list(store.query()) == [job("v", 9, name="new")]


def test_duplicate_unique_key_is_refused(store: SQLiteStore) -> None:
    store.update([job("u", 1, name="a"), job("v", 1, name="b")])
    with pytest.raises(StoreError, match="unique key is already stored"):
        store.update(job("u", 1, name="b"), key="name")
    assert store.query_one({"name": "b"})["uuid"] == "v"
    with pytest.raises(StoreError, match="lacks 'index'"):
        store.update({"uuid": "w"})


def test_updates_are_atomic(store: SQLiteStore) -> None:
    with pytest.raises(StoreError, match="lacks 'uuid'"):
        store.update([job("u"), {"index": 1}])
    assert store.count() == 0

    def update_twice() -> None:
        with store.transaction():
            store.update([job("u"), job("v")])
            store.update({"index": 1})

    with pytest.raises(StoreError, match="lacks 'uuid'"):
        update_twice()
    assert store.count() == 0
    store.update(job("u"))
    assert store.count({"uuid": "u"}) == 1


def test_added_index_persists(store: SQLiteStore, path: Path) -> None:
    store.update([job(f"u{n}", tags=["even", "odd"][n % 2]) for n in range(4)])
    assert store.ensure_index("tags")
    assert not store.ensure_index("tags", unique=True)
    with sqlite3.connect(path) as raw:
        rows = raw.execute("SELECT count(*) FROM docs_index WHERE value IN ('even', 'odd')")
        assert rows.fetchone() == (4,)
    raw.close()
    store.close()
    with SQLiteStore(path, indexed=[]) as other:
        other.update(job("u9", tags="odd"))
        assert other.count({"tags": "odd"}) == 3
        with SQLiteStore(path, read_only=True) as reader:
            assert reader.ensure_index("tags")
            assert not reader.ensure_index("name2")


def test_store_implements_the_maggma_interface(store: SQLiteStore, path: Path) -> None:
    store.update(job("u", last_updated=datetime(2024, 1, 2)))  # noqa: DTZ001
    other = MemoryStore(key="uuid")
    other.connect()
    other.update([job("u", last_updated=datetime(2024, 1, 3)), job("v")])  # noqa: DTZ001
    assert store.last_updated == datetime(2024, 1, 2)  # noqa: DTZ001
    assert store.newer_in(other) == ["u"]
    copy = SQLiteStore.from_dict(json.loads(json.dumps(store.as_dict())))
    assert copy == store
    assert hash(copy) == hash(store)
    assert copy.unique == ["uuid", "index"]
    with pytest.raises(StoreError, match="not open"):
        copy.count()
    with copy:
        assert copy.count() == 1
    assert str(path) in store.name
    with pytest.raises(ValueError, match="table name"):
        SQLiteStore(path, table="docs; DROP TABLE docs")


# Threads and processes


def test_threads_share_a_store(store: SQLiteStore) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(25):
                store.update(job(f"t{number}-{n}", name=f"t{number}"))
                assert store.count({"name": f"t{number}"}) == n + 1
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert store.count() == 100


def test_forked_child_reopens_the_file(store: SQLiteStore) -> None:
    store.update(job("parent"))
    if (child := os.fork()) == 0:
        try:
            store.update(job("child"))
            os._exit(0 if store.count() == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.update(job("parent again"))
    assert store.distinct("uuid") == ["parent", "child", "parent again"]


def test_reader_sees_committed_documents_only(store: SQLiteStore, path: Path) -> None:
    store.update(job("u"))
    count = (
        "import sys; from liponflow.store.sqlite import SQLiteStore as S\n"
        "with S(sys.argv[1], read_only=True) as s: print(s.count())"
    )
    with store.transaction():
        store.update(job("v"))
        seen = subprocess.run(
            [sys.executable, "-c", count, path], capture_output=True, text=True, check=True
        )
    assert seen.stdout == "1\n"


WRITER = """
import sys
from liponflow.store.sqlite import SQLiteStore
with SQLiteStore(sys.argv[1]) as store:
    for n in range(100_000):
        store.update({"uuid": f"{sys.argv[2]}-{n}", "index": 1, "output": "x" * 5000})
        print(f"{sys.argv[2]}-{n}", flush=True)
"""


def test_sigkill_loses_no_acknowledged_document(path: Path) -> None:
    chance = random.Random(20)  # noqa: S311
    acknowledged: set[str] = set()
    for run in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, path, f"r{run}"], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            timer: threading.Timer | None = None
            for line in writer.stdout:
                if timer is None:  # kill at a random time after the first document
                    timer = threading.Timer(chance.uniform(0, 0.3), writer.kill)
                    timer.start()
                if line.endswith("\n"):
                    acknowledged.add(line.strip())
        assert writer.returncode == -signal.SIGKILL
        with SQLiteStore(path) as store:
            assert acknowledged <= set(store.distinct("uuid"))
            for item in store.query({"uuid": {"$regex": f"^r{run}-"}}):
                assert len(item["output"]) == 5000
    assert len(acknowledged) > 20


# Hashes


def altered(path: Path, sql: str, *values: Any) -> None:
    """Change the file behind the back of the store, as a bad disk does."""
    raw = sqlite3.connect(path)
    raw.execute(sql, values)
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("find", "replace"),
    [(b"-3.25", b"-3.26"), (b'"energy"', b"'energy'"), (b"}}", b"}"), (b"LiO", b"L\xffO")],
)
def test_a_changed_document_is_refused_by_name(
    store: SQLiteStore, path: Path, find: bytes, replace: bytes
) -> None:
    store.update([job("a", output={"energy": -3.25, "formula": "LiO"}), job("b", output=1)])
    ((text,),) = store._database.execute("SELECT doc FROM docs WHERE id = 1")
    assert find in text.encode()
    changed = text.encode().replace(find, replace)
    altered(path, "UPDATE docs SET doc = CAST(? AS TEXT) WHERE id = 1", changed)
    message = rf"{path}: document uuid a, index 1 of 'docs' is damaged .*hash.*restore .* backup"
    with pytest.raises(DamagedDocumentError, match=message):
        store.query_one({"uuid": "a"})
    assert store.query_one({"uuid": "b"})["output"] == 1
    with store.skip_damaged() as errors:
        for _ in range(2):
            assert [item["uuid"] for item in store.query()] == ["b"]
    (error,) = errors
    assert re.search(message, str(error))
    with pytest.raises(DamagedDocumentError):
        list(store.query())


def test_a_new_version_of_a_damaged_document_repairs_it(store: SQLiteStore, path: Path) -> None:
    store.update(job("a", name="old"))
    altered(path, "UPDATE docs SET doc = '{'")
    store.update(job("a", name="new"), key=["uuid", "index"])
    assert [item["name"] for item in store.query({"name": "new"})] == ["new"]
    assert [item["uuid"] for item in store.query({"name": "old"})] == []
    assert all(isinstance(item, dict) for item in store.documents())


@pytest.mark.parametrize(
    ("sql", "cause"),
    [
        ("UPDATE docs SET doc = '[1]', sha256 = NULL", "not a JSON object"),
        ("UPDATE docs SET doc = '{', sha256 = NULL", "Expecting property name"),
        ("UPDATE docs SET sha256 = 'x'", "does not match its hash"),
        ("UPDATE docs SET key = '[\"b\", 1]'", "values differ"),
        ("DELETE FROM docs_index WHERE value = 'a'", "queries may miss it"),
        ("UPDATE docs_index SET value = 'b' WHERE value = 'a'", "queries may miss it"),
    ],
)
def test_every_document_is_checked(store: SQLiteStore, path: Path, sql: str, cause: str) -> None:
    store.update(job("a", output={"kind": "md", "x": [1, 2.5, None]}))
    assert [item["uuid"] for item in store.documents()] == ["a"]
    altered(path, sql)
    (damaged,) = store.documents()
    assert isinstance(damaged, DamagedDocumentError)
    assert cause in damaged.cause


@pytest.mark.parametrize("position", range(0, 1000, 50))
def test_no_flipped_byte_in_a_document_changes_what_is_read(path: Path, position: int) -> None:
    document = job("a", output={"energies": [n / 7 for n in range(100)]})
    with SQLiteStore(path) as store:
        store.update(document)
    content = bytearray(path.read_bytes())
    start = content.index(b'{"uuid"')
    content[start + position] ^= 1
    path.write_bytes(content)
    with (
        SQLiteStore(path, read_only=True) as store,
        pytest.raises(DamagedDocumentError, match="uuid a"),
    ):
        list(store.query())


def test_documents_without_hashes_are_read_and_get_them_when_written(path: Path) -> None:
    with SQLiteStore(path) as store:
        store.update([job("a", name="old"), job("b", name="old")])
    altered(path, "ALTER TABLE docs DROP COLUMN sha256")
    altered(path, "PRAGMA user_version = 1")
    with SQLiteStore(path, read_only=True) as store:
        assert [item["uuid"] for item in store.query({"name": "old"})] == ["a", "b"]
        assert all(isinstance(item, dict) for item in store.documents())
    with SQLiteStore(path) as store:
        store.update(job("c"))
        hashes = store._database.execute("SELECT doc, sha256 FROM docs")
        assert len(hashes) == 3
        assert all(sha256(text.encode()).hexdigest() == found for text, found in hashes)
        assert [item["uuid"] for item in store.query({"name": "old"})] == ["a", "b"]
        assert store._database.execute("PRAGMA user_version") == [(SCHEMA_VERSION,)]


# Errors


def test_missing_file_is_named(path: Path) -> None:
    with pytest.raises(StoreError, match=rf"no results store at {path}"):
        SQLiteStore(path, read_only=True).connect()
    with pytest.raises(StoreError, match="check that the directory exists"):
        SQLiteStore(path.parent / "nowhere" / "x.db").connect()


@pytest.mark.parametrize("read_only", [True, False])
def test_other_files_are_refused_and_left_unchanged(path: Path, *, read_only: bool) -> None:
    path.write_text("Direct lattice\n" * 100)
    with pytest.raises(StoreError, match="not a database; use another file"):
        SQLiteStore(path, read_only=read_only).connect()
    path.unlink()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE systems (id)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a results store of liponflow"):
        SQLiteStore(path, read_only=read_only).connect()
    assert path.read_bytes() == before


def test_store_of_a_newer_version_is_refused(store: SQLiteStore, path: Path) -> None:
    store.close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    raw.close()
    with pytest.raises(StoreError, match=rf"newer liponflow \(store version {SCHEMA_VERSION + 1}"):
        store.connect()


def test_locked_file_is_named_after_the_timeout(path: Path) -> None:
    with SQLiteStore(path, timeout=0.2) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=rf"{path}: database is locked; another process"):
            store.update(job("u"))
        other.execute("ROLLBACK")
        other.close()
        store.update(job("u"))
        assert store.count() == 1


def test_full_disk_keeps_stored_documents(store: SQLiteStore, path: Path) -> None:
    store.update(job("kept", output="x" * 5000))
    database = store._database
    ((pages,),) = database.execute("PRAGMA page_count")
    database.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreError, match="is full; everything stored before is kept: free some"):
        store.update([job(f"u{n}", output="x" * 5000) for n in range(20)])
    assert store.distinct("uuid") == ["kept"]
    # The connection may live as long as the traceback, so free its pages like a freed disk.
    database.execute(f"PRAGMA max_page_count = {1000 * pages}")
    store.close()
    del database
    with SQLiteStore(path) as again:
        assert again.distinct("uuid") == ["kept"]
        again.update(job("more", output="x" * 50_000))


def test_damaged_file_is_named_with_the_remedy(store: SQLiteStore, path: Path) -> None:
    store.update([job(f"u{n}", output="x" * 5000) for n in range(50)])
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(StoreError, match=r"malformed; save a copy.*\.recover"), store:
        list(store.query())


def messages_without_privileges(path: Path) -> list[str]:
    """Return messages of reading, updating and opening a store in an unprivileged process."""
    read_end, write_end = os.pipe()
    if (child := os.fork()) == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            said = []
            with SQLiteStore(path, read_only=True) as reader:
                said.append(f"{reader.count()} stored")
                for attempt in (lambda: reader.update(job("v")), SQLiteStore(path).connect):
                    try:
                        attempt()
                    except StoreError as error:
                        said.append(str(error))
            os.write(write_end, "\n".join(said).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        said = pipe.read().splitlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return said


@pytest.mark.parametrize("protected", ["file", "directory"])
def test_read_only_store_can_be_read_but_not_written(protected: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        path = directory / "results.db"
        with SQLiteStore(path) as store:
            store.update(job("u"))
        path.chmod(0o444 if protected == "file" else 0o666)
        directory.chmod(0o777 if protected == "file" else 0o555)
        count, update, connect = messages_without_privileges(path)
        directory.chmod(0o755)
    assert count == "1 stored"
    assert "opened for reading only" in update
    assert str(path) in connect
    assert "write" in connect
