"""Neutral clusters of phosphate units."""

import numpy as np
import pytest

from liponflow.structures.glass.phosphate_clusters import (
    CUTS,
    dimer,
    in_box,
    neutral_cluster,
    site_index,
    without,
)
from liponflow.structures.glass.units import unit


@pytest.mark.parametrize("name", sorted({cut.unit for cut in CUTS}))
def test_lithium_balances_the_charge_and_is_bonded_to_anions(name: str) -> None:
    molecule = neutral_cluster(name)
    assert molecule.composition["Li"] == -unit(name).charge
    distances = molecule.distance_matrix
    symbols = np.array([site.specie.symbol for site in molecule])
    for lithium in np.flatnonzero(symbols == "Li"):
        anions = distances[lithium][np.isin(symbols, ["O", "N"])]
        assert 1.8 < anions.min() < 2.0
        assert (anions < 2.2).sum() >= 2
        assert distances[lithium][symbols == "P"].min() > 2.2


@pytest.mark.parametrize("cut", CUTS)
def test_cut_removes_the_named_anion(cut) -> None:
    structure = in_box(neutral_cluster(cut.unit), 8.0)
    index = site_index(unit(cut.unit), cut.site)
    role, symbol = cut.site.split()
    assert structure[index].specie.symbol == symbol
    formers = [n for n in structure.get_neighbors(structure[index], 1.8) if str(n.specie) == "P"]
    assert len(formers) == cut.bonds == (2 if role == "bridging" else 1)
    rest = without(structure, cut)
    left = structure.composition - rest.composition
    assert left.get_el_amt_dict() == {symbol: 1}


def test_box_adds_vacuum_around_the_cluster() -> None:
    structure = in_box(neutral_cluster("P2O7"), 8.0)
    widest = np.ptp(structure.cart_coords, axis=0).max()
    assert structure.lattice.a == pytest.approx(widest + 8.0)
    assert structure.cart_coords.min() > 3.9


def test_missing_site_and_unbalanced_charge_are_refused() -> None:
    with pytest.raises(ValueError, match="PO4 has no apical N"):
        site_index(unit("PO4"), "apical N")
    with pytest.raises(ValueError, match="no Li can balance"):
        neutral_cluster("WF4")


def test_dimers_have_gas_phase_bond_lengths() -> None:
    assert dimer("N").get_distance(0, 1) == pytest.approx(1.10)
