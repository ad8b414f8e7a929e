"""Sites, hops and end points of vacancies."""

import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.optimize import BFGS
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from vacancy_example import A, copper, copper_cell, copper_hop

from liponflow.crystals.checked import StructureError
from liponflow.structures.migration.end_points import hop_starts, locate, match, moved
from liponflow.structures.migration.hop_cell import HopCell, hop_cell, site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import INVERSION, bent, path_mirror
from liponflow.structures.migration.order import hopping_last
from liponflow.structures.migration.percolation import dimension
from liponflow.structures.migration.vacancies import (
    check_images_apart,
    companion,
    divacancy_starts,
    images_apart,
    mirror_partner,
    occupied_sites,
    relaxed_divacancy_ends,
)


@pytest.fixture(scope="module")
def cell() -> HopCell:
    return copper_cell()


def layered() -> Structure:
    """Return LiCoO2, whose Li make triangular layers."""
    return Structure.from_spacegroup(
        "R-3m",
        Lattice.hexagonal(2.82, 14.05),
        ["Li", "Co", "O"],
        [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]],
    )


def lattice_of_li(a: float, b: float, c: float) -> Structure:
    """Return Li on a primitive lattice with a Cl in the middle of the cell."""
    return Structure(Lattice.orthorhombic(a, b, c), ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_nearest_neighbour_fills_the_vacancy(cell: HopCell):
    ends = copper_hop(cell)
    assert len(ends.start) == 31
    assert ends.displacements[-1] == pytest.approx(A / np.sqrt(2))
    assert ends.displacements[:-1].max() == pytest.approx(0, abs=1e-9)
    # Together the two end points occupy all lattice sites.
    both = np.vstack([ends.start.frac_coords, ends.end.frac_coords[-1:]])
    distances = cell.supercell.lattice.get_all_distances(cell.supercell.frac_coords, both)
    assert distances.min(axis=1) == pytest.approx(0, abs=1e-9)


def test_relaxed_end_points_of_vacancy_hop_have_equal_energies(cell: HopCell):
    unrelaxed = copper_hop(cell)
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


@pytest.mark.parametrize(
    ("lengths", "reach", "neighbours", "directions"),
    [
        ((3.0, 5.0, 5.0), 3.1, [2], 1),
        ((3.0, 3.0, 5.0), 3.1, [4], 2),
        ((3.0, 3.0, 3.0), 3.1, [6], 3),
        ((3.0, 3.0, 5.0), 4.3, [4, 4], 2),
    ],
    ids=["chain", "square lattice", "cubic lattice", "square lattice with diagonals"],
)
def test_hops_of_known_lattices_are_counted(
    lengths: tuple[float, float, float], reach: float, neighbours: list[int], directions: int
):
    sites = occupied_sites(lattice_of_li(*lengths), "Li")
    hops = distinct_hops(sites, reach)
    assert [hop.from_start for hop in hops] == neighbours
    edges = np.vstack([hop.edges for hop in hops])
    assert dimension(len(sites), edges) == directions
    assert all(hop.symmetric for hop in hops)


def test_inequivalent_sites_have_numbers_and_their_own_multiplicities():
    host = Structure.from_spacegroup(
        "Pnma",
        Lattice.orthorhombic(10.62, 6.18, 5.0),
        ["Li", "Li", "P", "O", "O", "O"],
        [
            [0.836, 0.498, 0.698],
            [0.575, 0.25, 0.797],
            [0.589, 0.75, 0.694],
            [0.41, 0.25, 0.618],
            [0.659, 0.956, 0.796],
            [0.451, 0.75, 0.797],
        ],
    )
    sites = occupied_sites(host, "Li")
    assert [(kind.label, kind.multiplicity) for kind in sites.kinds] == [("Li1", 8), ("Li2", 4)]
    [hop, *_] = distinct_hops(sites, 2.8)
    # As many hops lead from all Li1 to all Li2 as back.
    assert hop.from_start * 8 == hop.from_end * 4 == len(hop.edges)


def test_vacancy_is_located_after_an_atom_has_filled_it(cell: HopCell):
    start = site_start(cell, "Cu", 0)
    assert moved(cell, start, start) is None
    ends = copper_hop(cell)
    [a, b] = [locate(cell, state).place for state in (ends.start, ends.end)]
    apart = cell.supercell.lattice.get_all_distances(a, b)[0, 0]
    assert apart == pytest.approx(A / np.sqrt(2))
    text = moved(cell, ends.start, ends.end)
    assert text is not None
    assert text.startswith("the vacancy left the Cu site where it started for another Cu site")


def test_path_into_a_vacancy_is_not_held_by_an_inversion():
    """Half way between two Li of LiCoO2 lies a centre; the tetrahedral site is beside it."""
    cell = hop_cell(occupied_sites(layered(), "Li"), (3, 3, 1))
    ends = hop_starts(cell, distinct_hops(cell.sites)[0], "Li")
    mirror = path_mirror(cell, ends.start, ends.end)
    assert mirror is not None
    assert round(float(np.trace(mirror.rotation))) > INVERSION
    path = ends.start.interpolate(ends.end, 4)
    curved = bent(path, 0.1, mirror)
    line = path[2][-1].coords - path[0][-1].coords
    aside = curved[2][-1].coords - path[2][-1].coords
    assert np.linalg.norm(aside) == pytest.approx(0.1)
    assert aside @ line == pytest.approx(0, abs=1e-9)
    # The mirror still reverses it.
    again = mirror.positions(curved[1].cart_coords, curved[3].cart_coords)
    assert again == pytest.approx(curved[3].cart_coords, abs=1e-6)
    assert curved[0] == path[0]


def test_second_vacancy_shares_the_tetrahedral_site_of_the_hop():
    cell = hop_cell(occupied_sites(layered(), "Li"), (3, 3, 1))
    [hop] = distinct_hops(cell.sites)
    ends = divacancy_starts(cell, hop)
    assert len(ends.start) == len(cell.supercell) - 2
    assert ends.displacements[:-1].max() == pytest.approx(0, abs=1e-9)
    # It is the third corner of a triangle with both ends.
    corners = [ends.start[-1].frac_coords, ends.end[-1].frac_coords]
    distances = cell.supercell.lattice.get_all_distances(companion(cell, hop), corners)[0]
    assert distances == pytest.approx([2.82, 2.82])
    rolled = Structure.from_sites([*ends.end[-3:], *ends.end[:-3]])
    swapped = relaxed_divacancy_ends([ends.start, rolled])
    assert swapped.displacements[-1] == pytest.approx(2.82)


def test_atom_that_hops_is_put_last_after_an_engine_sorted_the_atoms(cell: HopCell):
    ends = copper_hop(cell)
    order = np.roll(np.arange(31), 5)
    shuffled = [
        Structure.from_sites([state[int(index)] for index in order])
        for state in (ends.start, ends.end)
    ]
    first, last = hopping_last(shuffled, "Cu")
    assert first[-1] == ends.start[-1]
    assert last[-1] == ends.end[-1]


def test_supercell_in_which_a_vacancy_meets_its_image_is_refused():
    sites = occupied_sites(copper(), "Cu")
    small = hop_cell(sites, (1, 1, 1))
    assert images_apart(small) == pytest.approx(A)
    with pytest.raises(ValueError, match=r"3\.60 Å from its periodic image.* needs 5\.09 Å"):
        check_images_apart(small, distinct_hops(sites))
    check_images_apart(hop_cell(sites, (2, 2, 2)), distinct_hops(sites))


def test_hosts_without_distinct_ordered_atoms_are_refused():
    twice = Structure(Lattice.cubic(4.2), ["Li", "Li"], [[0, 0, 0], [0.03, 0, 0]])
    with pytest.raises(StructureError, match=r"atoms 1 \(Li\) and 2 \(Li\) are 0\.13 Å apart"):
        occupied_sites(twice, "Li")
    half = Structure(Lattice.cubic(4.2), [{"Li": 0.5}], [[0, 0, 0]])
    with pytest.raises(StructureError, match="partial occupancies"):
        occupied_sites(half, "Li")
    with pytest.raises(StructureError, match="Cu has no Li that could leave a vacancy; it has Cu"):
        occupied_sites(copper(), "Li")
