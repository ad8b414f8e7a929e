"""Insert, query and list times of results stores: a file, and MongoDB servers.

Results of 5 kB are stored by jobflow's ``JobStore.update``, some one by one as by the local runner
and some in batches, and the rest in bulk, by ``insert_many`` of a server; queried by uuid and by
kind and formula, through indexes; listed, the latest 50 and all; and copied to a new file by
``results sync``.

    python benchmarks/store.py [-n RESULTS] [--secantusdb RESULTS] [--mongo URI]

SecantusDB (extra ``queue``) runs as a process of its own, which synchronises the disk at every
commit. ``--mongo`` adds a MongoDB server. MontyStore and MemoryStore have no indexes: the time of
each update and query grows with the number of stored documents. They are measured with fewer
documents, which favours them.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jobflow.core.store import JobStore
from maggma.stores import MemoryStore, MongoStore
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from liponflow.store.results import find_summaries, open_store
from liponflow.store.sync import sync

FORMULAS = 1000
BATCH = 100
BATCHED = 5000
SINGLE = 1000
BULK = 1000
QUERIES = 50
PORT = 27128
START = datetime.now() - timedelta(days=365)  # noqa: DTZ005 (jobflow writes local time)
APART = timedelta(days=365) / 100_000
MEMORY = {"type": "MemoryStore"}


def result(number: int, chance: random.Random) -> dict[str, Any]:
    """Return a job document of about 5 kB."""
    return {
        "uuid": f"{number:08d}-{chance.getrandbits(96):x}",
        "index": 1,
        "name": "lithiation",
        "completed_at": (START + number * APART).isoformat(),
        "output": {
            "kind": "lithiation",
            "formula": f"Li{number % FORMULAS}O",
            "converged": True,
            "provenance": {
                "engine": {"name": "chgnet", "version": "0.4.2", "surrogate": True},
                "preset": "quick",
            },
            "states": [
                {"x": n / 8, "energy": chance.uniform(-9, 0), "moments": [chance.random()] * 8}
                for n in range(22)
            ],
        },
    }


def seconds(work: Callable[[], Any]) -> float:
    """Return the wall time of a call (s)."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fill(store: JobStore, documents: list[dict[str, Any]]) -> None:
    """Store new documents as fast as the store takes them."""
    docs = store.docs_store
    if isinstance(docs, MongoStore) and not isinstance(docs, MemoryStore):
        docs._collection.insert_many(documents, ordered=False)  # noqa: SLF001
    else:
        store.update(documents)


def measure(store: JobStore, number: int) -> list[str]:
    """Insert documents one by one, in batches and in bulk, query, list and copy them."""
    chance = random.Random(1)  # noqa: S311 (not for secrets)
    single = min(SINGLE, number // 2)
    batched = min(BATCHED, number - single)
    rest = number - single - batched
    kept: list[str] = []

    def insert(count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            document = result(len(kept), chance)
            kept.append(document["uuid"])
            yield document

    one_by_one = seconds(lambda: [store.update(item) for item in insert(single)])
    by_batch = seconds(
        lambda: [store.update(list(insert(BATCH))) for _ in range(batched // BATCH)]
    )

    def insert_rest() -> None:
        for _ in range(rest // BULK):
            fill(store, list(insert(BULK)))

    in_bulk = seconds(insert_rest)

    def query(criteria: dict[str, Any]) -> float:
        return seconds(lambda: list(store.query(criteria)))

    by_uuid = [query({"uuid": uuid}) for uuid in chance.choices(kept, k=QUERIES)]
    by_field = [
        query({"output.formula": f"Li{n % FORMULAS}O", "output.kind": "lithiation"})
        for n in range(QUERIES // 5)
    ]
    few = seconds(lambda: find_summaries(store, limit=50))
    everything = seconds(lambda: find_summaries(store))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(Path(folder) / "copy.db")) as copy,
    ):
        copied = seconds(lambda: sync(store, copy))
    return [
        f"{len(kept):,}",
        f"{single / one_by_one:,.0f}",
        f"{batched / by_batch:,.0f}",
        f"{rest / in_bulk:,.0f}" if rest else "",
        f"{statistics.median(by_uuid) * 1e3:.2f}",
        f"{statistics.median(by_field) * 1e3:.0f}",
        f"{few:.2f}",
        f"{everything:.1f}",
        f"{len(kept) / copied:,.0f}",
    ]


@contextmanager
def secantusdb(folder: Path) -> Iterator[str]:
    """Run SecantusDB, and yield its address."""
    uri = f"mongodb://127.0.0.1:{PORT}"
    program = Path(sys.executable).with_name("secantusd-py")
    command = [
        str(program),
        "--port",
        str(PORT),
        "--storage-path",
        str(folder),
        "--sync-on-commit",
    ]
    with (
        subprocess.Popen(command, stderr=subprocess.DEVNULL) as server,
        MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=500) as client,
    ):
        for _ in range(60):
            try:
                client.admin.command("ping")
                break
            except ConnectionFailure:
                continue
        try:
            yield uri
        finally:
            server.kill()  # it would wait for its clients


def on_server(uri: str) -> dict[str, Any]:
    """Return the specification of a new store on a server."""
    place = {"type": "MongoStore", "uri": uri, "database": f"benchmark_{int(time.time())}"}
    return {
        "docs_store": {**place, "collection_name": "outputs"},
        "additional_stores": {"data": {**place, "collection_name": "data"}},
    }


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=100_000, help="results in the file and MongoDB")
    parser.add_argument("--secantusdb", type=int, default=100_000, help="results in SecantusDB")
    parser.add_argument("--others", type=int, default=1_000, help="results in the others")
    parser.add_argument("--mongo", help="address of a MongoDB server")
    arguments = parser.parse_args()
    print("| store | results | inserts/s, one by one | inserts/s, batches of 100 |"
          " inserts/s, in bulk | query by uuid (ms) | by kind and formula (ms) |"
          " list of 50 (s) | list of all (s) | copied to a file (1/s) |")  # fmt: skip
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")

    def row(label: str, location: Path | dict[str, Any], number: int) -> None:
        with closing(open_store(location)) as store:
            print("| " + " | ".join([label, *measure(store, number)]) + " |", flush=True)

    with tempfile.TemporaryDirectory() as name:
        row("file (SQLite)", Path(name) / "results.db", arguments.n)
        with secantusdb(Path(name) / "secantusdb") as uri:
            row("SecantusDB", on_server(uri), arguments.secantusdb)
        if arguments.mongo:
            row("MongoDB", on_server(arguments.mongo), arguments.n)
        monty = {"type": "MontyStore", "database_path": name, "collection_name": "docs"}
        for label, part in (("MontyStore (file)", monty), ("MemoryStore (lost at exit)", MEMORY)):
            row(
                label,
                {"docs_store": part, "additional_stores": {"data": MEMORY}},
                arguments.others,
            )


if __name__ == "__main__":
    main()
