import networkx as nx
import numpy as np
import pytest
from glass_frames import dimer, network_of, po3n, random_structure, shared_edge
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pymatgen.core.structure import Structure

from liponflow.analysis.glass import fragments
from liponflow.analysis.glass.fragments import FragmentCounter
from liponflow.structures.phases import phase


def counted(structure: Structure) -> tuple[dict[str, int], dict[int, int]]:
    found = FragmentCounter().count(network_of(structure))
    formers = {name: int(counts[0]) for name, counts in found.formers.items()}
    return formers, {size: int(counts[0]) for size, counts in found.rings.items()}


@pytest.mark.parametrize(
    ("name", "fragment", "rings_per_former"),
    [
        ("Li3PO4_gamma", "isolated", {}),
        ("Li4P2O7_mono", "dimer", {}),
        ("Li2PO2N_SD", "infinite", {}),  # chains
        ("LiPO3_P2c", "infinite", {}),
        ("LiPO3_P21c", "with rings, 6", {6: 1 / 6}),  # P6O18 rings
        ("P2O3", "with rings, 4", {3: 1.0}),  # P4O6 cages: four rings for four P
        # Diamond nets: 12 six-membered rings through every node.
        ("PON_cristobalite_ordered", "infinite", {6: 2.0}),
        ("LiPN2", "infinite", {6: 2.0}),
    ],
)
def test_crystals_have_known_fragments_and_rings(
    name: str, fragment: str, rings_per_former: dict[int, float]
) -> None:
    structure = phase(name).structure()
    n = round(structure.composition["P"])
    formers, rings = counted(structure)
    assert formers == {fragment: n}
    assert {size: number / n for size, number in rings.items()} == pytest.approx(rings_per_former)


def test_rings_do_not_depend_on_the_choice_of_cell() -> None:
    small = phase("LiPN2").structure().get_primitive_structure()
    large = phase("LiPN2").structure().copy()
    large.make_supercell([2, 1, 1])
    for structure in (small, large):
        _, rings = counted(structure)
        assert rings == {6: 2 * round(structure.composition["P"])}


def test_edge_sharing_tetrahedra_form_rings_of_two() -> None:
    # P3N5 has pairs of edge-sharing tetrahedra.
    _, rings = counted(phase("P3N5_alpha").structure())
    assert rings[2] == 4


def test_close_edge_sharing_tetrahedra_form_one_ring_of_two() -> None:
    for distance in (2.4, 2.44, 2.5):
        assert counted(shared_edge(distance)) == ({"with rings, 2": 2}, {2: 1})


def test_fragments_are_counted_per_frame() -> None:
    found = FragmentCounter().count(network_of([dimer("O"), dimer("O")]))
    assert {name: counts.tolist() for name, counts in found.formers.items()} == {"dimer": [2, 2]}
    assert counted(po3n()) == ({"isolated": 1}, {})


def test_ring_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "REMEMBERED", 2)
    counter = FragmentCounter()
    for name in ("P2O3", "LiPO3_P21c", "LiPN2", "P2O3"):
        n = phase(name).structure().composition["P"]
        found = counter.count(network_of(phase(name).structure()))
        assert sum(counts[0] for counts in found.formers.values()) == n
        assert len(counter._known) <= 2


def chain(number: int, *, branched: bool = False) -> Structure:
    """Return a P-O-P-O-... chain, P-P distances 3 Å, optionally branched at the second P."""
    p = [[3.0 * i, 0, 0] for i in range(number)]
    o = [[3.0 * i + 1.5, 0, 0] for i in range(number - 1)]
    if branched:
        p.append([3.0, 3.0, 0])
        o.append([3.0, 1.5, 0])
    return Structure(
        [[60, 0, 0], [0, 20, 0], [0, 0, 20]],
        ["P"] * len(p) + ["O"] * len(o),
        p + o,
        coords_are_cartesian=True,
    )


def test_chains_and_branched_fragments_are_distinguished() -> None:
    assert counted(chain(3)) == ({"chain of 3": 3}, {})
    assert counted(chain(5)) == ({"chain of 5": 5}, {})
    assert counted(chain(4, branched=True)) == ({"branched, 5": 5}, {})


@pytest.mark.parametrize("size", [3, 4, 5, 6, 8, 12])
def test_ring_is_found_with_its_size(size: int) -> None:
    angles = 2 * np.pi * np.arange(2 * size) / (2 * size)
    radius = 1.5 / (2 * np.sin(np.pi / (2 * size)))
    ring = radius * np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
    structure = Structure(30 * np.eye(3), ["P", "O"] * size, ring + 15, coords_are_cartesian=True)
    assert counted(structure) == ({f"with rings, {size}": size}, {size: 1})


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 100_000), volume=st.floats(5.0, 12.0))
@example(seed=209, volume=9.0)
def test_fragment_sizes_are_those_of_connected_components(seed: int, volume: float) -> None:
    structure = random_structure(seed, ["P"] * 5 + ["O"] * 7 + ["N"], volume)
    net = network_of(structure)
    graph = nx.Graph()
    graph.add_nodes_from(range(5))
    bonds = list(zip(net.bonds.first.tolist(), net.bonds.second.tolist(), strict=True))
    pairs = list(
        zip(net.former_bonds.first.tolist(), net.former_bonds.second.tolist(), strict=True)
    )
    graph.add_edges_from([*bonds, *pairs])
    # A former that two images of an anion bridge to its own image is a chain by itself.
    chained = {p for p, other in bonds if bonds.count((p, other)) > 1}
    chained |= {p for p, other in pairs if p == other}
    sizes = {
        p: sum(other < 5 for other in nx.node_connected_component(graph, p)) for p in range(5)
    }
    formers, _ = counted(structure)
    for name, number in formers.items():
        if name == "isolated":
            assert number == sum(size == 1 and p not in chained for p, size in sizes.items())
        elif name != "infinite":
            digits = int("".join(filter(str.isdigit, name)) or 2)
            assert digits in sizes.values()
    assert sum(formers.values()) == 5
