"""KPOINTS as VASP reads it."""

import gzip
from pathlib import Path

import pytest
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.freeformat.kpoints import parse_kpoints, read_kpoints

EXPLICIT = "list\n2 ! points\nGamma-free list\n0 0 0 1 ! Gamma\n0.5D0 0. 0.5 3\n"
LINES = (
    "path\n40 ! per line\nline mode\nfractional\n0 0 0 G\n.5 .5 0 X\n\n.5 .5 0 ! X\n.5 .75 .25 W\n"
)


@pytest.mark.parametrize("comment", ["", " ! automatic", "  # 3 of them", " as the wiki writes"])
def test_comments_behind_the_values_of_a_mesh(comment: str) -> None:
    lines = ["mesh", "0", "Monkhorst-Pack", "2 4 6", "0.5 0 1D-1"]
    kpoints = parse_kpoints("\n".join(line + comment for line in lines))
    assert kpoints.style.name == "Monkhorst"
    assert kpoints.kpts == [(2, 4, 6)]
    assert tuple(kpoints.kpts_shift) == (0.5, 0.0, 0.1)


def test_the_length_of_an_automatic_mesh() -> None:
    assert parse_kpoints("mesh\n0   # automatic\nAuto\n20  # length").kpts == [(20,)]
    assert parse_kpoints("mesh\n0\n  a\n20.5").kpts == [(20.5,)]


def test_a_number_of_points_makes_a_list_whatever_line_3_begins_with() -> None:
    kpoints = parse_kpoints(EXPLICIT)
    assert kpoints.style.name == "Reciprocal"
    assert kpoints.kpts == [(0.0, 0.0, 0.0), (0.5, 0.0, 0.5)]
    assert kpoints.kpts_weights == [1.0, 3.0]


def test_lines_between_points() -> None:
    kpoints = parse_kpoints(LINES)
    assert (kpoints.style.name, kpoints.coord_type) == ("Line_mode", "Reciprocal")
    assert (len(kpoints.kpts), kpoints.labels) == (4, ["G", "X", "X", "W"])


def test_vectors_that_generate_a_mesh() -> None:
    kpoints = parse_kpoints("basis\n0\nReciprocal\n.25 0 0\n0 .25 0\n0 0 .25\n")
    assert (kpoints.num_kpts, kpoints.style.name) == (0, "Reciprocal")
    assert kpoints.kpts == [(0.25, 0.0, 0.0), (0.0, 0.25, 0.0), (0.0, 0.0, 0.25)]
    assert tuple(kpoints.kpts_shift) == (0.0, 0.0, 0.0)


def test_fortran_lists_with_repeats_on_several_lines() -> None:
    assert parse_kpoints("mesh\n\n0\nGamma\n2*3\n5\n").kpts == [(3, 3, 5)]


@pytest.mark.parametrize(
    "written",
    [
        Kpoints.gamma_automatic((3, 3, 2)),
        Kpoints.monkhorst_automatic((4, 2, 2), (0, 0, 0.5)),
        Kpoints("automatic", 0, "Automatic", kpts=[[30]]),
    ],
)
def test_what_pymatgen_writes(written: Kpoints) -> None:
    assert parse_kpoints(str(written)) == written


def test_a_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / "KPOINTS.gz"
    path.write_bytes(gzip.compress(b"mesh\n0\nG\n2 2 2\n"))
    assert read_kpoints(path).kpts == [(2, 2, 2)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends before the number"),
        ("mesh\nGamma\n", "line 2: 'Gamma' is not the number of k-points"),
        ("mesh\n0\nGamma\n2 ! 2 2\n", "ends before the divisions"),
        ("mesh\n0\nGamma\n2 2.5 2\n", "line 4: .* not integers"),
        ("mesh\n0\nGamma\n2 0 2\n", "line 4: .* out of range"),
        ("mesh\n9999999999\nR\n", "at most 1,000,000"),
        ("path\n10\nLine\nrec\n0 0 0\n", "each line needs two"),
        ("list\n3\nrec\n0 0 0 1\n", "ends before k-point 2"),
    ],
)
def test_damaged_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_kpoints(text)
