"""Tables of shares."""

from pathlib import Path

import pytest

from liponflow.analysis.measured.table import TableError
from liponflow.analysis.nmr.populations import is_share_table, read_shares


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    ["unit, share, error\nQ0_0, 0.6, 0.02\nQ1_1, 0.4, 0.01\n", "Q0_0; 60; 2\nQ1_1; 40; 1\n"],
)
def test_parts_and_percent_are_the_same(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "x.csv", text)
    assert is_share_table(path)
    found = read_shares(path)
    assert found.values == pytest.approx({"Q0_0": 0.6, "Q1_1": 0.4})
    assert found.errors == pytest.approx({"Q0_0": 0.02, "Q1_1": 0.01})


def test_a_spectrum_is_no_table_of_shares(tmp_path: Path) -> None:
    assert not is_share_table(write(tmp_path / "x.csv", "shift, intensity\n1, 2\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Q0_0, 0.6\nQ1_1, 0.2\n", "the shares add up to 0.8"),
        ("Q0_0, 0.6\nQ0_0, 0.4\n", "line 2: Q0_0 comes twice"),
        ("Q0_0, -0.1\nQ1_1, 1.1\n", "line 1: 'Q0_0, -0.1' is not unit, share"),
        ("Q0_0, nan\n", "is not unit, share"),
        ("Q0_0, much\n", "could not convert"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_shares(write(tmp_path / "x.csv", text))
