"""Depth of a triton's origin from its energy, by the stopping powers of the layers above.

A triton that is born at a depth crosses the rest of its layer and all layers above. In each it
loses its stopping power per length: the length between two energies is the integral of 1/S.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_trapezoid

from liponflow.analysis.measured.table import Table, TableError
from liponflow.arrays import FloatArray

_ENERGIES = 4000
_DEPTHS = 4000


@dataclass(frozen=True)
class Layer:
    """A layer, the first one at the detector.

    Attributes
    ----------
    energy, stopping
        Table of the stopping power: keV and keV/µm, ascending energies.
    thickness
        µm; None for the last layer, which is as thick as tritons come from.
    """

    energy: FloatArray
    stopping: FloatArray
    thickness: float | None


def read_layer(table: Table, thickness: float | None, *, through: float) -> Layer:
    """Return the layer of a table of energy (keV) and stopping power (keV/µm).

    Raises
    ------
    TableError
        If energies do not ascend, a stopping power is not positive, or the table ends below the
        energy with which particles start.
    """
    energy, stopping = table.values[:, 0], table.values[:, 1]
    if (np.diff(energy) <= 0).any() or not (stopping > 0).all():
        raise TableError(
            f"{table.path}: give ascending energies (keV) and positive stopping powers (keV/µm)"
        )
    if energy[-1] < through:
        raise TableError(
            f"{table.path}: ends at {energy[-1]:g} keV, and particles start with {through:g} keV: "
            "give stopping powers up to there"
        )
    return Layer(energy, stopping, thickness)


def depth_of_energy(layers: Sequence[Layer], start: float, energies: FloatArray) -> FloatArray:
    """Return the depths from which particles arrive with given energies.

    Parameters
    ----------
    layers
        From the detector down.
    start
        Energy with which they are born (keV).
    energies
        Energies at the detector (keV), shape (n,).

    Returns
    -------
    ndarray
        Depths (µm), shape (n,); NaN above `start` and below what the tables reach.

    Examples
    --------
    >>> layer = Layer(np.array([0.0, 3000.0]), np.array([40.0, 40.0]), None)
    >>> depth_of_energy([layer], 2728.0, np.array([2728.0, 2688.0]))
    array([0., 1.])
    """
    least = max(float(layer.energy[0]) for layer in layers)
    grid = np.linspace(max(least, 1e-6 * start), start, _ENERGIES)
    paths = [
        cumulative_trapezoid(1 / np.interp(grid, x.energy, x.stopping), grid, initial=0)
        for x in layers
    ]
    depths, arrivals, top = [np.zeros(1)], [np.full(1, start)], 0.0
    for number, layer in enumerate(layers):
        reach = paths[number][-1]
        thickness = reach if layer.thickness is None else layer.thickness
        inside = np.linspace(0, thickness, _DEPTHS)
        energy = np.full(len(inside), start)
        for place in range(number, -1, -1):
            crossed = inside if place == number else np.full(len(inside), layers[place].thickness)
            left = np.interp(energy, grid, paths[place]) - crossed
            # Particles that end within a layer never arrive.
            energy = np.where(left < 0, np.nan, np.interp(left, paths[place], grid))
        depths.append(top + inside)
        arrivals.append(energy)
        top += thickness
    depth, arrival = np.concatenate(depths), np.concatenate(arrivals)
    known = np.isfinite(arrival)
    return np.asarray(
        np.interp(energies, arrival[known][::-1], depth[known][::-1], left=np.nan, right=np.nan)
    )
