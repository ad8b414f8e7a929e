"""Changes of a spectrum from one radius to the next."""

import numpy as np
import pytest

from liponflow.analysis.eels.scan import SHIFT_LIMIT, radius_scan, spectrum_change
from liponflow.analysis.eels.spectrum import Spectrum


def line(place: float = 60.0, height: float = 1.0) -> Spectrum:
    """Return a narrow line and a constant one."""
    energy = np.arange(50, 90, 0.1)
    fixed = np.exp(-((energy - 75) ** 2))
    return Spectrum.from_arrays(energy, fixed + height * np.exp(-((energy - place) ** 2)))


def moved(spectrum: Spectrum, shift: float) -> Spectrum:
    return Spectrum.from_arrays(spectrum.energy + shift, spectrum.intensity)


def test_a_shift_is_no_change_of_shape() -> None:
    change, shift = spectrum_change(line(), moved(line(), -1.3))
    assert shift == pytest.approx(-1.3)
    assert change == pytest.approx(0, abs=1e-2)


def test_change_is_the_norm_of_the_difference_over_that_of_the_reference() -> None:
    # Of two lines of equal norm, one is 10 % too high: the norm is 0.1 of one, over that of both.
    change, shift = spectrum_change(line(height=1.1), line())
    assert shift == pytest.approx(0)
    assert change == pytest.approx(0.1 / np.sqrt(2), rel=1e-3)


def test_converged_radius_is_the_smallest_from_which_on_all_agree() -> None:
    heights = [3, 1, 1.3, 1.02, 1.0]
    found = radius_scan(
        "SCF",
        [2, 3, 4, 5, 6],
        [line(height=height) for height in heights],
        other_radius=7,
        limit=0.05,
    )
    # From 3 to 4 Å and from 4 to 5 Å it still changes, though 3 Å happens to be right.
    assert found.converged_radius == 5
    assert [step.change is None for step in found.steps] == [False] * 4 + [True]


@pytest.mark.parametrize(("shift", "converged"), [(0.0, 2.0), (SHIFT_LIMIT + 0.1, None)])
def test_a_radius_that_shifts_the_spectrum_is_not_converged(
    shift: float, converged: float | None
) -> None:
    spectra = [line(), moved(line(height=1.01), shift)]
    found = radius_scan("FMS", [2, 3], spectra, other_radius=2, limit=0.05)
    assert found.converged_radius == converged


def test_a_step_that_adds_no_atoms_shows_nothing() -> None:
    same = [line(), line()]
    found = radius_scan("SCF", [2.6, 3.2], same, other_radius=4, limit=0.05)
    assert found.converged_radius is None
    found = radius_scan(
        "SCF", [2.6, 3.2, 4], [*same, line(height=1.01)], other_radius=4, limit=0.05
    )
    assert found.converged_radius == 2.6
