"""Open results stores and find typed results in them."""

import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from example_results import ExampleResult, GrownResult, State
from hostile import touching
from jobflow import Flow, JobStore, job, run_locally
from maggma.stores import MemoryStore
from mongo_server import MongoDatabase
from monty.json import MontyDecoder, MontyEncoder
from pymatgen.core import Lattice, Structure

from liponflow.analysis.kinds import ResultKind, SchemaError
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.store import results
from liponflow.store.file import StoreError
from liponflow.store.frames import results_frame, states_frame
from liponflow.store.query import QueryError
from liponflow.store.reading import StoredResult
from liponflow.store.results import (
    find_results,
    find_summaries,
    get_result,
    open_results,
    open_store,
)
from liponflow.store.sqlite import EmbeddedJobStore

pytestmark = pytest.mark.usefixtures("example_kinds")


def example(
    formula: str = "LiNi0.5Mn1.5O4", engine: str = "chgnet", preset: str = "quick", *,
    converged: bool = True, c_over_a: float = 1.08,
) -> ExampleResult:  # fmt: skip
    structure = Structure(Lattice.cubic(3.5), ["Li"], [[0, 0, 0]], site_properties={"magmom": [1]})
    return ExampleResult(
        formula=formula,
        converged=converged,
        criterion="forces below 0.05 eV/Å",
        states=[
            State(x=1, c_over_a=1.0, moments={"Ni": 1.7}, structure=structure),
            State(x=2, c_over_a=c_over_a, moments={"Ni": 1.7}, structure=structure),
        ],
        provenance=Provenance(
            engine=EngineInfo(name=engine, version="0.4", surrogate=engine != "vasp"),
            packages={},
            preset=preset,
            parameters={"fmax": 0.05},
            input_fingerprint="0" * 64,
            source_structure="built-in",
            parent_uuids=[],
            created_at=datetime(2024, 1, 1, tzinfo=UTC),
        ),
    )


NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 (jobflow writes local time)
ABROAD = (NOON + timedelta(hours=1, minutes=30)).astimezone(
    timezone(timedelta(hours=9, minutes=30))
)
"""Between the second and the third result, in another time zone."""
STORED = {
    "aaaa-1": example(),
    "aaab-2": example(engine="vasp", preset="paper"),
    "bbbb-3": example("Li2O", converged=False, c_over_a=1.0),
}


KINDS_OF_STORES = ("embedded", "memory", "secantusdb", "mongod")
"""A MemoryStore and MongoDB beside ours, so that no query depends on ours."""


def filled_store(
    kind: str, folder: Path, new_database: Callable[[str], MongoDatabase]
) -> JobStore:
    if kind == "embedded":
        opened = open_store(folder / "results.db")
    elif kind == "memory":
        opened = JobStore(MemoryStore("docs"), additional_stores={"data": MemoryStore("data")})
        opened.connect()
    else:
        opened = open_store(new_database(kind).specification())
    for hours, (uuid, result) in enumerate(STORED.items()):
        moment = (NOON + timedelta(hours=hours)).isoformat()
        opened.update({"uuid": uuid, "index": 1, "output": result, "completed_at": moment})
    opened.update({"uuid": "cccc-4", "index": 1, "output": {"energy": -1}, "completed_at": "2024"})
    return opened


@pytest.fixture(params=KINDS_OF_STORES)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[str], MongoDatabase]
) -> Iterator[JobStore]:
    """Return a store that the test may change."""
    opened = filled_store(request.param, tmp_path, new_database)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=KINDS_OF_STORES)
def shared_store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[str], MongoDatabase],
) -> Iterator[JobStore]:
    """Return a store that tests only read."""
    opened = filled_store(request.param, tmp_path_factory.mktemp("store"), new_database)
    yield opened
    opened.close()


def uuids(found: list[StoredResult]) -> list[str]:
    return [item.uuid for item in found]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "3 2 1"),
        ({"kind": "example"}, "3 2 1"),
        ({"kind": "glass"}, ""),
        ({"formula": "Li2O"}, "3"),
        ({"engine": "vasp"}, "2"),
        ({"limit": 2}, "3 2"),
        ({"since": NOON + timedelta(hours=1)}, "3 2"),
        ({"until": NOON + timedelta(hours=1)}, "2 1"),
        ({"since": (NOON + timedelta(minutes=1)).astimezone(UTC), "limit": 1}, "3"),
        ({"since": ABROAD}, "3"),
        ({"until": ABROAD}, "2 1"),
        ({"where": ["converged=true"]}, "2 1"),
        ({"where": ["converged != true"]}, "3"),
        ({"where": ["states.c_over_a>1.03", "provenance.preset=quick"]}, "1"),
        ({"where": ["states.moments.Ni<=1.7"]}, "3 2 1"),
        ({"where": ["provenance.engine.version=0.4"]}, "3 2 1"),
        ({"where": ["provenance.engine.version='0.4'"]}, "3 2 1"),
        ({"where": ["provenance.engine.weights=null", "formula!=Li2O"]}, "2 1"),
        ({"where": ["voltages>=4.7", "states.x==2"]}, "3 2 1"),
        ({"where": {"converged": True, "$or": [{"formula": "Li2O"}, {"states.x": 2}]}}, "2 1"),
        ({"where": {"formula": {"$regex": "^Li2"}}}, "3"),
    ],
)
def test_filters_find_results(
    shared_store: JobStore, filters: dict[str, Any], expected: str
) -> None:
    found = find_results(shared_store, **filters)
    assert " ".join(uuid[-1] for uuid in uuids(found)) == expected


def test_lists_decode_no_whole_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_store(tmp_path / "results.db")) as opened:
        for number in range(3):
            document = {"uuid": f"u{number}", "index": 1, "completed_at": NOON.isoformat()}
            output = {**MontyEncoder().default(example()), "@version": "0.2.0"}
            opened.update({**document, "output": output})
    monkeypatch.delattr("liponflow.store.table.decode")
    with closing(open_results(tmp_path / "results.db")) as table:
        summaries = find_summaries(table, kind="example", engine="chgnet", formula="Li2Mn3NiO8")
        assert summaries == []
        found = find_summaries(table, kind="example", engine="chgnet", since=NOON)
    assert [item.uuid for item in found] == ["u0", "u1", "u2"]
    assert {item.engine.label for item in found} == {
        "chgnet 0.4 (machine-learned potential, not DFT)"
    }


def test_formulas_find_results_however_they_are_written(store: JobStore) -> None:
    for written in ("LiNi0.5Mn1.5O4", "Li2O", "OLi2", "Li4 O2"):
        found = find_results(store, formula=written)
        assert {item.result.formula for item in found} <= {written, "Li2O"}
        assert found
    assert find_results(store, formula="Li2O2") == []


def test_results_are_restored_with_their_types(store: JobStore) -> None:
    (found,) = find_results(store, formula="Li2O")
    assert isinstance(found.result, ExampleResult)
    assert found.completed_at == (NOON + timedelta(hours=2)).astimezone()
    assert found.result == STORED["bbbb-3"]
    assert found.result.states[0].structure.site_properties == {"magmom": [1]}


@pytest.mark.parametrize(
    ("where", "named"),
    [
        (["converged"], "cannot read the condition 'converged'; write FIELD OPERATOR VALUE"),
        (["x>"], "cannot read the condition"),
        (["converged>true"], "orders true; only = and !="),
        (["states.c_over_a>abc"], "orders the text 'abc': > is for numbers and dates"),
        ("converged=true", "takes a list"),
        ({"$nor": []}, r"\$nor"),
        ({"x": {"$near": 1}}, r"\$near"),
        (["states.c_over_b>1"], r"no stored result has the field.*did you mean 'states\.c_over_a"),
    ],
)
def test_malformed_condition_is_refused_by_name(tmp_path: Path, where: Any, named: str) -> None:
    store = open_store(tmp_path / "results.db")
    store.update({"uuid": "u", "index": 1, "output": example(), "completed_at": "2024-01-01"})
    with pytest.raises(QueryError, match=named):
        find_results(store, where=where)
    store.close()


def test_unique_uuid_prefix_finds_a_result(store: JobStore) -> None:
    assert get_result(store, "b").uuid == "bbbb-3"
    assert get_result(store, "aaab-2").result.provenance.engine.name == "vasp"
    with pytest.raises(StoreError, match=r"several results begin with 'aaa': aaab-2 .*, aaaa-1"):
        get_result(store, "aaa")
    with pytest.raises(StoreError, match=r"no result begins with 'c'; the latest are bbbb-3 \(ex"):
        get_result(store, "c")  # cccc-4 is a job, but not a result
    store.update(
        {"uuid": "bbbb-3", "index": 2, "output": example("Li3N"), "completed_at": "2024-07-01"}
    )
    assert get_result(store, "bbbb").result.formula == "Li3N"
    store.remove_docs({})
    with pytest.raises(StoreError, match="holds no results"):
        get_result(store, "b")


def test_unreadable_results_are_named(store: JobStore) -> None:
    changes: list[dict[str, Any]] = [{"states": 5}, {"schema_version": 2}, {"kind": "exampel"}]
    for number, change in enumerate(changes):
        output = {**store.query_one({"uuid": "aaaa-1"})["output"], **change}
        uuid = f"bad-{number}"
        store.update({"uuid": uuid, "index": 1, "output": output, "completed_at": "2023"})
    with pytest.raises(StoreError, match=r"bad-0 \(example\) cannot be read by this version.*st"):
        get_result(store, "bad-0")
    newer = r"example version 2, and this liponflow reads up to version 1; update .*'example'"
    with pytest.raises(StoreError, match=newer):
        get_result(store, "bad-1")
    unknown = r"kind of result 'exampel'; did you mean 'example'\?.* install the one that regist"
    with pytest.raises(StoreError, match=unknown):
        get_result(store, "bad-2")
    with pytest.warns(UserWarning, match="cannot be read by this version") as warned:
        found = find_results(store)
    assert len(warned) == 3
    assert len(found) == 3


def test_numbers_that_older_versions_stored_for_none_are_named(store: JobStore) -> None:
    for number, value in enumerate([math.nan, math.inf]):
        output = store.query_one({"uuid": "aaaa-1"})["output"]
        output["voltages"][0] = value
        uuid = f"bad-{number}"
        store.update({"uuid": uuid, "index": 1, "output": output, "completed_at": "2023"})
        complaint = rf"{uuid} \(example\) cannot be read.*voltages\.0: Input should be a finite n"
        with pytest.raises(StoreError, match=complaint):
            get_result(store, uuid)
    skipped: list[StoreError] = []
    assert len(find_results(store, skipped=skipped)) == 3
    assert len(skipped) == 2


def test_results_are_read_regardless_of_the_recorded_class(store: JobStore) -> None:
    stored = store.query_one({"uuid": "aaaa-1"})["output"]
    for number, gone in enumerate([{"@module": "os", "@class": "system"}, {"@module": None}]):
        output = {**stored, **gone}
        output["states"][0]["structure"] |= {"@module": "gone.away", "@class": "Crystal"}
        store.update(
            {"uuid": "m", "index": number, "output": output, "completed_at": "2025-01-01"}
        )
        assert get_result(store, "m").result == STORED["aaaa-1"]


def test_stored_structure_that_would_run_a_command_is_refused(
    store: JobStore, tmp_path: Path
) -> None:
    output = store.query_one({"uuid": "aaaa-1"})["output"]
    site = output["states"][0]["structure"]["sites"][0]
    for hostile in (touching(tmp_path / "made"), {"@module": "os", "@class": "system"}):
        site["properties"] = {"magmom": hostile}
        store.update({"uuid": "m", "index": 1, "output": output, "completed_at": "2025-01-01"})
        with pytest.raises(StoreError, match=r"names (os|jobflow)\..*, which is not on the list"):
            get_result(store, "m")
    assert not (tmp_path / "made").exists()
    output["states"][0]["structure"] = {"sites": [{"abc": [0, 0, 0]}]}
    store.update({"uuid": "n", "index": 1, "output": output, "completed_at": "2025-01-01"})
    with pytest.raises(StoreError, match=r"first states\.0\.structure: .*not a structure as pym"):
        get_result(store, "n")


def test_older_schema_is_migrated(store: JobStore) -> None:
    common = example().model_dump(mode="json", exclude={"states", "voltages", "schema_version"})
    common["kind"] = "grown"
    for uuid, document in {
        "v1": {"height": 96.485},
        "v2": {"schema_version": 2, "barrier": 1.0},
        "v3": {"schema_version": 3, "barrier": 1.0, "images": []},
    }.items():
        output = common | document
        store.update({"uuid": uuid, "index": 1, "output": output, "completed_at": "2025-01-01"})
    first, *others = [get_result(store, uuid).result for uuid in ("v1", "v2", "v3")]
    assert isinstance(first, GrownResult)
    assert (first.barrier, first.images, first.schema_version) == (1.0, [], 3)
    assert others == [first, first]


def test_missing_migration_is_named() -> None:
    gap = ResultKind("grown", model="example_results:GrownResult", migrations={})
    with pytest.raises(SchemaError, match="nothing migrates schema grown version 1 to 2; read"):
        gap.read({"kind": "grown", "height": 1})


def test_frames_contain_the_scalar_fields(store: JobStore) -> None:
    found = find_results(store)
    frame = results_frame(found)
    assert list(frame["uuid"]) == uuids(found)
    assert list(frame["provenance.parameters.fmax"]) == [0.05] * 3
    assert list(frame["converged"]) == [False, True, True]
    assert isinstance(frame["completed_at"].dtype, pd.DatetimeTZDtype)
    assert not [name for name in frame if "structure" in name and "source" not in name]
    assert "states" not in frame
    assert "voltages" not in frame
    states = states_frame(found[-1].result, "states")
    assert list(states["c_over_a"]) == [1.0, 1.08]
    assert list(states["moments.Ni"]) == [1.7, 1.7]
    assert list(states.columns) == ["x", "c_over_a", "moments.Ni"]
    with pytest.raises(ValueError, match="no list of states named 'voltages'; it has states"):
        states_frame(found[0].result, "voltages")
    assert results_frame([]).empty


# Opening


@job(data="trajectory")
def compute(number: int) -> dict[str, Any]:
    return {"energy": -1.5 * number, "trajectory": [{"step": n} for n in range(number)]}


@job
def total(energies: list[float]) -> float:
    return sum(energies)


@pytest.mark.filterwarnings("ignore:cd is deprecated:FutureWarning")  # monty's, in jobflow
def test_jobflow_runs_with_the_store(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "results.db"
    jobs = [compute(number) for number in (1, 2)]
    last = total([item.output["energy"] for item in jobs])
    store = open_store(path)
    responses = run_locally(
        Flow([*jobs, last]), store=store, ensure_success=True, log=False, root_dir=tmp_path
    )
    store.close()
    assert responses[last.uuid][1].output == -4.5

    reader = open_store(path, read_only=True)
    assert reader.get_output(last.uuid) == -4.5
    whole = reader.get_output(jobs[1].uuid, load=True)
    assert whole["trajectory"] == [{"step": 0}, {"step": 1}]
    assert "blob_uuid" in reader.get_output(jobs[1].uuid)["trajectory"]
    with pytest.raises(StoreError, match="reading only"):
        reader.remove_docs({"uuid": last.uuid})
    reader.close()


def test_job_and_its_data_are_stored_atomically(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "results.db")
    data = store.additional_stores["data"]

    def fail(*_: Any, **__: Any) -> None:
        raise StoreError("the disk is full")

    document = {"uuid": "u", "index": 1, "output": {"trajectory": [1, 2]}}
    with monkeypatch.context() as patch:
        patch.setattr(data, "update", fail)
        with pytest.raises(StoreError, match="disk is full"):
            store.update(document, save={"data": "trajectory"})
    assert (store.count(), data.count()) == (0, 0)
    store.update(document, save={"data": "trajectory"})
    assert (store.count(), data.count()) == (1, 1)
    store.remove_docs({"uuid": "u"})
    assert (store.count(), data.count()) == (0, 0)
    store.close()


def test_store_can_be_sent_to_another_process(tmp_path: Path) -> None:
    store = open_store(tmp_path / "results.db")
    store.update({"uuid": "u", "index": 1, "output": 1})
    copy = MontyDecoder().decode(MontyEncoder().encode(store))
    assert isinstance(copy, EmbeddedJobStore)
    copy.connect()
    assert copy.get_output("u") == 1
    for each in (store, copy):
        each.close()


def test_any_maggma_store_can_be_used(tmp_path: Path) -> None:
    memory = {"type": "MemoryStore"}
    store = open_store({"docs_store": memory, "additional_stores": {"data": memory}})
    store.update({"uuid": "u", "index": 1, "output": 1})
    assert store.get_output("u") == 1
    store.close()
    ours = {"type": "SQLiteStore", "path": str(tmp_path / "results.db")}
    blobs = {**ours, "table": "data", "unique": ["blob_uuid"]}
    store = open_store({"docs_store": ours, "additional_stores": {"data": blobs}})
    store.update({"uuid": "u", "index": 1, "output": 1})
    store.close()
    with pytest.raises(StoreError, match="lacks 'docs_store'"):
        open_store({"additional_stores": {"data": memory}})
    with pytest.raises(StoreError, match="lacks additional_stores: data"):
        open_store({"docs_store": memory})
    with pytest.raises(StoreError, match="NoSuchStore"):
        open_store({"docs_store": {"type": "NoSuchStore"}, "additional_stores": {"data": memory}})


def test_unusable_store_paths_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no results store at .*absent\.db; a campaign"):
        open_store(tmp_path / "absent.db", read_only=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot create the directory of the results store"):
        open_store(tmp_path / "file" / "folder" / "results.db")


def test_network_filesystem_causes_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(results, "_MOUNTS", mounts)
    with pytest.warns(UserWarning, match=r"network filesystem \(nfs4\).*local disk"):
        store = open_store(tmp_path / "results.db")
    store.close()


def test_queries_of_campaigns_use_the_index(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    store = open_store(path)
    store.update({"uuid": "u", "index": 1, "output": example(), "completed_at": "2024-01-01"})
    store.close()
    with sqlite3.connect(path) as raw:
        indexed = {path for (path,) in raw.execute("SELECT path FROM docs_paths")}
        blobs = {path for (path,) in raw.execute("SELECT path FROM data_paths")}
    raw.close()
    assert {"uuid", "name", "completed_at", "output.kind", "output.formula"} <= indexed
    assert "output.provenance.engine.name" in indexed
    assert blobs == {"blob_uuid", "job_uuid"}
