"""The page of the barriers in Li holds what the stored states give."""

import json
import subprocess
import sys

import pytest
from reader import ROOT

SCRIPT = ROOT / "benchmarks" / "lithium_barriers.py"
PAGE = (ROOT / "docs" / "lithium_barriers.md").read_text(encoding="utf-8")
RECORD = SCRIPT.with_suffix(".jsonl").read_text(encoding="utf-8")


def test_tables_of_the_page_are_those_of_the_stored_states() -> None:
    printed = subprocess.run(
        [sys.executable, str(SCRIPT), "tables"], capture_output=True, text=True, check=True
    ).stdout
    assert printed.count("\n|") > 40
    assert printed.strip() in PAGE


def test_the_answer_follows_from_relaxed_states() -> None:
    """Barriers of the page, to 0.01 eV, from states with forces below the stated limit."""
    states = {
        (row["dopant"], row["state"]): row
        for row in map(json.loads, RECORD.splitlines())
        if row.get("settings") == "base" and row["repeats"] == 3
    }
    assert all(row["force"] < 0.02 for row in states.values())

    def between(dopant: str, low: str, high: str) -> str:
        return f"{states[dopant, high]['energy'] - states[dopant, low]['energy']:.2f}"

    octahedral, tetrahedral, trigonal = "octahedral", "tetrahedral", "trigonal"
    passed = {dopant: between(dopant, octahedral, tetrahedral) for dopant in ("N", "O")}
    crossed = {dopant: between(dopant, octahedral, trigonal) for dopant in ("N", "O")}
    for dopant, published in {"N": "0.50", "O": "1.08"}.items():
        text = f"oct-tet-oct {passed[dopant]}; through the trigonal site {crossed[dopant]}"
        assert f"| {dopant} | {published} | {text} |" in PAGE
    through = between("P", tetrahedral, octahedral)
    assert f"| P | 0.42 | tet-oct-tet {through} |" in PAGE


def test_larger_cell_changes_the_hop_of_oxygen_as_stated() -> None:
    rows = [row for row in map(json.loads, RECORD.splitlines()) if row.get("settings") == "base"]
    found = {(row["repeats"], row["dopant"], row["state"]): row for row in rows}
    small, large = (
        found[repeats, "O", "trigonal"]["energy"] - found[repeats, "O", "octahedral"]["energy"]
        for repeats in (3, 4)
    )
    text = " ".join(PAGE.split())
    assert f"{large:.2f} instead of {small:.2f} eV in 128 atoms" in text
    left = [found[4, "O", state]["force"] for state in ("octahedral", "trigonal")]
    assert f"forces of {left[0]:.2f} and {left[1]:.2f} eV/Å left" in text


def test_denser_mesh_changes_the_barrier_of_nitrogen_as_stated() -> None:
    rows = [row for row in map(json.loads, RECORD.splitlines()) if row.get("settings") == "k4"]
    found = {(row["dopant"], row["state"]): row["energy"] for row in rows}
    text = " ".join(PAGE.split())
    barrier = found["N", "tetrahedral"] - found["N", "octahedral"]
    assert f"{barrier:.2f} eV for N oct-tet-oct" in text


def test_three_electrons_of_lithium_change_the_barriers_as_stated() -> None:
    rows = [row for row in map(json.loads, RECORD.splitlines()) if "settings" in row]
    small = [row for row in rows if row["repeats"] == 3]
    found = {(row["settings"], row["dopant"], row["state"]): row for row in small}

    def between(settings: str, dopant: str, low: str, high: str) -> float:
        energies = (found[settings, dopant, state]["energy"] for state in (high, low))
        return float(next(energies) - next(energies))

    text = " ".join(PAGE.split())
    octahedral, tetrahedral = "octahedral", "tetrahedral"
    for dopant in ("N", "O"):
        one, three = (between(key, dopant, octahedral, tetrahedral) for key in ("base", "li3"))
        assert f"{three:.2f} instead of {one:.2f} eV for {dopant} oct-tet-oct" in text
    one, three = (between(key, "O", octahedral, "trigonal") for key in ("base", "li3"))
    assert f"{three:.2f} instead of {one:.2f} eV for O through the trigonal site" in text
    one, three = (between(key, "P", tetrahedral, octahedral) for key in ("base", "li3"))
    assert abs(three - one) < 0.005
    forces: dict[str, float] = {}
    for (settings, dopant, _), row in found.items():
        if settings == "li3":
            forces[dopant] = max(row["force"], forces.get(dopant, 0.0))
    assert max(forces["N"], forces["O"]) == pytest.approx(0.21, abs=0.005)
    assert forces["P"] == pytest.approx(0.04, abs=0.005)
