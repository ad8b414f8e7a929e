"""What no solid has is refused; nothing that a solid has is."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.crystals.checked import StructureError
from liponflow.crystals.plausible import (
    CLOSENESS,
    GAP,
    ISOLATION,
    VOID,
    VOLUME,
    ImplausibleStructureWarning,
    Limits,
    check_plausible,
    doubts,
)
from liponflow.structures.glass.build import Method, build
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phases

LICOO2 = ("Li", "Co", "O"), [[0, 0, 0], [0, 0, 0.5], [0, 0, 0.24]]


def crystal(
    group: str, lattice: Lattice, atoms: tuple[Sequence[str], Sequence[list[float]]]
) -> Structure:
    """Build a crystal from its asymmetric unit."""
    return Structure.from_spacegroup(group, lattice, *atoms)


def box(edge: float, symbols: Sequence[str], places: Sequence[Sequence[float]]) -> Structure:
    """Return atoms at Cartesian places (Å) in a cubic cell."""
    return Structure(Lattice.cubic(edge), symbols, places, coords_are_cartesian=True)


ORDINARY = {
    "LiCoO2": crystal("R-3m", Lattice.hexagonal(2.816, 14.054), LICOO2),
    "CoO2, its layers wide apart": crystal(
        "R-3m", Lattice.hexagonal(2.82, 15.0), (("Co", "O"), [[0, 0, 0.5], [0, 0, 0.234]])
    ),
    "graphite": crystal(
        "P6_3/mmc",
        Lattice.hexagonal(2.464, 6.711),
        (("C", "C"), [[0, 0, 0.25], [1 / 3, 2 / 3, 0.25]]),
    ),
    "graphite without dispersion": crystal(
        "P6_3/mmc",
        Lattice.hexagonal(2.47, 9.6),
        (("C", "C"), [[0, 0, 0.25], [1 / 3, 2 / 3, 0.25]]),
    ),
    "MoS2": crystal(
        "P6_3/mmc",
        Lattice.hexagonal(3.161, 12.295),
        (("Mo", "S"), [[1 / 3, 2 / 3, 0.25], [1 / 3, 2 / 3, 0.6215]]),
    ),
    "Cs": crystal("Im-3m", Lattice.cubic(6.14), (("Cs",), [[0, 0, 0]])),
    "Xe": crystal("Fm-3m", Lattice.cubic(6.13), (("Xe",), [[0, 0, 0]])),
    "CsF": crystal("Fm-3m", Lattice.cubic(6.01), (("Cs", "F"), [[0, 0, 0], [0.5, 0.5, 0.5]])),
    # The hydrogen of a phase I crystal, one molecule per site, along an axis.
    "H2": crystal("P6_3/mmc", Lattice.hexagonal(3.77, 6.16), (("H",), [[1 / 3, 2 / 3, 0.19]])),
    "PdH": crystal("Fm-3m", Lattice.cubic(4.09), (("Pd", "H"), [[0, 0, 0], [0.5, 0.5, 0.5]])),
    "bcc Li": bcc_lithium(),
    "Og, without a radius": box(5, ["Og"], [[0, 0, 0]]),
    "LNMO": ordered_lnmo(),
    "disordered LNMO": disordered_lnmo(0),
}


SQUARE = ["Li", "Co", "O", "O"], [[0, 0, 0], [2.1, 0, 0], [2.1, 1.9, 0], [0, 1.9, 0.3]]
SLAB = Structure(
    Lattice.tetragonal(3.45, 30),
    ["Li"] * 5,
    [[0.5 * (layer % 2), 0.5 * (layer % 2), 1.725 * layer / 30] for layer in range(5)],
)
ABSURD = {
    "4 atoms in a box": (box(40, *SQUARE), "16,000 Å³ per atom are 508 times", VOLUME),
    "a lone atom": (box(15, ["Li"], [[0, 0, 0]]), "84.6 times", VOLUME),
    "a slab": (SLAB, "a layer of 23.1 Å across the axis c holds no atom", GAP),
    "nm for Å": (
        box(0.8, ["Li", "O"], [[0, 0, 0], [0.4, 0.4, 0.4]]),
        "atom 1 (Li) and its own image are 0.80 Å apart, 0.31 of the sum",
        CLOSENESS,
    ),
    "an atom out of reach": (
        box(4, ["Li", "H"], [[0, 0, 0], [2, 2, 2]]),
        "2 of 2 atoms are isolated: the nearest neighbour of atom 2 (H) is at 2.18 times the sum",
        ISOLATION,
    ),
}


def test_no_reference_crystal_is_doubtful() -> None:
    found = {entry.name: doubts(entry.primitive()) for entry in phases()}
    assert {name: doubt for name, doubt in found.items() if doubt} == {}


@pytest.mark.parametrize("name", ORDINARY)
def test_no_ordinary_crystal_is_refused(name: str) -> None:
    assert not [doubt.text for doubt in doubts(ORDINARY[name]) if doubt.absurd]


@pytest.mark.parametrize("method", ["units", "random", "crystal"])
def test_no_packed_glass_is_doubtful(method: Method) -> None:
    assert doubts(build(method=method, seed=1).structure) == []


@pytest.mark.parametrize("name", ABSURD)
def test_what_no_solid_has_is_refused_with_number_and_limit(name: str) -> None:
    structure, found, limits = ABSURD[name]
    with pytest.raises(StructureError) as caught:
        check_plausible(structure, "refuse", what="some.cif")
    message = str(caught.value)
    assert message.startswith("some.cif: ")
    assert found in message
    assert re.search(f"no solid has (more|less) than {limits.absurd:g}", message)
    assert "--set plausible=warn" in message


def test_a_refused_structure_is_computed_on_request() -> None:
    with pytest.warns(ImplausibleStructureWarning, match=r"^some.cif: 16,000 Å³ per atom"):
        said = check_plausible(box(40, *SQUARE), "warn", what="some.cif")
    assert said.startswith("16,000 Å³ per atom")


THIN_VACUUM = Structure(
    Lattice.tetragonal(3.45, 14.0),
    ["Li"] * 5,
    [[0.5 * (layer % 2), 0.5 * (layer % 2), 1.725 * layer / 14] for layer in range(5)],
)
STRETCHED = box(3.7, ["Li", "O"], [[0, 0, 0], [1.85, 1.85, 1.85]])


@pytest.mark.parametrize(("structure", "limits"), [(THIN_VACUUM, GAP), (STRETCHED, ISOLATION)])
def test_what_few_solids_have_warns_only(structure: Structure, limits: Limits) -> None:
    with pytest.warns(
        ImplausibleStructureWarning, match=f"few solids have more than {limits.odd:g}"
    ):
        assert check_plausible(structure, "refuse")


def test_large_cells_are_searched_in_bounded_memory() -> None:
    structure = ordered_lnmo().make_supercell((6, 6, 6))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_plausible(structure, "refuse") == ""


def test_docs_state_the_limits() -> None:
    page = Path(__file__).parents[2] / "docs" / "own_material.md"
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    stated = {row[0]: row[1:3] for row in rows if len(row) >= 3}
    for name, limits in {
        "volume of the cell over that of its van der Waals spheres": VOLUME,
        "layer without an atom (Å)": GAP,
        "radius of a sphere without an atom (Å)": VOID,
        "distance to the nearest neighbour over the sum of covalent radii": ISOLATION,
        "shortest distance over the sum of covalent radii": CLOSENESS,
    }.items():
        assert stated[name] == [f"{limits.odd:g}", f"{limits.absurd:g}"], name
