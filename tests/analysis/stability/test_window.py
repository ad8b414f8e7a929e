from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from equations import imbalance
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element
from scipy.optimize import linprog
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.entries import EntrySet
from liponflow.analysis.stability.entry_files import read_entries
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import Material, crystal, glass
from liponflow.analysis.stability.result import WindowSegment
from liponflow.analysis.stability.window import (
    lithium_segments,
    metastable_window,
    nearest_segments,
    neighbours,
    stable_products,
    voltage_window,
    window_segments,
)

PUBLISHED = 0.02  # V, allowed deviation from published limits
VOLT = 1e-4  # V, between two exact methods on the same entries

glasses = st.tuples(st.floats(0, 6), st.floats(0.1, 3), st.floats(0, 6), st.floats(0, 3)).map(
    lambda n: f"Li{n[0]:.2f}P{n[1]:.2f}O{n[2]:.2f}N{n[3]:.2f}"
)


def kept(formula: str) -> str:
    """Remove elements with amount 0.00 from a formula."""
    amounts = Composition(formula).get_el_amt_dict()
    return "".join(f"{symbol}{n:.2f}" for symbol, n in amounts.items() if n)


def segments_of(hull: Hull, material: Material) -> list[WindowSegment]:
    return window_segments(hull, material, lithium_segments(hull, material))


def check_published(entries: EntrySet) -> None:
    hull = Hull.of(entries)
    for formula, low, high in (("Li2PO2N", 0.68, 2.64), ("Li3PO4", 0.69, 4.21)):
        material = crystal(formula, entries, hull)
        segments = lithium_segments(hull, material)
        window = voltage_window(material, segments)
        assert window.low == pytest.approx(low, abs=PUBLISHED)
        assert window.high == pytest.approx(high, abs=PUBLISHED)
        own = [s for s in window_segments(hull, material, segments) if not s.li_exchanged]
        assert [s.phases for s in own] == [[material.formula]]
    material = crystal("Li2PO2N", entries, hull)
    segments = lithium_segments(hull, material)
    at_zero = window_segments(hull, material, segments)[0]
    assert at_zero.voltage_low == 0
    assert set(at_zero.phases) == {"Li3N", "Li3P", "Li2O"}
    assert at_zero.equation == "Li2PO2N + 8 Li -> 2 Li2O + Li3N + Li3P"
    _, oxidation = neighbours(material, segments)
    assert oxidation is not None
    assert {hull.entries[i].name for i in oxidation.amounts} == {"Li4P2O7", "P3N5", "N2"}


def test_windows_from_quoted_formation_energies_agree_with_published_ones() -> None:
    check_published(lipon()[0])


def test_windows_from_reference_entries_agree_with_published_ones(
    reference_data: Path,
) -> None:
    entries = read_entries(reference_data / "thermo" / "mp2019_formation_pdentries_LiPONNiMn.json")
    check_published(entries.within(["Li", "P", "O", "N"]))


def test_window_of_a_single_oxide_is_the_analytic_one() -> None:
    """One oxide: its voltage against O2 is minus its formation energy per Li."""
    hull = Hull.of(formation_entries({"Li2O": -2.0}))
    oxide = crystal("Li2O", formation_entries({"Li2O": -2.0}), hull)
    low, high = lithium_segments(hull, oxide)
    assert (low.low, low.high) == (0, pytest.approx(3 * 2.0 / 2, abs=VOLT))
    assert (low.li, high.li) == (pytest.approx(2), 0)
    [_, oxidised] = segments_of(hull, oxide)
    assert oxidised.equation == "2 Li2O -> O2 + 4 Li"
    assert oxidised.energy_low == pytest.approx(0, abs=1e-6)
    # Beyond the limit the energy falls by the excess voltage per Li: 2 Li of 3 atoms.
    assert oxidised.energy_high == pytest.approx(-(6 - 3) * 2 / 3, abs=1e-6)


def brute_force(entries: EntrySet, material: Material, voltage: float) -> float:
    """Return Li per formula unit of the cheapest mixture of all entries at a voltage."""
    symbols = [symbol for symbol in entries.elements if symbol != "Li"]
    chosen = [e for e in entries.entries if set(e.composition) - {"Li"}]
    columns = [[e.composition.get(s, 0.0) for e in chosen] for s in symbols]
    lithium = np.array([e.composition.get("Li", 0.0) for e in chosen])
    energies = np.array([e.energy for e in chosen])
    target = [material.composition.get(s, 0.0) for s in symbols]
    found = linprog(energies + voltage * lithium, A_eq=columns, b_eq=target, method="highs")
    return float(found.x @ lithium)


@pytest.mark.parametrize("formula", ["Li2PO2N", "Li3PO4", "Li3P", "P3N5", "LiPO3"])
def test_windows_agree_with_a_brute_force_search(formula: str) -> None:
    entries, hull = lipon()
    material = crystal(formula, entries, hull)
    window = voltage_window(material, lithium_segments(hull, material))
    content = material.composition.get("Li", 0.0)

    def edge(inside: float, outside: float) -> float:
        while abs(inside - outside) > VOLT / 4:
            middle = (inside + outside) / 2
            rests = abs(brute_force(entries, material, middle) - content) < 1e-6
            inside, outside = (middle, outside) if rests else (inside, middle)
        return inside

    assert window.low is not None
    inside = (window.low + (window.high or 6.0)) / 2
    # An open window extends to the limit of the search.
    assert edge(inside, 0.0) == pytest.approx(window.low, abs=VOLT)
    high = 6.0 if window.high is None else window.high
    assert edge(inside, 6.0) == pytest.approx(high, abs=VOLT)


@given(formula=glasses)
@settings(max_examples=20, deadline=None)
def test_segments_agree_with_a_brute_force_search_and_balance(formula: str) -> None:
    entries, hull = lipon()
    material = glass(kept(formula), hull, above_hull=0.02, energy_source="assumed")
    found = segments_of(hull, material)
    assert found[0].voltage_low == 0
    assert found[-1].voltage_high == 6
    for before, after in pairwise(found):
        assert before.voltage_high == after.voltage_low
        assert before.li_exchanged > after.li_exchanged
    for segment in found:
        assert imbalance(segment.equation) < 1e-6
        middle = (segment.voltage_low + segment.voltage_high) / 2
        content = material.composition.get("Li", 0.0) + segment.li_exchanged
        if segment.voltage_high - segment.voltage_low > VOLT:
            assert brute_force(entries, material, middle) == pytest.approx(content, abs=1e-4)
        assert segment.energy_low < 1e-6
        assert segment.energy_high < 1e-6


@pytest.mark.parametrize("formula", ["Li2PO2N", "Li2.98PO3.3N0.46", "Li46P16O55N5"])
def test_segments_agree_with_pymatgen(formula: str) -> None:
    entries, hull = lipon()
    material = glass(formula, hull, above_hull=0, energy_source="assumed")
    profile = entries.phase_diagram().get_element_profile(Element("Li"), Composition(formula))
    expected = [-step["chempot"] for step in profile if -6 < step["chempot"] < -VOLT]
    segments = lithium_segments(hull, material)
    assert [s.low for s in segments[1:]] == pytest.approx(sorted(expected), abs=VOLT)
    content = material.composition["Li"]
    lithium = {round(step["evolution"] + content, 4) for step in profile}
    assert {round(s.li, 4) for s in segments} <= lithium


def test_glass_decomposes_to_stable_phases_and_has_their_window() -> None:
    _, hull = lipon()
    material = glass("Li2.98PO3.3N0.46", hull, above_hull=0.03, energy_source="assumed")
    assert set(stable_products(hull, material)) == {"Li2O", "Li3PO4", "Li2PO2N"}
    window = voltage_window(material, lithium_segments(hull, material))
    assert 0 < window.low < window.high
    assert "what it decomposes into" in window.statement
    [at_rest] = [s for s in segments_of(hull, material) if s.li_exchanged == 0]
    assert at_rest.energy_low == pytest.approx(-0.03)
    assert at_rest.energy_high == pytest.approx(-0.03)


def test_charged_glass_has_no_window_and_a_note_with_the_reason() -> None:
    _, hull = lipon()
    material = glass("Li46P16O55N5", hull, above_hull=0.0, energy_source="assumed")
    window = voltage_window(material, lithium_segments(hull, material))
    assert (window.low, window.high) == (None, None)
    assert "sum to +1 e per formula unit, so it is at rest only after it gave off 1 Li" in (
        window.statement
    )


def test_material_with_excess_lithium_has_no_window() -> None:
    _, hull = lipon()
    material = glass("Li9PO3", hull, above_hull=0.1, energy_source="assumed")
    # 3 Li2O + Li3P contain all 9 Li; a tenth is left as metal.
    assert voltage_window(material, lithium_segments(hull, material)).low == 0
    more = glass("Li10PO3", hull, above_hull=0.1, energy_source="assumed")
    window = voltage_window(more, lithium_segments(hull, more))
    assert window.low is None
    assert window.statement.startswith("gives off Li at every voltage")


def test_metastable_window_narrows_with_energy_above_hull() -> None:
    _, hull = lipon()
    stable = phase("Li2PO2N")
    segments = lithium_segments(hull, stable)
    plain = voltage_window(stable, segments)
    widths = []
    for above in (0.0, 0.01, 0.05):
        material = stable.model_copy(update={"above_hull": above})
        window = metastable_window(hull, material, segments)
        widths.append(window.high - window.low)
        if not above:
            assert window.low == pytest.approx(plain.low, abs=VOLT)
            assert window.high == pytest.approx(plain.high, abs=VOLT)
    assert widths[0] > widths[1] > widths[2] > 0
    far = stable.model_copy(update={"above_hull": 1.0})
    assert metastable_window(hull, far, segments).low is None


def test_metastable_limit_is_that_of_the_explicit_reaction() -> None:
    """Li2O at E above the hull: Li2O -> 1/2 O2 + 2 Li is favourable 3 E / 2 below its voltage."""
    entries = formation_entries({"Li2O": -2.0})
    hull = Hull.of(entries)
    oxide = crystal("Li2O", entries, hull).model_copy(update={"above_hull": 0.2})
    window = metastable_window(hull, oxide, lithium_segments(hull, oxide))
    assert window.high == pytest.approx(3.0 - 3 * 0.2 / 2, abs=VOLT)
    assert window.low == 0


def test_lithium_metal_and_zero_voltage_are_refused() -> None:
    _, hull = lipon()
    with pytest.raises(ValueError, match="Li contains only Li"):
        lithium_segments(hull, phase("Li"))
    with pytest.raises(ValueError, match="must lie above 0 V, not 0"):
        lithium_segments(hull, phase("Li3P"), v_max=0)


@given(formula=glasses)
@settings(max_examples=15, deadline=None)
def test_nearest_segments_agree_with_the_complete_list(formula: str) -> None:
    _, hull = lipon()
    material = glass(kept(formula), hull, above_hull=0.02, energy_source="assumed")
    complete, nearest = (find(hull, material) for find in (lithium_segments, nearest_segments))
    wide = [s for s in complete if s.high - s.low > 1e-3]
    assume(len(wide) == len(complete))  # a sliver may contain a narrower segment
    one, other = (voltage_window(material, found) for found in (complete, nearest))
    assert other.low == pytest.approx(one.low, abs=VOLT)
    assert other.high == pytest.approx(one.high, abs=VOLT)
    assert set(nearest[0].amounts) == set(complete[0].amounts)
    for expected, found in zip(
        neighbours(material, complete), neighbours(material, nearest), strict=True
    ):
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert set(found.amounts) == set(expected.amounts)


def test_nearest_segments_agree_with_the_complete_list_for_crystals() -> None:
    _, hull = lipon()
    for name in ("Li2PO2N", "Li3PO4", "Li3P", "Li2O", "P3N5", "LiPN2"):
        material = phase(name)
        one = voltage_window(material, lithium_segments(hull, material))
        other = voltage_window(material, nearest_segments(hull, material))
        assert other.low == pytest.approx(one.low, abs=VOLT)
        assert other.high == pytest.approx(one.high, abs=VOLT)
