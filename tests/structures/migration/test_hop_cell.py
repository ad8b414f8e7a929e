import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import locate
from liponflow.structures.migration.hop_cell import (
    HopCell,
    hop_cell,
    site_start,
    split_start,
    substitutional_start,
    supercell_rotation,
)
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å
EXACT = 1e-6  # Å


@pytest.fixture(scope="module")
def cell() -> HopCell:
    return hop_cell(interstitial_sites(bcc_lithium(A)), (3, 3, 3))


def test_default_cell_has_the_published_128_atoms(cell: HopCell):
    assert len(hop_cell(cell.sites).supercell) == 128
    assert len(cell.supercell) == 54


def test_dopant_is_the_last_atom_at_the_void_radius_from_lithium(cell: HopCell):
    for kind in cell.sites.kinds:
        for position in cell.sites.positions_of(kind.label):
            start = site_start(cell, "N", int(position))
            assert start.composition.formula == "Li54 N1"
            assert start[-1].specie.symbol == "N"
            nearest = start.distance_matrix[-1][:-1].min()
            assert nearest == pytest.approx(kind.radius, abs=EXACT)
            # The dopant is far from the faces of the supercell.
            assert np.abs(start[-1].frac_coords - 0.5).max() < 0.5 / 3 + EXACT


def test_nudge_moves_only_the_dopant(cell: HopCell):
    still, nudged = (site_start(cell, "O", 0, nudge=d) for d in (0.0, 0.05))
    shifts = np.linalg.norm(nudged.cart_coords - still.cart_coords, axis=1)
    assert shifts[-1] == pytest.approx(0.05)
    assert shifts[:-1].max() == 0


def test_substitution_keeps_the_number_of_atoms(cell: HopCell):
    start = substitutional_start(cell, "P", 1)
    assert start.composition.formula == "Li53 P1"
    lithium = cell.supercell.lattice.get_all_distances(
        start[-1].frac_coords, cell.supercell.frac_coords
    )
    assert lithium.min() == pytest.approx(0, abs=EXACT)
    assert lithium.argmin() >= 27  # an image of the second atom


def test_dumbbell_is_centred_on_a_host_site(cell: HopCell):
    start = split_start(cell, "N", direction=(1, 1, 0), separation=2.2)
    assert start.composition.formula == "Li54 N1"
    moved = np.linalg.norm(start.cart_coords[:-1] - cell.supercell.cart_coords, axis=1)
    [partner] = np.flatnonzero(moved > EXACT)
    assert moved[partner] == pytest.approx(1.1)
    assert start.get_distance(int(partner), 54) == pytest.approx(2.2)
    along = start[-1].coords - start[int(partner)].coords
    assert along == pytest.approx(np.array([1, 1, 0]) * 2.2 / np.sqrt(2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: site_start(c, "Xx", 0), "'Xx' is not an element"),
        (lambda c: substitutional_start(c, "N", 2), "host atom 2: .* 0 to 1"),
        (lambda c: split_start(c, "N", separation=0), "0 Å: give a direction"),
        (lambda c: split_start(c, "N", direction=(0, 0, 0)), "give a direction"),
        (lambda c: hop_cell(c.sites, (3, 0, 3)), "give three whole numbers of 1 or more"),
    ],
)
def test_impossible_starts_are_refused(cell: HopCell, call, message: str):
    with pytest.raises(ValueError, match=message):
        call(cell)


def test_flat_supercell_loses_rotations_between_unequal_axes():
    fourfold = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    about_z = supercell_rotation(fourfold, (2, 2, 3))
    assert about_z == pytest.approx(fourfold)
    assert supercell_rotation(fourfold, (2, 3, 2)) is None
    # A shear of a monoclinic cell becomes a different shear of the supercell.
    shear = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    assert supercell_rotation(shear, (2, 4, 1)) == pytest.approx(
        np.array([[1, 2, 0], [0, 1, 0], [0, 0, 1]])
    )


SKEWED = ((2, 1, 0), (-1, 2, 0), (0, 0, 2))
"""√5 x √5 x 2 cells."""


def test_matrix_makes_a_supercell_with_its_own_axes() -> None:
    sites = interstitial_sites(bcc_lithium())
    made = hop_cell(sites, SKEWED)
    assert len(made.supercell) == 20
    assert made.translations.shape == (10, 3)
    matrix = made.supercell.lattice.matrix
    position = int(sites.positions_of("octahedral")[0])
    expected = (sites.frac_coords[position] + [1, 0, 1]) @ sites.host.lattice.matrix
    inside = made.frac_coords(position, np.array([1, 0, 1]))
    assert inside @ matrix == pytest.approx(expected)
    assert made.in_host(inside) == pytest.approx(sites.frac_coords[position] + [1, 0, 1])
    middle = made.frac_coords(position, made.home(position))
    assert np.abs(middle - 0.5).max() < 0.5
    start = site_start(made, "N", position)
    found = locate(made, start)
    assert (found.label, found.distance) == ("octahedral", pytest.approx(0, abs=1e-6))
    kept = [supercell_rotation(rotation, SKEWED) for rotation in sites.group.rotations]
    for rotation, turned in zip(sites.group.rotations, kept, strict=True):
        if turned is not None:
            assert matrix.T @ turned @ np.linalg.inv(matrix.T) == pytest.approx(
                rotation, abs=1e-9
            )  # in a cubic cell, fractional and Cartesian rotations are the same
    assert 0 < sum(turned is not None for turned in kept) < len(kept)


def test_diagonal_matrix_is_the_same_as_repeats() -> None:
    sites = interstitial_sites(bcc_lithium())
    made, other = hop_cell(sites, (3, 2, 2)), hop_cell(sites, ((3, 0, 0), (0, 2, 0), (0, 0, 2)))
    assert other.supercell == made.supercell
    position = int(sites.positions_of("octahedral")[0])
    assert (other.home(position) == made.home(position)).all()
    for rotation in sites.group.rotations:
        one, two = (supercell_rotation(rotation, item.repeats) for item in (made, other))
        assert (one is None) == (two is None)
        assert one is None or two == pytest.approx(one)


def test_supercell_rotation_is_the_same_cartesian_rotation():
    lattice = Lattice.hexagonal(3.2, 5.2)
    host = Structure.from_spacegroup("P6_3/mmc", lattice, ["Mg"], [[1 / 3, 2 / 3, 0.25]])
    sites = interstitial_sites(host)
    made = hop_cell(sites, (3, 3, 2))
    for rotation in sites.group.rotations:
        turned = supercell_rotation(rotation, made.repeats)
        assert turned is not None
        for matrix, r in ((lattice.matrix, rotation), (made.supercell.lattice.matrix, turned)):
            cartesian = matrix.T @ r @ np.linalg.inv(matrix.T)
            assert cartesian @ cartesian.T == pytest.approx(np.eye(3), abs=1e-9)
