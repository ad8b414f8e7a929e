"""Clusters of atoms round an absorber."""

from typing import get_args

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.inputs.feff.cards import Grouping
from liponflow.structures.eels.cluster import (
    MOST_POTENTIALS,
    ClusterError,
    absorber_cluster,
    check_radius,
    needed_radius,
)
from liponflow.structures.eels.potentials import GROUPINGS, by_coordination, by_symmetry
from liponflow.structures.phases import phase


@pytest.fixture(scope="module")
def li2o():
    return phase("Li2O").structure()


@pytest.fixture(scope="module")
def li3po4():
    return phase("Li3PO4_gamma").structure()


def site_of(structure, symbol):
    return next(n for n, site in enumerate(structure) if site.specie.symbol == symbol)


def test_shells_of_li2o(li2o):
    """Antifluorite: 4 O at √3/4 a, 6 Li at a/2, 12 Li at a/√2."""
    cluster = absorber_cluster(li2o, site_of(li2o, "Li"), 3.5)
    edge = 4.65884
    assert [(s, round(d, 3)) for s, d in zip(cluster.symbols, cluster.distances, strict=True)] == [
        ("Li", 0.0),
        *[("O", round(3**0.5 / 4 * edge, 3))] * 4,
        *[("Li", round(edge / 2, 3))] * 6,
        *[("Li", round(edge / 2**0.5, 3))] * 12,
    ]


def test_atoms_are_images_of_the_structure(li3po4):
    site = site_of(li3po4, "P")
    cluster = absorber_cluster(li3po4, site, 6.0)
    places = li3po4.lattice.get_fractional_coords(cluster.coords + li3po4[site].coords)
    shift = places - li3po4.frac_coords[cluster.sites]
    assert np.allclose(shift, np.round(shift), atol=1e-6)
    density = len(li3po4) / li3po4.volume
    assert len(cluster) == pytest.approx(density * 4 / 3 * np.pi * 6**3, rel=0.1)


def test_order_does_not_depend_on_the_cell(li2o):
    """The same crystal in a cell moved by a lattice vector gives the same cluster."""
    moved = li2o.copy()
    moved.translate_sites(range(len(moved)), [0.25, 0, 0.5], to_unit_cell=True)
    one, other = (absorber_cluster(cell, 0, 5.0) for cell in (li2o, moved))
    assert np.allclose(one.coords, other.coords, atol=1e-6)


def test_potentials_have_the_ratio_of_the_formula(li3po4):
    cluster = absorber_cluster(li3po4, site_of(li3po4, "P"), 6.0)
    found = {(item.element, item.stoichiometry) for item in cluster.potentials}
    assert found == {("P", 0.01), ("Li", 3), ("P", 1), ("O", 4)}


def test_every_grouping_has_a_function():
    assert set(get_args(Grouping)) == set(GROUPINGS)


def test_distinct_sites_have_distinct_potentials(li3po4):
    labels = by_symmetry(li3po4)
    # Pnma: Li on 8d and 4c, P on 4c, O on 8d, 4c and 4c
    assert sorted(set(labels)) == ["Li1", "Li2", "O1", "O2", "O3", "P1"]
    radius = needed_radius(li3po4, 0, scf_radius=3, fms_radius=4, labels=labels)
    cluster = absorber_cluster(li3po4, 0, radius, labels=labels)
    shares = [(item.element, item.stoichiometry) for item in cluster.potentials[1:]]
    assert sorted(shares) == [("Li", 1), ("Li", 2), ("O", 1), ("O", 1), ("O", 2), ("P", 1)]


def test_bridging_oxygen_differs_from_terminal():
    labels = by_coordination(phase("Li4P2O7_tri").structure())
    assert {"O P1", "O P2", "P O4"} <= set(labels)


def test_metal_has_no_environments():
    assert set(by_coordination(phase("Li_bcc").structure())) == {"Li"}


def test_least_radius_holds_all_that_enters(li2o):
    site = site_of(li2o, "O")
    radius = needed_radius(li2o, site, scf_radius=3.0, fms_radius=4.0)
    nearest_o = 4.65884 / 2**0.5
    assert radius == pytest.approx(4.0 + nearest_o, abs=0.01)
    cluster = absorber_cluster(li2o, site, radius)
    check_radius(cluster, scf_radius=3.0, fms_radius=4.0)
    # Within 3 Å of O are 8 Li, and of Li 4 O and 6 Li, round the representatives as well.
    assert cluster.atoms_within(3.0) == [9, 11, 9]


def test_small_cluster_is_refused_with_the_least_radius(li2o):
    cluster = absorber_cluster(li2o, 0, 4.0)
    with pytest.raises(ClusterError, match=r"cluster of 4 Å is too small.*need 6\.3"):
        check_radius(cluster, scf_radius=3.0, fms_radius=4.0)


def test_missing_potential_is_named(li3po4):
    with pytest.raises(ClusterError, match=r"no atom of Li, P: raise its radius to 4\.\d+ Å"):
        absorber_cluster(li3po4, site_of(li3po4, "P"), 2.0)


def test_overlapping_atoms_are_refused(li2o):
    crowded = li2o.copy()
    crowded.append("O", crowded[0].coords + np.array([0.2, 0, 0]), coords_are_cartesian=True)
    with pytest.raises(ClusterError, match=r"O \(site \d+\).*0\.200 Å apart.*min_distance = 1 Å"):
        absorber_cluster(crowded, 0, 5.0)


def test_more_than_feff_takes_is_refused(li2o):
    with pytest.raises(ClusterError, match="more than the 1000 that FEFF takes"):
        absorber_cluster(li2o, 0, 14.0)
    cell = li2o * (2, 2, 1)
    labels = [f"{site.specie}{number}" for number, site in enumerate(cell)]
    assert len(labels) >= MOST_POTENTIALS
    with pytest.raises(ClusterError, match="set potentials=element"):
        absorber_cluster(cell, 0, 8.0, labels=labels)


def test_absent_or_disordered_sites_are_refused(li2o):
    with pytest.raises(ClusterError, match=r"no site 99.*counted from 0"):
        absorber_cluster(li2o, 99, 4.0)
    half = Structure(Lattice.cubic(3), [{"Li": 0.5}], [[0, 0, 0]])
    with pytest.raises(ClusterError, match="in part"):
        absorber_cluster(half, 0, 4.0)
