"""Reference crystals: each builds, has its space group, and is chemically sensible."""

from collections import Counter
from itertools import combinations_with_replacement

import pytest
from pymatgen.core import Composition
from pymatgen.core.periodic_table import Element
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.structures.phases import Phase, PhaseError, crystal_of, phase, phases, phases_of

SYMMETRY_TOLERANCE = 0.01
"""Å; the data have five digits, on axes up to 17 Å."""

SHORTEST = 0.72
"""Shortest distance as a fraction of the sum of the atomic radii; lowest for N2 and O2."""

CENTRING = {"P": 1, "A": 2, "C": 2, "I": 2, "R": 3, "F": 4}
"""Lattice points per conventional cell."""

DENSITY_RANGE = {"Li": (0.5, 0.6), "Li2O": (1.9, 2.1), "Li3PO4": (2.3, 2.5), "NiO": (6.6, 7.0)}
"""g/cm³: measured values (0.534, 2.01, 2.45, 6.8) with a margin for DFT lattices."""


@pytest.mark.parametrize("entry", phases(), ids=lambda entry: entry.name)
def test_phase_has_the_composition_and_space_group_of_its_entry(entry: Phase) -> None:
    structure = entry.structure()
    assert structure.composition.reduced_formula == entry.reduced_formula
    analyzer = SpacegroupAnalyzer(structure, SYMMETRY_TOLERANCE)
    assert analyzer.get_space_group_symbol() == entry.spacegroup
    distances = structure.distance_matrix
    radii = [float(Element(site.specie.symbol).atomic_radius) for site in structure]
    for i in range(len(structure)):
        for j in range(i):
            assert distances[i, j] > SHORTEST * (radii[i] + radii[j]), (i, j)
    assert len(structure) == CENTRING[entry.spacegroup[0]] * len(entry.primitive())


def test_library_covers_the_chemical_systems() -> None:
    assert len(phases()) >= 60
    assert len({entry.name for entry in phases()}) == len(phases())
    assert len(phases_of({"Li", "P", "O", "N"})) >= 30
    assert all(entry.source for entry in phases())
    held = Counter(element for entry in phases() for element in entry.elements)
    assert set(held) == {"Li", "P", "O", "N", "Ni", "Mn"}


def test_library_has_every_element_and_binary_system_with_a_compound() -> None:
    systems = {entry.elements for entry in phases()}
    without = {frozenset(pair) for pair in [("Li", "Ni"), ("Li", "Mn"), ("N", "O")]}
    for pair in combinations_with_replacement(["Li", "P", "O", "N", "Ni", "Mn"], 2):
        assert frozenset(pair) in systems or frozenset(pair) in without, pair


@pytest.mark.parametrize(("formula", "limits"), DENSITY_RANGE.items())
def test_densities_lie_near_measured_values(formula: str, limits: tuple[float, float]) -> None:
    found = [e for e in phases() if e.reduced_formula == Composition(formula).reduced_formula]
    assert found
    for entry in found:
        assert limits[0] < entry.structure().density < limits[1]


def test_spinel_has_four_lithium_contents() -> None:
    contents = {
        entry.structure().composition["Li"] / entry.structure().composition["Ni"] / 2
        for entry in phases()
        if entry.elements >= {"Ni", "Mn", "O"} and "NiMnO3" not in entry.name
    }
    assert contents == {0.0, 0.5, 1.0, 2.0}


def test_unknown_phase_name_is_refused_with_a_suggestion() -> None:
    with pytest.raises(PhaseError, match="did you mean 'Li3PO4_beta'"):
        phase("Li3PO4_bta")


def test_crystal_is_the_polymorph_named_by_the_energy_source() -> None:
    relaxed = "Li3N_beta relaxed by chgnet 0.3.0 (machine-learned potential, not DFT)"
    found = [
        crystal_of("Li3N", relaxed),
        crystal_of("Li3N", "Materials Project mp-2251"),
        crystal_of("Li3N", relaxed, ["Li3N_alpha"]),
    ]
    assert [item and item.name for item in found] == ["Li3N_beta", "Li3N_alpha", "Li3N_alpha"]
    assert crystal_of("Li3N", relaxed, ["Li2O"]) is None
    assert crystal_of("Li7N", relaxed) is None
