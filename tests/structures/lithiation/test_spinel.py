"""LNMO cells compared with crystallographic data."""

from collections import Counter

import numpy as np
import pytest
import spglib
from pymatgen.core.structure import Structure

from liponflow.structures.lithiation.spinel import (
    LATTICE_PARAMETER,
    OXYGEN_PARAMETER,
    disordered_lnmo,
    ordered_lnmo,
)

CHARGES = {"Li": 1, "Ni": 2, "Mn": 4, "O": -2}


def symmetry(structure: Structure) -> spglib.SpglibDataset:
    cell = (structure.lattice.matrix, structure.frac_coords, structure.atomic_numbers)
    return spglib.get_symmetry_dataset(cell, symprec=1e-4)


def bare_spinel(structure: Structure) -> Structure:
    """Return the spinel with a single metal species."""
    bare = structure.copy()
    bare.replace_species({"Ni": "Mn"})
    return bare


def test_ordered_cell_has_space_group_and_wyckoff_sites_of_ordered_spinel():
    structure = ordered_lnmo()
    data = symmetry(structure)
    assert data.international == "P4_332"
    sites = Counter(zip((s.symbol for s in structure.species), data.wyckoffs, strict=True))
    assert sites == {
        ("Li", "c"): 8,
        ("Ni", "b"): 4,
        ("Mn", "d"): 12,
        ("O", "c"): 8,
        ("O", "e"): 24,
    }


@pytest.mark.parametrize("structure", [ordered_lnmo(), disordered_lnmo(seed=5)])
def test_both_cells_are_neutral_decorations_of_fd3m_spinel(structure: Structure):
    assert symmetry(bare_spinel(structure)).international == "Fd-3m"
    assert structure.composition.formula == "Li8 Mn12 Ni4 O32"
    assert sum(CHARGES[s.symbol] for s in structure.species) == 0
    assert structure.lattice.parameters == pytest.approx([LATTICE_PARAMETER] * 3 + [90] * 3)
    assert structure.matches(structure.get_primitive_structure())


def test_metals_are_octahedral_and_li_tetrahedral_with_equal_bonds():
    structure = ordered_lnmo(a=8.0)
    bond = np.sqrt(3) * (OXYGEN_PARAMETER - 1 / 8) * 8.0
    for site in structure:
        if site.specie.symbol != "O":
            near = structure.get_neighbors(site, 2.5)
            assert [n.nn_distance for n in near] == pytest.approx([bond] * len(near), abs=1e-9)
            assert len(near) == (4 if site.specie.symbol == "Li" else 6)


def test_seed_determines_the_decoration():
    assert disordered_lnmo(seed=1) == disordered_lnmo(seed=1)
    assert len({tuple(disordered_lnmo(seed).cart_coords[20:24].ravel()) for seed in range(5)}) > 1
    assert disordered_lnmo(seed=1) != ordered_lnmo()
