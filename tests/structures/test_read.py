"""Files that users have, whole and broken."""

import gzip
from pathlib import Path

import pytest

from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo
from liponflow.structures.read import StructureError, read_structure

POSCAR = """comment
1.0
4.2 0.0 0.0
0.0 4.2 0.0
0.0 0.0 4.2
Li O
1 1
Direct
0.0 0.0 0.0
0.5 0.5 0.5
"""

CIF = """data_test
_symmetry_space_group_name_H-M 'P 1'
_chemical_formula_sum 'Li1 O1'
_cell_length_a 4.2
_cell_length_b 4.2
_cell_length_c 4.2
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 Li 0.0 0.0 0.0 1.0
O1 O 0.5 0.5 0.5 1.0
"""


@pytest.mark.parametrize("name", ["POSCAR", "CONTCAR", "lnmo.vasp", "lnmo.cif", "lnmo.json"])
def test_reads_what_pymatgen_writes(tmp_path: Path, name: str):
    path = tmp_path / name
    structure = disordered_lnmo(seed=3)
    structure.to(filename=str(path), fmt="poscar" if "." not in name or "vasp" in name else "")
    read = read_structure(path)
    assert read.matches(structure)
    assert read.composition == structure.composition


def test_reads_compressed_files(tmp_path: Path):
    path = tmp_path / "POSCAR.gz"
    path.write_bytes(gzip.compress(ordered_lnmo().to(fmt="poscar").encode()))
    assert read_structure(str(path)).matches(ordered_lnmo())


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path):
    with pytest.raises(StructureError, match=r"absent\.cif: no such file"):
        read_structure(tmp_path / "absent.cif")
    with pytest.raises(StructureError, match="is a directory"):
        read_structure(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("POSCAR", POSCAR.replace("0.0 4.2 0.0", "0.0 4.2x 0.0"), r"line 4 \('0.0 4.2x 0.0'\)"),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.5 0.5 oops"), r"line 10 \('0.5 0.5 oops'\)"),
        ("a.cif", CIF.replace("gamma 90", "gamma 9o"), r"a\.cif, line 9 .*9o"),
        ("a.cif", CIF.replace("0.5 0.5 0.5", "0.5 0.5 half"), r"a\.cif, line 21 .*half"),
        ("a.cif", "data_empty\n", r"a\.cif: cannot be read"),
        ("a.cif", "", r"a\.cif: cannot be read"),
        ("notes.txt", "hello", r"notes\.txt: cannot be read"),
        ("POSCAR", POSCAR.rsplit("\n", 2)[0], "POSCAR: cannot be read"),
        ("POSCAR", "\x00\x01\x02", "POSCAR: cannot be read"),
    ],
)
def test_an_unparsable_file_names_the_line_where_it_can(
    tmp_path: Path, name: str, text: str, message: str
):
    (tmp_path / name).write_text(text)
    with pytest.raises(StructureError, match=message):
        read_structure(tmp_path / name)


def test_a_damaged_archive_is_named(tmp_path: Path):
    path = tmp_path / "POSCAR.gz"
    path.write_bytes(gzip.compress(POSCAR.encode())[:-12])
    with pytest.raises(StructureError, match=r"POSCAR\.gz: cannot be read"):
        read_structure(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.cif",
            CIF.replace("0.0 0.0 0.0 1.0", "0.0 0.0 0.0 0.5"),
            "1 of 2 sites .* Li.*ordered",
        ),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.05 0.0 0.0"), r"\(Li\).*\(O\).*0\.210 Å"),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.0 0.0 1.0"), r"0\.000 Å"),
        ("POSCAR", POSCAR.replace("4.2", "0.4"), r"atoms 1 \(Li\) and .* Å apart"),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.5 0.5 nan"), "not a finite number"),
        ("POSCAR", POSCAR.replace("Li O\n", ""), "names no elements; add a line"),
        ("POSCAR", POSCAR.replace("Li O", "Xa O"), "Xa"),
    ],
)
def test_an_unusable_structure_says_why(tmp_path: Path, name: str, text: str, message: str):
    (tmp_path / name).write_text(text)
    with pytest.raises(StructureError, match=message):
        read_structure(tmp_path / name)


def test_a_harmless_warning_of_the_parser_raises_no_error(tmp_path: Path):
    rows = POSCAR.replace("Direct", "Selective dynamics\nDirect").splitlines()
    free = [*rows[:-2], *(f"{row} T T T" for row in rows[-2:])]
    (tmp_path / "POSCAR").write_text("\n".join(free))
    with pytest.warns(UserWarning, match="Ignoring selective dynamics"):
        assert len(read_structure(tmp_path / "POSCAR")) == 2


def test_warnings_of_the_parser_reach_the_user(tmp_path: Path):
    path = tmp_path / "a.cif"
    path.write_text(CIF.replace("0.5 0.5 0.5", "0.3333 0.6667 0.5"))
    with pytest.warns(UserWarning, match="rounded"):
        structure = read_structure(path)
    assert structure[1].a == pytest.approx(1 / 3, abs=1e-12)
