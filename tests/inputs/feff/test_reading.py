"""Reading feff.inp."""

import pytest
from recorded_spectra import RECORDED

from liponflow.boundary import FileError
from liponflow.inputs.feff.reading import read_feff_input


def test_recorded_input():
    found = read_feff_input(RECORDED / "Li3PO4_P1_L3" / "feff.inp")
    assert found.cards["EDGE"] == "L3"
    assert found.cards["ELNES"].splitlines()[1:] == ["200 1 0 1", "10 10", "50 1", "0.0 0.0"]
    assert [item.stoichiometry for item in found.potentials] == [0.01, 3, 4, 1]
    assert len(found.coords) == len(found.numbers) == 147
    assert found.coords[1] == pytest.approx([0, 1.45201, -0.495525], abs=1e-9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EDGE K\n", "no ATOMS"),
        ("1 2 3\n", "line 1: numbers that belong to no card"),
        ("ATOMS\n0 0 x 0\n", "line 2.*could not convert"),
        ("ATOMS\n0 0\n", "line 2"),
        ("ATOMS\n0 0 nan 0\n", "not a finite number"),
    ],
)
def test_bad_inputs_name_the_line(tmp_path, text, message):
    path = tmp_path / "feff.inp"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_feff_input(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="no such file; write one with `liponflow inputs eels`"):
        read_feff_input(tmp_path / "feff.inp")
