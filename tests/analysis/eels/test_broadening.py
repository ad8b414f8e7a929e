import numpy as np
import pytest
from scipy.special import voigt_profile

from liponflow.analysis.eels.broadening import (
    SIGMA_PER_FWHM,
    Broadening,
    broadened,
    final_state_width,
)
from liponflow.analysis.eels.combine import area
from liponflow.analysis.eels.spectrum import Spectrum

ENERGY = np.arange(0.0, 200.01, 0.05)


def lorentzian(width: float, centre: float = 100.0) -> Spectrum:
    return Spectrum.from_arrays(ENERGY, voigt_profile(ENERGY - centre, 0, width / 2))


def gaussian(width: float, centre: float = 100.0) -> Spectrum:
    return Spectrum.from_arrays(ENERGY, voigt_profile(ENERGY - centre, width * SIGMA_PER_FWHM, 0))


def test_gaussian_widths_add_in_quadrature():
    wide = broadened(gaussian(3.0), Broadening(instrument=4.0))
    np.testing.assert_allclose(wide.intensity, gaussian(5.0).intensity, atol=2e-4 * 0.19)


def test_lorentzian_widths_add_up():
    wide = broadened(lorentzian(1.0), Broadening(instrument=0, core_hole=2.0))
    inner = slice(1000, 3001)
    expected = lorentzian(3.0).intensity
    np.testing.assert_allclose(wide.intensity[inner], expected[inner], atol=2e-3 * expected.max())


def test_both_give_the_voigt_profile():
    wide = broadened(gaussian(1.0), Broadening(instrument=2.0, core_hole=0.6))
    sigma = np.hypot(1.0, 2.0) * SIGMA_PER_FWHM
    expected = voigt_profile(ENERGY - 100, sigma, 0.3)
    np.testing.assert_allclose(wide.intensity, expected, atol=1e-3 * expected.max())


@pytest.mark.parametrize("width", [0.001, 0.02, 0.5, 5.0])
def test_area_is_conserved_at_any_width(width: float):
    line = gaussian(2.0)
    wide = broadened(line, Broadening(instrument=width))
    whole = (ENERGY[0], 199.9)
    assert area(wide, whole) == pytest.approx(area(line, whole), rel=1e-9)


def test_area_is_conserved_where_the_width_depends_on_the_energy():
    line = gaussian(2.0)
    wide = broadened(line, Broadening(instrument=0, final_state=True), edge=80.0)
    # What is missing are the tails of a Lorentzian of 1.1 eV beyond 100 eV on either side.
    tails = float(final_state_width(np.array([20.0]))[0]) / (np.pi * 100)
    assert area(wide, (0, 199.9)) == pytest.approx(1 - tails, abs=1e-3)
    assert max(wide.intensities) < 0.8 * max(line.intensities)


def test_below_the_edge_the_final_state_broadens_nothing():
    line = gaussian(2.0, centre=60.0)
    wide = broadened(line, Broadening(instrument=0, final_state=True), edge=80.0)
    np.testing.assert_allclose(wide.intensity[:1500], line.intensity[:1500], atol=1e-9)


def test_no_width_changes_nothing():
    line = gaussian(2.0)
    assert broadened(line, Broadening(instrument=0)).intensity == pytest.approx(line.intensity)


def test_the_end_of_a_continuum_does_not_fall():
    step = Spectrum(energies=[50.0, 55.0, 55.1, 110.0], intensities=[0.0, 0.0, 1.0, 1.0])
    wide = broadened(step, Broadening(instrument=2.0, core_hole=0.5))
    assert wide.intensities[-1] == pytest.approx(1, abs=0.01)
    assert np.interp(55.05, wide.energy, wide.intensity) == pytest.approx(0.5, abs=0.01)


def test_width_of_the_final_state_is_velocity_over_mean_free_path():
    energy = 50.0
    mean_free_path = 0.25 * (2170 / energy**2 + 0.72 * np.sqrt(0.25 * energy))  # nm
    velocity = 5.931e5 * np.sqrt(energy) * 1e9  # nm/s
    expected = 6.582e-16 * velocity / mean_free_path
    assert final_state_width(np.array([energy]))[0] == pytest.approx(expected, rel=1e-3)


def test_the_final_state_takes_the_energy_of_the_edge():
    with pytest.raises(ValueError, match="give its energy"):
        broadened(gaussian(2.0), Broadening(instrument=0, final_state=True))
