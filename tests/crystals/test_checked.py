"""Structures that every reader must refuse, or bring into one form."""

import numpy as np
import pytest
from pymatgen.core import DummySpecies, Lattice, Species, Structure

from liponflow.crystals.checked import (
    StructureError,
    check_distances,
    check_lattice,
    checked_structure,
)


def test_atoms_are_wrapped_and_plain_elements() -> None:
    given = Structure(
        Lattice.cubic(4),
        [Species("Li", 1), Species("Mn", 3, spin=4), "O"],
        [[0.25, 0.25, 0.25], [-0.25, 99.5, 0.0], [-1e-20, 0.5, 1.0]],
        site_properties={"magmom": [0, 4, 0]},
    )
    found = checked_structure(given)
    assert found.frac_coords.tolist() == [[0.25] * 3, [0.75, 0.5, 0.0], [0.0, 0.5, 0.0]]
    assert [site.species_string for site in found] == ["Li", "Mn", "O"]
    assert found.site_properties["magmom"] == [0, 4, 0]


@pytest.mark.parametrize("coordinate", [1e7, 1e11, np.nan, np.inf])
def test_coordinate_far_outside_is_refused_before_neighbours_are_searched(
    coordinate: float,
) -> None:
    given = Structure(Lattice.cubic(4), ["Li", "Li"], [[0, 0, 0], [0.5, coordinate, 0.5]])
    with pytest.raises(StructureError, match=r"cell lengths, more than 1e\+06|not a finite"):
        checked_structure(given)


def test_unknown_element_and_empty_cell_are_refused() -> None:
    with pytest.raises(StructureError, match="Xa is not a chemical element"):
        checked_structure(Structure(Lattice.cubic(4), [DummySpecies("Xa")], [[0, 0, 0]]))
    with pytest.raises(StructureError, match="holds no atoms"):
        checked_structure(Structure(Lattice.cubic(4), [], []))


@pytest.mark.parametrize("seed", range(5))
def test_nearest_pair_is_that_of_pymatgen_in_skewed_cells(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cell = np.diag([1.0, 2.0, 2.0]) + np.tril(rng.uniform(-3, 3, (3, 3)), -1)
    close = 0
    for _ in range(40):
        given = Structure(Lattice(cell), ["Li", "O", "O"], rng.uniform(0, 1, (3, 3)))
        _, _, _, distances = given.get_neighbor_list(0.5)
        if len(distances):
            close += 1
            with pytest.raises(StructureError, match=f"{distances.min():.3f} Å apart"):
                check_distances(["Li", "O", "O"], given.frac_coords, cell)
        else:
            check_distances(["Li", "O", "O"], given.frac_coords, cell)
    assert 0 < close < 40


def test_large_cell_costs_no_memory_by_its_volume() -> None:
    coords = np.array([[0.0, 0.0, 0.0], [1 - 1e-7, 0.0, 0.0]])
    with pytest.raises(StructureError, match=r"0\.050 Å apart"):
        check_distances(["Li", "Li"], coords, np.eye(3) * 5e5)


@pytest.mark.parametrize("cell", [np.zeros((3, 3)), np.diag([4, 4, 0.4]), np.full((3, 3), np.inf)])
def test_flat_or_infinite_cell_is_refused(cell: np.ndarray) -> None:
    with pytest.raises(StructureError, match=r"less than 0\.5 Å|not a finite number"):
        check_lattice(cell)
