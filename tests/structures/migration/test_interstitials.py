"""Interstitial sites of textbook lattices with known numbers, positions and sizes."""

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError
from liponflow.structures.lithiation.spinel import disordered_lnmo
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å, bcc Li
EXACT = 1e-6  # Å
FCC = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.05), ["Al"], [[0, 0, 0]])
HCP = Structure.from_spacegroup(
    "P6_3/mmc", Lattice.hexagonal(3.2, 3.2 * np.sqrt(8 / 3)), ["Mg"], [[1 / 3, 2 / 3, 0.25]]
)
SILICON = Structure.from_spacegroup("Fd-3m", Lattice.cubic(5.43), ["Si"], [[0, 0, 0]])
ROCK_SALT = Structure.from_spacegroup(
    "Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
)


def counts(sites: HostSites) -> dict[str, int]:
    return {kind.label: kind.multiplicity for kind in sites.kinds}


@pytest.mark.parametrize("a", [A, 2.87])  # Li, and Fe with its smaller voids
def test_bcc_has_12_tetrahedral_and_6_octahedral_sites_per_conventional_cell(a: float):
    found = interstitial_sites(bcc_lithium(a))
    assert counts(found) == {"tetrahedral": 12, "octahedral": 6}
    tetrahedral, octahedral = found.kinds
    assert tetrahedral.radius == pytest.approx(np.sqrt(5) / 4 * a, abs=EXACT)
    assert octahedral.radius == pytest.approx(a / 2, abs=EXACT)
    assert (tetrahedral.coordination, octahedral.coordination) == (4, 6)


def test_bcc_sites_have_tabulated_positions():
    found = interstitial_sites(bcc_lithium(A))
    for label, wyckoff in [("tetrahedral", [0.25, 0, 0.5]), ("octahedral", [0, 0.5, 0.5])]:
        table = Structure.from_spacegroup("Im-3m", Lattice.cubic(A), ["H"], [wyckoff])
        mine = found.frac_coords[found.positions_of(label)]
        distances = table.lattice.get_all_distances(mine, table.frac_coords)
        assert distances.min(axis=0) == pytest.approx(0, abs=EXACT)
        assert distances.min(axis=1) == pytest.approx(0, abs=EXACT)


def test_primitive_cell_has_half_the_sites():
    found = interstitial_sites(bcc_lithium(A).get_primitive_structure())
    assert counts(found) == {"tetrahedral": 6, "octahedral": 3}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (FCC, {"octahedral": 4, "tetrahedral": 8}),
        (HCP, {"octahedral": 2, "tetrahedral": 4}),
        # The tetrahedral (T) and hexagonal sites of the diamond lattice.
        (SILICON, {"tetrahedral": 8, "octahedral": 16}),
        # Four cations and four anions at one distance.
        (ROCK_SALT, {"8-fold": 8}),
    ],
    ids=["fcc", "hcp", "diamond", "rock salt"],
)
def test_other_lattices_have_known_numbers_of_sites(host: Structure, expected: dict[str, int]):
    assert counts(interstitial_sites(host)) == expected


def test_fcc_sites_have_known_radii():
    octahedral, tetrahedral = interstitial_sites(FCC).kinds
    assert octahedral.radius == pytest.approx(4.05 / 2, abs=EXACT)
    assert tetrahedral.radius == pytest.approx(np.sqrt(3) / 4 * 4.05, abs=EXACT)


@pytest.mark.parametrize("host", [bcc_lithium(A), HCP, SILICON], ids=["bcc", "hcp", "diamond"])
def test_sites_are_separated_have_their_radius_and_form_complete_orbits(host: Structure):
    found = interstitial_sites(host)
    apart = host.lattice.get_all_distances(found.frac_coords, found.frac_coords)
    assert apart[~np.eye(len(found), dtype=bool)].min() > 0.5
    to_atoms = host.lattice.get_all_distances(found.frac_coords, host.frac_coords).min(axis=1)
    expected = [found.kinds[kind].radius for kind in found.kind]
    assert to_atoms == pytest.approx(np.array(expected), abs=1e-4)
    for position in found.frac_coords:
        images = found.group.images(position)
        distances = host.lattice.get_all_distances(images, found.frac_coords)
        assert distances.min(axis=1) == pytest.approx(0, abs=1e-4)


def test_inequivalent_sites_of_one_type_are_numbered(licoo2: Structure):
    labels = [kind.label for kind in interstitial_sites(licoo2).kinds]
    assert len(labels) == len(set(labels)) > 1
    assert any(label.endswith(" 2") for label in labels)


def test_host_without_large_voids_is_refused_with_the_largest_radius():
    squeezed = bcc_lithium(2.0)
    largest = np.sqrt(5) / 4 * 2.0
    with pytest.raises(StructureError, match=rf"Li has no .*{largest:.2f} Å .*min_radius .*1\.3"):
        interstitial_sites(squeezed)
    assert counts(interstitial_sites(squeezed, min_radius=1.0)) == {
        "tetrahedral": 12,
        "octahedral": 6,
    }
    # The octahedral site has a radius of 1.0 Å.
    assert counts(interstitial_sites(squeezed, min_radius=1.05)) == {"tetrahedral": 12}


def test_disordered_host_is_refused():
    alloy = Structure(Lattice.cubic(3.5), [{"Li": 0.5, "Mg": 0.5}], [[0, 0, 0]])
    with pytest.raises(StructureError, match="partial occupancies"):
        interstitial_sites(alloy)


def test_unknown_site_type_is_refused_with_the_known_ones():
    found = interstitial_sites(bcc_lithium(A))
    with pytest.raises(ValueError, match="no 'cubic' site; it has: tetrahedral, octahedral"):
        found.kind_of("cubic")


def test_structure_without_symmetry_has_one_site_per_type():
    found = interstitial_sites(disordered_lnmo(seed=0).perturb(0.05, seed=0))
    assert {kind.multiplicity for kind in found.kinds} == {1}
    assert found.labels[0] == found.kinds[0].label
