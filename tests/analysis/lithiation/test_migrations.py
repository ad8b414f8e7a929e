from typing import Any

import pytest

from liponflow.analysis.kinds import get_kind
from liponflow.analysis.lithiation.result import LithiationResult


def of_version_1(result: LithiationResult) -> dict[str, Any]:
    """Return a document as the first schema had it."""
    document: dict[str, Any] = result.model_dump(mode="json")
    document |= {"schema_version": 1, "volume_change_x0_to_x2_percent": 4.8}
    del document["host"], document["volume_change_percent"]
    return document


def test_earlier_results_are_those_of_a_host_with_one_li(result: LithiationResult) -> None:
    read = get_kind("lithiation").read(of_version_1(result))
    assert isinstance(read, LithiationResult)
    assert read.host == result.host
    assert read.host.variable == "LixNi0.5Mn1.5O4"
    assert (read.host.x, read.host.shape, read.host.intercalant) == (1, "pseudo-cubic", "Li")
    assert read.volume_change_percent == pytest.approx(result.volume_change_percent)
    assert [state.c_over_a for state in read.states] == [s.c_over_a for s in result.states]
