import numpy as np
import pytest
from pymatgen.analysis.diffraction.xrd import WAVELENGTHS

from liponflow.analysis.diffraction.angle import CU_KA, momentum_of, two_theta_of
from liponflow.analysis.diffraction.published import published_halo


def test_bragg_angle_of_a_spacing() -> None:
    # Silicon (111), d = 3.1356 Å, lies at 28.44 degrees with Cu Kα1.
    angle = two_theta_of(np.array([2 * np.pi / 3.1356]), 1.54056)
    assert angle[0] == pytest.approx(28.44, abs=0.01)


def test_angle_and_momentum_are_inverse() -> None:
    angles = np.array([5.0, 23.0, 60.0, 150.0])
    q = np.array([momentum_of(angle, 1.5) for angle in angles])
    np.testing.assert_allclose(two_theta_of(q, 1.5), angles)


def test_the_published_halo_lies_at_1_63() -> None:
    published = published_halo()
    q = momentum_of(published.two_theta, published.wavelength)
    assert q == pytest.approx(1.63, abs=0.006)


def test_the_wavelength_is_the_mean_of_the_doublet() -> None:
    mean = (2 * WAVELENGTHS["CuKa1"] + WAVELENGTHS["CuKa2"]) / 3
    assert pytest.approx(mean, abs=2e-5) == CU_KA


def test_what_the_wavelength_does_not_reach_is_not_a_number() -> None:
    assert np.isnan(two_theta_of(np.array([10.0]), 1.54)[0])
