import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.optimize import BFGS
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.structures.migration.end_points import match
from liponflow.structures.migration.hop_cell import HopCell, hop_cell
from liponflow.structures.migration.images import path_mirror
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.vacancies import mirror_partner, vacancy_hop

A = 3.6  # Å, Cu in EMT


@pytest.fixture(scope="module")
def cell() -> HopCell:
    fcc = Structure.from_spacegroup("Fm-3m", Lattice.cubic(A), ["Cu"], [[0, 0, 0]])
    return hop_cell(interstitial_sites(fcc), (2, 2, 2))


def test_nearest_neighbour_fills_the_vacancy(cell: HopCell):
    ends = vacancy_hop(cell)
    assert len(ends.start) == 31
    assert ends.displacements[-1] == pytest.approx(A / np.sqrt(2))
    assert ends.displacements[:-1].max() == pytest.approx(0, abs=1e-9)
    # Together the two end points occupy all lattice sites.
    both = np.vstack([ends.start.frac_coords, ends.end.frac_coords[-1:]])
    distances = cell.supercell.lattice.get_all_distances(cell.supercell.frac_coords, both)
    assert distances.min(axis=1) == pytest.approx(0, abs=1e-9)


def test_relaxed_end_points_of_vacancy_hop_have_equal_energies(cell: HopCell):
    unrelaxed = vacancy_hop(cell)
    mirror = path_mirror(cell, unrelaxed.start, unrelaxed.end)
    assert mirror is not None
    atoms = AseAtomsAdaptor.get_atoms(unrelaxed.start, msonable=False)
    atoms.calc = EMT()
    BFGS(atoms, logfile=None).run(fmax=0.05)
    start = AseAtomsAdaptor.get_structure(atoms)
    end = mirror_partner(mirror, start, unrelaxed.end)
    other = AseAtomsAdaptor.get_atoms(end, msonable=False)
    other.calc = EMT()
    assert other.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), abs=1e-8)
    assert match(start, end).rematched == 0


def test_cell_with_single_atom_is_refused():
    salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    ).get_primitive_structure()
    cell = hop_cell(interstitial_sites(salt), (1, 1, 1))
    with pytest.raises(ValueError, match="Mg1 O1 has only one Mg"):
        vacancy_hop(cell)
