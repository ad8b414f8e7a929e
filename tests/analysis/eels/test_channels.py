"""Tests of the axis and the counts of a scan."""

from typing import Any

import pytest
from numpy.testing import assert_array_equal

from liponflow.analysis.eels.channels import check_scan


def test_one_spectrum_is_a_scan_of_one_point() -> None:
    axis, scan = check_scan([1, 2, 3], [4, 5, 6])
    assert_array_equal(axis, [1, 2, 3])
    assert_array_equal(scan, [[4, 5, 6]])


def test_a_decreasing_axis_is_reversed() -> None:
    axis, scan = check_scan([3, 2, 1], [[4, 5, 6], [7, 8, 9]])
    assert_array_equal(axis, [1, 2, 3])
    assert_array_equal(scan, [[6, 5, 4], [9, 8, 7]])


@pytest.mark.parametrize(
    ("energies", "counts", "message"),
    [
        ([1, 2, 3], [1, 2], "3 energies and 2 counts"),
        ([1, 2, 3], [[[1, 2, 3]]], "1 x 1 x 3 counts"),
        ([], [], "0 energies"),
        ([1, float("nan"), 3], [1, 2, 3], "the energy axis holds nan"),
        ([1, 2, 3], [1, float("inf"), 3], r"holds inf at index \[0, 1\]"),
        ([1, 3, 2], [1, 2, 3], "2 eV follows 3 eV; sort"),
        ([1, 1, 2], [1, 2, 3], "1 eV follows 1 eV"),
        ([1, 2, 3], [[1, 2, 3], [1, -2, 3]], "point 2 has -2 counts at 2 eV, and the least is 0"),
    ],
)
def test_bad_scans_are_refused(energies: Any, counts: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_scan(energies, counts)
