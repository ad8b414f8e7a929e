"""Supercells against counts from the literature."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.structures.ordering.parent import parent_of
from liponflow.structures.ordering.supercells import supercells


@pytest.mark.parametrize(
    ("group", "numbers"),
    [
        # Derivative structures of G. L. W. Hart and R. W. Forcade, Phys. Rev. B 77, 224115 (2008).
        ("Fm-3m", [1, 2, 3, 7, 5, 10, 7]),
        ("Im-3m", [1, 2, 3, 7, 5, 10, 7]),
        ("Pm-3m", [1, 3, 3, 9, 5, 13, 7]),
    ],
)
def test_number_of_distinct_supercells_of_cubic_lattices(group: str, numbers: list[int]) -> None:
    cell = Structure.from_spacegroup(group, Lattice.cubic(4), ["Li"], [[0, 0, 0]])
    primitive = parent_of(cell).primitive()
    assert len(primitive.kinds) == 1
    found = [supercells(primitive, size, 100) for size in range(1, 8)]
    assert [len(one) for one in found] == numbers
    for size, cells in enumerate(found, start=1):
        for one in cells:
            volume = abs(np.linalg.det(one.lattice))
            assert volume == pytest.approx(size * abs(np.linalg.det(primitive.lattice)))


def test_supercell_is_the_same_crystal() -> None:
    cell = Structure.from_spacegroup(
        "R-3m",
        Lattice.hexagonal(2.86, 14.2),
        ["Li", "Co", "O"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2415]],
    )
    primitive = parent_of(cell).primitive()
    names = [next(iter(mixture)) for mixture in primitive.mixtures]
    for one in supercells(primitive, 4, 10):
        made = Structure(
            Lattice(one.lattice), [names[kind] for kind in one.kinds], one.frac_coords
        )
        assert len(made) == 16
        assert made.get_primitive_structure().matches(cell)
