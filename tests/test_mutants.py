"""Damaged copies of every file that we read: each is accepted, or refused by its name."""

from pathlib import Path

import pytest


def faults(number: int, seed: int, folder: Path) -> list[str]:
    from fuzzed_readers import readers, run, shares  # imports for seconds

    found = []
    everyone = readers()
    for index, (reader, count) in enumerate(zip(everyone, shares(everyone, number), strict=True)):
        outcome = run(reader, count, seed, folder / f"{index}")
        assert len(outcome.faults) + outcome.counts.total() >= count > 0
        found += [fault for fault, _ in outcome.faults]
    return found


def test_a_thousand_damaged_files(tmp_path: Path) -> None:
    assert faults(1_000, 11, tmp_path) == []


@pytest.mark.exhaustive
def test_ten_thousand_damaged_files(tmp_path: Path) -> None:
    assert faults(10_000, 1, tmp_path) == []
