"""How far atoms move between two configurations of one cell."""

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray
from liponflow.periodic import shortest


def displacements(start: Structure, end: Structure) -> FloatArray:
    """Return the displacement of every atom to its nearest periodic image, shape (n, 3), Å.

    Both structures have the same cell, and their atoms are in the same order.
    """
    matrix = start.lattice.matrix
    moved: FloatArray = shortest(end.frac_coords - start.frac_coords, matrix) @ matrix
    return moved


def largest_displacement(start: Structure, end: Structure) -> float:
    """Return the largest displacement of a host atom (all but the last), Å."""
    return float(np.linalg.norm(displacements(start, end)[:-1], axis=1).max())


def dopant_displacement(start: Structure, end: Structure) -> float:
    """Return how far the dopant, the last atom, moves in the frame of its host, Å."""
    moved = displacements(start, end)
    return float(np.linalg.norm(moved[-1] - moved[:-1].mean(axis=0)))
