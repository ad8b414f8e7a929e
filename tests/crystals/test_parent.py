import numpy as np
import pytest
from pymatgen.core.lattice import Lattice

from liponflow.crystals.parent import ParentShape, parent_shape


@pytest.mark.parametrize(
    ("lattice", "shape"),
    [
        (Lattice.cubic(8.2), ParentShape.PSEUDO_CUBIC),
        (Lattice.orthorhombic(8.2, 8.25, 8.3), ParentShape.PSEUDO_CUBIC),
        (Lattice.tetragonal(8.0, 9.1), ParentShape.TETRAGONAL),
        (Lattice.tetragonal(3.78, 9.51), ParentShape.TETRAGONAL),
        (Lattice.orthorhombic(10.3, 6.0, 4.7), ParentShape.OTHER),
        (Lattice.hexagonal(2.8, 14.0), ParentShape.OTHER),
        (Lattice.monoclinic(4.9, 8.5, 5.0, 109.5), ParentShape.OTHER),
        (Lattice.rhombohedral(5.0, 60.0), ParentShape.OTHER),
    ],
)
def test_shape_follows_angles_and_edges(lattice: Lattice, shape: ParentShape) -> None:
    assert parent_shape(lattice) is shape


def test_supercell_has_the_shape_of_the_cell_that_it_repeats() -> None:
    cubic = Lattice.cubic(8.2)
    doubled = Lattice(np.diag([2, 1, 3]) @ cubic.matrix)
    assert parent_shape(doubled, (2, 1, 3)) is ParentShape.PSEUDO_CUBIC
    assert parent_shape(doubled) is not ParentShape.PSEUDO_CUBIC
    rows = ((1, 1, 0), (-1, 1, 0), (0, 0, 1))
    turned = Lattice(np.array(rows) @ cubic.matrix)
    assert parent_shape(turned, rows) is ParentShape.PSEUDO_CUBIC
