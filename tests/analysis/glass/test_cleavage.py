"""Cleavage energies of bonds from energies of their fragments."""

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.glass.cleavage import (
    DISSOCIATION,
    atom_energy,
    bond_cleavage,
    summarise_cleavage,
)
from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.result import Calculation, EngineInfo


def calculation(energy: float, species: str = "P", *, converged: bool = True) -> Calculation:
    return Calculation(
        engine=EngineInfo(name="chgnet", version="1", surrogate=True),
        structure=Structure(Lattice.cubic(10), [species], [[0, 0, 0]]),
        energy=energy,
        converged=converged,
        ionic_steps=3,
    )


def bond(site: str, energy: float, bonds: int = 1, **changed: object):
    """Return a bond whose fragments lie `energy` (eV) above the cluster."""
    molecule = calculation(-10.0)
    free = atom_energy(site.rpartition(" ")[2], molecule)
    parts = {
        "cluster": calculation(-50.0),
        "frozen": calculation(-50.0 - free + energy + 0.6),
        "rest": calculation(-50.0 - free + energy),
        "molecule": molecule,
    }
    return bond_cleavage(site, bonds, **parts | changed)


def test_energies_are_per_bond_and_higher_without_relaxation() -> None:
    found = bond("bridging N", 7.0, bonds=2)
    assert found.cleavage_energy == pytest.approx(7.0)
    assert found.energy_per_bond == pytest.approx(3.5)
    assert found.vertical_energy_per_bond == pytest.approx(3.8)
    assert found.converged


@pytest.mark.parametrize("symbol", ["O", "N"])
def test_free_atom_is_half_a_molecule_plus_half_its_dissociation_energy(symbol: str) -> None:
    # The energy of two free atoms is that of the molecule plus its dissociation energy.
    molecule = calculation(-9.6)
    assert 2 * atom_energy(symbol, molecule) - molecule.energy == DISSOCIATION[symbol]


def test_ratios_accompany_the_published_statement() -> None:
    bonds = [bond("apical O", 6.0), bond("apical N", 3.0), bond("bridging N", 4.0, bonds=2)]
    known = published_glass(["Li", "N", "O", "P"])
    assert known is not None
    result = summarise_cleavage(bonds, known.bond_strength)
    assert result.ratio_bridging == pytest.approx(3.0)
    assert result.ratio_apical == pytest.approx(2.0)
    assert result.published is not None
    assert "3 with bridging N, 2 with apical N" in result.published
    assert "neutral with Li" in result.note


def test_ratio_needs_both_bonds_with_positive_energies() -> None:
    assert summarise_cleavage([bond("apical O", 6.0)], None).ratio_bridging is None
    bonds = [bond("apical O", 6.0), bond("apical N", -0.1)]
    assert summarise_cleavage(bonds, None).ratio_apical is None


def test_unconverged_fragment_makes_the_bond_unconverged() -> None:
    assert not bond("apical O", 5.0, rest=calculation(-40.0, converged=False)).converged
