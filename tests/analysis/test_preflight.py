"""Disagreement of engines on single points."""

import numpy as np
import pytest

from liponflow.analysis.preflight import (
    SinglePoint,
    energy_disagreement,
    force_disagreement,
    preflight_report,
)

COMPOSITIONS = [{"Li": 2}, {"O": 2}, {"Li": 2, "O": 1}, {"Li": 2, "O": 2}]


def points(*energies: float, force: float = 0.0) -> list[SinglePoint]:
    found = zip(COMPOSITIONS, energies, strict=False)
    return [
        SinglePoint(composition, energy, np.full((1, 3), force)) for composition, energy in found
    ]


def test_another_zero_of_energy_is_no_disagreement() -> None:
    """The second engine counts Li 3 eV and O 5 eV lower."""
    main = points(-4.0, -10.0, -15.0, -21.0)
    other = points(-10.0, -20.0, -26.0, -37.0)
    assert energy_disagreement(main, other) == pytest.approx(0, abs=1e-9)


def test_reaction_energy_that_differs_is_a_disagreement() -> None:
    main = points(0.0, 0.0, -6.0, -8.0)
    other = points(0.0, 0.0, -6.0, -7.0)
    found = energy_disagreement(main, other)
    assert found is not None
    assert 0.05 < found < 0.25


def test_as_many_structures_as_elements_tell_nothing_of_energies() -> None:
    main, other = points(0.0, 0.0), points(1.0, 2.0)
    assert energy_disagreement(main, other) is None
    text, beyond = preflight_report("b", main, other)
    assert "cannot be compared with so few" in text
    assert not beyond


def test_forces_beyond_the_limit_warn() -> None:
    main, other = points(0.0, 0.0), points(0.0, 0.0, force=1.0)
    assert force_disagreement(main, other) == pytest.approx(np.sqrt(3))
    text, beyond = preflight_report("b", main, other)
    assert beyond
    assert "forces by up to 1.73 eV/Å (limit 0.5)" in text
