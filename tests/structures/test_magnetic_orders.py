"""Magnetic orders: those that neutron diffraction found are among the likeliest."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.structures.magnetic_orders import (
    FERROMAGNETIC,
    MOST_DOUBLED,
    magnetic_orders,
    open_shells,
    ordered_space_group,
)
from liponflow.structures.phases import phase

MOMENTS = dict.fromkeys(("V", "Cr", "Mn", "Fe", "Co", "Ni"), 5.0)


def orders(name: str, at_most: int = 3) -> list[Structure]:
    found = magnetic_orders(phase(name).primitive(), MOMENTS, at_most)
    return [order.structure for order in found]


def signs_along(structure: Structure, axis: list[float]) -> dict[float, set[float]]:
    """Signs of the moments by the height (Å) of their planes."""
    unit = np.array(axis) / np.linalg.norm(axis)
    planes: dict[float, set[float]] = {}
    for site, moment in zip(structure, structure.site_properties["magmom"], strict=True):
        if moment:
            planes.setdefault(round(float(site.coords @ unit), 2), set()).add(np.sign(moment))
    return planes


@pytest.mark.parametrize("name", ["MnO", "FeO", "CoO", "NiO", "MnS"])
def test_rock_salt_is_of_the_second_kind(name: str) -> None:
    # W. L. Roth, Phys. Rev. 110, 1333 (1958); MnS: L. Corliss, N. Elliott, J. Hastings, Phys. Rev.
    # 104, 924 (1956): straight bridges join antiparallel moments, ferromagnetic (111) planes.
    _, likeliest, first_kind = orders(name)
    bridge = phase(name).lattice[0]
    near = likeliest.get_all_neighbors(bridge + 0.01)
    moments = likeliest.site_properties["magmom"]
    for site, moment in enumerate(moments):
        straight = [n for n in near[site] if abs(n.nn_distance - bridge) < 1e-3]
        assert len(straight) == 6
        assert all(moments[n.index] == -moment for n in straight)
    assert ordered_space_group(likeliest) == "R-3m"
    assert ordered_space_group(first_kind) == "P4/mmm"


@pytest.mark.parametrize("name", ["MnF2", "FeF2", "CoF2", "NiF2"])
def test_rutile_fluorides_have_antiparallel_sublattices(name: str) -> None:
    # R. A. Erickson, Phys. Rev. 90, 779 (1953): corner and centre antiparallel, cell not doubled.
    likeliest = orders(name)[1]
    assert len(likeliest) == 6
    assert sorted(likeliest.site_properties["magmom"]) == [-5, 0, 0, 0, 0, 5]


def test_hematite_has_parallel_planes_that_alternate() -> None:
    # C. G. Shull, W. A. Strauser, E. O. Wollan, Phys. Rev. 83, 333 (1951): + - - + along c.
    likeliest = orders("Fe2O3_hematite")[1]
    axis = likeliest.lattice.matrix.sum(axis=0)
    planes = [signs.pop() for _, signs in sorted(signs_along(likeliest, axis).items())]
    assert planes in ([1, -1, -1, 1], [-1, 1, 1, -1])


def test_magnetite_is_ferrimagnetic_by_its_sublattices() -> None:
    # C. G. Shull, E. O. Wollan, W. C. Koehler, Phys. Rev. 84, 912 (1951).
    likeliest = orders("Fe3O4")[1]
    moments = likeliest.site_properties["magmom"]
    oxygens = [
        sum(n.specie.symbol == "O" for n in near)
        for near in likeliest.get_all_neighbors(2.2, sites=likeliest.sites)
    ]
    iron = [i for i, site in enumerate(likeliest) if site.specie.symbol == "Fe"]
    by_coordination = {n: {moments[i] for i in iron if oxygens[i] == n} for n in (4, 6)}
    assert by_coordination in ({4: {5}, 6: {-5}}, {4: {-5}, 6: {5}})


@pytest.mark.parametrize("name", ["LiFePO4", "LiMnPO4", "LiNiPO4"])
def test_olivines_are_antiferromagnetic_between_corners(name: str) -> None:
    # R. P. Santoro, R. E. Newnham, Acta Cryst. 22, 344 (1967): the four nearest are antiparallel.
    likeliest = orders(name)[1]
    moments = likeliest.site_properties["magmom"]
    metal = next(i for i, moment in enumerate(moments) if moment)
    near = [n for n in likeliest.get_neighbors(likeliest[metal], 4.2) if moments[n.index]]
    assert len(near) == 4
    assert all(moments[n.index] == -moments[metal] for n in near)


@pytest.mark.parametrize("name", ["FeCl2", "CoCl2", "NiCl2"])
def test_layers_of_chlorides_are_ferromagnetic_and_alternate(name: str) -> None:
    # M. K. Wilkinson et al., Phys. Rev. 113, 497 (1959).
    likeliest = orders(name)[1]
    moments = likeliest.site_properties["magmom"]
    metal = next(i for i, moment in enumerate(moments) if moment)
    in_plane = [n for n in likeliest.get_neighbors(likeliest[metal], 3.8) if moments[n.index]]
    assert len(in_plane) == 6
    assert all(moments[n.index] == moments[metal] for n in in_plane)
    assert sum(moments) == 0


def test_orders_keep_the_crystal_and_differ_by_symmetry() -> None:
    primitive = phase("MnF2").primitive()
    found = orders("MnF2", at_most=6)
    assert len(found) == 6
    for structure in found:
        bare = Structure(structure.lattice, structure.species, structure.frac_coords)
        assert bare.matches(primitive, scale=False, primitive_cell=True)
        sizes = {abs(m) for m in structure.site_properties["magmom"]}
        assert sizes == {0, 5}


def test_equivalent_orders_are_given_once() -> None:
    # The boundary of the zone of rock salt has three wave vectors X and four L.
    assert len(orders("NiO", at_most=20)) == 3


def test_large_cells_are_not_doubled() -> None:
    primitive = phase("Li4Mn5O12").primitive()
    assert 2 * len(primitive) > MOST_DOUBLED
    assert {len(structure) for structure in orders("Li4Mn5O12", at_most=5)} == {len(primitive)}


@pytest.mark.parametrize("name", ["Fe3C", "Ni", "MnP", "Mn2O3_Pbca"])
def test_without_bridges_or_with_many_sites_there_is_one_order(name: str) -> None:
    found = magnetic_orders(phase(name).primitive(), MOMENTS, 4)
    assert [order.name for order in found] == [FERROMAGNETIC]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LiCoO2", set()),  # Co3+, 3d6 of low spin
        ("CoO", {"Co"}),
        ("TiO2_rutile", set()),
        ("LiNi0.5Mn1.5O4_ordered", {"Ni", "Mn"}),
        ("Ni0.5Mn1.5O4_ordered", {"Mn"}),  # Ni4+, 3d6 of low spin
        ("Li2O", set()),
    ],
)
def test_open_shells_follow_from_oxidation_states(name: str, expected: set[str]) -> None:
    assert open_shells(phase(name).primitive()) == expected


def test_pentavalent_vanadium_has_no_moment() -> None:
    cell = Structure(
        Lattice.cubic(4.0),
        ["V", "O", "O", "O", "Li"],
        [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.5, 0.5, 0.5]],
    )  # LiVO3
    assert open_shells(cell) == frozenset()
