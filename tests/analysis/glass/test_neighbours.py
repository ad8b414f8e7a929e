from collections import Counter

import numpy as np
import pytest
from glass_frames import random_structure, slow_bonds
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.analysis.glass import neighbours
from liponflow.analysis.glass.neighbours import PairFinder, Pairs, widths
from liponflow.analysis.trajectory.frames import frames_of_structures

ROUNDING = 1e-6
"""Å: rounding, positions are converted to fractional coordinates."""


def directed(pairs: Pairs) -> Counter:
    """Return every pair from both ends, as pymatgen lists them."""
    there = zip(pairs.first, pairs.second, pairs.image, strict=True)
    back = zip(pairs.second, pairs.first, -pairs.image, strict=True)
    return Counter((int(a), int(b), *map(int, c)) for ends in (there, back) for a, b, c in ends)


@pytest.fixture(params=["product", "tree"])
def _search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "TREE_ATOMS", 0 if request.param == "tree" else 3000)


@pytest.mark.usefixtures("_search")
@pytest.mark.parametrize("seed", range(12))
def test_pairs_in_skewed_cells_agree_with_pymatgen(seed: int) -> None:
    structure = random_structure(seed, ["Li", "O", "P", "O", "N", "Li", "O"])
    finder = PairFinder(
        [site.specie.symbol for site in structure], r_max=6.0, bins=60, bond_radius=3.0
    )
    histograms, pairs = finder.find(frames_of_structures(structure))
    centre, other, image, _ = structure.get_neighbor_list(3.0)
    expected = Counter(
        (int(a), int(b), *map(int, c)) for a, b, c in zip(centre, other, image, strict=True)
    )
    assert directed(pairs) == expected
    assert 2 * histograms.sum() == len(structure.get_neighbor_list(6.0)[0])


@pytest.mark.usefixtures("_search")
def test_histograms_are_sorted_by_elements() -> None:
    structure = random_structure(3, ["Li", "O", "P", "O", "N", "Li", "O"])
    symbols = [site.specie.symbol for site in structure]
    finder = PairFinder(symbols, r_max=5.0, bins=5, bond_radius=1.0)
    [histogram], _ = finder.find(frames_of_structures(structure))
    for (a, b), counted in zip(finder.names, histogram, strict=True):
        distances = [bond[3] for bond in slow_bonds(structure, a, b, 4.999)]
        expected = np.histogram(distances, 5, (0, 5))[0] // (2 if a == b else 1)
        assert counted.tolist() == expected.tolist(), (a, b)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), radius=st.floats(0.5, 4.0))
def test_vectors_point_to_the_second_atom(seed: int, radius: float) -> None:
    structure = random_structure(seed, ["Li", "O", "P"])
    finder = PairFinder(["Li", "O", "P"], r_max=4.0, bins=4, bond_radius=radius)
    _, pairs = finder.find(frames_of_structures(structure))
    frames = frames_of_structures(structure)
    ends = frames.positions[0][pairs.second] + pairs.image @ frames.cells[0]
    assert np.allclose(frames.positions[0][pairs.first] + pairs.vector, ends, atol=ROUNDING)
    assert (pairs.distance < radius).all()


def test_frames_with_different_cells_are_kept_separate() -> None:
    lattices = [Lattice.cubic(3.0), Lattice.cubic(3.2), Lattice.cubic(3.0)]
    frames = frames_of_structures([Structure(a, ["Li"], [[0, 0, 0]]) for a in lattices])
    finder = PairFinder(["Li"], r_max=4.0, bins=40, bond_radius=3.1)
    histograms, pairs = finder.find(frames)
    # Three pairs of opposite neighbours at a; the six at a√2 (4.24 Å) are beyond r_max.
    assert [np.flatnonzero(h[0]).tolist() for h in histograms] == [[30], [32], [30]]
    assert histograms.sum(axis=(1, 2)).tolist() == [3, 3, 3]
    assert pairs.frame.tolist() == [0, 0, 0, 2, 2, 2]


def test_widths_of_skewed_cell_are_distances_between_faces() -> None:
    cell = np.array([[4.0, 0, 0], [2.0, 3.0, 0], [0, 0, 5.0]])
    assert widths(cell) == pytest.approx([4 * 3 / np.hypot(2, 3), 3.0, 5.0])
