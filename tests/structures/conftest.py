"""Battery structures other than spinels, built from crystallographic data."""

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure


@pytest.fixture
def licoo2() -> Structure:
    """Return layered LiCoO2, R-3m."""
    return Structure.from_spacegroup(
        "R-3m",
        Lattice.hexagonal(2.816, 14.05),
        ["Li", "Co", "O"],
        [[0, 0, 0], [0, 0, 0.5], [0, 0, 0.2395]],
    )


@pytest.fixture
def lifepo4() -> Structure:
    """Return olivine LiFePO4, Pnma."""
    return Structure.from_spacegroup(
        "Pnma",
        Lattice.orthorhombic(10.332, 6.010, 4.692),
        ["Li", "Fe", "P", "O", "O", "O"],
        [
            [0, 0, 0],
            [0.2822, 0.25, 0.9747],
            [0.0948, 0.25, 0.4182],
            [0.0968, 0.25, 0.7428],
            [0.4571, 0.25, 0.2060],
            [0.1656, 0.0465, 0.2848],
        ],
    )
