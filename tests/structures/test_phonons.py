"""Displaced supercells for phonon calculations."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.crystals.supercell import cells_in, matrix_of
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.magnetic_orders import magnetic_orders
from liponflow.structures.phases import phase
from liponflow.structures.phonons import (
    cell_to_repeat,
    displacements,
    primitive_start,
    refined_primitive,
    repeats_for,
    replaced_cell,
)
from liponflow.structures.plain import without_properties

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


def antiferromagnet() -> Structure:
    """NiO with the moments of a calculation, which scatter a little."""
    structure = magnetic_orders(phase("NiO").primitive(), {"Ni": 5.0}, 2)[1].structure
    relaxed = [
        1.71 if m > 0 else -1.69 if m else 0.01 for m in structure.site_properties["magmom"]
    ]
    return structure.copy(site_properties={"magmom": relaxed})


@pytest.mark.parametrize("supercell", [None, (2, 1, 1)])
def test_moments_go_on_to_displaced_supercells(supercell: tuple[int, int, int] | None) -> None:
    repeated = antiferromagnet() * (1, 2, 1)
    cell = cell_to_repeat(repeated, supercell)
    assert len(cell) == (4 if supercell is None else 8)
    found = displacements(cell, min_length=5, distance=DISTANCE, supercell=supercell)
    for structure in (found.supercell, *found.structures):
        moments = structure.site_properties["magmom"]
        assert sum(m > 1.6 for m in moments) == sum(m < -1.6 for m in moments) == len(moments) / 4
        near = structure.get_all_neighbors(4.178 + 2 * DISTANCE)
        for site, moment in enumerate(moments):
            straight = [n for n in near[site] if abs(n.nn_distance - 4.178) < 2 * DISTANCE]
            pairs = [moments[n.index] * moment for n in straight if abs(moment) > 1]
            assert all(pair < 0 for pair in pairs)


def test_primitive_cell_of_a_start_is_that_of_its_magnetic_order() -> None:
    start = antiferromagnet()
    taken = primitive_start(start * (2, 1, 1))
    assert len(taken) == 4
    assert sorted(map(round, taken.site_properties["magmom"])) == [-2, 0, 0, 2]
    assert len(primitive_start(without_properties(start))) == 2


def test_equal_moments_leave_the_symmetry_as_it_is() -> None:
    plain = phase("LiCoO2").primitive()
    moments = [0.02 if site.specie.symbol == "Co" else 0.01 for site in plain]
    with_moments = plain.copy(site_properties={"magmom": moments})
    counts = [
        len(displacements(cell_to_repeat(one, None), min_length=5, distance=DISTANCE).structures)
        for one in (plain, with_moments)
    ]
    assert counts[0] == counts[1]
    cells = [cell_to_repeat(one, None) for one in (plain, with_moments)]
    assert without_properties(cells[1]) == cells[0]
    moment = {"Co": 0.02, "Li": 0.01, "O": 0.01}
    expected = [moment[site.specie.symbol] for site in cells[1]]
    assert cells[1].site_properties["magmom"] == pytest.approx(expected)


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
