"""CPU seconds of the commands that users wait for, beside those of an older checkout.

    python benchmarks/commands.py OLD_CHECKOUT [ENTRIES.json] [--rounds N]

OLD_CHECKOUT holds the older sources, ENTRIES.json pymatgen entries with those of Li3PO4 and its
elements; without it, only lists are measured. The commands of both run alternately, each in a
process of its own; the lowest time counts. Then, in one process, the voltage window of Li3PO4
beside pymatgen's profile of the same entries.
"""

import argparse
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
SMALL, LONG = 20_000, 2_000
"""Results of 2 kB (a calculation) and of 72 kB (a lithiation) in the stores that are listed."""
START = "import sys; sys.argv[0] = 'liponflow'; from liponflow.cli import app; app()"


def seconds(checkout: Path, arguments: list[str]) -> float:
    """Return the CPU time (s) of a command and its children; that of Python without arguments."""
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", START if arguments else "pass", *arguments],
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


def many_results(file: Path, kind: str, copies: int) -> None:
    """Write a store with copies of a golden result."""
    golden = open_store(GOLDEN, read_only=True)
    document = next(golden.query({"output.kind": kind}))
    store = open_store(file)
    assert isinstance(store, EmbeddedJobStore)  # noqa: S101 - opened from a file
    with store.docs_store.transaction():
        for number in range(copies):
            store.docs_store.update(
                [{**document, "_id": None, "uuid": f"{number:08d}"}], key=["uuid", "index"]
            )
    store.close()  # type: ignore[no-untyped-call]


def main() -> None:
    """Print a table of commands, the time of a long list and that of the window."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path, help="checkout of the older sources")
    parser.add_argument("entries", nargs="?", help="pymatgen entries as JSON")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, long = Path(folder, "small.db"), Path(folder, "long.db")
        many_results(small, "calculation", SMALL)
        many_results(long, "lithiation", LONG)
        print_commands(asked.old, commands(small, long, asked.entries), asked.rounds)
        store = open_results(small)
        print(f"\nlist of {SMALL:,} results: {lowest(lambda: find_summaries(store), 2):.2f} s")
        first = lowest(lambda: find_summaries(store, limit=50), 3)
        print(f"the latest 50 of them: {first:.2f} s")
    if asked.entries is not None:
        print_window(Path(asked.entries))


def commands(small: Path, long: Path, entries: str | None) -> dict[str, list[str]]:
    """Return the arguments of the commands by their label."""
    everything = ["results", "list", "--limit", "0", "--store"]
    found: dict[str, list[str]] = {
        "`python -c pass`": [],
        "`--version`": ["--version"],
        "`results list`": ["results", "list", "--store", str(GOLDEN)],
        f"`results list --limit 0` of {SMALL:,} results of 2 kB": [*everything, str(small)],
        f"`results list --limit 0` of {LONG:,} results of 72 kB": [*everything, str(long)],
        "`results show` (stability)": [
            "results", "show", "--store", str(GOLDEN), stability_uuid(),
        ],
    }  # fmt: skip
    if entries is not None:
        entries = str(Path(entries).absolute())
        found["`run stability --entries FILE`"] = ["run", "stability", "--entries", entries]
    return found


def print_commands(old: Path, commands: dict[str, list[str]], rounds: int) -> None:
    """Print the lowest times of commands in both checkouts, as a Markdown table."""
    print("| command | before, CPU s | now, CPU s | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, arguments in commands.items():
        pairs = [(seconds(old, arguments), seconds(HERE, arguments)) for _ in range(rounds)]
        before, now = (min(times) for times in zip(*pairs, strict=True))
        print(f"| {label} | {before:.2f} | {now:.2f} | {before / now:.1f} |", flush=True)


def print_window(entries: Path) -> None:
    """Print the time of a voltage window, and that of pymatgen's profile."""
    chosen = read_entries(entries).within(["Li", "P", "O"])
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
