"""Valence from the white-line ratio."""

from pathlib import Path

import pytest

from liponflow.analysis.eels.measured.valence import (
    MANGANESE,
    Calibration,
    ValenceError,
    read_calibration,
)


def test_published_ratios_give_the_published_valences() -> None:
    # 5.3.3 of the dissertation: spot 1 between Mn3+ and Mn2+, spots 2 to 5 Mn3+ and Mn4+.
    for ratio, valence in {3.85: 2.0, 2.6: 3.0, 2.0: 4.0}.items():
        assert MANGANESE.valence(ratio) == valence
        assert MANGANESE.remark(ratio) is None
    at_interface, in_bulk = MANGANESE.valence(2.9), MANGANESE.valence(2.4)
    assert at_interface is not None
    assert in_bulk is not None
    assert 2.7 < at_interface < 3.0 < in_bulk < 3.5


def test_ratio_outside_the_calibration_has_no_valence() -> None:
    assert MANGANESE.valence(3.9) is None
    assert MANGANESE.remark(3.9) == "above 3.85 of valence 2"
    assert MANGANESE.valence(1.9) is None
    assert MANGANESE.remark(1.9) == "below 2 of valence 4"


def test_calibration_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "fe.csv"
    path.write_text("valence, L3/L2\n3, 5.5\n2, 4.0\n")
    found = read_calibration(path)
    assert found == Calibration((5.5, 4.0), (3.0, 2.0), str(path))
    assert found.valence(4.75) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2 3.85\n", "1 compounds"),
        ("2 3.85\n3 2.6\n4 2.9\n", "rise or fall with every step"),
        ("2 3.85\n2 2.6\n", "rise or fall with every step"),
        ("2 -1\n3 2\n", "valence 2 with L3/L2 -1"),
        ("2 nan\n3 2\n", "valence 2 with L3/L2 nan"),
    ],
)
def test_calibration_that_gives_no_single_valence_is_refused(
    text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValenceError, match=rf"(?s)bad\.csv.*{message}"):
        read_calibration(path)
