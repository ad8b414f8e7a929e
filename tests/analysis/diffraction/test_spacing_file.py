from pathlib import Path

import numpy as np
import pytest

from liponflow.analysis.diffraction.spacing_file import SpacingError, read_spacings


def written(folder: Path, text: str) -> Path:
    path = folder / "d.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_spacings_with_errors(tmp_path: Path) -> None:
    found = read_spacings(written(tmp_path, "# region 1\nd (Å), error\n2.48, 0.02\n2.67\n"))
    np.testing.assert_array_equal(found.spacing, [2.48, 2.67])
    np.testing.assert_array_equal(found.error, [0.02, 0.0])
    assert found.d_range == (1.0, 6.0)


def test_converts_nanometres_of_the_header(tmp_path: Path) -> None:
    found = read_spacings(written(tmp_path, "d (nm); error (nm)\n0.87; 0.002\n"))
    np.testing.assert_allclose([found.spacing[0], found.error[0]], [8.7, 0.02])
    assert found.d_range == pytest.approx((1.0, 8.7))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2.48\nLi\n", "line 2: 'Li' is not a number"),
        ("0.248\n", "line 1.*0.248 Å is not between 0.5 and 50 Å: the unit is Å"),
        ("nan\n", "line 1.*nan Å is not between"),
        ("2.48 2.0\n", "line 1.*an error of 2 Å"),
        ("2.48 nan\n", "line 1.*an error of nan Å"),
        ("# nothing\n", "holds no spacings; give one spacing a line"),
        ("2.0\n" * 1001, "more than 1000 spacings"),
    ],
)
def test_refuses_what_is_no_spacing(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SpacingError, match=message):
        read_spacings(written(tmp_path, text))
