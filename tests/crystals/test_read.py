"""Structure files of users, valid and damaged."""

import gzip
import json
from pathlib import Path

import pytest
from hostile import touching
from monty.io import zopen
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

from liponflow.crystals.checked import StructureError
from liponflow.crystals.read import read_structure
from liponflow.safejson import UntrustedClassError
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo

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
def test_files_written_by_pymatgen_are_read(tmp_path: Path, name: str):
    path = tmp_path / name
    structure = disordered_lnmo(seed=3)
    structure.to(filename=str(path), fmt="poscar" if "." not in name or "vasp" in name else "")
    read = read_structure(path)
    assert read.matches(structure)
    assert read.composition == structure.composition


def test_compressed_file_is_read(tmp_path: Path):
    path = tmp_path / "POSCAR.gz"
    path.write_bytes(gzip.compress(ordered_lnmo().to(fmt="poscar").encode()))
    assert read_structure(str(path)).matches(ordered_lnmo())


def test_missing_file_and_directory_are_refused(tmp_path: Path):
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
        ("a.cif", "data_empty\n", r"a\.cif: it lists no atoms"),
        ("a.cif", "", r"a\.cif: it lists no atoms"),
        ("notes.txt", "hello", r"notes\.txt: cannot be read"),
        ("POSCAR", POSCAR.rsplit("\n", 2)[0], "line 9: 2 ions, but 1 lines of coord"),
        ("POSCAR", "\x00\x01\x02", "POSCAR, line 1: ends where the scale factor"),
    ],
)
def test_error_for_unparsable_file_names_the_line_if_known(
    tmp_path: Path, name: str, text: str, message: str
):
    (tmp_path / name).write_text(text)
    with pytest.raises(StructureError, match=message):
        read_structure(tmp_path / name)


def test_damaged_archive_is_refused(tmp_path: Path):
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
            r"1 of 2 sites .*0\.5 Li on 1 site \(\[0\.0, 0\.0, 0\.0\]\); .* order=auto",
        ),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.05 0.0 0.0"), r"\(Li\).*\(O\).*0\.210 Å"),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.0 0.0 1.0"), r"0\.000 Å"),
        ("POSCAR", POSCAR.replace("4.2", "0.4"), r"faces of the cell are 0\.4 Å apart"),
        ("POSCAR", POSCAR.replace("0.5 0.5 0.5", "0.5 0.5 nan"), "line 10 .*needs x, y, z"),
        ("POSCAR", POSCAR.replace("Li O\n", ""), "names no elements .*; add a line"),
        ("POSCAR", POSCAR.replace("Li O", "Xa O"), "Xa"),
    ],
)
def test_unusable_structure_is_refused_with_the_reason(
    tmp_path: Path, name: str, text: str, message: str
):
    (tmp_path / name).write_text(text)
    with pytest.raises(StructureError, match=message):
        read_structure(tmp_path / name)


def test_selective_dynamics_without_held_ions_is_no_property(tmp_path: Path):
    rows = POSCAR.replace("Direct", "Selective dynamics\nDirect").splitlines()
    free = [*rows[:-2], *(f"{row} T T T" for row in rows[-2:])]
    (tmp_path / "POSCAR").write_text("\n".join(free))
    assert read_structure(tmp_path / "POSCAR").site_properties == {}
    (tmp_path / "POSCAR").write_text("\n".join(free).replace("0.5 T T T", "0.5 T F .FALSE."))
    read = read_structure(tmp_path / "POSCAR")
    assert read.site_properties["selective_dynamics"][1] == [True, False, False]


def test_parser_warnings_reach_the_user(tmp_path: Path):
    path = tmp_path / "a.cif"
    path.write_text(CIF.replace("0.5 0.5 0.5", "0.3333 0.6667 0.5"))
    with pytest.warns(UserWarning, match=r"a\.cif: .* rounded"):
        structure = read_structure(path)
    assert structure[1].a == pytest.approx(1 / 3, abs=1e-12)


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.mson", "a.json.gz", "a.yaml", "a.yml"])
def test_structure_file_that_would_run_a_command_is_refused(tmp_path: Path, name: str) -> None:
    document = Structure(Lattice.cubic(4), ["Li"], [[0, 0, 0]]).as_dict()
    document["sites"][0]["properties"] = {"magmom": touching(tmp_path / "made")}
    with zopen(tmp_path / name, "wt", encoding="utf-8") as file:
        file.write(json.dumps(document))  # JSON is valid YAML
    with pytest.raises(UntrustedClassError, match=rf"{name} names jobflow\.core\.flow\.Flow"):
        read_structure(tmp_path / name)
    assert not (tmp_path / "made").exists()
    document["sites"][0]["properties"] = {"magmom": 1.5}
    with zopen(tmp_path / name, "wt", encoding="utf-8") as file:
        file.write(json.dumps(document))
    assert read_structure(tmp_path / name)[0].properties == {"magmom": 1.5}


def test_json_file_without_structure_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(StructureError, match=r"a\.json.* it holds a list and no structure"):
        read_structure(tmp_path / "a.json")
