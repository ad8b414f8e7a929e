"""Entries of the Materials Project, with a fake in place of its server."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest
from pymatgen.entries.computed_entries import ComputedEntry, ConstantEnergyAdjustment

from liponflow.store.results import open_store
from liponflow.workflows.stability.materials_project import (
    JOB_NAME,
    EntriesUnavailableError,
    keep_entries,
    project_entries,
)

CORRECTION = -0.687


class Server:
    """A fake of mp-api's client that needs no network."""

    db_version = "2026.1.1"

    def __init__(self, entries: list[ComputedEntry], error: Exception | None = None) -> None:
        self.entries, self.error, self.asked = entries, error, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get_entries_in_chemsys(
        self, elements: list[str], additional_criteria: dict[str, Any]
    ) -> list[ComputedEntry]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        assert additional_criteria == {"thermo_types": ["GGA_GGA+U"]}
        return [e for e in self.entries if {str(x) for x in e.composition} <= set(elements)]


def entries() -> list[ComputedEntry]:
    oxide = ComputedEntry("Li2O", -14.26, entry_id="mp-1960")
    oxide.energy_adjustments.append(ConstantEnergyAdjustment(CORRECTION, name="oxide"))
    return [
        ComputedEntry("Li", -1.9, entry_id="mp-135"),
        ComputedEntry("O2", -9.896, entry_id="mp-12957"),
        oxide,
    ]


def test_corrected_energies_are_used_unchanged() -> None:
    found = project_entries(["Li", "O"], client=Server(entries()))
    assert found.chemical_system == "Li-O"
    assert found.entries.named("Li2O").energy == pytest.approx(-14.26 + CORRECTION)
    assert found.entries.named("Li2O").source == "Materials Project mp-1960"
    assert found.entries.scale.startswith("Materials Project 2026.1.1, GGA_GGA+U")


def test_entries_are_fetched_once_per_store(tmp_path: Path) -> None:
    server = Server(entries())
    fetched = project_entries(["Li", "O"], client=server)
    store = open_store(tmp_path / "results.db")
    job = keep_entries(fetched)
    job.name = JOB_NAME
    job.run(store=store)
    again = project_entries(["O", "Li"], store, client=server)
    assert again == fetched
    assert server.asked == 1


def test_failed_download_and_empty_answer_are_reported() -> None:
    server = Server([], ConnectionError("Max retries exceeded\nwith url: ..."))
    with pytest.raises(EntriesUnavailableError, match=r"did not answer for Li-O: Max .*network"):
        project_entries(["Li", "O"], client=server)
    with pytest.raises(EntriesUnavailableError, match=r"has no GGA_GGA\+U entries of Li-O"):
        project_entries(["Li", "O"], client=Server([]))


def test_missing_client_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mp_api", None)  # marks a module that is not installed
    with pytest.raises(EntriesUnavailableError, match=r"pip install 'liponflow\[mp\]'"):
        project_entries(["Li", "O"])


def test_missing_key_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ValueError("Please obtain a valid API key\nfrom ...")

    client = ModuleType("mp_api.client")
    client.MPRester = refuse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mp_api", ModuleType("mp_api"))
    monkeypatch.setitem(sys.modules, "mp_api.client", client)
    with pytest.raises(EntriesUnavailableError, match=r"valid API key\): it needs .*MP_API_KEY"):
        project_entries(["Li", "O"])


def test_key_is_not_in_the_message_of_a_refused_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MP_API_KEY", "abcdef123456")
    error = RuntimeError("401 for header X-API-KEY=abcdef123456 (user of abcdef123456)")
    with pytest.raises(EntriesUnavailableError, match="401 for header") as caught:
        project_entries(["Li", "O"], client=Server([], error))
    assert "abcdef123456" not in str(caught.value)
