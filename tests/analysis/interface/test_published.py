"""Published findings at the interface."""

from liponflow.analysis.interface.published import published_sequence


def test_n_appears_before_p() -> None:
    depths = {element: depth for depth, element in published_sequence().appears}
    assert depths["N"] < depths["P"]
