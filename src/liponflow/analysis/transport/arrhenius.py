"""Arrhenius fit of diffusion coefficients, and the conductivity at room temperature."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liponflow.analysis.transport.estimate import NORMAL_95, Estimate
from liponflow.units import BOLTZMANN

ROOM = 300.0
"""K."""


class Arrhenius(NamedTuple):
    """Line of ln D against 1 / (k T)."""

    energy: Estimate
    """Activation energy, eV."""
    log_prefactor: float
    """ln D0."""
    log_room: Estimate
    """ln D at 300 K."""


def fit_arrhenius(temperatures: Sequence[float], found: Sequence[Estimate]) -> Arrhenius:
    """Fit diffusion coefficients at two temperatures or more.

    Parameters
    ----------
    temperatures
        K.
    found
        Coefficients above zero with their 95 % intervals; each ln D weighs by its relative error.

    Returns
    -------
    Arrhenius
        The 95 % limits are widened by the square root of the reduced chi-square if it is above 1.
    """
    inverse = 1 / (BOLTZMANN * np.array(temperatures))
    values = np.log([item.value for item in found])
    errors = np.array([(item.high - item.low) / 2 / NORMAL_95 / item.value for item in found])
    design = np.stack([-inverse, np.ones_like(inverse)], axis=1) / errors[:, None]
    covariance = np.linalg.inv(design.T @ design)
    energy, prefactor = covariance @ (design.T @ (values / errors))
    rest = values / errors - design @ [energy, prefactor]
    if (freedom := len(found) - 2) > 0:
        covariance = covariance * max(1.0, float(rest @ rest) / freedom)
    at_room = np.array([-1 / (BOLTZMANN * ROOM), 1.0])
    room = float(at_room @ [energy, prefactor])
    half, half_room = (
        NORMAL_95 * float(np.sqrt(variance))
        for variance in (covariance[0, 0], at_room @ covariance @ at_room)
    )
    return Arrhenius(
        Estimate(float(energy), float(energy) - half, float(energy) + half),
        float(prefactor),
        Estimate(room, room - half_room, room + half_room),
    )
