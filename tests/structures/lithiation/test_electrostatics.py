"""Ewald energies from the site matrix compared with pymatgen's sum for each structure."""

import numpy as np
import pytest
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.structures.lithiation.electrostatics import ewald_energies, formal_charges
from liponflow.structures.lithiation.host import Family, host
from liponflow.structures.lithiation.spinel import disordered_lnmo

EWALD_TOLERANCE = 1e-3  # eV per cell, between arrangements
WHOLE_TOLERANCE = 1e-5  # relative, energy of a cell
MADELUNG_ROCK_SALT = 1.747_564_594_633  # per ion pair, in units of the nearest-neighbour distance
COULOMB = 14.399_645_478  # e^2 / (4 pi epsilon_0), eV Å


@pytest.mark.parametrize("family", Family)
def test_energies_agree_with_direct_sums(family: Family):
    spinel = host(disordered_lnmo(seed=2))
    kept, sites = spinel.kept(family), spinel.sites(family)
    rng, half = np.random.default_rng(0), len(sites) // 2
    draws = [rng.choice(len(sites), half, replace=False).tolist() for _ in range(4)]
    subsets = [tuple(sorted(draw)) for draw in draws]
    direct = []
    for subset in subsets:
        lithium = np.vstack([kept, sites[list(subset)]])
        charges = [*formal_charges(spinel.framework, len(lithium)), *([1.0] * len(lithium))]
        structure = spinel.framework.copy()
        for coords in lithium:
            structure.append("Li", coords)
        structure.add_oxidation_state_by_site(charges)
        assert structure.charge == pytest.approx(0, abs=1e-9)
        direct.append(EwaldSummation(structure).total_energy)
    energies = ewald_energies(spinel.framework, kept, sites, subsets)
    assert np.ptp(direct) > 10 * EWALD_TOLERANCE
    assert energies - energies[0] == pytest.approx(
        np.array(direct) - direct[0], abs=EWALD_TOLERANCE
    )
    # Equivalent sites have the same framework energy: only the total energy shows that term.
    assert energies == pytest.approx(direct, rel=WHOLE_TOLERANCE)


def test_rock_salt_has_the_madelung_energy():
    nickel_oxide = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    none = np.zeros((0, 3))
    energy = ewald_energies(nickel_oxide, none, none, [()])[0]
    expected = -4 * 2**2 * MADELUNG_ROCK_SALT * COULOMB / 2.1
    assert energy == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("species", "expected"),
    [
        (["Fe", "P", "O", "O", "O", "O"], [2, 5, -2, -2, -2, -2]),
        (["Fe", "S", "O", "O", "O", "O", "F"], [2, 6, -2, -2, -2, -2, -1]),
        (["Ti", "S", "S"], [3, -2, -2]),
    ],
)
def test_formal_charges_of_phosphates_sulfates_and_sulfides(
    species: list[str], expected: list[float]
):
    coords = np.linspace(0, 0.9, 3 * len(species)).reshape(-1, 3)
    structure = Structure(Lattice.cubic(10), species, coords)
    assert formal_charges(structure, n_li=1).tolist() == expected
