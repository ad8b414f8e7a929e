"""Outputs of jobs other than results are found again, the latest first."""

from pathlib import Path

import pytest
from jobflow import JobStore
from pydantic import BaseModel, ConfigDict

from liponflow.store.outputs import find_outputs
from liponflow.store.results import open_store


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phase_fingerprint: str
    energy: float


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    opened = open_store(tmp_path / "results.db")
    gone = {"@module": "gone.away", "@class": "Record", "@version": "0.1"}
    for number, (name, output) in enumerate(
        [
            ("phase Li", {"phase_fingerprint": "a", "energy": 1.0}),
            ("phase Li", {"phase_fingerprint": "a", "energy": 2.0}),
            ("phase P", {"phase_fingerprint": "b", "energy": 3.0, **gone}),
            ("other", {"phase_fingerprint": "c", "energy": 4.0}),
            ("phase N", {"phase_fingerprint": "d", "energy": "low"}),
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


def found(store: JobStore, names: list[str], values: list[str]) -> dict[str, Record]:
    return find_outputs(store, names=names, field="phase_fingerprint", values=values, model=Record)


def test_latest_output_is_found_regardless_of_its_recorded_class(store: JobStore) -> None:
    records = found(store, ["phase Li", "phase P", "phase O"], ["a", "b", "c", "x"])
    assert records == {
        "a": Record(phase_fingerprint="a", energy=2.0),
        "b": Record(phase_fingerprint="b", energy=3.0),
    }


def test_empty_search_finds_nothing(store: JobStore) -> None:
    assert found(store, ["phase Li"], []) == {}


def test_output_that_does_not_validate_is_ignored_with_a_warning(store: JobStore) -> None:
    message = r"job u4 \(phase N\).*cannot be read.*energy: Input sh.*computed again"
    with pytest.warns(UserWarning, match=message):
        assert found(store, ["phase N"], ["d"]) == {}
