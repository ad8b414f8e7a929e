from fractions import Fraction

import pytest
from stability_entries import formation_entries, lipon

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import (
    RefusedEntryError,
    crystal,
    exact_amounts,
    excess_charge,
    glass,
    glass_of_energy,
    is_crystal,
    named_material,
    parse_formula,
)


@pytest.mark.parametrize("text", ["", "lipon", "Li2PO2N2x", "Xx2", "Li-1", "Li0", "{{7*7}}"])
def test_invalid_formula_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a chemical formula"):
        parse_formula(text)


def test_amounts_are_exact_decimals_of_the_formula() -> None:
    assert exact_amounts("Li2.98P", {"Li": 2.98, "P": 1}) == {
        "Li": Fraction(298, 100),
        "P": Fraction(1),
    }
    assert exact_amounts("Li14P2O3N6", parse_formula("Li14P2O3N6")) == {
        "Li": 14,
        "P": 2,
        "N": 6,
        "O": 3,
    }
    assert exact_amounts("LiLiO", {"Li": 2, "O": 1}) == {"Li": 2, "O": 1}


def test_published_glasses_have_known_excess_charges() -> None:
    assert excess_charge(parse_formula("Li2.98PO3.3N0.46")) == 0
    assert excess_charge(parse_formula("Li46P16O55N5")) == pytest.approx(1)


def test_sulfur_of_a_sulfide_has_no_charge_of_a_sulfate() -> None:
    assert excess_charge(parse_formula("Li2SO4")) == 0
    assert excess_charge(parse_formula("Li3PS4")) is None


def test_crystal_has_the_energy_of_its_entry() -> None:
    entries, hull = lipon()
    stable = crystal("Li2PO2N", entries, hull)
    assert (stable.formula, stable.above_hull) == ("Li2PO2N", pytest.approx(0, abs=1e-9))
    assert stable.energy_source.startswith("entry Li2PO2N")
    above = crystal("Li5P2N5", entries, hull)
    assert 0 < above.above_hull < 0.025


def test_excluded_crystal_lies_below_the_hull_of_the_other_phases() -> None:
    entries, _ = lipon()
    rest = Hull.of(entries.without(["Li3P"]))
    # Li3P -> LiP + 2 Li costs 4 x 0.6976 - 2 x 0.5249 eV.
    found = crystal("Li3P", entries, rest)
    assert found.above_hull == pytest.approx(-(4 * 0.6976 - 2 * 0.5249) / 4, abs=1e-6)


def test_missing_crystal_is_refused_with_similar_names() -> None:
    entries, hull = lipon()
    assert not is_crystal("Li3PO3", entries)
    assert is_crystal("Li6P2O8", entries)
    with pytest.raises(ValueError, match=r"no phase 'Li3PO3' .*did you mean .*'Li3PO4"):
        crystal("Li3PO3", entries, hull)


def test_glass_keeps_its_formula_and_given_energy() -> None:
    _, hull = lipon()
    found = glass("Li2.98PO3.3N0.46", hull, above_hull=0.03, energy_source="assumed")
    assert found.formula == "Li2.98PO3.3N0.46"
    assert found.n_atoms == pytest.approx(7.74)
    assert found.n_other == pytest.approx(4.76)
    assert found.above_hull == 0.03


def test_energy_of_glass_sets_its_energy_above_hull() -> None:
    hull = Hull.of(formation_entries({"Li2O": -2.0}))
    found = glass_of_energy("Li3O", hull, energy_per_atom=-1.4, energy_source="mean of 3 models")
    assert found.above_hull == pytest.approx(-1.4 + 2.0 * 3 / 4)


def test_glass_with_missing_element_or_energy_is_refused() -> None:
    _, hull = lipon()
    with pytest.raises(ValueError, match="have no S"):
        glass("Li3PS4", hull, above_hull=0, energy_source="assumed")
    with pytest.raises(ValueError, match="nan, not a number"):
        glass("Li3PO4", hull, above_hull=float("nan"), energy_source="assumed")


def test_material_whose_entry_was_refused_is_not_taken_to_lie_on_the_hull() -> None:
    made = formation_entries({"Li2O": -2.0})
    peroxide = Entry(
        name="mp-841",
        composition={"Li": 4, "O": 4},
        energy=-13.0,
        source="own",
        problem="U of Li is 1 and 2 eV in different blocks",
    )
    other = peroxide.model_copy(
        update={"name": "metastable oxide", "composition": {"Li": 2, "O": 1}}
    )
    entries = EntrySet.build([*made.entries, peroxide, other], scale=made.scale, kind="formation")
    hull = Hull.of(entries)
    refused = r"Li2O2 has an entry that cannot be used \(mp-841: U of Li is 1 and 2 eV"
    with pytest.raises(RefusedEntryError, match=refused):
        named_material("Li2O2", entries, hull)
    assert named_material("Li2O2", entries, hull, above_hull=0.1).above_hull == 0.1
    assert "entry Li2O" in named_material("Li2O", entries, hull).energy_source
    # What was excluded on request has no fault.
    without = made.without(["Li2O"])
    assert named_material("Li2O", without, Hull.of(without)).energy_source.startswith("assumed")
