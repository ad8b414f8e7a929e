"""Formal states of battery materials, mixed valence included."""

import pytest
from pymatgen.core import Composition

from liponflow.structures.oxidation_states import NEUTRAL, formal_states


@pytest.mark.parametrize(
    ("formula", "states"),
    [
        ("LiNi0.5Mn1.5O4", {"Ni": 2, "Mn": 4}),
        ("Li3NiMnCoO6", {"Ni": 2, "Mn": 4, "Co": 3}),
        ("LiNi0.8Co0.15Al0.05O2", {"Ni": 3, "Co": 3, "Al": 3}),
        ("Na3NiFeMnO6", {"Ni": 2, "Mn": 4, "Fe": 3}),
        ("LiFePO4", {"Fe": 2, "P": 5}),
        ("FePO4", {"Fe": 3}),
        ("LiMn2O4", {"Mn": 3.5}),
        ("Li4Ti5O12", {"Ti": 4}),
        ("Li7La3Zr2O12", {"La": 3, "Zr": 4}),
        ("Li6PS5Cl", {"P": 5, "S": -2, "Cl": -1}),
        ("Li2SO4", {"S": 6, "O": -2}),
        ("Li10GeP2S12", {"Ge": 4, "P": 5, "S": -2}),
        ("NH4Cl", {"N": -3, "H": 1, "Cl": -1}),
        ("Li13Al3Ti17P30O120", {"Al": 3, "Ti": 4, "P": 5}),
    ],
)
def test_states_of_known_compounds(formula: str, states: dict[str, float]) -> None:
    composition = Composition(formula)
    found = formal_states(composition)
    assert found is not None
    assert {symbol: found[symbol] for symbol in states} == pytest.approx(states)
    total = sum(composition[symbol] * state for symbol, state in found.items())
    assert abs(total) <= NEUTRAL * composition.num_atoms


@pytest.mark.parametrize("formula", ["Li", "CuAu", "He"])
def test_crystal_without_anion_has_no_states(formula: str) -> None:
    assert formal_states(Composition(formula)) is None
