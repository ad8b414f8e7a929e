"""Distinct hops of textbook lattices: lengths, multiplicities and symmetry are known."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hops import (
    Hop,
    distinct_hops,
    edges_of_jumps,
    jumps,
    percolating_distance,
    worth_computing,
)
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å
EXACT = 1e-6  # Å
TT, OTO, TOT, TO = (
    "tetrahedral-tetrahedral",
    "octahedral-tetrahedral-octahedral",
    "tetrahedral-octahedral-tetrahedral",
    "tetrahedral-octahedral",
)


@pytest.fixture(scope="module")
def bcc() -> HostSites:
    return interstitial_sites(bcc_lithium(A))


@pytest.fixture(scope="module")
def hops(bcc: HostSites) -> dict[str, Hop]:
    return {hop.label: hop for hop in distinct_hops(bcc)}


@pytest.mark.parametrize(
    ("label", "length", "counts", "symmetric"),
    [
        (TO, A / 4, (24, 2, 4), False),
        (TT, A / np.sqrt(8), (24, 4, 4), True),
        (TOT, A / 2, (12, 2, 2), True),
        (OTO, A / 2, (12, 4, 4), True),
    ],
)
def test_bcc_hops_have_known_lengths_and_multiplicities(
    hops: dict[str, Hop],
    label: str,
    length: float,
    counts: tuple[int, int, int],
    *,
    symmetric: bool,
):
    hop = hops[label]
    assert hop.distance == pytest.approx(length, abs=EXACT)
    assert (len(hop.edges), hop.from_start, hop.from_end) == counts
    assert hop.symmetric == hop.equivalent_ends == symmetric


def test_default_length_lets_every_site_type_percolate_in_bcc(
    bcc: HostSites, hops: dict[str, Hop]
):
    assert list(hops) == [TO, TT, TOT, OTO]
    assert percolating_distance(bcc) == pytest.approx(A / 2, abs=2e-3)
    assert percolating_distance(bcc, ["tetrahedral"]) == pytest.approx(A / np.sqrt(8), abs=2e-3)


def test_intermediate_sites_are_named(hops: dict[str, Hop]):
    assert hops[OTO].via == ("tetrahedral",)
    assert hops[TT].via == ()
    assert hops[TO].end_labels == ("tetrahedral", "octahedral")


def test_equivalent_hops_have_the_same_length_and_site_types(bcc: HostSites, hops: dict[str, Hop]):
    for hop in hops.values():
        start, end, cell = hop.edges[:, 0], hop.edges[:, 1], hop.edges[:, 2:]
        vectors = (bcc.frac_coords[end] + cell - bcc.frac_coords[start]) * A
        lengths = np.linalg.norm(vectors, axis=1)
        assert lengths == pytest.approx(hop.distance, abs=EXACT)
        assert {bcc.labels[n] for n in start} == {hop.end_labels[0]}
        assert {bcc.labels[n] for n in end} == {hop.end_labels[1]}
        # Each hop is listed in one direction only.
        both = {tuple(e) for e in hop.edges.tolist()} | {
            (e[1], e[0], *(-np.array(e[2:])).tolist()) for e in hop.edges.tolist()
        }
        assert len(both) == 2 * len(hop.edges)


def test_symmetry_operations_map_hops_onto_themselves(bcc: HostSites, hops: dict[str, Hop]):
    for hop in hops.values():
        start = bcc.frac_coords[hop.start]
        end = bcc.frac_coords[hop.end] + hop.translation
        if hop.symmetric:
            rotation = bcc.group.rotations[hop.swap]
            translation = bcc.group.translations[hop.swap]
            there = rotation @ start + translation - end
            back = rotation @ end + translation - start
            assert there == pytest.approx(np.round(there), abs=1e-6)
            assert back == pytest.approx(there, abs=1e-6)  # the same lattice vector for both
        if hop.equivalent_ends:
            onto = bcc.group.images(start)[hop.onto_end] - end
            assert onto == pytest.approx(np.round(onto), abs=1e-6)


def test_hops_start_at_the_first_site_of_their_type(bcc: HostSites, hops: dict[str, Hop]):
    for hop in hops.values():
        assert hop.start == bcc.positions_of(hop.end_labels[0])[0]


def test_shortest_fcc_hop_is_octahedral_to_tetrahedral():
    fcc = interstitial_sites(
        Structure.from_spacegroup("Fm-3m", Lattice.cubic(4), ["Al"], [[0] * 3])
    )
    [first, *_] = distinct_hops(fcc)
    assert (first.label, first.from_start, first.from_end) == ("octahedral-tetrahedral", 8, 4)
    assert first.distance == pytest.approx(np.sqrt(3), abs=EXACT)


def test_primitive_cell_has_the_same_hops():
    sites = interstitial_sites(bcc_lithium(A).get_primitive_structure())
    found = [(hop.label, hop.from_start, len(hop.edges)) for hop in distinct_hops(sites)]
    assert found == [(TO, 2, 12), (TT, 4, 12), (TOT, 2, 6), (OTO, 4, 6)]


def test_polar_crystal_has_asymmetric_hops_between_equivalent_sites():
    # No operation of this space group reverses the axis; a screw maps each site onto the next.
    screw = Structure.from_spacegroup(
        "P4_1", Lattice.tetragonal(5, 9), ["Li", "O"], [[0.1, 0.2, 0], [0.35, 0.3, 0.1]]
    )
    found = distinct_hops(interstitial_sites(screw), 4.0)
    one_way = [hop for hop in found if hop.equivalent_ends and not hop.symmetric]
    assert one_way
    for hop in one_way:
        assert hop.start != hop.end or any(hop.translation)


def test_hops_can_be_limited_to_site_types(bcc: HostSites):
    assert [hop.label for hop in distinct_hops(bcc, labels=["tetrahedral"])] == [TT]


def test_hops_through_atoms_are_left_out(bcc: HostSites):
    far = distinct_hops(bcc, A * 1.01, ["octahedral"])
    assert min(hop.clearance for hop in far) >= 0.7
    # A host atom lies between opposite octahedral sites.
    straight = [h for h in far if h.distance == pytest.approx(A) and h.clearance < 1]
    assert not straight


def test_maximum_length_below_the_shortest_hop_is_refused(bcc: HostSites):
    with pytest.raises(ValueError, match=r"up to 0\.50 Å; the shortest is 0\.86 Å"):
        distinct_hops(bcc, 0.5)


def test_hops_relevant_for_transport_are_selected(hops: dict[str, Hop]):
    def chosen(stable: set[str], lowest: str) -> list[str]:
        return [hop.label for hop in worth_computing(list(hops.values()), stable, lowest)]

    assert chosen({"octahedral"}, "octahedral") == [OTO]
    assert chosen({"tetrahedral"}, "tetrahedral") == [TT, TOT]
    assert chosen({"tetrahedral", "octahedral"}, "octahedral") == [TO, TT, OTO]
    assert chosen({"tetrahedral", "octahedral"}, "tetrahedral") == [TO, TT, TOT]


def test_jumps_are_vectors_between_sites(bcc: HostSites, hops: dict[str, Hop]) -> None:
    found = jumps(bcc, hops[TT])
    # 12 tetrahedral sites per cell with 4 neighbours each, every pair counted once.
    lengths = [np.linalg.norm(vector) for _, _, *vector in found]
    assert lengths == pytest.approx([A / np.sqrt(8)] * 24)
    assert np.array_equal(edges_of_jumps(bcc, found), hops[TT].edges)
