"""Between the bands and the result: networks, orders of atoms, paths between new end points."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hops import hop_barrier
from liponflow.analysis.migration.result import HopBarrier
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hop_cell import hop_cell
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.workflows.migration.jobs import between, easiest_way
from liponflow.workflows.migration.sites import (
    hop_record,
    in_host_order,
    in_order_of,
    largest_displacement,
)

SITES = interstitial_sites(bcc_lithium(3.4))
CELL = hop_cell(SITES, (2, 2, 2))


def barriers(saddles: dict[str, float]) -> list[HopBarrier]:
    """Give hops of N in bcc Li the energies of their saddles."""
    hops = {hop.label: hop for hop in distinct_hops(SITES)}
    return [
        hop_barrier(
            hop_record(CELL, hops[label], "N", mirrored=False), None, force_limit=0.05
        ).model_copy(update={"saddle_energy": energy})
        for label, energy in saddles.items()
    ]


def test_the_easiest_way_is_that_of_the_lowest_bottleneck() -> None:
    hops = barriers(
        {
            "tetrahedral-tetrahedral": 0.5,
            "octahedral-tetrahedral-octahedral": 0.3,
            "tetrahedral-octahedral": 0.4,
        }
    )
    way = easiest_way("N", hops, SITES)
    assert way is not None
    assert (way.dimension, way.saddle_energy) == (3, 0.3)
    assert list(way.hops) == ["octahedral-tetrahedral-octahedral"]
    assert easiest_way("O", hops, SITES) is None
    # A tetrahedral site and its two octahedral neighbours join to a network only together.
    way = easiest_way("N", barriers({"tetrahedral-octahedral": 0.4}), SITES)
    assert way is not None
    assert way.dimension == 3


def test_jumps_are_vectors_between_sites() -> None:
    hop = next(hop for hop in distinct_hops(SITES) if hop.label == "tetrahedral-tetrahedral")
    record = hop_record(CELL, hop, "N", mirrored=True)
    lengths = [np.linalg.norm(vector) for _, _, *vector in record.jumps]
    assert lengths == pytest.approx([hop.distance] * len(lengths))
    assert hop.distance == pytest.approx(3.4 / 8**0.5)
    # 12 tetrahedral sites of the cell with 4 neighbours each, every pair once.
    assert len(record.jumps) == 24


def test_an_engine_s_order_is_undone() -> None:
    # Sorted by electronegativity, K comes before Li.
    start = Structure(
        Lattice.cubic(6),
        ["Li", "Li", "K"],
        [[0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0.5]],
    )
    given = start.get_sorted_structure()
    assert given[0].specie.symbol == "K"
    assert in_order_of(start, given) == start
    assert in_host_order(given, "K") == start
    assert in_order_of(start, start) is start


def test_displacements_go_the_shortest_way_round() -> None:
    start = Structure(Lattice.cubic(10), ["Li", "Li", "N"], [[0, 0, 0], [0.5, 0, 0], [0.2] * 3])
    end = Structure(Lattice.cubic(10), ["Li", "Li", "N"], [[0.99, 0, 0], [0.5, 0, 0], [0.8] * 3])
    assert largest_displacement(start, end) == pytest.approx(0.1)


def test_a_path_moves_with_its_end_points() -> None:
    lattice = Lattice.cubic(10)

    def image(x: float, y: float = 0.0) -> Structure:
        return Structure(lattice, ["Li", "N"], [[0, 0, 0], [x, y, 0]])

    path = [image(0.2), image(0.3, 0.05), image(0.4)]
    # The new end lies in another cell: it is the same place.
    moved = between(path, image(0.22), image(1.44 - 0.02))
    assert [float(m.frac_coords[1, 0]) for m in moved] == pytest.approx([0.22, 0.32, 0.42])
    assert [float(m.frac_coords[1, 1]) for m in moved] == pytest.approx([0, 0.05, 0])
    assert [float(a.frac_coords[1, 0]) for a in between(path, path[0], path[-1])] == pytest.approx(
        [0.2, 0.3, 0.4]
    )
