import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core.composition import Composition
from stability_entries import formation_entries, lipon, quoted_entries

from liponflow.analysis.stability.hull import Hull, phase_states

TOLERANCE = 1e-6  # eV/atom, of the solver

amounts = st.fixed_dictionaries(
    {symbol: st.floats(0, 5) for symbol in ("Li", "P", "O")}, optional={"N": st.floats(0, 5)}
).filter(lambda composition: sum(composition.values()) > 0.1)


@given(composition=amounts)
@settings(max_examples=25, deadline=None)
def test_hull_energies_agree_with_pymatgen(composition: dict[str, float]) -> None:
    entries, hull = lipon()
    expected = entries.phase_diagram().get_hull_energy_per_atom(Composition(composition))
    assert hull.energy(composition) == pytest.approx(expected, abs=TOLERANCE)


@given(composition=amounts)
@settings(max_examples=10, deadline=None)
def test_phases_above_the_hull_do_not_change_equilibria(composition: dict[str, float]) -> None:
    entries, hull = lipon()
    complete = Hull.of(entries, stable_only=False)
    assert len(complete.entries) > len(hull.entries)
    assert hull.energy(composition) == pytest.approx(complete.energy(composition), abs=TOLERANCE)


def test_phase_states_distinguish_stable_and_unstable_phases() -> None:
    states = {state.name: state for state in phase_states(quoted_entries(), {"Li3P": -0.698})}
    assert states["Li2PO2N"].above_hull == 0
    assert states["Li2PO2N"].decomposes_to == "Li2PO2N"
    assert states["Li2PO2N"].formation_energy_per_atom == pytest.approx(-2.1867)
    assert states["Li3P"].published_formation_energy == -0.698
    assert 0 < states["Li5P2N5"].above_hull < 0.025
    assert states["Li5P2N5"].decomposes_to == "Li7PN4 + LiPN2"


def test_metastable_phase_has_the_analytic_energy_above_hull() -> None:
    states = phase_states(formation_entries({"Li2O": -2.0, "Li2O2": -1.4}))
    # 2 Li2O2 -> 2 Li2O + O2: 6 of 8 atoms are in Li2O.
    [peroxide] = [state for state in states if state.name == "Li2O2"]
    assert peroxide.above_hull == pytest.approx(-1.4 + 2.0 * 6 / 8)


def test_missing_element_is_refused() -> None:
    _, hull = lipon()
    with pytest.raises(ValueError, match="the entries have no S: add the element"):
        hull.energy({"Li": 2, "S": 1})


def test_open_columns_are_grand_potentials_per_atom_other_than_li() -> None:
    hull = Hull.of(formation_entries({"Li2O": -2.0}))
    columns, potentials = hull.open_columns(voltage=1.5)
    names = [hull.entries[index].name for index in hull.solids]
    assert np.array_equal(columns, np.ones((1, 2)))
    # Li2O per O: -6 eV minus 2 Li at (0 - 1.5) eV.
    assert potentials[names.index("Li2O")] == pytest.approx(-6 + 2 * 1.5)
    assert hull.lithium_per_other()[names.index("Li2O")] == pytest.approx(2)
