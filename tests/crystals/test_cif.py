"""CIF whose symmetry or labels say more than pymatgen takes."""

from pathlib import Path

import pytest

from liponflow.crystals.checked import StructureError
from liponflow.crystals.read import read_structure

pytestmark = pytest.mark.filterwarnings(
    # pymatgen compares the atoms with the formula of the file, which is missing here.
    "ignore:.*Skipping relative stoichiometry check",
)

CUBIC = (8.248, 8.248, 8.248, 90, 90, 90)
SPINEL = ("Li1 Li1+ 0.125 0.125 0.125", "Mn1 Mn3.5+ 0.5 0.5 0.5", "O1 O2- 0.262 0.262 0.262")
"""In the second origin of Fd-3m."""


def cif(symmetry: str, cell: tuple[float, ...] = CUBIC, sites: tuple[str, ...] = SPINEL) -> str:
    """Write a CIF without operations."""
    names = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    lines = ["data_x", *(f"_cell_{name} {value}" for name, value in zip(names, cell, strict=True))]
    columns = ["label", "type_symbol", "fract_x", "fract_y", "fract_z"]
    lines += [symmetry, "loop_", *(f"_atom_site_{column}" for column in columns), *sites]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "symmetry",
    [
        "_symmetry_space_group_name_H-M 'F d -3 m :2'",
        "_space_group_name_H-M_alt 'F d -3 m:2'",
        "_symmetry_space_group_name_H-M 'F D -3 M Z'",
        "_symmetry_space_group_name_Hall '-F 4vw 2vw 3'",
    ],
)
def test_spinel_in_its_second_origin(tmp_path: Path, symmetry: str) -> None:
    (tmp_path / "a.cif").write_text(cif(symmetry))
    found = read_structure(tmp_path / "a.cif")
    assert found.composition.formula == "Li8 Mn16 O32"
    assert [str(site.specie) for site in found][::10] == ["Li", "Mn", "Mn", "O", "O", "O"]
    oxygen = found.indices_from_symbol("O")
    between = found.distance_matrix[oxygen[0], list(oxygen[1:])]
    # The shortest edge of the octahedra of a spinel is 2√2 a (3/8 - u); in the other origin, O
    # would be 0.27 Å apart.
    assert between.min() == pytest.approx(2 * 2**0.5 * 8.248 * (0.375 - 0.262), abs=1e-6)


@pytest.mark.parametrize(
    ("symmetry", "cell", "atoms"),
    [
        ("_symmetry_space_group_name_H-M 'R -3 m'", (2.8, 2.8, 14, 90, 90, 120), 3),
        ("_symmetry_space_group_name_H-M 'R -3 m'", (5, 5, 5, 33, 33, 33), 1),
        ("_symmetry_space_group_name_H-M 'R -3 m :H'", (2.8, 2.8, 14, 90, 90, 120), 3),
        ("_symmetry_space_group_name_H-M 'R -3 m R'", (5, 5, 5, 33, 33, 33), 1),
        ("_symmetry_space_group_name_H-M 'P 21/n'", (5, 6, 7, 90, 100, 90), 2),
        ("_symmetry_space_group_name_H-M 'P 1 1 2_1/n'", (5, 6, 7, 90, 90, 100), 2),
        ("_symmetry_space_group_name_H-M Cmca", (5, 6, 7, 90, 90, 90), 4),
        ("_symmetry_space_group_name_H-M 'P b n m'", (5, 6, 7, 90, 90, 90), 4),
        ("_space_group_IT_number 225", (4, 4, 4, 90, 90, 90), 4),
        ("_symmetry_space_group_name_H-M 'P 1'", (5, 6, 7, 80, 90, 70), 1),
    ],
)
def test_setting_follows_from_symbol_and_cell(
    tmp_path: Path, symmetry: str, cell: tuple[float, ...], atoms: int
) -> None:
    (tmp_path / "a.cif").write_text(cif(symmetry, cell, ("Li1 Li 0 0 0",)))
    assert len(read_structure(tmp_path / "a.cif")) == atoms


@pytest.mark.parametrize(
    ("symmetry", "message"),
    [
        ("_symmetry_space_group_name_H-M 'F d -3 m'", "settings '1', '2' .* name one"),
        ("_symmetry_Int_Tables_number 227", "space group 227 has the settings '1', '2'"),
        (
            "_symmetry_space_group_name_H-M 'P 6/m m m'",
            "cell .* has not the symmetry of P 6/m m m",
        ),
        ("_symmetry_space_group_name_H-M 'F d 3 q'", "F d 3 q is not a known space group"),
        ("_symmetry_space_group_name_H-M ?", "says nothing about its symmetry"),
    ],
)
def test_symmetry_that_leaves_a_choice_is_refused(
    tmp_path: Path, symmetry: str, message: str
) -> None:
    (tmp_path / "a.cif").write_text(cif(symmetry))
    with pytest.raises(StructureError, match=message):
        read_structure(tmp_path / "a.cif")


P1 = "_symmetry_space_group_name_H-M 'P 1'"


@pytest.mark.parametrize("site", ["X1 OW 0 0 0", "X1 O-H 0 0 0", "X1 Wat 0 0 0", "X1 Zz1 0 0 0"])
def test_sites_that_are_no_element_are_refused(tmp_path: Path, site: str) -> None:
    (tmp_path / "a.cif").write_text(cif(P1, sites=(site, "Li1 Li 0.5 0.5 0.5")))
    with pytest.raises(StructureError, match=r"names no element|implies hydrogen"):
        read_structure(tmp_path / "a.cif")


def test_types_in_capitals_and_deuterium_are_elements(tmp_path: Path) -> None:
    sites = ("A1 LI1+ 0 0 0", "A2 D 0.5 0.5 0.5", "A3 Ni 0.25 0.25 0.25")
    (tmp_path / "a.cif").write_text(cif(P1, sites=sites))
    assert read_structure(tmp_path / "a.cif").composition.formula == "Li1 Ni1 H1"


def test_incomplete_list_of_operations_is_said(tmp_path: Path) -> None:
    symbol = "_symmetry_space_group_name_H-M 'I m -3 m'"
    operations = "loop_\n_space_group_symop_operation_xyz\n'x,y,z'\n'-x,-y,-z'"
    cell = (4, 4, 4, 90, 90, 90)
    (tmp_path / "a.cif").write_text(cif(f"{symbol}\n{operations}", cell, ("Li1 Li 0 0 0",)))
    with pytest.warns(UserWarning, match="lists 2 symmetry operations, and I m -3 m has 96"):
        assert len(read_structure(tmp_path / "a.cif")) == 1


def test_one_of_several_crystals_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    lithium, sodium = (cif(P1, sites=(f"X1 {symbol} 0 0 0",)) for symbol in ("Li", "Na"))
    path.write_text(lithium + sodium.replace("data_x", "data_y"))
    message = r"a\.cif holds 2 crystals, say which: x \(Li1, 1 sites\), y \(Na1.*set block=x"
    with pytest.raises(StructureError, match=message):
        read_structure(path)
    assert [read_structure(path, block=name).formula for name in ("x", "y", "2")] == [
        "Li1",
        "Na1",
        "Na1",
    ]
    with pytest.raises(StructureError, match="holds 2 crystals, none is 'z'"):
        read_structure(path, block="z")
    path.write_text(lithium)
    with pytest.raises(StructureError, match="holds 1 crystal, none is '2'"):
        read_structure(path, block="2")
