"""Scattering angles of spacings and momentum transfers."""

import numpy as np

from liponflow.arrays import FloatArray

CU_KA = 1.54184
"""Mean wavelength of Cu Kα (Å): two thirds Kα1, 1.54056, and one third Kα2, 1.54439, as pymatgen
tabulates them."""


def two_theta_of(q: FloatArray, wavelength: float) -> FloatArray:
    """Return scattering angles 2θ (degrees) of momentum transfers, by q = 4π sin(θ)/λ.

    Parameters
    ----------
    q
        Momentum transfers (1/Å); those that the wavelength does not reach give NaN.
    wavelength
        Wavelength (Å).

    Examples
    --------
    >>> two_theta_of(np.array([1.63]), CU_KA).round(2).tolist()
    [23.07]
    """
    sines = q * wavelength / (4 * np.pi)
    angles: FloatArray = np.degrees(2 * np.arcsin(np.where(sines <= 1, sines, np.nan)))
    return angles


def momentum_of(two_theta: float, wavelength: float) -> float:
    """Return the momentum transfer (1/Å) of a scattering angle 2θ (degrees).

    Examples
    --------
    >>> round(momentum_of(23.0, CU_KA), 3)
    1.625
    """
    return float(4 * np.pi * np.sin(np.radians(two_theta) / 2) / wavelength)
