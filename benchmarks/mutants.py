"""Outcomes of all readers on damaged files: accepted, refused by the name of the file, or a fault.

    python benchmarks/mutants.py              # 10,000 damaged files
    python benchmarks/mutants.py 500 7 POSCAR # another number, seed and reader

A fault is an error that names no file or is not of this package, a reader that takes more than
10 s, or one that asks for more than 1 GB. The files of faults are kept in the folder ``faults``.
"""

import re
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from liponflow.versions import package_versions

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from fuzzed_readers import (  # type: ignore[import-not-found]
    readers,
    run,
    shares,
)

FAULTS = Path("faults")


def main() -> None:
    """Run the readers and print a table of the outcomes."""
    number, seed, pattern = (*sys.argv[1:], *("10000", "1", "")[len(sys.argv) - 1 :])
    versions = ", ".join(f"{name} {version}" for name, version in package_versions().items())
    print(
        f"Seed {seed}, {datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, {versions}."
    )
    print("\n| reader | accepted | refused | faults |\n| --- | ---: | ---: | ---: |")
    total = Counter[str]()
    everyone = readers()
    with tempfile.TemporaryDirectory() as top:
        for reader, count in zip(everyone, shares(everyone, int(number)), strict=True):
            if not re.search(pattern, reader.name):
                continue
            name = re.sub(r"\W+", "_", reader.name)
            outcome = run(reader, count, int(seed), Path(top, name))
            total += outcome.counts
            total["faults"] += len(outcome.faults)
            _print_row(reader.name, outcome.counts | {"faults": len(outcome.faults)})
            for index, (fault, text) in enumerate(outcome.faults):
                print(fault, file=sys.stderr)
                FAULTS.mkdir(exist_ok=True)
                (FAULTS / f"{name}_{index}").write_bytes(text)
    _print_row("all", total)


def _print_row(name: str, counts: dict[str, int]) -> None:
    numbers = (counts.get(key, 0) for key in ("accepted", "refused", "faults"))
    print(f"| {name} | {' | '.join(map(str, numbers))} |", flush=True)


if __name__ == "__main__":
    main()
