"""Percolating networks of known dimension and bottleneck."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.percolation import (
    components,
    dimension,
    easiest_network,
    lowest_networks,
)


@pytest.fixture(scope="module")
def bcc() -> HostSites:
    return interstitial_sites(bcc_lithium(3.44))


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([], 0),
        ([[0, 1, 0, 0, 0]], 0),
        ([[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]], 0),  # forward and back
        ([[0, 1, 0, 0, 0], [1, 0, 1, 0, 0]], 1),
        ([[0, 0, 1, 0, 0], [1, 1, 0, 1, 0]], 1),  # two chains that cross but are not connected
        ([[0, 0, 1, 0, 0], [0, 0, 0, 1, 0]], 2),
        ([[0, 0, 1, 1, 0], [0, 0, 1, -1, 0], [0, 0, 2, 0, 0]], 2),  # the third adds no dimension
        ([[0, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 1], [1, 1, 0, 1, 0]], 3),
    ],
)
def test_small_graphs_have_known_dimensions(edges: list[list[int]], expected: int):
    assert dimension(2, np.array(edges, dtype=int).reshape(-1, 5)) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("tetrahedral-octahedral", 3),
        ("tetrahedral-tetrahedral", 3),
        # Along the axis shared by both sites, from the tetrahedra of one cell to the next: a line.
        ("tetrahedral-octahedral-tetrahedral", 1),
        ("octahedral-tetrahedral-octahedral", 3),
    ],
)
def test_bcc_hops_have_known_dimensions(bcc: HostSites, label: str, expected: int):
    [hop] = [hop for hop in distinct_hops(bcc) if hop.label == label]
    assert dimension(len(bcc), hop.edges) == expected


def test_isolated_cages_do_not_percolate():
    ring = [[0, 1, 0, 0, 0], [1, 2, 0, 0, 0], [2, 3, 0, 0, 0], [3, 0, 0, 0, 0]]
    assert components(5, np.array(ring)) == [((0, 1, 2, 3), 0), ((4,), 0)]


def test_bottleneck_is_the_highest_saddle_of_the_easiest_network():
    edges = {
        "cage": np.array([[0, 1, 0, 0, 0]]),
        "between cages": np.array([[1, 0, 1, 0, 0], [1, 0, 0, 1, 0], [1, 0, 0, 0, 1]]),
        "detour": np.array([[0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]),
    }
    saddles = {"cage": 0.1, "between cages": 0.5, "detour": 0.9}
    found = lowest_networks(2, edges, saddles)
    assert set(found) == {1, 2, 3}
    assert found[3].saddle_energy == 0.5
    assert found[3].hops == ("cage", "between cages")
    # Low barriers inside a cage do not matter, only those between cages.
    assert lowest_networks(2, edges, {"cage": 0.1, "detour": 0.9})[3].saddle_energy == 0.9
    assert lowest_networks(2, edges, {"cage": 0.1}) == {}


def test_disconnected_hops_do_not_belong_to_the_network():
    edges = {
        "pair": np.array([[1, 2, 0, 0, 0]]),
        "chain": np.array([[0, 0, 1, 0, 0]]),
    }
    [network] = lowest_networks(3, edges, {"pair": 0.1, "chain": 0.3}).values()
    assert (network.dimension, network.hops, network.sites) == (1, ("chain",), (0,))


def test_saddle_of_unknown_hop_is_refused():
    with pytest.raises(ValueError, match="unknown hop 'b'"):
        lowest_networks(1, {"a": np.array([[0, 0, 1, 0, 0]])}, {"b": 0.1})


EDGES = st.lists(
    st.tuples(*[st.integers(0, 3)] * 2, *[st.integers(-1, 1)] * 3), min_size=1, max_size=8
)


@settings(deadline=None)
@given(edges=EDGES, shifts=st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=4, max_size=4))
def test_dimension_does_not_depend_on_the_periodic_image_of_sites(
    edges: list[tuple[int, ...]], shifts: list[tuple[int, ...]]
):
    graph = np.array(edges)
    moved = graph.copy()
    offsets = np.array(shifts)
    moved[:, 2:] += offsets[graph[:, 1]] - offsets[graph[:, 0]]
    assert components(4, moved) == components(4, graph)
    backwards = np.column_stack([graph[:, 1], graph[:, 0], -graph[:, 2:]])
    assert components(4, backwards) == components(4, graph)


@settings(deadline=None)
@given(edges=EDGES, data=st.data())
def test_bottleneck_agrees_with_a_scan_over_all_heights(
    edges: list[tuple[int, ...]], data: st.DataObject
):
    named = {str(n): np.array([edge]) for n, edge in enumerate(edges)}
    heights = st.lists(st.integers(0, 4), min_size=len(edges), max_size=len(edges))
    saddles = {name: float(h) for name, h in zip(named, data.draw(heights), strict=True)}
    found = lowest_networks(4, named, saddles)
    for wanted in (1, 2, 3):
        reached = [
            height
            for height in sorted(set(saddles.values()))
            if dimension(4, np.vstack([named[n] for n in named if saddles[n] <= height])) >= wanted
        ]
        expected = reached[0] if reached else None
        assert (found[wanted].saddle_energy if wanted in found else None) == expected


def test_easiest_network_has_the_lowest_bottleneck(bcc: HostSites) -> None:
    edges = {hop.label: hop.edges for hop in distinct_hops(bcc)}
    saddles = {
        "tetrahedral-tetrahedral": 0.5,
        "octahedral-tetrahedral-octahedral": 0.3,
        "tetrahedral-octahedral": 0.4,
    }
    found = easiest_network(len(bcc), edges, saddles)
    assert found is not None
    assert (found.dimension, found.saddle_energy) == (3, 0.3)
    assert found.hops == ("octahedral-tetrahedral-octahedral",)
    # Tetrahedral-octahedral hops to both octahedral neighbours are needed for a network.
    found = easiest_network(len(bcc), edges, {"tetrahedral-octahedral": 0.4})
    assert found is not None
    assert found.dimension == 3
    assert easiest_network(len(bcc), edges, {}) is None
