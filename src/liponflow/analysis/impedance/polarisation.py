"""Electronic conductivity from the current under a constant voltage (DC polarisation).

Electrodes that block the ions leave only electrons to carry a steady current. It is reached
slowly, so the last part of the file is averaged, and what the current still drifts there enters
the interval.
"""

from itertools import pairwise

import numpy as np
from scipy.stats import norm

from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.result import PolarisationResult
from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

BLOCKS = 10
"""Blocks that the steady range is divided into: their scatter about a line is the noise, whatever
the correlation of neighbouring values, if that is shorter than a block."""
LARGE_DRIFT = 10.0
"""Drift (%) above which the current is not called steady."""
_TWO_SIDED = float(norm.ppf(0.975))


def polarisation_result(
    table: Table,
    geometry: Geometry,
    made: Provenance,
    *,
    voltage: float,
    steady_from: float | None,
    material: str,
) -> PolarisationResult:
    """Return the conductivity from the steady current.

    Parameters
    ----------
    table
        Time (s) and current (A).
    geometry
        Film between the electrodes.
    made
        Provenance.
    voltage
        Constant voltage (V).
    steady_from
        Time (s) from which on the current counts as steady; None for the last fifth.
    material
        Formula or name of the film.

    Raises
    ------
    TableError
        If the times do not ascend, or too few values are in the steady range.
    """
    time, current = table.values[:, 0], table.values[:, 1] * np.sign(voltage)
    if (np.diff(time) <= 0).any():
        raise TableError(f"{table.path}: the times do not ascend: give time (s), then current (A)")
    begin = time[0] + 0.8 * (time[-1] - time[0]) if steady_from is None else steady_from
    steady = time >= begin
    if steady.sum() < 2 * BLOCKS:
        raise TableError(
            f"{table.path}: {int(steady.sum())} values from {begin:.4g} s on; the mean needs at "
            f"least {2 * BLOCKS}: choose a lower --steady-from"
        )
    mean, error, drift = _steady(time[steady], current[steady])
    factor = geometry.constant / abs(voltage)
    sigma = factor * mean
    half = _TWO_SIDED * np.hypot(factor * error, sigma * geometry.relative_error)
    half = np.hypot(half, factor * drift)
    warnings = []
    if 100 * abs(drift) > LARGE_DRIFT * abs(mean):
        warnings.append(
            f"the current still changes by {abs(100 * drift / mean):.0f} % from {begin:.4g} s on: "
            "it is not steady, and the conductivity an upper limit if it falls; polarise longer"
        )
    if mean <= _TWO_SIDED * error:
        warnings.append(
            "the current is within its noise: the upper limit of the conductivity is what was "
            "measured"
        )
    return PolarisationResult(
        formula=material,
        converged=not warnings,
        criterion=f"drift of {abs(100 * drift / mean):.2g} % over the steady range, limit "
        f"{LARGE_DRIFT:g} %",
        provenance=made,
        warnings=warnings,
        voltage=voltage,
        film_thickness=geometry.thickness,
        electrode_area=geometry.area,
        steady_from=float(begin),
        current_density=mean / geometry.area,
        drift=100 * drift / mean,
        conductivity=sigma,
        conductivity_low=max(sigma - half, 0.0),
        conductivity_high=sigma + half,
        time=time.tolist(),
        current=current.tolist(),
    )


def _steady(time: FloatArray, current: FloatArray) -> tuple[float, float, float]:
    """Return the mean current, its standard error, and its change by a straight line."""
    edges = np.linspace(0, len(time), BLOCKS + 1).astype(int)
    blocks = [slice(low, high) for low, high in pairwise(edges)]
    x = np.array([time[block].mean() for block in blocks])
    y = np.array([current[block].mean() for block in blocks])
    slope, intercept = np.polyfit(x, y, 1)
    scatter = float(np.sqrt(((y - slope * x - intercept) ** 2).sum() / (BLOCKS - 2)))
    return float(y.mean()), scatter / np.sqrt(BLOCKS), float(slope * (time[-1] - time[0]))
