"""Start models of a glass from the three build methods."""

import numpy as np
import pytest
from pymatgen.core.composition import Composition

from liponflow.structures.glass.build import LIPON, build
from liponflow.structures.glass.crystal import crystal_composition
from liponflow.structures.glass.packing import PackingError
from liponflow.structures.glass.roles import CompositionError

SMALL = "Li12P4O15N"
"""32 atoms, 3 PO4 and one PO3N: packed in a tenth of a second."""


def test_default_start_is_the_published_model() -> None:
    start = build()
    assert start.structure.composition == Composition(LIPON)
    assert float(start.structure.density) == pytest.approx(2.3, rel=1e-6)
    assert start.units == {"PO4": 5, "PO3N": 3, "P2O7": 2, "P2O6N": 2}
    assert start.charge == 1
    assert any("add up to +1 e" in note for note in start.notes)
    assert any("5 solutions" in note for note in start.notes)
    for site in start.structure:
        if site.specie.symbol == "P":
            assert len(start.structure.get_neighbors(site, 1.9)) == 4


@pytest.mark.parametrize("method", ["units", "random", "crystal"])
def test_every_method_keeps_composition_density_and_seed(method: str) -> None:
    starts = [build(SMALL, method=method, density=2.0, seed=seed) for seed in (3, 3, 5)]
    for start in starts:
        assert start.structure.composition == Composition(SMALL)
        assert float(start.structure.density) == pytest.approx(2.0, rel=1e-6)
        assert start.method == method
        distances = start.structure.distance_matrix
        assert distances[np.triu_indices(len(distances), 1)].min() > 1.4
    first, again, other = (start.structure for start in starts)
    assert np.array_equal(first.frac_coords, again.frac_coords)
    assert first != other


def test_neutral_option_changes_lithium_and_adds_a_note() -> None:
    start = build(SMALL, neutral=True, density=2.0)
    # 4 P, 15 O and N: 20 - 30 - 3 = -13.
    assert start.structure.composition["Li"] == 13
    assert start.charge == 0
    assert any("Li13 instead of Li12" in note for note in start.notes)


def test_nearest_stoichiometry_is_reported() -> None:
    start = build("Li2.88PO3.73N0.14", n_atoms=31, density=2.0)
    assert len(start.structure) == 31
    assert any("nearest" in note for note in start.notes)


def test_units_have_the_given_proportions() -> None:
    start = build("Li14P4O14N", units={"PO4": 1, "PO3N": 1, "P2O7": 1}, density=2.0)
    assert start.units == {"PO4": 1, "PO3N": 1, "P2O7": 1}
    twice = build("Li6P2O8", units={"PO4": 1}, density=2.0)
    assert twice.units == {"PO4": 2}


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({"PO4": 4}, r"the units make P4O16, the composition has P4N1O15; .*=Li12P4O16"),
        ({"PO4": 3}, "units have 3 formers"),
        ({"PO4": -4}, "not a whole number"),
        ({}, "units have 0 formers"),
    ],
)
def test_units_that_do_not_fit_are_refused(units: dict[str, int], message: str) -> None:
    with pytest.raises(CompositionError, match=message):
        build(SMALL, units=units)


def test_distances_can_be_replaced() -> None:
    start = build(SMALL, distances={"O-Li": 2.3}, density=1.5)
    structure = start.structure
    for site in structure:
        if site.specie.symbol == "Li":
            near = structure.get_neighbors(site, 2.2)
            assert not [n for n in near if n.specie.symbol == "O"]


@pytest.mark.parametrize(
    ("distances", "message"),
    [({"Li-F": 2.0}, "'Li-F' is not a pair"), ({"Li-O": -1.0}, "not above 0")],
)
def test_invalid_distances_are_refused(distances: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(SMALL, distances=distances)


def test_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="method = 'crystaline' is not one of"):
        build(SMALL, method="crystaline")


# Starts from the crystal


def test_crystal_start_reports_substitutions_and_vacancies() -> None:
    start = build(LIPON, method="crystal")
    assert any(
        "supercell of 16 Li3PO4 (Pnma) with 5 N for O, 4 O vacancies, 2 Li vacancies" in note
        for note in start.notes
    )


def test_crystal_start_without_changes_is_the_crystal() -> None:
    start = build("Li12P4O16", method="crystal", density=2.445)
    assert start.structure.get_space_group_info()[0] == "Pnma"


@pytest.mark.parametrize("density", [1.0, 4.0])
def test_crystal_is_not_strained_to_any_density(density: float) -> None:
    with pytest.raises(PackingError, match=rf"{density:g} g/cm³ is .* choose 1.9 to 3.2 g/cm³"):
        build("Li12P4O16", method="crystal", density=density)


def test_nitrogen_and_vacancies_are_in_different_polyhedra() -> None:
    structure = build(LIPON, method="crystal", seed=5).structure
    for site in structure:
        if site.specie.symbol == "P":
            around = structure.get_neighbors(site, 1.9)
            assert len(around) >= 3
            assert sum(n.specie.symbol == "N" for n in around) <= 1


def test_excess_lithium_goes_into_voids() -> None:
    start = build("Li14P4O14N2", method="crystal", density=2.445)
    assert any("2 interstitial cations" in note for note in start.notes)
    structure = start.structure
    lithium = [i for i, site in enumerate(structure) if site.specie.symbol == "Li"]
    distances = structure.distance_matrix[np.ix_(lithium, lithium)]
    assert distances[np.triu_indices(len(lithium), 1)].min() > 1.5


def test_crystal_start_has_whole_cells() -> None:
    start = build("Li8P3O10N", method="crystal", density=2.0)
    assert start.structure.composition == crystal_composition(Composition("Li8P3O10N"))
    assert any("whole cells" in note for note in start.notes)


def test_excess_anions_are_refused() -> None:
    with pytest.raises(CompositionError, match="only 16 places"):
        build("Li14P4O17", method="crystal")
