"""Voids of textbook lattices, whose number, position and size are known."""

from collections import Counter

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo
from liponflow.structures.voids import OCTAHEDRAL, TETRAHEDRAL, voids

EXACT = 1e-8  # Å
DISTORTION = 0.05  # Å, displacement of every atom of a "real" structure
ROCK_SALT = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)


def counts(
    structure: Structure, framework: list[str], *, keep_occupied: bool = False
) -> Counter[int]:
    return Counter(
        void.coordination for void in voids(structure, framework, keep_occupied=keep_occupied)
    )


def test_spinel_has_16_free_octahedra_and_8_plus_48_free_tetrahedra():
    assert counts(ordered_lnmo(), ["O"]) == {TETRAHEDRAL: 8 + 48, OCTAHEDRAL: 16}
    # 8b, 16c and 48f of the ideal spinel differ in their distance to oxygen.
    sizes = Counter(round(void.distance, 3) for void in voids(ordered_lnmo(), ["O"]))
    assert sorted(sizes.values()) == [8, 16, 48]


def test_free_octahedra_of_spinel_are_16c_sites():
    centres = [v.frac_coords for v in voids(ordered_lnmo(), ["O"], coordination=[OCTAHEDRAL])]
    # Fd-3m 16c, origin choice 2, moved to the origin of P4_332.
    from_tables = Structure.from_spacegroup("Fd-3m:2", Lattice.cubic(1), ["Li"], [[0, 0, 0]])
    expected = from_tables.frac_coords + 1 / 8
    distances = ordered_lnmo().lattice.get_all_distances(centres, expected)
    assert distances.min(axis=1) == pytest.approx(0, abs=EXACT)
    assert distances.min(axis=0) == pytest.approx(0, abs=EXACT)


def test_occupied_voids_have_the_index_of_their_atom():
    structure = ordered_lnmo()
    found = voids(structure, ["O"], keep_occupied=True)
    taken = Counter(
        (v.coordination, structure[v.occupant].specie.symbol)
        for v in found
        if v.occupant is not None
    )
    assert taken == {(TETRAHEDRAL, "Li"): 8, (OCTAHEDRAL, "Ni"): 4, (OCTAHEDRAL, "Mn"): 12}
    assert len(found) == 64 + 32  # two tetrahedra and one octahedron per anion


@pytest.mark.parametrize("seed", range(4))
def test_distorted_spinel_has_the_same_voids(seed: int):
    structure = disordered_lnmo(seed=seed).perturb(DISTORTION, seed=seed)
    assert counts(structure, ["O"]) == {TETRAHEDRAL: 56, OCTAHEDRAL: 16}


def test_jahn_teller_distorted_octahedron_counts_once():
    stretched = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(3.86), ["Mn", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    stretched.apply_strain([0, 0, 4.6 / 3.86 - 1])
    assert counts(stretched, ["O"], keep_occupied=True) == {TETRAHEDRAL: 8, OCTAHEDRAL: 4}


def test_rock_salt_has_free_tetrahedra_only():
    found = voids(ROCK_SALT, ["O"])
    expected = np.array(np.meshgrid(*[[0.25, 0.75]] * 3)).T.reshape(-1, 3)
    assert len(found) == 8
    distances = ROCK_SALT.lattice.get_all_distances([v.frac_coords for v in found], expected)
    assert distances.min(axis=0) == pytest.approx(0, abs=EXACT)
    assert [v.distance for v in found] == pytest.approx([np.sqrt(3) / 4 * 4.2] * 8)


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_bcc_metal_has_six_tetrahedral_sites_per_atom(seed: int | None):
    lithium = Structure.from_spacegroup("Im-3m", Lattice.cubic(3.44), ["Li"], [[0, 0, 0]])
    lithium.make_supercell(3)
    if seed is not None:
        lithium.perturb(DISTORTION, seed=seed)
    found = voids(lithium, ["Li"])
    assert Counter(v.coordination for v in found) == {TETRAHEDRAL: 6 * len(lithium)}
    tolerance = EXACT if seed is None else 2 * DISTORTION
    assert [v.distance for v in found] == pytest.approx(
        [np.sqrt(5) / 4 * 3.44] * len(found), abs=tolerance
    )


def test_hcp_metal_in_skewed_cell_has_four_tetrahedra_and_two_octahedra():
    hcp = Structure.from_spacegroup(
        "P6_3/mmc", Lattice.hexagonal(2.66, 2.66 * np.sqrt(8 / 3)), ["Co"], [[1 / 3, 2 / 3, 0.25]]
    )
    hcp.make_supercell([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
    assert counts(hcp, ["Co"]) == {TETRAHEDRAL: 4, OCTAHEDRAL: 2}


def test_centre_and_distance_follow_from_neighbors_and_translations():
    structure = disordered_lnmo(seed=0).perturb(DISTORTION, seed=0)
    for void in voids(structure, ["O"]):
        around = [structure.frac_coords[i] + image for i, image in void.neighbors]
        centre = np.mean(around, axis=0)
        assert centre == pytest.approx(void.frac_coords, abs=EXACT)
        lengths = np.linalg.norm((around - centre) @ structure.lattice.matrix, axis=1)
        assert lengths.mean() == pytest.approx(void.distance, abs=EXACT)
        nearest = sorted(
            site.nn_distance
            for site in structure.get_sites_in_sphere(centre @ structure.lattice.matrix, 3.2)
            if site.specie.symbol == "O"
        )
        assert sorted(lengths) == pytest.approx(nearest[: len(lengths)], abs=EXACT)


def test_framework_can_be_given_as_indices():
    oxygens = ROCK_SALT.indices_from_symbol("O")
    assert voids(ROCK_SALT, oxygens) == voids(ROCK_SALT, ["O"])


def test_framework_without_atoms_is_refused():
    with pytest.raises(ValueError, match=r"NiO belongs to the framework \['S'\]"):
        voids(ROCK_SALT, ["S"])
