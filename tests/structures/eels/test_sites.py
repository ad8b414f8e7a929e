"""Symmetry-distinct sites, and representatives of groups of sites."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.structures.eels.sites import SiteError, choose_sites, fingerprints
from liponflow.structures.phases import phase


def glass(seed: int = 0, n: int = 24) -> Structure:
    """Return a disordered cell of n Li and as many O."""
    random = np.random.default_rng(seed)
    return Structure(Lattice.cubic(10), ["Li"] * n + ["O"] * n, random.random((2 * n, 3)))


@pytest.mark.parametrize(
    ("name", "element", "multiplicities"),
    [
        ("Li2O", "Li", [8]),  # 8c of Fm-3m
        ("Li3N_alpha", "Li", [2, 1]),  # 2c and 1b of P6/mmm
        ("Li3P", "Li", [4, 2]),  # 4f and 2b of P6_3/mmc
        ("Li3PO4_gamma", "Li", [8, 4]),  # 8d and 4c of Pnma
        ("Li3PO4_gamma", "O", [8, 4, 4]),
    ],
)
def test_sites_of_crystals_have_their_multiplicities(
    name: str, element: str, multiplicities: list[int]
) -> None:
    found = choose_sites(phase(name).structure(), element, most=3)
    assert [len(group.members) for group in found.groups] == multiplicities
    assert found.symmetric
    assert found.weights == [count / sum(multiplicities) for count in multiplicities]


def test_equivalent_sites_have_the_same_fingerprint_in_any_cell() -> None:
    crystal = phase("Li3PO4_gamma").structure()
    large = crystal * (2, 1, 1)
    for cell in (crystal, large):
        choice = choose_sites(cell, "O")
        for group in choice.groups:
            prints = fingerprints(cell, group.members)
            assert np.ptp(prints, axis=0).max() < 1e-8
        assert np.min(np.array(choice.distances) + np.eye(3)) > 1e-3


def test_all_sites_of_a_glass_are_computed_without_a_limit() -> None:
    found = choose_sites(glass(), "O")
    assert found.computed == list(range(24, 48))
    assert found.weights == pytest.approx([1 / 24] * 24)
    assert found.text == "all 24 O sites"


def test_representatives_are_central_and_stand_for_all_sites() -> None:
    structure = glass()
    found = choose_sites(structure, "Li", most=4, second_members=1)
    assert sorted(site for group in found.groups for site in group.members) == list(range(24))
    assert [len(group.computed) for group in found.groups] == [2, 1, 1, 1]
    assert sum(found.weights) == pytest.approx(1)
    for group in found.groups:
        prints = fingerprints(structure, group.members)
        apart = np.linalg.norm(prints - prints.mean(axis=0), axis=1)
        assert apart[group.members.index(group.computed[0])] == pytest.approx(apart.min())
        spread = (apart**2).sum() / max(1, len(apart) - 1)
        assert group.variance == pytest.approx(spread)
    assert found.text.startswith("5 of 24 Li sites, representatives of 4 groups, weights 0.")


def test_more_groups_leave_less_variance() -> None:
    within = []
    for most in (1, 2, 4, 8, 16):
        found = choose_sites(glass(), "Li", most=most)
        within.append(sum(g.variance * (len(g.members) - 1) for g in found.groups))
    assert within == sorted(within, reverse=True)
    assert within[-1] < 0.2 * within[0]


def test_a_shuffled_glass_has_the_same_groups() -> None:
    structure = glass()
    order = np.random.default_rng(1).permutation(len(structure))
    shuffled = Structure.from_sites([structure[int(index)] for index in order])
    first, second = (choose_sites(cell, "Li", most=4) for cell in (structure, shuffled))
    groups = {frozenset(group.members) for group in first.groups}
    assert groups == {frozenset(int(order[i]) for i in group.members) for group in second.groups}
    assert {first.groups[n].computed[0] for n in range(4)} == {
        int(order[second.groups[n].computed[0]]) for n in range(4)
    }


def test_structures_without_the_element_are_refused() -> None:
    with pytest.raises(SiteError, match=r"Li2O has no P .known: Li, O."):
        choose_sites(phase("Li2O").structure(), "P")
    half = Structure(Lattice.cubic(4), [{"Li": 0.5}], [[0, 0, 0]])
    with pytest.raises(SiteError, match="order the structure first"):
        choose_sites(half, "Li")


def test_a_group_of_equivalent_sites_has_no_variance() -> None:
    joined, alone = choose_sites(phase("Li3PO4_gamma").structure(), "O", most=2).groups
    assert joined.variance > 1e-4
    assert alone.variance == 0  # and not the 1e-30 of rounding, which would count as unknown
