"""Diffusion length sqrt(6 D t), the root mean square displacement in a time.

The convention is that of a random walk in three dimensions. The depth of a profile that a
planar source feeds, sqrt(2 D t) or sqrt(4 D t), is smaller by up to 1.7.
"""

import math

from scipy.constants import nano


def diffusion_length(diffusivity: float, time: float) -> float:
    """Return the root mean square displacement.

    Parameters
    ----------
    diffusivity
        m²/s.
    time
        s.

    Returns
    -------
    float
        nm.

    Raises
    ------
    ValueError
        If one of them is negative.

    Examples
    --------
    >>> round(diffusion_length(1e-18, 1000.0), 1)
    77.5
    """
    if diffusivity < 0 or time < 0:
        raise ValueError(f"diffusivity {diffusivity:g} m²/s, time {time:g} s: neither is negative")
    return math.sqrt(6 * diffusivity * time) / nano


def time_to_reach(diffusivity: float, length: float) -> float:
    """Return the time in which :func:`diffusion_length` reaches a length.

    Parameters
    ----------
    diffusivity
        m²/s.
    length
        nm.

    Returns
    -------
    float
        s; infinite without diffusion.

    Raises
    ------
    ValueError
        If one of them is negative.

    Examples
    --------
    >>> round(time_to_reach(1e-18, 76.0))
    963
    """
    if diffusivity < 0 or length < 0:
        raise ValueError(
            f"diffusivity {diffusivity:g} m²/s, length {length:g} nm: neither is negative"
        )
    if diffusivity == 0:
        return math.inf
    return (length * nano) ** 2 / (6 * diffusivity)
