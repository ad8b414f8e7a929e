"""Outputs of jobs that are no results are found again, the latest first."""

from pathlib import Path

import pytest
from jobflow import JobStore

from liponflow.store.outputs import find_outputs
from liponflow.store.results import open_store


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    opened = open_store(tmp_path / "results.db")
    for number, (name, output) in enumerate(
        [
            ("phase Li", {"phase_fingerprint": "a", "energy": 1.0}),
            ("phase Li", {"phase_fingerprint": "a", "energy": 2.0}),
            ("phase P", {"phase_fingerprint": "b", "energy": 3.0}),
            ("other", {"phase_fingerprint": "c", "energy": 4.0}),
            ("phase N", {"phase_fingerprint": "d", "@module": "os", "@class": "system"}),
            ("phase O", None),
        ]
    ):
        opened.update(
            {
                "uuid": f"u{number}",
                "index": 1,
                "name": name,
                "completed_at": f"2026-01-0{number + 1}T00:00:00",
                "output": output,
            },
            key=["uuid", "index"],
        )
    return opened


def test_the_latest_is_found_by_name_and_value(store: JobStore) -> None:
    found = find_outputs(
        store,
        names=["phase Li", "phase P", "phase O"],
        field="phase_fingerprint",
        values=["a", "b", "c", "x"],
    )
    assert {value: output["energy"] for value, output in found.items()} == {"a": 2.0, "b": 3.0}


def test_nothing_is_asked_for(store: JobStore) -> None:
    assert find_outputs(store, names=["phase Li"], field="phase_fingerprint", values=[]) == {}


def test_untrusted_output_is_not_decoded(store: JobStore) -> None:
    with pytest.warns(UserWarning, match=r"job u4 \(phase N\) cannot be read.*computed again"):
        found = find_outputs(store, names=["phase N"], field="phase_fingerprint", values=["d"])
    assert found == {}
