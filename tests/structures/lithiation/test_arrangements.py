"""Enumeration compared with Burnside's lemma, brute force and binomial coefficients."""

import itertools
from math import comb

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithiation import arrangements
from liponflow.structures.lithiation.arrangements import (
    count_distinct,
    distinct_subsets,
    sample_distinct,
    site_permutations,
)
from liponflow.structures.lithiation.host import host
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo

TRIVIAL = np.arange(12)[None, :]
DECORATIONS = {"ordered": ordered_lnmo(), "disordered": disordered_lnmo(seed=1)}


def necklace(n: int) -> np.ndarray:
    """Return the group of rotations of a ring."""
    return np.array([np.roll(np.arange(n), shift) for shift in range(n)])


def brute_force(permutations: np.ndarray, k: int) -> dict[tuple[int, ...], int]:
    """Return the first member and size of every orbit."""
    orbits: dict[tuple[int, ...], int] = {}
    for subset in itertools.combinations(range(permutations.shape[1]), k):
        first = min(tuple(sorted(row[list(subset)])) for row in permutations)
        orbits[first] = orbits.get(first, 0) + 1
    return orbits


@pytest.fixture(scope="module", params=list(DECORATIONS))
def spinel_permutations(request: pytest.FixtureRequest) -> np.ndarray:
    spinel = host(DECORATIONS[request.param])
    return site_permutations(spinel.framework, spinel.octahedral_sites)


def test_orbits_of_16_spinel_sites_sum_to_binomials_and_agree_with_burnside(
    spinel_permutations: np.ndarray,
):
    for k in range(17):
        found = distinct_subsets(spinel_permutations, k)
        assert sum(multiplicity for _, multiplicity in found) == comb(16, k)
        assert len(found) == count_distinct(spinel_permutations, k)


@pytest.mark.parametrize("k", [0, 1, 3, 4])
def test_orbits_agree_with_brute_force(spinel_permutations: np.ndarray, k: int):
    assert dict(distinct_subsets(spinel_permutations, k)) == brute_force(spinel_permutations, k)


def test_without_symmetry_every_combination_is_distinct():
    expected = [(subset, 1) for subset in itertools.combinations(range(12), 5)]
    assert distinct_subsets(TRIVIAL, 5) == expected


@pytest.mark.parametrize(("n", "k", "number"), [(4, 2, 2), (6, 3, 4), (12, 6, 80), (24, 3, 85)])
def test_numbers_of_necklaces_are_the_known_ones(n: int, k: int, number: int):
    # Burnside's lemma for a ring: sum phi(d) C(n/d, k/d) over the common divisors d, divided by n.
    assert count_distinct(necklace(n), k) == number == len(distinct_subsets(necklace(n), k))


def test_count_is_exact_beyond_the_enumeration_limit():
    table = necklace(101)  # prime: all orbits except the full and the empty one have 101 members
    assert count_distinct(table, 50) == comb(101, 50) // 101
    with pytest.raises(ValueError, match="use sample_distinct"):
        distinct_subsets(table, 50)


def test_largest_enumeration_is_complete():
    assert 1.9e6 < comb(24, 10) <= arrangements.MAX_ENUMERATED < comb(24, 11)
    found = distinct_subsets(necklace(24), 10)
    assert sum(multiplicity for _, multiplicity in found) == comb(24, 10)
    assert len(found) == count_distinct(necklace(24), 10)


def test_sample_has_correct_representatives_and_multiplicities(spinel_permutations: np.ndarray):
    everything = dict(distinct_subsets(spinel_permutations, 4))
    sample = sample_distinct(spinel_permutations, 4, 20, seed=7)
    assert len(dict(sample)) == len(sample) == 20
    assert all(everything[subset] == multiplicity for subset, multiplicity in sample)
    assert sample == sample_distinct(spinel_permutations, 4, 20, seed=7)
    assert sample != sample_distinct(spinel_permutations, 4, 20, seed=8)


def test_sample_of_small_space_is_complete(spinel_permutations: np.ndarray):
    everything = distinct_subsets(spinel_permutations, 2)
    assert sorted(sample_distinct(spinel_permutations, 2, 10**6, seed=0)) == everything


def test_site_permutations_form_a_group_of_the_right_order(spinel_permutations: np.ndarray):
    table = {tuple(row) for row in spinel_permutations}
    assert tuple(range(16)) in table
    assert all(sorted(row) == list(range(16)) for row in table)
    assert all(tuple(np.array(g)[list(h)]) in table for g in table for h in table)


def test_translations_of_supercell_count_as_symmetry():
    rock_salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    sites = host(ordered_lnmo(), (2, 1, 1))
    table = site_permutations(sites.framework, sites.li_sites)
    assert count_distinct(table, 1) == 1
    tetrahedra = np.array(np.meshgrid(*[[0.25, 0.75]] * 3)).T.reshape(-1, 3)
    assert len(distinct_subsets(site_permutations(rock_salt, tetrahedra), 1)) == 1


def test_operations_that_do_not_preserve_the_sites_are_left_out():
    cube = Structure.from_spacegroup("Pm-3m", Lattice.cubic(4), ["Ni"], [[0, 0, 0]])
    table = site_permutations(cube, [[0.5, 0, 0], [0, 0.5, 0]])  # not the third face
    assert len(table) == 16
    assert count_distinct(table, 1) == 1


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING:DeprecationWarning")
@pytest.mark.parametrize("old", [True, False], ids=["spglib alone", "after phonopy"])
def test_overlapping_atoms_are_refused(monkeypatch, *, old):
    monkeypatch.setattr("spglib.error.OLD_ERROR_HANDLING", old)
    cube = Structure(Lattice.cubic(4), ["Ni", "Ni"], [[0, 0, 0], [0, 0, 1e-4]])
    with pytest.raises(ValueError, match="overlapping atoms"):
        site_permutations(cube, [[0.5, 0.5, 0.5]])
