"""Minimum images, including cells in which rounding finds the wrong one."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice

from liponflow.periodic import shortest, whole_cells, wrapped

RNG = np.random.default_rng(7)
CELLS = {
    "cubic": Lattice.cubic(4.0),
    "primitive fcc": Lattice([[0, 2, 2], [2, 0, 2], [2, 2, 0]]),
    "hexagonal": Lattice.hexagonal(3.0, 5.0),
    "needle": Lattice([[2.0, 0, 0], [7.3, 1.1, 0], [-5.2, 3.9, 2.5]]),
}


@pytest.mark.parametrize("name", CELLS)
def test_shortest_image_agrees_with_pymatgen(name: str) -> None:
    lattice = CELLS[name].get_niggli_reduced_lattice() if name == "needle" else CELLS[name]
    shifts = RNG.uniform(-3, 3, (200, 3))
    expected = [lattice.get_distance_and_image([0, 0, 0], shift)[0] for shift in shifts]
    found = shortest(shifts, lattice.matrix)
    assert np.linalg.norm(found @ lattice.matrix, axis=1) == pytest.approx(expected, abs=1e-9)
    assert found - shifts == pytest.approx(np.round(found - shifts), abs=1e-9)


def test_skewed_cell_has_the_same_shortest_images_as_its_reduced_cell() -> None:
    lattice, reduced = CELLS["needle"], CELLS["needle"].get_niggli_reduced_lattice()
    places = RNG.uniform(-9, 9, (200, 3))
    lengths = [
        np.linalg.norm(shortest(places @ cell.inv_matrix, cell.matrix) @ cell.matrix, axis=1)
        for cell in (lattice, reduced)
    ]
    assert lengths[0] == pytest.approx(lengths[1], abs=1e-9)


def test_rounding_misses_the_shortest_image_in_a_skewed_cell() -> None:
    lattice = CELLS["primitive fcc"].matrix
    shift = np.array([0.45, 0.45, 0.45])
    rounded = np.linalg.norm(wrapped(shift) @ lattice)
    assert np.linalg.norm(shortest(shift, lattice) @ lattice) < rounded - 1


def test_rounding_is_exact_below_half_the_smallest_height() -> None:
    lattice = CELLS["needle"]
    half = min(1 / np.linalg.norm(lattice.inv_matrix, axis=0)) / 2
    directions = RNG.normal(size=(200, 3))
    steps = 0.99 * half * directions / np.linalg.norm(directions, axis=1)[:, None]
    shifts = lattice.get_fractional_coords(steps)
    assert shortest(shifts, lattice.matrix) == pytest.approx(shifts)
    assert wrapped(shifts + np.array([2, -1, 5])) == pytest.approx(shifts)


def test_rounding_decides_between_equal_images() -> None:
    shift = np.array([[0.5, 0.2, 0.0], [1.5, -0.5, 0.5]])
    assert np.array_equal(whole_cells(shift, 3.0 * np.eye(3)), np.round(shift))
