"""Pairs of moving atoms against pymatgen."""

import numpy as np
from pymatgen.core import Lattice, Structure

from liponflow.engines.potential.neighbours import VerletList

CUTOFF = 6.0
CELL = np.array([[7.0, 0.4, 0.0], [-1.1, 6.2, 0.3], [0.2, 0.9, 8.1]])


def start() -> np.ndarray:
    return np.random.default_rng(1).random((17, 3)) @ CELL


def assert_pairs_match_pymatgen(found, positions: np.ndarray, cell: np.ndarray) -> None:
    structure = Structure(
        Lattice(cell), ["Li"] * len(positions), positions, coords_are_cartesian=True
    )
    _, _, _, expected = structure.get_neighbor_list(CUTOFF, exclude_self=True)
    assert 2 * len(found.first) == len(expected)
    np.testing.assert_allclose(np.sort(np.repeat(found.lengths, 2)), np.sort(expected))
    # From the first atom to an image of the second.
    fractional = (
        found.vectors - positions[found.second] + positions[found.first]
    ) @ np.linalg.inv(cell)
    np.testing.assert_allclose(fractional, np.round(fractional), atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), found.lengths)


def test_no_pair_is_missed_while_atoms_and_cell_move() -> None:
    rng = np.random.default_rng(2)
    neighbours, positions, cell = VerletList(CUTOFF), start(), CELL.copy()
    for step in range(60):
        assert_pairs_match_pymatgen(neighbours.pairs(positions, cell), positions, cell)
        positions = positions + rng.normal(0, 0.02, positions.shape)
        if step % 3 == 0:
            deformed = np.eye(3) + rng.normal(0, 2e-3, (3, 3))
            cell, positions = cell @ deformed, positions @ deformed
    assert 1 < neighbours.builds < 30


def test_pairs_of_atoms_outside_the_cell_are_found() -> None:
    positions = start()
    away = positions + np.random.default_rng(3).integers(-3, 4, positions.shape) @ CELL
    assert_pairs_match_pymatgen(VerletList(CUTOFF).pairs(away, CELL), away, CELL)


def test_order_of_pairs_does_not_depend_on_the_last_search() -> None:
    old, positions = VerletList(CUTOFF), start()
    old.pairs(positions, CELL)
    moved = positions + np.random.default_rng(4).normal(0, 0.03, positions.shape)
    remembered, found = old.pairs(moved, CELL), VerletList(CUTOFF).pairs(moved, CELL)
    assert old.builds == 1
    for one, other in zip(remembered, found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_images_of_one_atom_are_pairs() -> None:
    found = VerletList(CUTOFF).pairs(np.zeros((1, 3)), np.eye(3) * 3.4)
    # Shells of a cubic lattice with 6, 12, 8 neighbours at 3.4, 4.81, 5.89 Å, each pair once.
    assert len(found.first) == 13
    assert np.unique(found.lengths.round(2)).tolist() == [3.4, 4.81, 5.89]


def test_neighbours_are_searched_again_if_atoms_are_removed() -> None:
    neighbours, positions = VerletList(CUTOFF), start()
    neighbours.pairs(positions, CELL)
    assert_pairs_match_pymatgen(neighbours.pairs(positions[:5], CELL), positions[:5], CELL)
