"""Density maps."""

import numpy as np

from liponflow.analysis.transport.density import MOST_VOXELS, VOXEL, DensityMap


def test_ions_are_counted_where_they_are() -> None:
    cell = np.diag([7.0, 3.5, 1.4])
    grid = DensityMap(cell)
    assert grid.shape == (10, 5, 2)
    places = np.array([[[0.05, 0.1, 0.25]], [[1.05, -0.9, 0.25]], [[0.999999999, 0.5, 0.75]]])
    grid.add(places[:2])
    grid.add(places[2:])
    found = grid.result()
    assert found.frames == 3
    assert found.counts.sum() == 3
    assert (found.counts[0, 0, 0], found.counts[9, 2, 1]) == (2, 1)


def test_maps_of_large_cells_are_coarse() -> None:
    grid = DensityMap(np.eye(3) * 100.0)
    assert np.prod(grid.shape) < 1.1 * MOST_VOXELS
    assert grid.shape[0] < 100 / VOXEL
