import pytest
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal
from liponflow.analysis.stability.thermal import thermal_shift, with_free_energies

VOLT = 1e-4


def test_entropy_of_oxygen_lowers_the_oxidation_limit_of_an_oxide() -> None:
    """2 Li2O -> O2 + 4 Li: lowering the gas by 0.6 eV per O2 shifts the limit by 0.6/4 V."""
    cold = formation_entries({"Li2O": -2.0})
    warm = with_free_energies(cold, {"O2": -0.3}, 300, missing="neglect")
    oxide = crystal("Li2O", cold, Hull.of(cold))
    found = thermal_shift(cold, warm, oxide)
    assert found.high == pytest.approx(3.0 - 0.15, abs=VOLT)
    assert found.high_shift == pytest.approx(-0.15, abs=VOLT)
    assert (found.low, found.low_shift) == (0, 0)
    assert found.products_oxidation == "O2"
    assert found.products_at_zero == "Li2O"


def test_free_energy_common_to_all_phases_cancels() -> None:
    """The same free energy per atom of all phases cancels in every balanced reaction."""
    cold, _ = lipon()
    warm = with_free_energies(cold, {e.name: -0.1 for e in cold.entries}, 500)
    for before, after in zip(cold.entries, warm.entries, strict=True):
        assert after.energy == pytest.approx(before.energy, abs=1e-9)
    found = thermal_shift(cold, warm, phase("Li2PO2N"))
    assert found.low_shift == pytest.approx(0, abs=VOLT)
    assert found.high_shift == pytest.approx(0, abs=VOLT)
    assert warm.scale.endswith("free energies at 500 K")


def test_total_energies_are_shifted_without_new_references() -> None:
    items = [("Li", {"Li": 1}, -1.9), ("O2", {"O": 2}, -9.8), ("Li2O", {"Li": 2, "O": 1}, -14.8)]
    cold = EntrySet.build(
        [Entry(name=n, composition=c, energy=e, source="test") for n, c, e in items],
        scale="test",
        kind="total",
    )
    warm = with_free_energies(cold, {"Li": -0.05, "O2": -0.3, "Li2O": 0.02}, 300)
    assert {e.name: e.energy for e in warm.entries} == pytest.approx(
        {"Li": -1.95, "O2": -10.4, "Li2O": -14.74}
    )


def test_polymorphs_share_the_free_energy_of_their_formula() -> None:
    cold = formation_entries({"Li2O": -2.0})
    extra = Entry(name="Li2O_b", composition={"Li": 2, "O": 1}, energy=-5.9, source="test")
    both = EntrySet.build([*cold.entries, extra], scale="s", kind="formation")
    warm = with_free_energies(both, {"Li": 0.0, "O2": 0.0, "Li2O": 0.1, "Li2O_b": 0.0}, 300)
    energies = {e.name: e.energy for e in warm.entries}
    assert energies == pytest.approx({"Li": 0, "O2": 0, "Li2O": -5.7, "Li2O_b": -5.9})


def test_missing_free_energies_are_refused_excluded_or_neglected() -> None:
    cold = formation_entries({"Li2O": -2.0, "Li2O2": -1.6})
    given = {"Li": -0.05, "O2": -0.3, "Li2O": 0.0}
    with pytest.raises(ValueError, match="no free energy at 300 K for Li2O2: compute their"):
        with_free_energies(cold, given, 300)
    excluded = with_free_energies(cold, given, 300, missing="exclude")
    assert "Li2O2" not in {e.name for e in excluded.entries}
    assert excluded.excluded[-1].reason == "no free energy at 300 K"
    kept = with_free_energies(cold, given, 300, missing="neglect")
    assert kept.remarks[-1].endswith("that at 0 K is kept: Li2O2")
    with pytest.raises(ValueError, match="no free energy at 300 K for Li, Li2O"):
        with_free_energies(cold, {"O2": -0.3}, 300, missing="exclude")


def test_invalid_temperatures_are_refused() -> None:
    cold = formation_entries({"Li2O": -2.0})
    free = {e.name: 0.0 for e in cold.entries}
    with pytest.raises(ValueError, match="must lie above 0 K, not -5"):
        with_free_energies(cold, free, -5)
    warm = with_free_energies(cold, free, 300)
    with pytest.raises(ValueError, match="at 300 K already"):
        with_free_energies(warm, free, 300)
