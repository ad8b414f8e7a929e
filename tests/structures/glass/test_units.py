"""Structural units of a glass: charges, bonds and refusals."""

import numpy as np
import pytest

from liponflow.structures.glass.units import (
    BRIDGE_ANGLE,
    FORMERS,
    UnitError,
    assemble,
    bond_length,
    unit,
)

LENGTH_TOLERANCE = 1e-6
"""Å."""
SHANNON_TOLERANCE = 0.06
"""Å: sums of ionic radii compared with mean bond lengths of crystals."""

BUILT = ["PO4", "P2O7", "P2O6N", "PO3N", "P4O13", "P4O10N3", "SiO4", "PSiO7", "BO3", "B2O5"]
BUILT += ["CO3", "SO4", "SO3N", "PO3F", "PO2S2", "P2O6S", "AlO4", "TiO4", "W2O7"]


@pytest.mark.parametrize(
    ("name", "charge"),
    # Oxidation states: P 5, Si 4, B 3, S 6; O -2, N -3, F -1, thio-S -2.
    [
        ("PO4", -3),
        ("P2O7", -4),
        ("P2O6N", -5),
        ("PO3N", -4),
        ("SiO4", -4),
        ("BO3", -3),
        ("SO3N", -3),
        ("PO3F", -2),
        ("PO3S", -3),
        ("SiPO7", -5),
    ],
)
def test_units_have_their_formal_charges(name: str, charge: int) -> None:
    assert unit(name).charge == charge


@pytest.mark.parametrize("name", BUILT)
def test_formers_have_all_corners_and_atoms_do_not_overlap(name: str) -> None:
    made = unit(name)
    assert made.name == name
    molecule = made.molecule
    assert molecule.composition == made.composition
    symbols = [site.specie.symbol for site in molecule]
    distances = molecule.distance_matrix
    centres = [i for i, symbol in enumerate(symbols) if symbol in made.formers]
    assert len(centres) == len(made.formers)
    bonded = np.zeros_like(distances, dtype=bool)
    for centre in centres:
        around = np.argsort(distances[centre])[1 : FORMERS[symbols[centre]].corners + 1]
        for anion in around:
            wanted = bond_length(symbols[centre], symbols[anion])
            assert distances[centre, anion] == pytest.approx(wanted, abs=LENGTH_TOLERANCE)
            bonded[centre, anion] = bonded[anion, centre] = True
    others = distances[~bonded & ~np.eye(len(symbols), dtype=bool)]
    assert others.min() > 2.1


@pytest.mark.parametrize("name", ["P2O7", "P2O6N", "P4O13"])
def test_bridges_join_two_formers_at_the_bridge_angle(name: str) -> None:
    made = unit(name)
    molecule = made.molecule
    distances = molecule.distance_matrix
    formers = [i for i, site in enumerate(molecule) if site.specie.symbol == "P"]
    bridges = [i for i in range(len(molecule)) if (distances[i, formers] < 1.7).sum() == 2]
    assert [molecule[i].specie.symbol for i in bridges] == list(made.bridges)
    for bridge in bridges:
        first, second = (f for f in formers if distances[bridge, f] < 1.7)
        angle = molecule.get_angle(first, bridge, second)
        assert angle == pytest.approx(BRIDGE_ANGLE, abs=0.01)


def test_nitrogen_bridges_before_it_is_apical() -> None:
    assert unit("P2O5N2").bridges == ("N",)
    assert sum(corner.count("N") for corner in unit("P2O5N2").apical) == 1


@pytest.mark.parametrize(
    ("former", "anion", "crystal"),
    # Mean lengths in crystals: Li3PO4; LiPN2 and Li2PO2N; quartz; Li2SO4; LiBO2; Li2CO3.
    [
        ("P", "O", 1.545),
        ("P", "N", 1.63),
        ("Si", "O", 1.61),
        ("S", "O", 1.47),
        ("B", "O", 1.37),
        ("C", "O", 1.29),
    ],
)
def test_bond_lengths_are_those_of_crystals(former: str, anion: str, crystal: float) -> None:
    assert bond_length(former, anion) == pytest.approx(crystal, abs=SHANNON_TOLERANCE)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("PO5", "4 corners when alone, not 5"),
        ("P2O8", "7 corners in a chain, not 8"),
        ("P5O16", "chains of up to 4"),
        ("P2F7", "F cannot bridge"),
        ("NaO4", "Na is neither a network former"),
        ("O4", "no network former"),
        ("PO3.5N", "whole numbers"),
        ("P(", "not the formula"),
    ],
)
def test_invalid_units_are_refused(name: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        unit(name)


def test_apical_nitrogen_is_spread_over_the_chain() -> None:
    made = assemble(["P", "P"], {"O": 4, "N": 3}, "P2O4N3")
    assert [corner.count("N") for corner in made.apical] == [1, 1]
