import pytest
from equations import imbalance
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.analysis.interface_reactions import (
    GrandPotentialInterfacialReactivity,
    InterfacialReactivity,
)
from pymatgen.analysis.phase_diagram import GrandPotentialPhaseDiagram
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element
from stability_entries import formation_entries, lipon, phase

from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.interface import interface_reaction
from liponflow.analysis.stability.materials import crystal, glass

ENERGY = 1e-5  # eV/atom, between two exact methods


@pytest.mark.parametrize("pair", [("Li2PO2N", "Li"), ("Li3PO4", "Li3P"), ("LiPO3", "Li3N")])
def test_kinks_of_closed_interface_agree_with_pymatgen(pair: tuple[str, str]) -> None:
    entries, hull = lipon()
    first, second = (phase(name) for name in pair)
    found = interface_reaction(hull, first, second)
    reference = InterfacialReactivity(
        *(Composition(m.composition) for m in (first, second)),
        entries.phase_diagram(),
        norm=True,
        use_hull_energy=False,
    )
    # pymatgen's mixing ratio is the fraction of the first material.
    expected = sorted((1 - float(x), float(energy)) for _, x, energy, *_ in reference.get_kinks())
    assert [p.mixing for p in found.points] == pytest.approx([x for x, _ in expected], abs=1e-4)
    assert [p.energy for p in found.points] == pytest.approx([e for _, e in expected], abs=ENERGY)
    assert found.min_energy == min(point.energy for point in found.points)


@pytest.mark.parametrize("voltage", [0.5, 2.0, 4.0])
def test_energies_of_interface_open_to_li_agree_with_pymatgen(voltage: float) -> None:
    entries, hull = lipon()
    first, second = phase("Li2PO2N"), phase("Li3N")
    found = interface_reaction(hull, first, second, voltage)
    diagram = entries.phase_diagram()
    reference = GrandPotentialInterfacialReactivity(
        *(Composition(m.composition) for m in (first, second)),
        GrandPotentialPhaseDiagram(list(diagram.all_entries), {Element("Li"): -voltage}),
        pd_non_grand=diagram,
        norm=True,
        use_hull_energy=False,
        include_no_mixing_energy=True,
    )
    expected = sorted(float(energy) for _, _, energy, *_ in reference.get_kinks())
    assert sorted(p.energy for p in found.points) == pytest.approx(expected, abs=ENERGY)


def test_energy_of_glass_above_the_hull_adds_to_the_driving_force() -> None:
    _, hull = lipon()
    plain = glass("Li2.98PO3.3N0.46", hull, above_hull=0.0, energy_source="assumed")
    raised = plain.model_copy(update={"above_hull": 0.05})
    lithium = phase("Li")
    low, high = (interface_reaction(hull, m, lithium) for m in (plain, raised))
    for a, b in zip(low.points, high.points, strict=True):
        assert b.mixing == pytest.approx(a.mixing, abs=1e-5)
        assert b.energy == pytest.approx(a.energy - 0.05 * (1 - a.mixing), abs=ENERGY)
        assert b.energy_of_contact == pytest.approx(a.energy_of_contact, abs=ENERGY)
    assert high.points[0].energy == pytest.approx(-0.05, abs=ENERGY)
    assert high.points[0].energy_of_contact == 0


def test_order_of_the_pair_does_not_matter() -> None:
    _, hull = lipon()
    one = interface_reaction(hull, phase("Li2PO2N"), phase("Li3N"), 1.0)
    other = interface_reaction(hull, phase("Li3N"), phase("Li2PO2N"), 1.0)
    assert one.min_energy == pytest.approx(other.min_energy, abs=ENERGY)
    assert one.min_mixing == pytest.approx(1 - other.min_mixing, abs=1e-5)
    assert set(one.phases) == set(other.phases)


def test_phases_in_equilibrium_do_not_react() -> None:
    _, hull = lipon()
    found = interface_reaction(hull, phase("Li2O"), phase("Li3P"))
    assert (found.min_energy, found.equation) == (0, "no reaction")
    assert [p.equation for p in found.points] == ["Li2O: no reaction", "Li3P: no reaction"]


def test_interface_reaction_has_the_analytic_energy() -> None:
    """Li2O2 + 2 Li -> 2 Li2O: 2 x (-6) - (-6) eV for 6 atoms, a third of them Li metal."""
    entries = formation_entries({"Li2O": -2.0, "Li2O2": -1.5})
    hull = Hull.of(entries)
    found = interface_reaction(hull, crystal("Li2O2", entries, hull), crystal("Li", entries, hull))
    assert found.equation == "Li2O2 + 2 Li -> 2 Li2O"
    assert found.min_energy == pytest.approx((2 * -6.0 + 6.0) / 6, abs=ENERGY)
    assert found.min_mixing == pytest.approx(1 / 3, abs=1e-5)
    [kink] = [point for point in found.points if 0 < point.mixing < 1]
    assert kink.molar_mixing == pytest.approx(2 / 3, abs=1e-5)


def test_lithium_metal_at_interface_open_to_li_is_refused() -> None:
    _, hull = lipon()
    with pytest.raises(ValueError, match=r"since it is the Li: leave the voltage out \(closed\)"):
        interface_reaction(hull, phase("Li2PO2N"), phase("Li"), 0.0)


@given(
    li=st.integers(0, 60),
    o=st.integers(0, 40),
    n=st.integers(0, 20),
    voltage=st.none() | st.floats(0, 5),
)
@settings(max_examples=15, deadline=None)
def test_every_printed_reaction_balances(li: int, o: int, n: int, voltage: float | None) -> None:
    _, hull = lipon()
    formula = "".join(f"{s}{k / 10:g}" for s, k in (("Li", li), ("O", o), ("N", n)) if k)
    material = glass(f"P{formula}", hull, above_hull=0.01, energy_source="assumed")
    found = interface_reaction(hull, material, phase("Li3N"), voltage)
    equations = [point.equation for point in found.points if " -> " in point.equation]
    assert equations
    for equation in equations:
        assert imbalance(equation) < 1e-6
    energies = [point.energy for point in found.points]
    assert max(energies) <= ENERGY
