"""Lists in the order of time, from servers in short queries that have indexes."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from mongo_server import MongoDatabase
from pymongo import MongoClient

from liponflow.store import latest as module
from liponflow.store.conditions import ANY_KIND, criteria_of
from liponflow.store.latest import latest
from liponflow.store.results import open_store

NOW = datetime.now().replace(microsecond=0)  # noqa: DTZ005 (jobflow writes local time)
TIMES = [
    (NOW + timedelta(days=9)).isoformat(),
    *((NOW - timedelta(hours=hours)).isoformat() for hours in (0, 1, 23, 30, 2000, 2001, 9000)),
    "2019-05-01T00:00:00",
    "1066",
]
"""Times of completion, the latest first: one of a clock that is ahead, and older than jobflow."""
NO_TIMES: list[Any] = [5, NOW, None]
"""What else a damaged document may have."""
RESULT = {"output.kind": ANY_KIND}


@pytest.fixture(params=["file", "memory", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path, mongo: MongoDatabase) -> Iterator[Any]:
    if request.param == "memory":
        opened = JobStore(MemoryStore("docs"), additional_stores={"data": MemoryStore("data")})
        opened.connect()
    else:
        server = mongo.specification()
        opened = open_store(tmp_path / "results.db" if request.param == "file" else server)
    with closing(opened):
        yield opened


def fill(store: JobStore, times: list[Any]) -> None:
    for number, time in reversed(list(enumerate(times))):
        output = {"kind": ("glass", "md")[number % 2], "formula": "LiPON", "number": number}
        document = {"uuid": f"job-{number}", "index": 1, "output": output, "completed_at": time}
        store.update(document)
    store.update({"uuid": "other", "index": 1, "output": {}, "completed_at": times[0]})
    store.update({"uuid": "without", "index": 1, "output": {"kind": "md", "number": -1}})


def numbers(documents: Iterator[dict[str, Any]]) -> list[int]:
    return [document["output"]["number"] for document in documents]


def test_documents_come_in_the_order_of_time(store: JobStore) -> None:
    fill(store, TIMES)
    ordered = list(range(len(TIMES)))
    assert numbers(latest(store, RESULT, ["output.number"])) == [*ordered, -1]
    within = {"completed_at": {"$gte": TIMES[6], "$lte": TIMES[2]}}
    assert numbers(latest(store, RESULT | within)) == [2, 3, 4, 5, 6]
    assert numbers(latest(store, RESULT | {"completed_at": {"$lte": TIMES[7]}})) == [7, 8, 9]
    assert numbers(latest(store, RESULT | {"completed_at": {"$lte": TIMES[8]}})) == [8, 9]
    assert numbers(latest(store, {"output.kind": "md"}, limit=3)) == [1, 3, 5]
    assert numbers(latest(store, RESULT | {"output.formula": "LiPON"}, limit=2)) == [0, 1]


def test_documents_without_a_time_come_too(store: JobStore) -> None:
    fill(store, [*NO_TIMES, *TIMES])
    everything = numbers(latest(store, RESULT, ["output.number"]))
    assert sorted(everything) == list(range(-1, len(NO_TIMES + TIMES)))


@pytest.mark.parametrize(
    ("filters", "number", "index"),
    [
        ({}, 0, "completed_at_1"),
        ({"kind": "md"}, 1, "output.kind_1_completed_at_1"),
        # SecantusDB does not tell that it takes the index of a part of the conditions.
        ({"where": ["number>3", "number<=4"]}, 4, ""),
    ],
)
def test_a_server_reads_a_period_at_a_time_through_an_index(
    mongo: MongoDatabase, monkeypatch: pytest.MonkeyPatch, filters: Any, number: int, index: str
) -> None:
    asked: list[dict[str, Any]] = []
    with closing(open_store(mongo.specification())) as store:
        fill(store, TIMES)
        query = store.query

        def remember(criteria: dict[str, Any], **options: Any) -> Any:
            asked.append(criteria)
            return query(criteria, **options)

        monkeypatch.setattr(store, "query", remember)
        found = numbers(latest(store, criteria_of(filters), limit=1))
    assert found == [number]
    assert len(asked) <= 3, "it stops where it has enough"
    with MongoClient(mongo.uri) as client:
        documents = client[mongo.name]["outputs"]
        for criteria in asked:
            assert next(iter(criteria)) == "completed_at"
            assert not [name for name in criteria if name.startswith("$")]
            plan = documents.find(criteria).explain()["queryPlanner"]["winningPlan"]
            assert index in str(plan), criteria


def test_a_store_of_an_older_version_keeps_its_index_of_all_times(mongo: MongoDatabase) -> None:
    with MongoClient(mongo.uri) as client:
        client[mongo.name]["outputs"].create_index("completed_at")
    with closing(open_store(mongo.specification())) as store:
        fill(store, TIMES)
        assert numbers(latest(store, RESULT, limit=2)) == [0, 1]


def test_nothing_is_lost_between_periods(
    mongo: MongoDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST", timedelta(seconds=7.3))
    monkeypatch.setattr(module, "AT_ONCE", 20)
    # Times with and without fractions of a second, some of which are the beginning of a bound.
    moments = [NOW - timedelta(seconds=n - n % 3 / 4) for n in range(200)]
    with closing(open_store(mongo.specification())) as store:
        store.docs_store.update(
            [
                {
                    "uuid": f"job-{number}",
                    "index": 1,
                    "output": {"kind": "md", "number": number},
                    "completed_at": moment.isoformat(),
                }
                for number, moment in enumerate(moments)
            ],
            key="uuid",
        )
        for criteria in (RESULT, {"output.kind": "md"}, {}):
            assert numbers(latest(store, criteria)) == list(range(200))
