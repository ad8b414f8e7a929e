"""Search for the volume at which a glass has no pressure, in addition to the fit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

OUTWARD = 0.1
"""Relative step beyond the outermost volume without a usable fit."""

FARTHEST = 0.5
"""Largest relative step beyond the outermost volume: a fit that extrapolates farther is off."""

AROUND = 4
"""Volumes that are fitted if there are more than at first: one more than the parameters."""

SETTLED = 0.5
"""Share of the dynamics after which energy and pressure have settled and count."""


class SettledMeans(NamedTuple):
    """Mean energy (eV) and pressure (GPa) of dynamics at constant volume."""

    energy: float
    pressure: float


def settled_means(energies: Sequence[float], pressures: Sequence[float | None]) -> SettledMeans:
    """Average energy and pressure over the second half of dynamics at constant volume.

    Parameters
    ----------
    energies
        Potential energy of every block, eV.
    pressures
        Pressure of every block, GPa; None where it was not computed.

    Raises
    ------
    ValueError
        If no pressure was computed.

    Examples
    --------
    >>> settled_means([-1.0, -2.0, -5.0, -7.0], [9.0, 7.0, 1.0, 3.0])
    SettledMeans(energy=-6.0, pressure=2.0)
    """
    start = int(len(energies) * SETTLED)
    known = [value for value in pressures[start:] if value is not None]
    if not known:
        raise ValueError("the dynamics has no pressure: its stage must ask for the stress")
    return SettledMeans(float(np.mean(energies[start:])), float(np.mean(known)))


def next_volume(
    volumes: Sequence[float], pressures: Sequence[float], fitted: float | None
) -> float:
    """Return the volume at which the pressure vanishes, or the next one to try.

    A fit of the equation of state (Birch-Murnaghan) far from the volume at zero pressure often
    fails or is far off. If all pressures have the same sign, the next volume then lies beyond the
    known ones, on the side where the pressure falls, by a share of ``FARTHEST`` at most; otherwise
    it is found by linear interpolation between them.

    Parameters
    ----------
    volumes
        Å³.
    pressures
        At these volumes, positive under compression, in any unit.
    fitted
        Volume without pressure of the fit, Å³; None where it failed.

    Returns
    -------
    float
        Å³.

    Examples
    --------
    >>> round(next_volume([100.0, 110.0], [3.0, 1.0], fitted=None))
    121
    >>> round(next_volume([100.0, 110.0], [1.0, -1.0], fitted=180.0))
    105
    >>> round(next_volume([100.0, 110.0], [3.0, 1.0], fitted=5000.0))
    165
    """
    low, high = float(min(volumes)), float(max(volumes))
    found = float("nan") if fitted is None else fitted
    if min(pressures) > 0:
        return min(found, high * (1 + FARTHEST)) if found > high else high * (1 + OUTWARD)
    if max(pressures) < 0:
        return max(found, low / (1 + FARTHEST)) if 0 < found < low else low / (1 + OUTWARD)
    if low <= found <= high:
        return found
    falling = -np.array(pressures)
    order = np.argsort(falling)
    return float(np.interp(0, falling[order], np.array(volumes)[order]))


def around_zero(volumes: Sequence[float], pressures: Sequence[float], *, enough: int) -> list[int]:
    """Return which volumes to fit to find that of zero pressure.

    Parameters
    ----------
    volumes
        Ascending.
    pressures
        At these volumes, positive under compression.
    enough
        Number up to which all are fitted.

    Returns
    -------
    list of int
        Ascending. Of more than `enough` the ``AROUND`` nearest to the change of sign, or to the
        end where it lies beyond: large pressures would outweigh the others in least squares, and
        an equation of state of three parameters is off there.

    Examples
    --------
    >>> around_zero([1, 2, 3, 4, 5, 6], [90, 60, 30, 2, -3, -5], enough=5)
    [2, 3, 4, 5]
    """
    if len(volumes) <= enough:
        return list(range(len(volumes)))
    last = max((index for index, p in enumerate(pressures) if p > 0), default=-1)
    start = min(max(last + 1 - AROUND // 2, 0), len(volumes) - AROUND)
    return list(range(start, start + AROUND))


def further_volume(volumes: Sequence[float], fitted: float, *, strain: float) -> float | None:
    """Return a further volume to compute so that a fit of zero pressure becomes reliable.

    Parameters
    ----------
    volumes
        Computed so far, Å³.
    fitted
        Volume without pressure from :func:`next_volume`, Å³.
    strain
        Linear strain by which a volume outside goes beyond the fitted one.

    Returns
    -------
    float or None
        Å³; None if the fitted volume lies among the computed ones, within half a strain of one.

    Examples
    --------
    >>> further_volume([90.0, 100.0, 110.0], 98.0, strain=0.08)
    >>> round(further_volume([90.0, 100.0, 110.0], 115.0, strain=0.08))
    145
    >>> further_volume([90.0, 100.0, 160.0], 130.0, strain=0.08)
    130.0
    """
    if fitted > max(volumes):
        return float(fitted * (1 + strain) ** 3)
    if fitted < min(volumes):
        return float(fitted * (1 - strain) ** 3)
    apart = np.abs(np.cbrt(fitted / np.array(volumes)) - 1)
    return fitted if apart.min() > strain / 2 else None


def check_computed(volume: float, low: float, high: float) -> None:
    """Refuse, by a ValueError, a volume (Å³) outside those that were computed."""
    if not low <= volume <= high:
        raise ValueError(
            f"the pressure vanishes at {volume:.0f} Å³, outside the {low:.0f} to {high:.0f} Å³ "
            "that were computed; start from another density, or raise volume_attempts or "
            "volume_strain"
        )
