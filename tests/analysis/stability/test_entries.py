import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from stability_entries import formation_entries, quoted_entries

from liponflow.analysis.stability.entries import Entry, EntrySet


def entry(name: str, composition: dict[str, float], energy: float, **fields: object) -> Entry:
    return Entry(name=name, composition=composition, energy=energy, source="test", **fields)


LI = entry("Li", {"Li": 1}, -1.9)
O2 = entry("O2", {"O": 2}, -9.8)
LI2O = entry("Li2O", {"Li": 2, "O": 1}, -14.8)


def build(*entries: Entry) -> EntrySet:
    return EntrySet.build(entries, scale="test", kind="total")


def test_entries_per_formula_and_per_cell_are_equivalent() -> None:
    cell = entry("Li2O_cell", {"Li": 8, "O": 4}, -59.2)
    assert cell.formula == "Li2O"
    assert cell.energy_per_atom == pytest.approx(LI2O.energy_per_atom)
    assert cell.atoms_per_formula == 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"composition": {"Xx": 1}}, "'Xx' is not a chemical element"),
        ({"composition": {"Li": -1}}, "positive amounts"),
        ({"composition": {}}, "positive amounts"),
        ({"energy": float("nan")}, "finite"),
    ],
)
def test_invalid_entries_are_refused(fields: dict[str, object], message: str) -> None:
    good = {"name": "Li", "composition": {"Li": 1}, "energy": 0.0, "source": "test"}
    with pytest.raises(ValidationError, match=message):
        Entry.model_validate(good | fields)


def test_empty_entry_set_is_refused_with_the_left_out_phases() -> None:
    with pytest.raises(ValueError, match="empty: a phase diagram needs at least every element"):
        build()
    with pytest.raises(ValueError, match=r"left out: Li: its relaxation did not converge"):
        build(LI.model_copy(update={"converged": False}))


def test_failed_and_transformed_phases_are_left_out_with_reasons() -> None:
    lost = entry("Li3P", {"Li": 3, "P": 1}, -9, converged=False)
    changed = entry("LiP", {"Li": 1, "P": 1}, -5, symmetry_kept=False)
    other = entry("LiP7", {"Li": 1, "P": 7}, -5, problem="no pseudopotential")
    found = build(LI, O2, LI2O, lost, changed, other)
    assert {e.name for e in found.entries} == {"Li", "O2", "Li2O"}
    reasons = {item.name: item.reason for item in found.excluded}
    assert "did not converge" in reasons["Li3P"]
    assert "changed the space group" in reasons["LiP"]
    assert reasons["LiP7"] == "no pseudopotential"


def test_duplicates_are_removed_and_polymorphs_are_numbered() -> None:
    high = entry("Li2O", {"Li": 2, "O": 1}, -14.5)
    higher = entry("Li2O", {"Li": 4, "O": 2}, -28.4)
    found = build(LI, O2, LI2O, LI2O, higher, high)
    energies = {e.name: e.energy_per_atom for e in found.entries}
    assert energies["Li2O"] == pytest.approx(-14.8 / 3)
    assert energies["Li2O-2"] == pytest.approx(-14.5 / 3)
    assert energies["Li2O-3"] == pytest.approx(-14.2 / 3)
    assert any("given twice with the same energy" in remark for remark in found.remarks)
    assert any("100 meV/atom above the lowest is called Li2O-2" in r for r in found.remarks)


def test_mixed_energy_scales_are_refused() -> None:
    formation = entry("Li2O_mp", {"Li": 2, "O": 1}, -6.2)
    with pytest.raises(ValueError, match="two scales are mixed"):
        build(LI, O2, LI2O, formation)
    with pytest.raises(ValueError, match="an element's formation energy is 0"):
        EntrySet.build([LI, O2, formation], scale="s", kind="formation")


def test_entry_sets_on_different_scales_cannot_be_joined() -> None:
    ours = build(LI, O2, LI2O)
    same = build(entry("Li2O2", {"Li": 2, "O": 2}, -20.0))
    assert len(ours.joined(same).entries) == 4
    for other in ({"scale": "chgnet"}, {"temperature": 300.0}):
        with pytest.raises(ValueError, match="different scales cannot be joined"):
            ours.joined(same.model_copy(update=other))


def test_missing_element_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"have no P: add an entry for the element and for"):
        build(LI, O2, LI2O).require(["Li", "P"])
    with pytest.raises(ValueError, match="have no O"):
        build(LI, LI2O).phase_diagram()


def test_phases_are_excluded_by_name_or_formula() -> None:
    entries = quoted_entries()
    left = entries.without(["Li3P"])
    assert "Li3P" not in {e.name for e in left.entries}
    assert left.excluded[-1].reason == "excluded on request"
    with pytest.raises(ValueError, match=r"no phase 'Li3PO' .*did you mean .*'Li3P"):
        entries.without(["Li3PO"])
    with pytest.raises(ValueError, match="the element P has no entry left"):
        entries.without(["P"])


def test_excluding_a_formula_removes_all_polymorphs() -> None:
    beta = entry("Li2O_beta", {"Li": 2, "O": 1}, -14.5)
    left = build(LI, O2, LI2O, beta).without(["Li2O"])
    assert {e.name for e in left.entries} == {"Li", "O2"}


def test_named_returns_exact_name_or_lowest_polymorph_of_a_formula() -> None:
    low = entry("Li2O_a", {"Li": 2, "O": 1}, -14.9)
    high = entry("Li2O_b", {"Li": 2, "O": 1}, -14.8)
    found = build(LI, O2, low, high)
    assert found.named("Li2O_b").name == "Li2O_b"
    assert found.named("Li2O").name == "Li2O_a"


def test_within_keeps_only_the_chemical_subsystem() -> None:
    assert all(
        e.composition.keys() <= {"Li", "P"} for e in quoted_entries().within(["Li", "P"]).entries
    )


def test_entry_set_survives_json() -> None:
    entries = formation_entries({"Li2O": -2.0715})
    assert EntrySet.model_validate_json(entries.model_dump_json()) == entries


def test_refused_phase_names_its_replacement() -> None:
    found = EntrySet.build(
        [
            Entry(name="Li", composition={"Li": 1}, energy=-1.9, source="made up"),
            Entry(name="LiN3", composition={"Li": 1, "N": 3}, energy=-28.0, source="made up"),
            Entry(
                name="LiN3_other",
                composition={"Li": 2, "N": 6},
                energy=-55.9,
                source="made up",
                symmetry_kept=False,
            ),
            Entry(
                name="Li3N",
                composition={"Li": 3, "N": 1},
                energy=-15.8,
                source="made up",
                converged=False,
            ),
        ],
        scale="made up",
        kind="total",
    )
    assert {item.name: item.replaced_by for item in found.excluded} == {
        "LiN3_other": "LiN3",
        "Li3N": None,
    }


def calls(work: Callable[[], Any]) -> int:
    """Count the function calls of some work, which, unlike its time, are the same every time."""
    count = 0

    def profile(*_: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", ["LiO", None], ids=["polymorphs of one name", "own names"])
def test_work_is_proportional_to_the_number_of_entries(name: str | None) -> None:
    def work(number: int) -> None:
        oxides = [
            entry(name or f"Li{n}O", {"Li": 1 if name else n, "O": 1}, -5 - n * 1e-5)
            for n in range(1, number)
        ]
        build(LI, O2, *oxides).without([name or "Li7O"])

    work(10)
    assert calls(lambda: work(400)) < 2.5 * calls(lambda: work(200))
