"""Numbers as Fortran writes and reads them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liponflow.freeformat.numbers import columns, numbers, real, table


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1D-6", 1e-6),
        ("-2.0d-02", -0.02),
        (".5", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("1.5Q2", 150.0),
        ("0.12-104", 0.12e-104),
        ("******", None),
        ("-Infinity", float("-inf")),
    ],
)
def test_one_number(word: str, value: float | None) -> None:
    assert real(word) == value


@pytest.mark.parametrize("word", ["", "e5", "1.2.3", "1_000", "0x10", "520eV", "3*7.0", "--1"])
def test_what_is_no_number(word: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        real(word)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3*7.0", [7.0, 7.0, 7.0]),
        ("2*3*-1", [-1] * 6),
        ("0*5 1", [1]),
        ("6.94 58.7 16.0  mass of ions 3", [6.94, 58.7, 16.0]),
        ("1.0, 2.0,3", [1.0, 2.0, 3]),
        ("2 ! 3", [2]),
        ("text", []),
        ("", []),
    ],
)
def test_numbers_up_to_the_first_word(text: str, values: list[float]) -> None:
    assert numbers(text) == values


def test_repeats_do_not_fill_the_memory() -> None:
    with pytest.raises(ValueError, match="more than 1,000,000 values"):
        numbers("9999999*9999999*1.0")


@pytest.mark.parametrize("word", ["1E999", "-1D309"])
def test_numbers_that_no_float_holds(word: str) -> None:
    with pytest.raises(ValueError, match="beyond the largest number"):
        numbers(f"2 {word}")


def test_columns_that_have_grown_together() -> None:
    assert columns("-10.12345678-10.50000000********** 1.0E-05-2.0 T T") == [
        -10.12345678,
        -10.5,
        None,
        1e-5,
        -2.0,
    ]
    assert columns("0.123-104 5") == [0.123e-104, 5.0]
    assert columns("0.123-104.5") == [0.123, -104.5]


@given(st.lists(st.floats(-99, 99), min_size=3, max_size=9).filter(lambda row: len(row) % 3 == 0))
def test_a_table_is_read_whatever_its_blanks(values: list[float]) -> None:
    rows = np.array(values).reshape(-1, 3)
    lines = ["".join(f"{value:12.8f}" for value in row) for row in rows]
    glued = ["".join(f"{value:+.8f}" for value in row) for row in rows]
    assert table(lines, 3) == pytest.approx(rows, abs=1e-8)
    assert table(glued, 3).tolist() == table(lines, 3).tolist()


@pytest.mark.parametrize("line", ["0.1 0.2", "0.1 0.2 x", "0.1 0.2 ****"])
def test_a_row_that_is_incomplete(line: str) -> None:
    with pytest.raises(ValueError, match=r"0\.1 0\.2"):
        table(["1 2 3", line], 3)
    assert table([], 3).shape == (0, 3)
