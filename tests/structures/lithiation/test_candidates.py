"""Candidate states from x = 0 to 2: families, arrangements and start cells."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithiation import candidates as lithiation
from liponflow.structures.lithiation.candidates import (
    check_x,
    choose,
    families_at,
    max_x,
    start_cells,
    with_magmoms,
)
from liponflow.structures.lithiation.electrostatics import ewald_energies
from liponflow.structures.lithiation.host import Family, LithiationHost, host
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo

SHORTEST = 1.55  # Å, Li-O on the small 8b tetrahedra of the unrelaxed spinel is 1.59
OVERLITHIATED = [Family.OCTAHEDRAL_ADDED, Family.ALL_OCTAHEDRAL, Family.TETRAHEDRAL_ADDED]


@pytest.fixture(scope="module")
def spinel() -> LithiationHost:
    return host(ordered_lnmo())


@pytest.fixture(params=["spinel", "layered", "olivine"])
def any_host(
    request: pytest.FixtureRequest, spinel: LithiationHost, licoo2: Structure, lifepo4: Structure
) -> LithiationHost:
    return {"spinel": spinel, "layered": host(licoo2), "olivine": host(lifepo4)}[request.param]


def contents(host: LithiationHost) -> list[float]:
    """Li contents up to 2 in steps of one Li."""
    n_most = round(min(2.0, max_x(host)) * host.formula_units)
    return [n / host.formula_units for n in range(n_most + 1)]


def test_contents_in_steps_of_one_lithium_are_possible(spinel: LithiationHost):
    assert max_x(spinel) == (8 + 16) / 8
    assert len(contents(spinel)) == 17
    assert all(check_x(spinel, x) == x for x in contents(spinel))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (0.3, r"x = 0\.3 is not on the grid .* 1/8; the nearest values are 0\.25 and 0\.375"),
        (3.125, r"x = 3\.125 is outside 0 to 3,"),
        (-0.125, r"x = -0\.125 is outside 0 to 3,"),
        (float("nan"), "x = nan is outside 0 to 3,"),
    ],
)
def test_impossible_x_is_refused_with_the_possible_values(
    spinel: LithiationHost, x: float, message: str
):
    for refuse in (check_x, families_at):
        with pytest.raises(ValueError, match=message):
            refuse(spinel, x)


@pytest.mark.parametrize(("x", "exact"), [(0.6667, 2 / 3), (0.6666, 2 / 3), (0.333, 1 / 3)])
def test_rounded_thirds_are_on_the_grid(licoo2: Structure, x: float, exact: float):
    assert check_x(host(licoo2), x) == pytest.approx(exact, abs=1e-15)


def test_rounding_error_does_not_remove_lithium():
    """15/11 × 11 is 14.999999999999998 in floating point: 15 Li must not become 14."""
    layers = Structure(
        Lattice.tetragonal(2.9, 4.2),
        ["Li", "Fe", "O", "O"],
        [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0, 0, 0.5]],
    )
    row = host(layers, (11, 1, 1))
    free = row.tetrahedral_sites
    x = 15 / 11
    assert int(x * row.formula_units) == 14
    narrow = replace(row, octahedral_sites=free[:4], tetrahedral_sites=free[4:7])
    assert families_at(narrow, x) == [Family.OCTAHEDRAL_ADDED]  # 14 would fit both families
    [chosen] = choose(narrow, x, Family.OCTAHEDRAL_ADDED, budget=1, seed=0).arrangements
    assert chosen.structure.composition["Li"] == 15


def test_families_depend_on_available_sites(spinel: LithiationHost, licoo2: Structure):
    assert families_at(spinel, 0) == families_at(spinel, 1) == [Family.VACANCY]
    assert families_at(spinel, 1.125) == families_at(spinel, 2) == OVERLITHIATED
    assert families_at(spinel, 2.125) == [Family.OCTAHEDRAL_ADDED]
    assert families_at(host(licoo2), 4 / 3) == [Family.TETRAHEDRAL_ADDED]


def test_family_without_enough_sites_is_refused(spinel: LithiationHost):
    with pytest.raises(
        ValueError, match=r"x = 1\.5 is not possible in the family vacancy; take oct"
    ):
        choose(spinel, 1.5, Family.VACANCY, budget=4, seed=0)
    with pytest.raises(ValueError, match="budget of 0"):
        choose(spinel, 0.5, Family.VACANCY, budget=0, seed=0)


def test_large_budget_gives_every_arrangement(any_host: LithiationHost):
    cell = any_host
    for x in contents(cell):
        for family in families_at(cell, x):
            n_li = round(x * cell.formula_units)
            k = n_li - len(cell.kept(family))
            if comb(len(cell.sites(family)), k) > 200:
                continue
            selection = choose(cell, x, family, budget=10_000, seed=0)
            assert selection.method == "all"
            assert len(selection.arrangements) == selection.n_distinct
            total = sum(a.multiplicity for a in selection.arrangements)
            assert total == selection.n_total == comb(len(cell.sites(family)), k)
            for arrangement in selection.arrangements:
                composition = arrangement.structure.composition
                assert composition["Li"] == n_li == k + len(cell.kept(family))
                assert composition - {"Li": n_li} == cell.framework.composition


@pytest.mark.parametrize("structure", [ordered_lnmo(), disordered_lnmo(seed=1)])
def test_atoms_of_chosen_structures_are_never_too_close(structure: Structure):
    cell = host(structure)
    for x in contents(cell):
        for family in families_at(cell, x):
            for arrangement in choose(cell, x, family, budget=2, seed=3).arrangements:
                assert arrangement.structure.is_valid(tol=SHORTEST)


def test_overlithiated_end_member_is_unique(spinel: LithiationHost):
    selection = choose(spinel, 2, Family.ALL_OCTAHEDRAL, budget=5, seed=0)
    assert (selection.n_distinct, selection.n_total, selection.method) == (1, 1, "all")
    assert selection.arrangements[0].structure.composition.formula == "Li16 Mn12 Ni4 O32"


def test_small_budget_takes_lowest_energies_and_random_others(spinel: LithiationHost):
    everything = choose(spinel, 1.5, Family.ALL_OCTAHEDRAL, budget=1000, seed=0).arrangements
    some = choose(spinel, 1.5, Family.ALL_OCTAHEDRAL, budget=7, seed=1)
    assert some.method == "ewald+random"
    assert some.n_distinct == len(everything) == 95
    assert [a.sites for a in some.arrangements[:4]] == [a.sites for a in everything[:4]]
    energies = [a.ewald_energy for a in some.arrangements]
    assert energies == pytest.approx(sorted(energies), abs=1e-6)
    assert len({a.sites for a in some.arrangements}) == 7
    assert "the 4 of lowest Ewald energy and 3 at random (seed 1)" in some.note
    again = choose(spinel, 1.5, Family.ALL_OCTAHEDRAL, budget=7, seed=1)
    other = choose(spinel, 1.5, Family.ALL_OCTAHEDRAL, budget=7, seed=2)
    assert [a.sites for a in again.arrangements] == [a.sites for a in some.arrangements]
    assert [a.sites for a in other.arrangements] != [a.sites for a in some.arrangements]


@pytest.mark.parametrize("family", OVERLITHIATED)
def test_equivalent_arrangements_have_equal_energy(spinel: LithiationHost, family: Family):
    # Energies are computed without the symmetry that merged the arrangements.
    selection = choose(spinel, 1.5, family, budget=3, seed=0)
    table = lithiation.site_permutations(
        spinel.with_lithium(spinel.kept(family)), spinel.sites(family)
    )
    for arrangement in selection.arrangements:
        orbit = np.unique(np.sort(table[:, list(arrangement.sites)], axis=1), axis=0)
        assert len(orbit) == arrangement.multiplicity
        energies = ewald_energies(
            spinel.framework, spinel.kept(family), spinel.sites(family), list(map(tuple, orbit))
        )
        assert energies == pytest.approx(arrangement.ewald_energy, abs=1e-6)


def test_large_spaces_are_sampled_and_counted_exactly():
    large = host(ordered_lnmo(), (2, 1, 1))
    selection = choose(large, 1.5, Family.ALL_OCTAHEDRAL, budget=4, seed=0)
    assert selection.method == "sample+ewald"
    assert selection.n_total == comb(32, 24)
    assert selection.n_distinct < selection.n_total
    assert len(selection.arrangements) == 4
    assert "among 800 drawn (seed 0)" in selection.note


def test_tetragonal_start_cell_keeps_volume_and_stretches_c():
    (cubic_name, cubic), (name, tetragonal) = start_cells(ordered_lnmo(), tetragonal_strain=0.04)
    assert (cubic_name, name) == ("cubic", "tetragonal")
    assert cubic == ordered_lnmo()
    assert tetragonal.volume == pytest.approx(cubic.volume, rel=1e-12)
    assert tetragonal.lattice.c == pytest.approx(1.04 * cubic.lattice.c)
    assert tetragonal.lattice.a == pytest.approx(tetragonal.lattice.b)
    assert tetragonal.frac_coords == pytest.approx(cubic.frac_coords)


def test_moments_are_set_by_species():
    structure = with_magmoms(disordered_lnmo(seed=0), {"Ni": -2, "Mn": 4})
    moments = structure.site_properties["magmom"]
    assert sum(moments) == 4 * -2 + 12 * 4
    assert {(s.specie.symbol, m) for s, m in zip(structure, moments, strict=True)} == {
        ("Li", 0.0),
        ("Ni", -2.0),
        ("Mn", 4.0),
        ("O", 0.0),
    }
    assert "magmom" not in disordered_lnmo(seed=0).site_properties


def test_transition_metal_without_moment_is_refused():
    with pytest.raises(ValueError, match="no initial moment for Mn"):
        with_magmoms(ordered_lnmo(), {"Ni": -2})
