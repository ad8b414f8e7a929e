"""Imaginary modes: a first-order saddle has exactly one."""

from collections.abc import Sequence

import numpy as np

from liponflow.arrays import FloatArray

TRANSLATIONS = 3
"""Modes of a periodic cell that move it as a whole."""

IMAGINARY = 0.1
"""A mode with an imaginary frequency above this (THz) is unstable; below it, numerical noise."""


def without_translations(frequencies: Sequence[float] | FloatArray) -> list[float]:
    """Return frequencies without the three modes that move a periodic cell as a whole.

    Parameters
    ----------
    frequencies
        All Γ-point frequencies, THz, imaginary ones negative.

    Returns
    -------
    list of float
        Ascending, without the three nearest to zero.

    Raises
    ------
    ValueError
        If there are three or fewer.
    """
    values = np.sort(np.asarray(frequencies, dtype=np.float64))
    if len(values) <= TRANSLATIONS:
        raise ValueError(f"{len(values)} frequencies: a cell of one atom has no vibrations")
    translations = np.argsort(np.abs(values), kind="stable")[:TRANSLATIONS]
    return [float(value) for value in np.delete(values, translations)]


def imaginary_modes(frequencies: Sequence[float] | FloatArray) -> list[float]:
    """Return the imaginary frequencies.

    Parameters
    ----------
    frequencies
        Frequencies without translations, THz, imaginary ones negative.

    Returns
    -------
    list of float
        Those beyond ``IMAGINARY``, as positive numbers, largest first.

    Examples
    --------
    >>> imaginary_modes([-4.2, -0.01, 3.0, 9.5])
    [4.2]
    """
    return sorted((-float(f) for f in frequencies if f < -IMAGINARY), reverse=True)


def saddle_reason(frequencies: Sequence[float] | FloatArray) -> str | None:
    """Return why a configuration is not a first-order saddle.

    Parameters
    ----------
    frequencies
        As for :func:`imaginary_modes`.

    Returns
    -------
    str or None
        None if exactly one mode is imaginary.
    """
    found = imaginary_modes(frequencies)
    if len(found) == 1:
        return None
    if not found:
        return (
            "no imaginary mode: a minimum, not a saddle; add images, or converge the climbing "
            "image to a smaller force"
        )
    shown = ", ".join(f"{f:.2f}i" for f in found)
    return (
        f"{len(found)} imaginary modes ({shown} THz): a higher-order saddle, not a first-order "
        "one; break the symmetry of the path, or look for a lower saddle near it"
    )
