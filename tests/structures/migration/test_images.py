"""Images of a path: continuous, in order, and completed from the first half."""

import numpy as np
import pytest
from ase.calculators.emt import EMT
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from vacancy_example import copper_cell, copper_hop

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import EndPoints, hop_starts, match
from liponflow.structures.migration.hop_cell import HopCell, hop_cell, site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import (
    check_order,
    interpolate,
    mirrored,
    moved_path,
    path_mirror,
)
from liponflow.structures.migration.interstitials import interstitial_sites

SAME = 1e-6  # Å
SYMMETRIC = [
    "tetrahedral-tetrahedral",
    "tetrahedral-octahedral-tetrahedral",
    "octahedral-tetrahedral-octahedral",
]


@pytest.fixture(scope="module")
def cell() -> HopCell:
    return hop_cell(interstitial_sites(bcc_lithium(3.44)), (3, 3, 3))


@pytest.fixture(scope="module")
def hops(cell: HopCell) -> dict[str, EndPoints]:
    return {hop.label: hop_starts(cell, hop, "N") for hop in distinct_hops(cell.sites)}


def test_path_has_the_published_five_images_between_its_end_points(hops: dict[str, EndPoints]):
    ends = hops["tetrahedral-tetrahedral"]
    path = interpolate(ends.start, ends.end)
    assert len(path) == 7
    assert path[0] == ends.start
    assert path[-1] == ends.end
    steps = [np.linalg.norm(b.cart_coords - a.cart_coords) for a, b in zip(path, path[1:])]  # noqa: B905, RUF007
    assert max(steps) < 1.5 * min(steps)
    check_order(path)


def test_interpolation_keeps_atoms_apart():
    """The straight path passes between two atoms; the pair potential bends around them."""
    atoms = Structure(
        Lattice.cubic(12),
        ["Li", "Li", "N"],
        [[0.5, 0.45, 0.5], [0.5, 0.58, 0.5], [0.4, 0.5, 0.5]],
    )
    end = atoms.copy().translate_sites([2], [0.2, 0, 0])
    straight = atoms.interpolate(end, nimages=6)
    around = interpolate(atoms, end)

    def nearest(path: list[Structure]) -> float:
        return min(image.distance_matrix[2][:2].min() for image in path)

    assert nearest(around) > nearest(straight) + 0.1


def test_swapped_images_are_refused_with_their_numbers(hops: dict[str, EndPoints]):
    path = interpolate(hops["tetrahedral-tetrahedral"].start, hops["tetrahedral-tetrahedral"].end)
    swapped = [*path[:2], path[3], path[2], *path[4:]]
    with pytest.raises(ValueError, match=r"out of order: image 1 is .* from image 3"):
        check_order(swapped)
    with pytest.raises(ValueError, match="out of order"):
        check_order([path[0], *path[1:-1][::-1], path[-1]])


def test_a_path_that_turns_back_from_a_state_to_the_side_is_in_order() -> None:
    """The middle image has a second atom displaced, farther than the first moves in a step."""
    places = [(0.0, 0.0), (0.3, 0.35), (0.6, 0.7), (0.9, 1.4), (1.2, 0.7), (1.5, 0.35), (1.8, 0.0)]
    check_order(
        [
            Structure(Lattice.cubic(10), ["N", "Li"], [[x / 10, 0, 0], [0.5, 0.5, 0.5 + y / 10]])
            for x, y in places
        ]
    )


def test_zero_images_and_unmatched_end_points_are_refused(hops: dict[str, EndPoints]):
    ends = hops["tetrahedral-tetrahedral"]
    with pytest.raises(ValueError, match="0 images"):
        interpolate(ends.start, ends.end, 0)
    turned = Structure.from_sites(ends.end[::-1])
    with pytest.raises(ValueError, match="match them first"):
        interpolate(ends.start, turned)


def bent(path: list[Structure], seed: int) -> list[Structure]:
    """Return the path with its inner images displaced at random, to break any symmetry."""
    rng = np.random.default_rng(seed)
    inner = [
        Structure(
            image.lattice,
            image.species,
            image.cart_coords + rng.uniform(-0.05, 0.05, (len(image), 3)),
            coords_are_cartesian=True,
        )
        for image in path[1:-1]
    ]
    return [path[0], *inner, path[-1]]


@pytest.mark.parametrize("label", SYMMETRIC)
def test_mirrored_half_has_mirrored_energies_and_forces(
    cell: HopCell, hops: dict[str, EndPoints], label: str
):
    ends = hops[label]
    mirror = path_mirror(cell, ends.start, ends.end)
    assert mirror is not None
    half = bent(interpolate(ends.start, ends.end), 0)[:4]
    path = mirrored(half, mirror, 5)
    assert len(path) == 7
    assert path[-1].cart_coords == pytest.approx(ends.end.cart_coords, abs=SAME)
    # EMT stands in for the real potential: any function of the distances will do.
    energies, forces = [], []
    for image in path:
        atoms = AseAtomsAdaptor.get_atoms(image, msonable=False)
        atoms.set_chemical_symbols(["Cu"] * 54 + ["Ni"])
        atoms.calc = EMT()
        energies.append(atoms.get_potential_energy())
        forces.append(atoms.get_forces())
    assert energies == pytest.approx(energies[::-1], abs=1e-8)
    assert np.ptp(energies) > 0.01
    for there, back in zip(forces, forces[::-1], strict=True):
        if there is not back:
            assert mirror.vectors(there) == pytest.approx(back, abs=1e-6)


@pytest.mark.parametrize("label", SYMMETRIC)
@pytest.mark.parametrize("n_images", [1, 3, 4, 5])
def test_interpolated_path_is_its_own_mirror_image(
    cell: HopCell, hops: dict[str, EndPoints], label: str, n_images: int
):
    ends = hops[label]
    mirror = path_mirror(cell, ends.start, ends.end)
    assert mirror is not None
    path = interpolate(ends.start, ends.end, n_images)
    again = mirrored(path[: (n_images + 1) // 2 + 1], mirror, n_images)
    for one, other in zip(path, again, strict=True):
        assert one.cart_coords == pytest.approx(other.cart_coords, abs=SAME)


def test_hop_between_different_site_types_has_no_mirror(cell: HopCell, hops: dict[str, EndPoints]):
    ends = hops["tetrahedral-octahedral"]
    assert path_mirror(cell, ends.start, ends.end) is None


def test_inequivalent_relaxed_end_points_have_no_mirror(cell: HopCell, hops: dict[str, EndPoints]):
    ends = hops["tetrahedral-tetrahedral"]
    off = match(ends.start, ends.end.copy().perturb(0.05, seed=0))
    assert path_mirror(cell, off.start, off.end) is None


def test_vacancy_hop_has_a_mirror():
    cell = copper_cell()
    ends = copper_hop(cell)
    mirror = path_mirror(cell, ends.start, ends.end)
    assert mirror is not None
    back = mirror.positions(ends.start.cart_coords, ends.end.cart_coords)
    assert back == pytest.approx(ends.end.cart_coords, abs=SAME)


def test_rotoinversion_by_90_degrees_is_no_mirror():
    """It exchanges the end points, but twice it is a turn by 180°, not the identity."""
    host = Structure.from_spacegroup(
        "P-4", Lattice.tetragonal(8, 9), ["Li", "O"], [[0.3, 0.12, 0.17], [0.19, 0.41, 0.38]]
    )
    cell = hop_cell(interstitial_sites(host), (1, 1, 1))
    assert not all(np.array_equal(r @ r, np.eye(3)) for r in cell.sites.group.rotations)
    start, end = host.copy().append("N", [0, 0, 0.1]), host.copy().append("N", [0, 0, 0.9])
    assert path_mirror(cell, start, end) is None
    # The turn by 180° about the same axis does exchange two sites beside it.
    aside = [host.copy().append("N", [x, y, 0.1]) for x, y in ((0.05, 0.02), (0.95, 0.98))]
    ends = match(*aside)
    assert path_mirror(cell, ends.start, ends.end) is not None


def test_half_path_with_wrong_number_of_images_is_refused(
    cell: HopCell, hops: dict[str, EndPoints]
):
    ends = hops["tetrahedral-tetrahedral"]
    mirror = path_mirror(cell, ends.start, ends.end)
    assert mirror is not None
    with pytest.raises(ValueError, match="half a path of 5 images has 4 with its start, not 2"):
        mirrored([ends.start, ends.start], mirror, 5)


@pytest.mark.parametrize("repeats", [(2, 3, 3), (3, 2, 3), (3, 3, 2)])
def test_flat_cell_keeps_the_mirror_only_for_equal_axes(repeats: tuple[int, int, int]):
    """The mirror of a tetrahedral hop swaps two coordinates: both axes need the same length."""
    flat = hop_cell(interstitial_sites(bcc_lithium(3.44)), repeats)
    [hop] = distinct_hops(flat.sites, labels=["tetrahedral"])
    ends = hop_starts(flat, hop, "N")
    step = ends.end[-1].coords - ends.start[-1].coords
    one, other = np.flatnonzero(np.abs(step) > SAME)
    mirror = path_mirror(flat, ends.start, ends.end)
    if repeats[one] != repeats[other]:
        assert mirror is None
        return
    assert mirror is not None
    lattice = flat.supercell.lattice.matrix
    turned = lattice @ mirror.rotation.T @ np.linalg.inv(lattice)
    assert turned == pytest.approx(np.round(turned), abs=1e-9)
    assert site_start(flat, "N", 0).composition.formula == "Li36 N1"


def test_path_follows_its_end_points() -> None:
    lattice = Lattice.cubic(10)

    def image(x: float, y: float = 0.0) -> Structure:
        return Structure(lattice, ["Li", "N"], [[0, 0, 0], [x, y, 0]])

    path = [image(0.2), image(0.3, 0.05), image(0.4)]
    # The new end point lies in another cell, at an equivalent position.
    moved = moved_path(path, image(0.22), image(1.44 - 0.02))
    assert [float(m.frac_coords[1, 0]) for m in moved] == pytest.approx([0.22, 0.32, 0.42])
    assert [float(m.frac_coords[1, 1]) for m in moved] == pytest.approx([0, 0.05, 0])
    assert [
        float(a.frac_coords[1, 0]) for a in moved_path(path, path[0], path[-1])
    ] == pytest.approx([0.2, 0.3, 0.4])
