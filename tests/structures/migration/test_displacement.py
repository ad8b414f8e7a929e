import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.migration.displacement import (
    displacements,
    dopant_displacement,
    largest_displacement,
)


def test_displacements_use_the_nearest_periodic_image() -> None:
    start = Structure(Lattice.cubic(10), ["Li", "Li", "N"], [[0, 0, 0], [0.5, 0, 0], [0.2] * 3])
    end = Structure(Lattice.cubic(10), ["Li", "Li", "N"], [[0.99, 0, 0], [0.5, 0, 0], [0.8] * 3])
    assert largest_displacement(start, end) == pytest.approx(0.1)
    assert displacements(start, end)[:, 0] == pytest.approx([-0.1, 0, -4])


def test_drift_of_the_host_does_not_move_the_dopant() -> None:
    start = Structure(Lattice.cubic(10), ["Li", "Li", "N"], [[0, 0, 0], [0.5, 0, 0], [0.2] * 3])
    drifted = start.copy().translate_sites([0, 1, 2], [0.03, 0, 0])
    assert dopant_displacement(start, drifted) == pytest.approx(0, abs=1e-9)
    hopped = drifted.copy().translate_sites([2], [0, 0.1, 0])
    assert dopant_displacement(start, hopped) == pytest.approx(1.0)
