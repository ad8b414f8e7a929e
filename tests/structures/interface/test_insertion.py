"""Places of one Li on its way: the widest at each height."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.interface.insertion import moved_to, room_of
from liponflow.structures.interface.slab import InterfaceError

CELL = Structure(
    Lattice.orthorhombic(6, 5, 12),
    ["Li", "O", "O", "O"],
    [[0, 0, 0.1], [0.25, 0.25, 0.5], [0.25, 0.75, 0.5], [0.3, 0.5, 0.7]],
)


def test_the_atom_stands_at_the_widest_place() -> None:
    [found] = moved_to(CELL, 0, [0.5])
    place = found.structure[0].frac_coords
    assert place[2] == pytest.approx(0.5)
    assert place[0] == pytest.approx(0.75, abs=0.1)
    assert found.room == pytest.approx(room_of(found.structure, 0))
    # No place of a finer grid has more room than a step of the coarse one gives.
    finer = np.array([[i / 60, j / 60, 0.5] for i in range(60) for j in range(60)])
    distances = CELL.lattice.get_all_distances(finer, CELL.frac_coords[1:]).min(axis=1)
    assert distances.max() <= found.room + 0.4


def test_the_others_stay_and_the_order_too() -> None:
    for found in moved_to(CELL, 0, [0.2, 0.6]):
        assert found.structure.species == CELL.species
        assert found.structure.frac_coords[1:] == pytest.approx(CELL.frac_coords[1:])


def test_an_atom_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InterfaceError, match="no atom 9 in a structure of 4"):
        moved_to(CELL, 9, [0.5])
