"""Shape of the cell that a lithiation starts from: whether c/a means something."""

from enum import StrEnum

import numpy as np
from pymatgen.core.lattice import Lattice

from liponflow.crystals.supercell import Supercell, matrix_of

RIGHT_ANGLE_TOLERANCE = 1.0
"""Largest deviation (degrees) of an angle that counts as right."""

EDGE_TOLERANCE = 0.05
"""Largest relative difference between the edges of a cell that counts as cubic or distorted from
it; the Jahn-Teller distortion of Mn3+ in a spinel is larger, that of Mn3+/Mn4+ is smaller."""

EQUAL_EDGES = 0.002
"""Largest relative difference between the two equal edges of a tetragonal cell."""


class ParentShape(StrEnum):
    """Shape of the cell that a supercell repeats."""

    PSEUDO_CUBIC = "pseudo-cubic"
    """Right angles and nearly equal edges: any axis may become the unique one."""
    TETRAGONAL = "tetragonal"
    """Right angles and two equal edges."""
    OTHER = "other"
    """Any other: the axes are compared one by one, and c/a has no meaning."""


def parent_shape(lattice: Lattice, repeats: Supercell = (1, 1, 1)) -> ParentShape:
    """Return the shape of the cell that a supercell repeats.

    Parameters
    ----------
    lattice
        Lattice of the supercell.
    repeats
        Cells along each vector, or the matrix that makes the supercell.

    Examples
    --------
    >>> [parent_shape(cell).value for cell in (
    ...     Lattice.cubic(8.2), Lattice.hexagonal(2.8, 14), Lattice.orthorhombic(10.3, 6.0, 4.7))]
    ['pseudo-cubic', 'other', 'other']
    """
    parent = Lattice(np.linalg.solve(matrix_of(repeats), lattice.matrix))
    if not np.allclose(parent.angles, 90, rtol=0, atol=RIGHT_ANGLE_TOLERANCE):
        return ParentShape.OTHER
    short, middle, long = sorted(parent.abc)
    if long - short <= EDGE_TOLERANCE * middle:
        return ParentShape.PSEUDO_CUBIC
    if min(long - middle, middle - short) <= EQUAL_EDGES * middle:
        return ParentShape.TETRAGONAL
    return ParentShape.OTHER
