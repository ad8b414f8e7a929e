"""Packing with packmol: distances, density, seeds and failures."""

import numpy as np
import pytest
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Molecule, Structure

from liponflow.structures.glass.packing import (
    SLACK,
    Film,
    PackingError,
    box_edges,
    box_length,
    nearest_distances,
    pack,
    radii,
)
from liponflow.structures.glass.units import unit

LITHIUM = Molecule(["Li"], [[0.0, 0.0, 0.0]])
DISTANCES = {
    ("Li", "Li"): 2.2,
    ("Li", "O"): 1.8,
    ("Li", "P"): 2.4,
    ("O", "O"): 2.3,
    ("O", "P"): 2.5,
    ("P", "P"): 3.0,
}


def small(seed: int = 1, density: float = 2.0, time_limit: float = 30):
    units = [(unit("PO4").molecule, 4), (LITHIUM, 12)]
    return pack(units, density=density, distances=DISTANCES, seed=seed, time_limit=time_limit)


def test_distances_hold_across_the_periodic_boundary() -> None:
    packed = small()
    structure = packed.structure
    assert structure.composition.reduced_formula == "Li3PO4"
    assert float(structure.density) == pytest.approx(2.0, rel=1e-6)
    unit_of = structure.site_properties["unit"]
    # Neighbours from pymatgen's search, including periodic images.
    for index, site in enumerate(structure):
        for other in structure.get_neighbors(site, 3.0):
            if unit_of[index] == unit_of[other.index] and other.nn_distance < 2.6:
                continue  # bonds and edges within the unit
            pair = tuple(sorted((site.specie.symbol, other.specie.symbol)))
            assert other.nn_distance > DISTANCES[pair] - SLACK


def test_units_keep_their_shape() -> None:
    structure = small().structure
    for index, site in enumerate(structure):
        if site.specie.symbol == "P":
            bonds = sorted(n.nn_distance for n in structure.get_neighbors(site, 2.4))[:4]
            assert bonds == pytest.approx([1.52] * 4, abs=1e-3), index


def test_seed_determines_the_box() -> None:
    first, again, other = small().structure, small().structure, small(seed=2).structure
    assert np.array_equal(first.frac_coords, again.frac_coords)
    assert not np.allclose(first.frac_coords, other.frac_coords)


def test_density_too_high_to_pack_is_refused_with_the_best_distance() -> None:
    # Small enough that packmol gives up by itself within two seconds.
    units = [(unit("PO4").molecule, 1), (LITHIUM, 3)]
    message = (
        r"density of 4 g/cm³ could not be packed in all its attempts: the best attempt has "
        r"\w+-\w+ at \d\.\d\d Å, where \S+ Å is the least; lower the density"
    )
    with pytest.raises(PackingError, match=message):
        pack(units, density=4.0, distances=DISTANCES, seed=1, time_limit=60)


def test_time_limit_before_first_attempt_is_reported() -> None:
    with pytest.raises(PackingError, match=r"placed nothing at 6 g/cm³ within 0.001 s; lower"):
        small(density=6.0, time_limit=0.001)


@pytest.mark.parametrize("density", [0.0, -2.3, float("nan")])
def test_nonpositive_density_is_refused(density: float) -> None:
    with pytest.raises(PackingError, match="not above 0"):
        small(density=density)


def test_pair_without_distance_is_refused() -> None:
    with pytest.raises(PackingError, match="no least distance is given for Li-O"):
        pack(
            [(unit("PO4").molecule, 1), (LITHIUM, 3)],
            density=1.0,
            distances={("Li", "Li"): 2.0, ("Li", "P"): 2.0},
            seed=0,
        )


def test_radii_are_the_smallest_that_keep_every_distance() -> None:
    found = radii(DISTANCES)
    for (a, b), least in DISTANCES.items():
        assert found[a] + found[b] >= least - 1e-9
    for symbol in found:  # each radius is fixed by some pair
        assert any(
            found[a] + found[b] == pytest.approx(least)
            for (a, b), least in DISTANCES.items()
            if symbol in (a, b)
        )


def test_box_has_the_density() -> None:
    # 8 Si of 28.0855 u at 2.329 g/cm³: a = 5.431 Å.
    assert box_length(Composition("Si8"), 2.329) == pytest.approx(5.431, abs=0.002)


def test_nearest_distances_exclude_bonds_within_units() -> None:
    assert nearest_distances(small().structure)["O", "P"] > 2.4


def test_a_film_has_its_base_its_density_and_free_faces() -> None:
    units = [(unit("PO4").molecule, 4), (LITHIUM, 12)]
    film = Film((9.0, 8.0), 1.5)
    packed = pack(units, density=1.6, distances=DISTANCES, seed=1, film=film)
    structure = packed.structure
    assert structure.lattice.abc[:2] == pytest.approx((9.0, 8.0))
    assert float(structure.density) == pytest.approx(1.6, rel=1e-6)
    heights = structure.cart_coords[:, 2]
    assert heights.min() >= 1.5 - 0.1  # packmol stops at a violation of 0.01 Å²
    assert heights.max() <= structure.lattice.c - 1.5 + 0.1
    # No unit is cut at a face: every P has its four O within the film, not through a face.
    tall = Structure(
        Lattice.orthorhombic(9.0, 8.0, 60.0),
        structure.species,
        structure.cart_coords,
        coords_are_cartesian=True,
    )
    phosphorus = [site for site in tall if site.specie.symbol == "P"]
    assert all(len(tall.get_neighbors(site, 1.8)) == 4 for site in phosphorus)


def test_margins_that_leave_no_room_are_refused() -> None:
    with pytest.raises(PackingError, match=r"margins take 4.00 Å; take more atoms"):
        box_edges(Composition("Li3PO4"), 2.0, Film((10.0, 10.0), 2.0))
