"""CPU seconds of the commands that users wait for, beside those of an older checkout.

    python benchmarks/commands.py OLD_CHECKOUT ENTRIES.json [rounds]

OLD_CHECKOUT holds the older sources, ENTRIES.json pymatgen entries with those of Li3PO4 and its
elements. The commands of both run alternately, each in a process of its own; the lowest time
counts. Then, in one process, the voltage window of Li3PO4 beside pymatgen's profile of the same
entries.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymatgen.core import Composition, Element

from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal
from liponflow.analysis.stability.window import lithium_segments
from liponflow.store.results import find_summaries, open_results, open_store
from liponflow.store.sqlite import EmbeddedJobStore

HERE = Path(__file__).parents[1]
GOLDEN = HERE / "tests" / "data" / "golden" / "0.2.0.db"
COPIES = 20_000
START = "import sys; sys.argv[0] = 'liponflow'; from liponflow.cli import app; app()"


def seconds(checkout: Path, arguments: list[str]) -> float:
    """Return the CPU time (s) of a command and its children."""
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", START, *arguments],
            check=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(checkout / "src")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def lowest(function: Callable[[], Any], rounds: int) -> float:
    """Return the lowest CPU time (s) of a call."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return min(times)


def many_results(folder: Path) -> EmbeddedJobStore:
    """Return a store with copies of a small golden result."""
    golden = open_store(GOLDEN, read_only=True)
    document = min(
        golden.query({"output.kind": {"$gt": ""}}), key=lambda item: len(json.dumps(item))
    )
    store = open_store(folder / "many.db")
    assert isinstance(store, EmbeddedJobStore)  # noqa: S101 - opened from a file
    with store.docs_store.transaction():
        for number in range(COPIES):
            store.docs_store.update(
                [{**document, "_id": None, "uuid": f"{number:08d}"}], key=["uuid", "index"]
            )
    return store


def main() -> None:
    """Print a table of commands, the time of a long list and that of the window."""
    old, entries = Path(sys.argv[1]), str(Path(sys.argv[2]).absolute())
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    commands = {
        "`results list`": ["results", "list", "--store", str(GOLDEN)],
        "`results show` (stability)": [
            "results", "show", "--store", str(GOLDEN), stability_uuid(),
        ],
        "`run stability --entries FILE`": ["run", "stability", "--entries", entries],
    }  # fmt: skip
    print("| command | before, CPU s | now, CPU s | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, arguments in commands.items():
        pairs = [(seconds(old, arguments), seconds(HERE, arguments)) for _ in range(rounds)]
        before, now = (min(times) for times in zip(*pairs, strict=True))
        print(f"| {label} | {before:.1f} | {now:.1f} | {before / now:.1f} |")
    with tempfile.TemporaryDirectory() as folder:
        many_results(Path(folder)).close()  # type: ignore[no-untyped-call]
        store = open_results(Path(folder, "many.db"))
        print(f"\nlist of {COPIES:,} results: {lowest(lambda: find_summaries(store), 2):.1f} s")
        first = lowest(lambda: find_summaries(store, limit=50), 3)
        print(f"the latest 50 of them: {first:.2f} s")
    chosen = read_entries(Path(entries)).within(["Li", "P", "O"])
    hull, diagram = Hull.of(chosen), chosen.phase_diagram()
    material, formula = crystal("Li3PO4", chosen, hull), Composition("Li3PO4")
    ours = lowest(lambda: lithium_segments(hull, material), 10)
    theirs = lowest(lambda: diagram.get_element_profile(Element("Li"), formula), 10)
    print(f"window of Li3PO4: ours {1000 * ours:.1f} ms, pymatgen {1000 * theirs:.1f} ms")


def stability_uuid() -> str:
    """Return the uuid of the golden stability result."""
    store = open_store(GOLDEN, read_only=True)
    uuid = find_summaries(store, kind="stability")[0].uuid
    store.close()  # type: ignore[no-untyped-call]
    return uuid


if __name__ == "__main__":
    main()
