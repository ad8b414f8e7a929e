"""Check that a change of the code changes no number of the five campaigns.

``run FOLDER`` computes the quick campaigns with the installed version (a quarter of an hour on two
cores). ``compare BEFORE AFTER`` compares the stores of two such folders number by number::

    python benchmarks/same_numbers.py run before
    git switch the-change
    python benchmarks/same_numbers.py run after
    python benchmarks/same_numbers.py compare before after
"""

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from liponflow.store.results import find_results, open_store

CAMPAIGNS = (
    ("phonons",),
    ("lithiation",),
    ("stability",),
    ("glass",),
    ("migration", "--set", "dopant=N,P,O"),
)
STORE = "liponflow.db"
TOLERANCE = 1e-6
"""Largest allowed difference, absolute below 1 and relative above."""

PLACES = (
    "directory",
    "file",
    "trajectories",
    "checkpoint",
    "uuid",
    "provenance",
    "schema_version",
)
"""Parts of the names of fields that describe the origin of a result and are not compared."""


def run(folder: Path) -> None:
    """Run the quick campaigns and store their results in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {
        "LIPONFLOW_STORE": str(folder / STORE),
        "LIPONFLOW_RUNS_DIR": str(folder / "runs"),
        "OMP_NUM_THREADS": "1",
    }
    for arguments in CAMPAIGNS:
        command = [sys.executable, "-c", "from liponflow.cli import app; app()", "run", *arguments]
        subprocess.run(
            [*command, "--preset", "quick"], check=True, env=os.environ | places, stdout=sys.stderr
        )


def compare(before: Path, after: Path) -> bool:
    """Print the largest difference per kind and return whether all are within tolerance."""
    same = True
    for kind, *_ in CAMPAIGNS:
        first, second = (latest(folder / STORE, kind) for folder in (before, after))
        worst, where = 0.0, "nowhere"
        for path in sorted(first.keys() | second.keys()):
            apart = difference(first.get(path), second.get(path))
            if apart > worst:
                worst, where = apart, path
        same = same and worst <= TOLERANCE
        print(f"{kind:12} {len(first):7} values, largest difference {worst:.2g} ({where})")
    return same


def latest(store: Path, kind: str) -> dict[str, Any]:
    """Return the values of the latest result of a kind by dotted path."""
    found = find_results(open_store(store, read_only=True), kind=kind, limit=1)
    return dict(leaves(found[0].result.model_dump(mode="json")))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield paths and values of a document, without fields that describe its origin."""
    if isinstance(value, dict):
        for name, item in value.items():
            if not any(place in name for place in PLACES):
                yield from leaves(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}.{index}")
    else:
        yield path.removeprefix("."), value


def difference(first: Any, second: Any) -> float:
    """Difference of two values, relative above 1; infinite where only one is a number.

    Words may be edited between two versions and are not compared; yes and no are.
    """
    numbers = [isinstance(value, int | float) for value in (first, second)]
    if first == second or not any(numbers):
        return 0.0
    if not all(numbers) or math.isnan(first) or math.isnan(second):
        return math.inf
    return float(abs(first - second) / max(1.0, abs(first), abs(second)))


def main() -> None:
    """Run or compare campaigns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("folder", type=Path)
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments.folder)
    elif not compare(arguments.before, arguments.after):
        sys.exit(1)


if __name__ == "__main__":
    main()
