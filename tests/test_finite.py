"""Refusal of NaN and infinity."""

import math

import numpy as np
import pytest

from liponflow.finite import check_finite, not_finite


def test_finite_numbers_pass() -> None:
    check_finite(1.0, "energy")
    check_finite(np.zeros((2, 3)), "forces")
    check_finite([], "nothing")
    assert list(not_finite({"a": [1, 2.0, None, "nan", True]})) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_the_first_bad_number_is_named_with_its_place(value: float) -> None:
    with pytest.raises(ValueError, match=r"^forces holds .* at index \[1, 2\]"):
        check_finite([[0.0, 0.0, 0.0], [0.0, 0.0, value]], "forces")
    with pytest.raises(ValueError, match=r"^energy holds \S+, which is not finite:"):
        check_finite(value, "energy")
    [(place, _)] = not_finite([{"x": 1.0}, {"y": {"z": (0.0, value)}}])
    assert place == "1.y.z.1"


def test_integers_that_no_database_takes_are_found() -> None:
    assert list(not_finite({"a": 2**63 - 1, "b": -(2**63)})) == []
    assert list(not_finite({"a": [10**30]})) == [("a.0", math.inf)]
