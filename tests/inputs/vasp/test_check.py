"""Faults of VASP inputs, each with its remedy."""

import re
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.inputs.vasp.check import Inputs, faults
from liponflow.structures.phases import phase

LI2O = phase("Li2O").structure()
GOOD: dict[str, Any] = {"ENCUT": 520, "ISMEAR": 0, "ISPIN": 1}


def inputs(tags: dict[str, Any], structure: Structure = LI2O, **more: Any) -> Inputs:
    blocks = [element.symbol for element in structure.elements]
    symbols = [{"Li": "Li_sv", "Mn": "Mn_pv"}.get(symbol, symbol) for symbol in blocks]
    known: dict[str, Any] = {
        "structure": structure,
        "blocks": blocks,
        "symbols": symbols,
        "cutoffs": {},
        "mesh": (4, 4, 4),
    }
    return Inputs(GOOD | tags, **(known | more))


def test_good_inputs_have_no_fault() -> None:
    assert faults(inputs({})) == []


RELAX = {"NSW": 9, "IBRION": 2}
MD = {"NSW": 9, "IBRION": 0, "MDALGO": 3}


@pytest.mark.parametrize(
    ("tags", "more", "fault"),
    [
        ({"ENCUT": 450}, {}, "ENCUT = 450 eV is below the 499 eV of Li_sv: raise"),
        ({"ENCUT": 450, "ISIF": 3, **RELAX}, {}, "Li_sv; the cell relaxes by a wrong stress"),
        ({}, {"cutoffs": {"O": 600.0}}, "below the 600 eV of O"),
        (
            {"ENCUT": 499},
            {"cutoffs": {"Li_sv": 499.034}},
            "499 eV is below the 499.034 eV",
        ),
        ({"NELECT": 63}, {}, "63 valence electrons are an odd number and ISPIN = 1"),
        ({"NELECT": 46}, {}, "NELECT = 46 gives the cell a charge of .2 e"),
        (
            {"IMAGES": 5, "LCLIMB": False},
            {"ranks": 16},
            "16 MPI ranks are not a multiple of IMAGES = 5.*start 15",
        ),
        ({"IMAGES": 5}, {"ranks": 15}, "IMAGES without LCLIMB"),
        (RELAX, {"thermostat": True}, "this is not dynamics: remove all lines behind"),
        (MD, {"thermostat": True}, "MDALGO = 3 is another"),
        (
            MD | {"MDALGO": 2, "ISIF": 2},
            {"thermostat": True, "before": {"MDALGO": 2, "ISIF": 3}},
            "continues a run of another ensemble",
        ),
        ({"KSPACING": 10.0}, {"mesh": (1, 1, 1)}, r"KSPACING = 10 gives 1x1x1 .*1\.3. per Å"),
        ({}, {"symbols": ["O", "Li_sv"]}, "POTCAR is of O Li, and POSCAR has Li O"),
        ({"ISPIN": 2, "MAGMOM": [0.6]}, {}, "MAGMOM has 1 values for 12 atoms"),
    ],
)
def test_a_fault_is_found_with_its_remedy(
    tags: dict[str, Any], more: dict[str, Any], fault: str
) -> None:
    found = faults(inputs(tags, **more))
    assert len(found) == 1 + (tags.get("NELECT") == 63)
    assert any(re.search(fault, text) for text in found)


def test_symmetry_is_held_against_mixed_valence() -> None:
    """Cubic LiMn2O4 has Mn3+ and Mn4+ on one site."""
    spinel = phase("LiMn2O4_Fd3m").primitive()
    relax = RELAX | {"ISPIN": 2, "LDAU": True, "MAGMOM": [5.0] * len(spinel)}
    [fault] = faults(inputs(relax, spinel))
    assert "symmetry of the start keeps metals on equivalent sites" in fault
    assert "ISYM = 0" in fault
    assert faults(inputs(relax | {"ISYM": 0}, spinel)) == []
    # With moments that tell them apart, sites may differ.
    manganese = [i for i, site in enumerate(spinel) if site.specie.symbol == "Mn"]
    apart = [5.0 if i in manganese[:2] else 4.0 for i in range(len(spinel))]
    assert faults(inputs(relax | {"MAGMOM": apart}, spinel)) == []


@pytest.mark.parametrize(
    ("tags", "fault"),
    [
        ({"ISPIN": 2}, "ISPIN = 2 without MAGMOM starts Ni with 1 µB"),
        ({"ISPIN": 2, "MAGMOM": [0, 0]}, "every moment in MAGMOM is 0"),
        ({"LDAU": True}, "ISPIN = 1 with U, and Ni may have moments"),
    ],
)
def test_a_magnet_needs_a_start(tags: dict[str, Any], fault: str) -> None:
    oxide = Structure(Lattice.cubic(2.9), ["Ni", "O"], [[0, 0, 0], [0.5] * 3])
    [found] = faults(inputs(tags, oxide))
    assert fault in found


def test_noncollinear_moments_are_no_fault() -> None:
    """VASP then ignores ISPIN (VASP wiki, "LSORBIT")."""
    tags = {"LSORBIT": True, "LDAU": True, "MAGMOM": [0.0, 0.0, 2.0] * 2, "NELECT": 17}
    oxide = Structure(Lattice.cubic(2.9), ["Ni", "O"], [[0, 0, 0], [0.5] * 3])
    [found] = faults(inputs(tags, oxide))
    assert found.startswith("NELECT = 17 gives the cell a charge")


def test_spacing_is_that_of_the_reciprocal_lattice() -> None:
    """The vectors of a face-centred cell of 4 Å are sqrt(3) * 2 pi / 4 Å long."""
    metal = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.0), ["Li"], [[0, 0, 0]])
    primitive = metal.get_primitive_structure()
    coarse, fine = (faults(inputs({}, primitive, mesh=(n,) * 3)) for n in (3, 4))
    assert any("spacing of 0.91 per Å" in text for text in coarse)
    assert not any("spacing" in text for text in fine)


def test_projection_of_a_large_cell() -> None:
    [found] = faults(inputs(RELAX | {"LREAL": False}, LI2O * (3, 3, 1), mesh=(2, 2, 4)))
    assert "slow for 108 atoms: set LREAL = Auto" in found
