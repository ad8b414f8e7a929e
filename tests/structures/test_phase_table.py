"""The page of the reference crystals equals the library."""

from pathlib import Path

from liponflow.structures.phase_table import page
from liponflow.structures.phases import phases

DOCS = Path(__file__).parents[2] / "docs"


def test_page_is_that_of_the_library() -> None:
    assert (DOCS / "phases.md").read_text(encoding="utf-8") == page(), (
        "run `python -m liponflow.structures.phase_table > docs/phases.md`"
    )


def test_page_lists_every_crystal_once() -> None:
    rows = [line.split(" | ")[0] for line in page().splitlines() if line.startswith("| ")]
    assert sorted(rows) == sorted(
        [*(f"| {e.name}" for e in phases()), *["| name"] * 9, *["| ---"] * 9]
    )
