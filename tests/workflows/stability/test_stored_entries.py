"""Entries from the results store: VASP runs of the user on one scale, and glasses by uuid."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jobflow import JobStore
from monty.json import jsanitize

from liponflow.analysis.result import Calculation, EngineInfo, Provenance, Result
from liponflow.analysis.runs import CalculationResult
from liponflow.store.file import StoreError
from liponflow.store.results import open_store
from liponflow.structures.phases import phase
from liponflow.workflows.stability.stored_entries import (
    StoredEntriesError,
    stored_entries,
    stored_glass,
)

VASP = EngineInfo(name="vasp", version="6.4.2", functional="PBE+U", surrogate=False)
STAND_IN = EngineInfo(
    name="vasp (stand-in: chgnet 0.3.0)",
    version=None,
    functional="PBE, Materials Project 2020 corrections included",
    surrogate=True,
)
ENERGY = -5.0
"""eV/atom, of everything."""


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return open_store(tmp_path / "results.db")


@pytest.fixture
def keep(store: JobStore) -> Callable[..., None]:
    def put(
        name: str,
        incar: dict[str, Any] | None = None,
        *,
        engine: EngineInfo = VASP,
        converged: bool = True,
        moments: list[float] | None = None,
    ) -> None:
        structure = phase(name).primitive()
        result: Result = CalculationResult(
            formula=structure.composition.reduced_formula,
            converged=converged,
            criterion="VASP's own",
            provenance=Provenance(
                engine=engine,
                packages={},
                preset="as run",
                parameters={"runs": [{"directory": f"/runs/{name}", "incar": incar or {}}]},
                input_fingerprint="0" * 64,
                source_structure=f"/runs/{name}",
                parent_uuids=[],
            ),
            warnings=[] if converged else ["largest force 0.3 eV/Å after 99 steps"],
            task="static",
            energy_per_atom=ENERGY,
            calculation=Calculation(
                engine=engine,
                structure=structure,
                energy=ENERGY * len(structure) + sum(moments or []) / 100,
                magmoms=moments,
                converged=converged,
                ionic_steps=1,
                directory=f"/runs/{name}",
            ),
        )
        document = {
            "uuid": f"uuid-{name}-{engine.name}-{moments}",
            "index": 1,
            "name": "ingest calculation",
            "completed_at": "2026-01-01T00:00:00",
            "output": jsanitize(result, strict=True, enum_values=True),
        }
        store.update([document])

    return put


U_OF_NICKEL = {"LDAU": True, "LDAUU": [6.2, 0], "LDAUJ": [0, 0]}
"""NiO's species are in the order Ni, O."""


def test_ferromagnetic_runs_alone_are_said(store: JobStore, keep: Callable[..., None]) -> None:
    for name in ("Li_bcc", "Ni", "LiO2"):
        keep(name, moments=[0.6] * len(phase(name).primitive()))
    keep("NiO", moments=[1.7, 0.1])
    found = stored_entries(store, ["Li", "Ni", "O"], "none")
    [remark] = [text for text in found.remarks if "ferromagnetic" in text]
    assert remark.startswith("only the ferromagnetic order of NiO was computed")
    keep("NiO", moments=[1.7, -1.7])
    found = stored_entries(store, ["Li", "Ni", "O"], "none")
    assert not [text for text in found.remarks if "ferromagnetic" in text]
    assert found.named("NiO").magnetic_order == "antiferromagnetic"


def test_runs_are_corrected_and_gases_added(store: JobStore, keep: Callable[..., None]) -> None:
    keep("Li_bcc")
    keep("Li2O")
    keep("Ni")
    keep("NiO", U_OF_NICKEL)
    keep("P_black")  # of another system
    entries = stored_entries(store, ["Li", "O", "Ni"], "auto")
    assert {entry.name for entry in entries.entries} == {"Li", "Ni", "Li2O", "NiO", "O2"}
    assert entries.named("Li").energy_per_atom == ENERGY
    assert entries.named("Li2O").energy_per_atom == pytest.approx(ENERGY - 0.687 / 3)
    assert entries.named("NiO").energy_per_atom == pytest.approx(ENERGY - (0.687 + 2.541) / 2)
    assert entries.named("NiO").source == "vasp 6.4.2, /runs/NiO"
    assert "Materials Project 2020 corrections" in entries.scale


def test_runs_that_are_unconverged_or_differ_in_settings_are_excluded(
    store: JobStore, keep: Callable[..., None]
) -> None:
    keep("Li_bcc")
    keep("Ni")
    keep("NiO", {"LDAU": True, "LDAUU": [4.0, 0], "LDAUJ": [0, 0]})
    keep("Li2O", converged=False)
    reasons = {
        item.name: item.reason
        for item in stored_entries(store, ["Li", "O", "Ni"], "auto").excluded
    }
    assert "Invalid U value of 4.0 on Ni" in reasons["NiO"]
    assert "largest force 0.3" in reasons["Li2O"]


def test_stand_in_energies_are_neither_corrected_nor_mixed(
    store: JobStore, keep: Callable[..., None]
) -> None:
    keep("Li_bcc", engine=STAND_IN)
    keep("Li2O", engine=STAND_IN)
    entries = stored_entries(store, ["Li", "O"], "auto")
    assert entries.named("Li2O").energy_per_atom == ENERGY
    assert "stand-in" in entries.scale
    keep("Li2O2")
    with pytest.raises(StoredEntriesError, match=r"different scales: .*/runs/Li2O2"):
        stored_entries(store, ["Li", "O"], "auto")


def test_empty_store_is_refused_with_the_remedy(store: JobStore) -> None:
    with pytest.raises(StoredEntriesError, match=r"no VASP calculation of Li-O: .*ingest"):
        stored_entries(store, ["Li", "O"], "auto")


def test_unknown_glass_is_refused(store: JobStore, keep: Callable[..., None]) -> None:
    with pytest.raises(StoredEntriesError, match="holds no glass: run `liponflow run glass`"):
        stored_glass(store, "latest", "auto")
    with pytest.raises(StoreError, match="no result begins with 'ffff'"):
        stored_glass(store, "ffff", "auto")
    keep("Li2O")
    with pytest.raises(
        StoredEntriesError, match="is of kind calculation; glass takes a result of kind glass"
    ):
        stored_glass(store, "uuid-Li2O", "auto")
