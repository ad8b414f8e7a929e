"""Hop end points: symmetry partners, matched atoms, and atoms that left their sites."""

import numpy as np
import pytest
from ase.calculators.lj import LennardJones
from ase.optimize import FIRE
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import (
    EndPoints,
    hop_starts,
    locate,
    match,
    moved,
    relaxed_ends,
)
from liponflow.structures.migration.hop_cell import (
    HopCell,
    hop_cell,
    site_start,
    split_start,
    substitutional_start,
)
from liponflow.structures.migration.hops import Hop, distinct_hops
from liponflow.structures.migration.images import path_mirror
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å
NEIGHBOURS = np.sqrt(3) / 2 * A  # Å, nearest-neighbour distance of the host
SAME_ENERGY = 1e-3  # eV, between symmetry-equivalent end points


@pytest.fixture(scope="module")
def cell() -> HopCell:
    return hop_cell(interstitial_sites(bcc_lithium(A)), (3, 3, 3))


@pytest.fixture(scope="module")
def hops(cell: HopCell) -> dict[str, Hop]:
    return {hop.label: hop for hop in distinct_hops(cell.sites)}


def calculator() -> LennardJones:
    return LennardJones(sigma=2.4, epsilon=0.1, rc=4.5, smooth=True)


def energy(structure: Structure) -> float:
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = calculator()
    return float(atoms.get_potential_energy())


@pytest.fixture(scope="module")
def relaxed(cell: HopCell) -> dict[str, Structure]:
    """Return nudged starts after some relaxation steps: low symmetry, as in practice."""
    found = {}
    for kind in cell.sites.kinds:
        first = int(cell.sites.positions_of(kind.label)[0])
        atoms = AseAtomsAdaptor.get_atoms(site_start(cell, "N", first, nudge=0.05), msonable=False)
        atoms.calc = calculator()
        FIRE(atoms, logfile=None).run(fmax=0.01, steps=10)
        found[kind.label] = AseAtomsAdaptor.get_structure(atoms)
    return found


LABELS = [
    "tetrahedral-octahedral",
    "tetrahedral-tetrahedral",
    "tetrahedral-octahedral-tetrahedral",
    "octahedral-tetrahedral-octahedral",
]


@pytest.mark.parametrize("label", LABELS)
def test_unrelaxed_end_points_are_one_hop_length_apart(
    cell: HopCell, hops: dict[str, Hop], label: str
):
    ends = hop_starts(cell, hops[label], "N")
    assert ends.displacements[-1] == pytest.approx(hops[label].distance, abs=1e-6)
    assert ends.displacements[:-1].max() == pytest.approx(0, abs=1e-6)
    assert ends.rematched == 0
    assert locate(cell, ends.end).label == hops[label].end_labels[1]


@pytest.mark.parametrize("label", LABELS)
def test_symmetry_partners_have_the_energy_of_the_relaxed_structure(
    cell: HopCell, hops: dict[str, Hop], relaxed: dict[str, Structure], label: str
):
    hop = hops[label]
    ends = relaxed_ends(cell, hop, relaxed)
    start_kind, end_kind = hop.end_labels
    assert energy(ends.start) == pytest.approx(energy(relaxed[start_kind]), abs=1e-9)
    assert energy(ends.end) == pytest.approx(energy(relaxed[end_kind]), abs=SAME_ENERGY)
    # The dopant moves along the hop, and no host atom leaves its site.
    assert ends.displacements[-1] == pytest.approx(hop.distance, abs=0.3)
    assert ends.displacements[:-1].max() < NEIGHBOURS / 2
    nearest = hop_starts(cell, hop, "N").end
    assert locate(cell, ends.end).place == pytest.approx(locate(cell, nearest).place, abs=1e-6)


@pytest.mark.parametrize("label", LABELS[1:])
def test_path_of_low_symmetry_end_points_has_a_mirror(
    cell: HopCell, hops: dict[str, Hop], relaxed: dict[str, Structure], label: str
):
    ends = relaxed_ends(cell, hops[label], relaxed)
    assert path_mirror(cell, ends.start, ends.end) is not None


def test_symmetry_partners_missing_in_flat_supercell_are_refused(
    hops: dict[str, Hop], relaxed: dict[str, Structure]
):
    del relaxed
    flat = hop_cell(interstitial_sites(bcc_lithium(A)), (2, 2, 3))
    made = {
        kind.label: site_start(flat, "N", int(flat.sites.positions_of(kind.label)[0]))
        for kind in flat.sites.kinds
    }
    outcomes = []
    for hop in hops.values():
        try:
            relaxed_ends(flat, hop, made)
            outcomes.append(None)
        except ValueError as error:
            outcomes.append(str(error))
    refused = [text for text in outcomes if text]
    assert len(refused) < len(outcomes)
    for text in refused:
        assert "2x2x3 supercell" in text
        assert "relax both end points" in text


def shuffled(structure: Structure, seed: int) -> Structure:
    order = np.random.default_rng(seed).permutation(len(structure))
    return Structure.from_sites([structure[int(n)] for n in order])


@pytest.mark.parametrize("seed", range(3))
def test_permuted_atoms_of_end_points_are_matched(
    cell: HopCell, hops: dict[str, Hop], relaxed: dict[str, Structure], seed: int
):
    straight = relaxed_ends(cell, hops["tetrahedral-tetrahedral"], relaxed)
    crossed = match(straight.start, shuffled(straight.end, seed))
    assert crossed.rematched > 0
    assert crossed.end.species == straight.start.species
    assert crossed.end.cart_coords == pytest.approx(straight.end.cart_coords, abs=1e-6)
    assert crossed.displacements == pytest.approx(straight.displacements, abs=1e-6)


def test_end_point_uses_the_periodic_image_nearest_to_the_start(cell: HopCell):
    start = site_start(cell, "N", 0)
    end = start.copy().translate_sites([54], [1.0, 0.1, 0], frac_coords=True, to_unit_cell=False)
    ends = match(start, end)
    assert ends.displacements[-1] == pytest.approx(0.1 * 3 * A)
    assert ends.end[-1].frac_coords - ends.start[-1].frac_coords == pytest.approx([0, 0.1, 0])


def test_end_points_with_different_atoms_are_refused(cell: HopCell):
    start = site_start(cell, "N", 0)
    with pytest.raises(ValueError, match=r"Li54 N1 \(55\) and Li53 N1 \(54\)"):
        match(start, substitutional_start(cell, "N"))
    with pytest.raises(ValueError, match=r"Li54 N1 .* Li54 O1"):
        match(start, site_start(cell, "O", 1))


def test_end_points_in_different_cells_are_refused(cell: HopCell):
    start, end = (site_start(cell, "N", n) for n in (0, 1))
    with pytest.raises(ValueError, match="different cells"):
        match(start, end.scale_lattice(end.volume * 1.05))


def test_identical_end_points_are_refused(cell: HopCell):
    start = site_start(cell, "N", 0)
    for same in (start, shuffled(start, 1), start.copy().perturb(0.02, seed=0)):
        with pytest.raises(ValueError, match=r"identical end points: .* \(limit 0\.1\)"):
            match(start, same)


def drifted(structure: Structure) -> Structure:
    """Return all atoms shifted by 0.5 Å, as after an unconstrained relaxation."""
    everything = list(range(len(structure)))
    return structure.copy().translate_sites(everything, [0.3, -0.4, 0], frac_coords=False)


@pytest.mark.parametrize("label", ["tetrahedral", "octahedral"])
def test_sites_are_found_despite_drift(cell: HopCell, label: str):
    for position in cell.sites.positions_of(label):
        start = site_start(cell, "N", int(position))
        for structure in (start, drifted(start)):
            found = locate(cell, structure)
            assert (found.label, found.position) == (label, position)
            assert found.distance == pytest.approx(0, abs=1e-6)
        assert moved(cell, start, drifted(start).perturb(0.05, seed=0)) is None


def test_split_and_substitutional_sites_are_distinguished(cell: HopCell):
    assert locate(cell, substitutional_start(cell, "P")).label == "substitutional"
    split = split_start(cell, "P", separation=1.0)
    assert locate(cell, split).label == "split"


def test_atom_that_left_its_site_is_reported_with_both_sites(cell: HopCell):
    positions = {kind.label: cell.sites.positions_of(kind.label) for kind in cell.sites.kinds}
    tetrahedral, other = (site_start(cell, "O", int(n)) for n in positions["tetrahedral"][:2])
    octahedral = site_start(cell, "O", int(positions["octahedral"][0]))
    text = moved(cell, tetrahedral, octahedral)
    assert text is not None
    assert "O left the tetrahedral site" in text
    assert "octahedral site, " in text
    apart = tetrahedral.lattice.get_all_distances(
        tetrahedral[-1].frac_coords, other[-1].frac_coords
    )[0, 0]
    assert f"another tetrahedral site, {apart:.2f} Å" in (moved(cell, tetrahedral, other) or "")


def test_end_points_in_hexagonal_host_are_one_hop_length_apart(cell: HopCell):
    del cell
    host = Structure.from_spacegroup(
        "P6_3/mmc", Lattice.hexagonal(3.2, 5.2), ["Mg"], [[1 / 3, 2 / 3, 0.25]]
    )
    made = hop_cell(interstitial_sites(host), (3, 3, 2))
    starts = {
        kind.label: site_start(made, "O", int(made.sites.positions_of(kind.label)[0]))
        for kind in made.sites.kinds
    }
    for hop in distinct_hops(made.sites):
        ends: EndPoints = relaxed_ends(made, hop, starts)
        assert ends.displacements[-1] == pytest.approx(hop.distance, abs=1e-6)
        assert ends.displacements[:-1].max() == pytest.approx(0, abs=1e-6)
