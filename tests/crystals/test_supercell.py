"""Supercells by repeats and by matrices."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.crystals.supercell import (
    Supercell,
    cell_lengths,
    cells_in,
    check_atoms,
    label_of,
    matrix_of,
)

SKEWED = ((1, 1, 0), (-1, 1, 0), (0, 1, 2))


def test_rows_are_the_vectors_as_pymatgen_takes_them() -> None:
    cell = Structure(Lattice([[4, 0, 0], [1, 5, 0], [0, 2, 6]]), ["Li"], [[0, 0, 0]])
    made = cell.copy().make_supercell(SKEWED)
    assert made.lattice.matrix == pytest.approx(matrix_of(SKEWED) @ cell.lattice.matrix)
    assert len(made) == cells_in(SKEWED) == 4
    assert cell_lengths(made.lattice.matrix, SKEWED) == pytest.approx(cell.lattice.abc)
    assert label_of(SKEWED) == "1,1,0;-1,1,0;0,1,2"
    assert np.array_equal(matrix_of([2, 3, 1]), np.diag([2, 3, 1]))


@pytest.mark.parametrize(
    "given",
    [
        [1, 1],
        [1, 0, 1],
        [1.5, 1, 1],
        "222",
        None,
        [[1, 0], [0, 1]],
        [[1, 0, 0], [0, 1, 0], [1, 1, 0]],
        [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
        [100, 100, 2],
        [10**30, 1, 1],
        [[1, 0, 0], [0, 1], [0, 0, 1]],
    ],
)
def test_what_is_no_supercell_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"give three whole numbers|holds .* cells"):
        matrix_of(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("supercell", [(8, 8, 8), ((8, 0, 0), (0, 8, 0), (0, 0, 8))])
def test_too_many_atoms_are_refused_with_a_supercell_that_fits(supercell: Supercell) -> None:
    check_atoms(56, (7, 7, 1))
    with pytest.raises(ValueError, match=r"28,672 atoms, more than 20,000: .*supercell=7,7,7"):
        check_atoms(56, supercell)
