"""Insert and query rates of the embedded store, compared with other stores without a server.

Results of 5 kB are stored by jobflow's ``JobStore.update``, one by one as in the local runner and
in batches, and queried by uuid and by kind and formula.

    python benchmarks/store.py

MontyStore and MemoryStore have no indexes: the time of each update and query grows with the
number of stored documents. They are measured with fewer documents, which favours them.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobflow.core.store import JobStore
from maggma.stores import MemoryStore, MontyStore

from liponflow.store.results import open_store

FORMULAS = 100
BATCH = 100
QUERIES = 50


def result(number: int, chance: random.Random) -> dict[str, Any]:
    """Return a job document of about 5 kB."""
    return {
        "uuid": f"{number:08d}-{chance.getrandbits(96):x}",
        "index": 1,
        "name": "lithiation",
        "completed_at": f"2026-01-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:00",
        "output": {
            "kind": "lithiation",
            "formula": f"Li{number % FORMULAS}O",
            "provenance": {"engine": {"name": "chgnet"}},
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


def measure(store: JobStore, number: int) -> list[str]:
    """Insert half of the documents one by one and half in batches, then query them."""
    chance = random.Random(1)  # noqa: S311 (not for secrets)
    documents = [result(n, chance) for n in range(number)]
    half = number // 2
    single = seconds(lambda: [store.update(item) for item in documents[:half]])
    batches = [documents[n : n + BATCH] for n in range(half, number, BATCH)]
    batched = seconds(lambda: [store.update(items) for items in batches])

    def query(criteria: dict[str, Any]) -> float:
        return seconds(lambda: list(store.query(criteria)))

    by_uuid = [query({"uuid": item["uuid"]}) for item in chance.choices(documents, k=QUERIES)]
    by_field = [
        query({"output.kind": "lithiation", "output.formula": f"Li{n % FORMULAS}O"})
        for n in range(QUERIES // 5)
    ]
    return [
        f"{number:,}",
        f"{half / single:,.0f}",
        f"{(number - half) / batched:,.0f}",
        f"{statistics.median(by_uuid) * 1e3:.2f}",
        f"{statistics.median(by_field) * 1e3 / (number / FORMULAS):.3f}",
    ]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=10_000, help="documents in the embedded store")
    parser.add_argument("--others", type=int, default=1_000, help="documents in the others")
    arguments = parser.parse_args()
    print("| store | results | inserts/s, one by one | inserts/s, batches of 100 |"
          " query by uuid (ms) | query by kind and formula (ms per result found) |")  # fmt: skip
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        stores = {
            "embedded (SQLite, on disk)": open_store(Path(name) / "results.db"),
            "MontyStore (SQLite, on disk)": JobStore(MontyStore("docs", database_path=name)),
            "MemoryStore (lost at exit)": JobStore(MemoryStore("docs")),
        }
        for label, store in stores.items():
            with store:
                cells = measure(store, arguments.n if "embedded" in label else arguments.others)
            print("| " + " | ".join([label, *cells]) + " |")


if __name__ == "__main__":
    main()
