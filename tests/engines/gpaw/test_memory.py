"""Memory of GPAW."""

import pytest

from liponflow.engines.gpaw.memory import PROGRAM, Size, bands, needed_memory

MIB = 2**20

MEASURED = [
    # Largest resident memory (MiB) of GPAW 26.7 with one rank and no symmetry.
    (Size(2, 40.71, 350, 6, 4, 1), 125),  # Li
    (Size(16, 325.7, 350, 14, 8, 1), 212),
    (Size(54, 1099.1, 350, 37, 1, 1), 443),
    (Size(54, 1099.1, 200, 37, 1, 1), 311),
    (Size(8, 74.62, 400, 43, 8, 1), 165),  # MgO
]


@pytest.mark.parametrize(("size", "measured"), MEASURED)
def test_estimate_is_that_of_gpaw_within_a_tenth(size: Size, measured: float) -> None:
    assert needed_memory(size) / MIB == pytest.approx(measured, rel=0.1)


def test_plane_waves_and_bands_are_those_of_gpaw() -> None:
    size = Size(54, 1099.1, 350, bands(54), 1, 1)
    assert size.bands == 37
    assert size.plane_waves == pytest.approx(16368, rel=0.01)


def test_every_rank_loads_the_program() -> None:
    size = MEASURED[0][0]
    assert needed_memory(size, 4) - needed_memory(size) == pytest.approx(3 * PROGRAM)
