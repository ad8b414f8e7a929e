"""Tables of numbers."""

from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.measured.table import TableError, read_table


def read(path: Path, text: str, columns: int = 2):
    path.write_text(text)
    return read_table(path, columns=columns, what="a profile", remedy="give two columns")


@pytest.mark.parametrize(
    "text",
    ["# x (nm), N\n0, 1\n1, 2\n", "a title\nx (nm);N\n0;1\n1;2\n", "x\tN\n0\t1\n\n1\t2\n"],
)
def test_names_and_numbers_by_any_separator(tmp_path: Path, text: str) -> None:
    table = read(tmp_path / "x.csv", text)
    assert np.array_equal(table.values, [[0, 1], [1, 2]])
    assert table.names[1] == "N"
    assert table.find("^n$") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x, y\n1, 2\n3, nan\n", "row 2 of the numbers, column 2 is nan"),
        ("x, y\n1, 2\n3, four\n", "line 3: '3, four' is not 2 numbers"),
        ("1\n2\n", "1 columns of numbers, and a profile has 2 or more"),
        ("", "0 columns of numbers"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(tmp_path / "x.csv", text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no\.csv: no such file; give two columns"):
        read_table(tmp_path / "no.csv", columns=2, what="a profile", remedy="give two columns")
