"""INCAR as VASP reads it."""

import lzma
import re
import time
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.freeformat.incar import parse_incar, read_incar, statements, value_of
from liponflow.freeformat.numbers import real
from liponflow.freeformat.tags import is_known


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("EDIFF = 1D-6\nEDIFFG = -2.0d-02", {"EDIFF": 1e-6, "EDIFFG": -0.02}),
        ("POMASS = 3*7.0", {"POMASS": [7.0, 7.0, 7.0]}),
        ("POMASS = 6.94 16.0  mass of ions", {"POMASS": [6.94, 16.0]}),
        ("POMASS = 6.94", {"POMASS": [6.94]}),
        ("MAGMOM = 2*5 -1.0", {"MAGMOM": [5, 5, -1.0]}),
        ("encut=520 eV ; nsw = 3; ! NELM = 5", {"ENCUT": 520.0, "NSW": 3}),
        ("MAGMOM = 0 0 1 \\\n 2*0 \\  # the last\n 4", {"MAGMOM": [0, 0, 1, 0, 0, 4]}),
        ("  ENCUT\t=\t520\r\nNSW = 3\r\n", {"ENCUT": 520.0, "NSW": 3}),
        (
            "LWAVE = .T.\nLCHARG = F\nLDAU = .False.",
            {"LWAVE": True, "LCHARG": False, "LDAU": False},
        ),
        ("LREAL = Auto ! or .FALSE.", {"LREAL": "Auto"}),
        ("LREAL = .FALSE.", {"LREAL": False}),
        ("LATTICE_CONSTRAINTS = .FALSE. T T", {"LATTICE_CONSTRAINTS": [False, True, True]}),
        ("ALGO = F\nPREC = Accurate  better", {"ALGO": "F", "PREC": "Accurate"}),
        ("GGA = 91", {"GGA": "91"}),
        ("SYSTEM = 3 Li: x = 5; NSW = 2", {"SYSTEM": "3 Li: x = 5", "NSW": 2}),
        ("EFERMI = MIDGAP\nLH5 = .TRUE.", {"EFERMI": "MIDGAP", "LH5": True}),
        ("BPARAM = 15.7\nCSVR_PERIOD = 20", {"BPARAM": 15.7, "CSVR_PERIOD": 20}),
        ("start of the run\n\n# NSW = 5\nNELM = 60", {"NELM": 60}),
        ("NSW = 30.", {"NSW": 30}),
        ("LREAL = On", {"LREAL": "On"}),
        ("", {}),
    ],
)
def test_values(text: str, tags: dict[str, Any]) -> None:
    read = parse_incar(text)
    assert read.tags == tags
    assert [type(value) for value in read.tags.values()] == [type(v) for v in tags.values()]
    assert not read.notes


def test_a_block_in_quotes_is_one_tag() -> None:
    window = "begin projections\nNi:d # not a comment\nnum_iter = 10\nend projections"
    read = parse_incar(f'NUM_WANN = 4\nWANNIER90_WIN = "\n{window}\n" ! end\nNSW = 2')
    assert read.tags == {"NUM_WANN": 4, "WANNIER90_WIN": window, "NSW": 2}
    assert not read.notes


def test_values_in_quotes() -> None:
    assert parse_incar('MAGMOM = "1 2\n3"; NSW = 1').tags == {"MAGMOM": [1, 2, 3], "NSW": 1}
    assert parse_incar('SYSTEM = a 5" wafer\nNSW = 1').tags == {"SYSTEM": 'a 5" wafer', "NSW": 1}


def test_blocks_in_braces() -> None:
    text = "PLUGINS {\n STRUCTURE = T\n NEIGHBOR_CUTOFF = 5.0 }\nKERNEL_TRUNCATION/LTRUNCATE = F"
    read = parse_incar(text)
    assert read.tags == {
        "PLUGINS/STRUCTURE": True,
        "PLUGINS/NEIGHBOR_CUTOFF": 5.0,
        "KERNEL_TRUNCATION/LTRUNCATE": False,
    }
    assert not read.notes


def test_the_first_of_two_is_taken_with_a_note() -> None:
    read = parse_incar("ENCUT = 520\nNSW = 3\nENCUT = 400\n")
    assert read.tags == {"ENCUT": 520.0, "NSW": 3}
    assert [statement.text for statement in read.repeated] == ["400"]
    assert read.notes == (
        "INCAR, line 3: ENCUT is given twice (520.0 and 400): VASP takes the first",
    )


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("ENCUTT = 520", r"unknown tag ENCUTT \(did you mean ENCUT\?\)"),
        ("ENCUTT = 520\nQQQ = 1", r"unknown tags ENCUTT \(did you mean ENCUT\?\), QQQ"),
        ("ENCUT = 520 NSW = 3", r"line 1: NSW = behind the value of ENCUT is not read"),
        ("ENCUT = ! 520", "ENCUT has no value"),
        ("my ENCUT = 520", "'MY ENCUT' is not the name of a tag"),
    ],
)
def test_notes_on_what_is_not_read(text: str, note: str) -> None:
    assert re.search(note, "\n".join(parse_incar(text).notes))


@pytest.mark.parametrize(
    "tag",
    [
        "BPARAM",
        "CSVR_PERIOD",
        "EFERMI",
        "ELPH_RUN",
        "FNMIN",
        "FTIMEMAX",
        "IMAGE_2/KPAR",
        "IOPT",
        "KERNEL_TRUNCATION/LTRUNCATE",
        "KPAR",
        "LAMBDA_D_K",
        "LCLIMB",
        "LH5",
        "LIBXC1_P1",
        "ML_LMLFF",
        "NHC_NCHAINS",
    ],
)
def test_tags_of_vasp_6_and_of_the_transition_state_tools_are_known(tag: str) -> None:
    assert is_known(tag)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('NSW = 1\nWANNIER90_WIN = "\nbegin', "line 2: the quote"),
        ("PLUGINS {\n STRUCTURE = T\n", "line 1: the brace of PLUGINS"),
        ("NSW = 1\n" * 5000, "line 1001: 1,000 values that VASP does not read"),
        ("NELM = 5\nENCUT = soft", "line 2: ENCUT = soft is not a number"),
        ("EDIFF = 1D", "line 1: EDIFF = 1D is not a number"),
        ("NSW = 1.5", "line 1: NSW = 1.5 is not an integer"),
        ("LWAVE = no", "line 1: LWAVE = no is not .TRUE. or .FALSE."),
        ("LREAL = yes", "line 1: LREAL = yes is not .TRUE. or .FALSE."),
        ("LDAUU = U", "line 1: LDAUU = U is not a list of numbers"),
        ("MAGMOM = 99999999*1", "line 1: MAGMOM: .* more than 1,000,000"),
        ("MAGMOM = 999999*1\nRWIGS = 999999*1", "line 2: RWIGS: more than 1,000,000"),
    ],
)
def test_damaged_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_incar(text)


@pytest.mark.parametrize(
    "text",
    [
        "A = x" + '"' * 100_000,
        '"' * 100_000,
        "{" * 100_000 + "}" * 100_000,
        "A = " + "\\ " * 100_000,
        "A = " + "1" * 100_000 + "x",
        "ENCUT = " + "a" * 100_000,
        "".join(f"QQ{number} = 1\n" for number in range(10_000)),
        "NSW = 1\n" * 10_000,
        "A = \\\n" * 10_000,
    ],
)
def test_hostile_files_end_soon(text: str) -> None:
    begin = time.perf_counter()
    with suppress(ValueError):
        parse_incar(text)
    assert time.perf_counter() - begin < 5


def test_blocks_in_each_other_have_a_limit() -> None:
    assert parse_incar("A { B { C = 1 } }").tags == {"A/B/C": 1}
    with pytest.raises(ValueError, match="more than 10 braces in each other"):
        parse_incar("A {" * 100_000)


def test_lines_are_counted_through_quotes_and_continuations() -> None:
    text = 'A = 1 \\\n 2\nB = "\n\n" ; C = 3\n\nD = 4'
    assert [(item.tag, item.line) for item in statements(text)] == [
        ("A", 1),
        ("B", 3),
        ("C", 5),
        ("D", 7),
    ]


def test_a_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / "INCAR.xz"
    path.write_bytes(lzma.compress("ENCUT = 520 # Å".encode()))
    assert read_incar(path).tags == {"ENCUT": 520.0}


REALS = st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.6g}"))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "EDIFF": REALS,
    "NSW": st.integers(-999, 999),
    "LWAVE": st.booleans(),
    "MAGMOM": st.lists(st.one_of(REALS, st.integers(-5, 5)), min_size=1, max_size=5),
    "ALGO": st.sampled_from(["Fast", "T", "38"]),
}


def written(draw: st.DrawFn, value: Any) -> str:
    """Write a value in any of the ways that VASP reads."""
    if isinstance(value, bool):
        return draw(
            st.sampled_from([".TRUE.", "T", ".t."] if value else [".FALSE.", "F", "false"])
        )
    if isinstance(value, float):
        exponent = draw(st.sampled_from("eEdD"))
        return (
            draw(st.sampled_from([f"{value:.6e}", f"{value:+.9E}"])).lower().replace("e", exponent)
        )
    if isinstance(value, list):
        gap = draw(st.sampled_from([" ", ", ", " \\\n ", " \\ ! more\n"]))
        runs = [
            (item, len(list(group))) for item, group in groupby(value, key=lambda v: (v, type(v)))
        ]
        return gap.join(f"{number}*{written(draw, item)}" for (item, _), number in runs)
    return str(value)


@st.composite
def incars(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    tags = draw(st.fixed_dictionaries({}, optional=VALUES))
    text = draw(st.sampled_from(["", "a comment\n\n", "! NSW = 7\n"]))
    for tag, value in tags.items():
        name = draw(st.sampled_from([tag, tag.lower(), f" {tag} "]))
        end = draw(
            st.sampled_from(["\n", "\r\n", " ; ", " # of VASP\n", " eV and more\n", " ! x;y=1\n"])
        )
        text += f"{name}={written(draw, value)}{end}"
    return text.removesuffix("\n"), tags


@given(incars())
@settings(max_examples=150, deadline=None)
def test_any_writing_of_the_values_is_read(case: tuple[str, dict[str, Any]]) -> None:
    text, tags = case
    read = parse_incar(text)
    assert read.tags == tags
    assert not read.notes


WORDS = st.text("abDeTF.*+-0123456789", min_size=1, max_size=8)


@given(tag=st.sampled_from(["ENCUT", "NSW", "LWAVE", "LDAUU"]), word=WORDS)
@settings(max_examples=300, deadline=None)
def test_a_value_is_what_fortran_reads_or_an_error(tag: str, word: str) -> None:
    try:
        value = value_of(tag, word)
    except ValueError as error:
        assert tag in str(error)  # noqa: PT017 - either is right
        return
    kinds = {"ENCUT": float, "NSW": int, "LWAVE": bool, "LDAUU": list}
    assert type(value) is kinds[tag]
    if tag == "ENCUT":
        assert value == real(word.rpartition("*")[2])
