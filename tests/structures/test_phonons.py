"""Displaced supercells for phonon calculations."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.crystals.supercell import cells_in, matrix_of
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase
from liponflow.structures.phonons import (
    cell_to_repeat,
    displacements,
    refined_primitive,
    repeats_for,
    replaced_cell,
)

DISTANCE = 0.01
SHEARED = ((2, 0, 0), (1, 2, 0), (0, 0, 3))


@pytest.mark.parametrize("name", ["Li2O", "Li3N_alpha", "Li3P"])
def test_each_supercell_has_one_atom_displaced_by_the_distance(name: str) -> None:
    cell = refined_primitive(phase(name).structure())
    found = displacements(cell, min_length=7, distance=DISTANCE)
    assert len(found.structures) == len(found.dataset["first_atoms"]) > 0
    for moved, note in zip(found.structures, found.dataset["first_atoms"], strict=True):
        shift = moved.cart_coords - found.supercell.cart_coords
        lengths = np.linalg.norm(shift, axis=1)
        assert np.flatnonzero(lengths > 1e-8).tolist() == [note["number"]]
        assert lengths.max() == pytest.approx(DISTANCE)


@pytest.mark.filterwarnings("ignore:Warning. Point group symmetries")  # it has less symmetry
def test_matrix_gives_the_supercell_of_the_given_cell() -> None:
    given = bcc_lithium()
    cell = cell_to_repeat(given, SHEARED)
    assert len(cell) == 2
    assert len(cell_to_repeat(given, None)) == 1
    found = displacements(cell, min_length=6, distance=DISTANCE, supercell=SHEARED)
    expected = matrix_of(SHEARED) @ given.lattice.matrix
    assert found.supercell.lattice.matrix == pytest.approx(expected)
    assert len(found.supercell) == 2 * cells_in(SHEARED)
    assert found.repeats == SHEARED


def test_replacement_by_the_primitive_cell_is_said() -> None:
    given = bcc_lithium()
    taken = cell_to_repeat(given, None)
    assert replaced_cell(given, taken).startswith("the primitive cell is taken, with 1 of the 2")
    assert replaced_cell(given, given) == ""


def test_supercell_has_at_least_the_minimum_length() -> None:
    cell = phase("Li3PO4_beta").primitive()
    found = displacements(cell, min_length=8, distance=DISTANCE)
    assert len(found.supercell) == len(cell) * np.prod(found.repeats)
    lattice = found.supercell.lattice
    assert min(lattice.volume / area for area in _faces(found.supercell)) >= 8
    assert repeats_for(cell, 8) == found.repeats == (2, 2, 2)


@pytest.mark.parametrize(
    ("lattice", "expected"),
    [
        # Primitive fcc cell with a = 4 Å: edges a/√2 = 2.83 Å, opposite faces a/√3 = 2.31 Å apart.
        (Lattice([[0, 2, 2], [2, 0, 2], [2, 2, 0]]), (3, 3, 3)),
        # Hexagonal: opposite faces a√3/2 = 2.60 Å apart in the plane.
        (Lattice.hexagonal(3.0, 6.0), (3, 3, 1)),
    ],
    ids=["fcc", "hexagonal"],
)
def test_minimum_length_applies_to_opposite_faces_not_edges(
    lattice: Lattice, expected: tuple[int, int, int]
) -> None:
    assert repeats_for(Structure(lattice, ["Li"], [[0, 0, 0]]), 5.5) == expected


def _faces(structure: Structure) -> list[float]:
    a, b, c = structure.lattice.matrix
    return [float(np.linalg.norm(np.cross(*pair))) for pair in ((a, b), (b, c), (c, a))]


def test_refined_cell_has_exact_symmetry() -> None:
    rough = phase("Li2O").structure().perturb(0.002)
    assert len(refined_primitive(rough)) == 3


def test_nonpositive_lengths_are_refused() -> None:
    cell = phase("Li_bcc").primitive()
    with pytest.raises(ValueError, match="least length of a supercell is 0"):
        displacements(cell, min_length=0, distance=DISTANCE)
    with pytest.raises(ValueError, match="displacement of -1 Å"):
        displacements(cell, min_length=5, distance=-1)
