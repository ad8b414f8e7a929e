"""Rates of hops: Vineyard's prefactor from vibrations, and its Boltzmann factor."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.constants import tera

from liponflow.analysis.migration.saddle import imaginary_modes, saddle_reason
from liponflow.arrays import FloatArray
from liponflow.units import BOLTZMANN


def vineyard_prefactor(
    minimum: Sequence[float] | FloatArray, saddle: Sequence[float] | FloatArray
) -> float:
    """Return the attempt frequency of a hop in harmonic transition state theory.

    Parameters
    ----------
    minimum
        Frequencies at the start, THz, without translations: N of them.
    saddle
        Frequencies at the saddle, THz, without translations, imaginary ones negative: N.

    Returns
    -------
    float
        Product of the N frequencies of the minimum over that of the N - 1 real ones of the
        saddle, THz.

    Raises
    ------
    ValueError
        If the numbers of frequencies differ, the minimum is not a minimum, or the saddle does
        not have exactly one imaginary mode.

    Notes
    -----
    G. H. Vineyard, J. Phys. Chem. Solids 3, 121 (1957).

    Examples
    --------
    >>> round(vineyard_prefactor([5.0, 4.0], [-3.0, 2.0]), 9)
    10.0
    """
    low, high = (np.sort(np.asarray(f, dtype=np.float64)) for f in (minimum, saddle))
    if len(low) != len(high):
        raise ValueError(
            f"{len(low)} frequencies at the minimum, {len(high)} at the saddle: displace the same "
            "atoms in both"
        )
    if imaginary_modes(low) or low[0] <= 0:
        raise ValueError(
            f"the start is not a minimum: lowest frequency {low[0]:.2f} THz (imaginary ones are "
            "negative); relax it to a smaller force, without symmetry"
        )
    if reason := saddle_reason(high):
        raise ValueError(f"the saddle has {reason}")
    real = high[1:]
    if (real <= 0).any():
        raise ValueError(
            f"the saddle has a mode of {real[0]:.3f} THz that is neither real nor clearly "
            "imaginary; converge it to a smaller force"
        )
    # Sums of logarithms: products of 160 frequencies overflow.
    return math.exp(float(np.log(low).sum() - np.log(real).sum()))


def jump_rate(barrier: float, prefactor: float, temperature: float) -> float:
    """Return the rate of a hop.

    Parameters
    ----------
    barrier
        Saddle above the start, eV.
    prefactor
        Attempt frequency, THz.
    temperature
        K, above 0.

    Returns
    -------
    float
        1/s.

    Raises
    ------
    ValueError
        If the temperature is not positive.

    Examples
    --------
    >>> f"{jump_rate(0.5, 10.0, 300.0):.2e}"
    '3.98e+04'
    """
    if temperature <= 0:
        raise ValueError(f"temperature {temperature:g} K: give one above 0")
    return prefactor * tera * math.exp(-barrier / (BOLTZMANN * temperature))
