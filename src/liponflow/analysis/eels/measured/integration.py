"""Sums of the channels of an edge above its background, with their noise.

Everything from counts to sums is linear but for the background, whose parameters follow the counts
to first order, so that the noise of the sums follows from that of the counts, the fit of the
background included.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from liponflow.analysis.eels.measured.background import PowerLaw, power_law
from liponflow.analysis.eels.measured.low_loss import adjoint
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum
from liponflow.arrays import FloatArray

SIGNIFICANT = 3.0
"""Standard errors above zero from which something counts as seen."""
BACKGROUND_SHIFT = 2.0
"""Shift of the background window (eV) whose effect counts as an error."""
NORMAL_95 = 1.959964
_CHUNK = 1 << 20


class Sums(NamedTuple):
    """Weighted sums of channels above the background, for several points.

    Attributes
    ----------
    values
        Shape (points, sums).
    covariance
        Their covariance by the noise of counting, shape (points, sums, sums).
    dispersion
        Chi² per degree of freedom of the background, shape (points,).
    """

    values: FloatArray
    covariance: FloatArray
    dispersion: FloatArray


def weighted_sums(
    spectrum: MeasuredSpectrum,
    background: tuple[float, float],
    weights: FloatArray,
    response: FloatArray | None = None,
) -> Sums:
    """Sum channels above a power-law background.

    Parameters
    ----------
    spectrum
        One or several points.
    background
        Range of the fit of the background, eV.
    weights
        Weight of each channel in each sum, shape (sums, channels).
    response
        Response that removes plural scattering; None to leave it in.

    Returns
    -------
    Sums
        With the noise of counting for real counts, unless the background shows more, and what the
        background shows for others.

    Raises
    ------
    liponflow.analysis.eels.measured.spectrum.SpectrumError
        If the spectrum covers too little of the background window.
    """
    if response is not None:
        weights = weights.copy()
        begin = int(np.searchsorted(spectrum.energy, background[0]))
        for row in weights:
            row[begin:] = adjoint(response[: len(spectrum.energy) - begin], row[begin:])
            row[:begin] = 0.0
    parts = list(_parts(spectrum, background, weights))
    return Sums(*(np.concatenate(items) for items in zip(*parts, strict=True)))


def _parts(
    spectrum: MeasuredSpectrum, background: tuple[float, float], weights: FloatArray
) -> Iterator[Sums]:
    """Sum so many points at a time that the memory is bounded."""
    energy = spectrum.energy
    size = max(1, _CHUNK // len(energy))
    for start in range(0, len(spectrum.counts), size):
        counts = spectrum.counts[start : start + size]
        fitted = power_law(energy, counts, background, source=spectrum.source)
        model = fitted.counts(energy)
        gradients = np.stack([_gradient(row, model, fitted, energy) for row in weights])
        noise = np.maximum(counts, 0.0) * noise_scale(spectrum, fitted)[:, None]
        yield Sums(
            values=(counts - model) @ weights.T,
            covariance=np.einsum("ipc,jpc,pc->pij", gradients, gradients, noise, optimize=True),
            dispersion=fitted.dispersion,
        )


def _gradient(
    weights: FloatArray, model: FloatArray, fitted: PowerLaw, energy: FloatArray
) -> FloatArray:
    """Return the derivatives of a sum by the counts, shape (points, channels).

    The parameters of the background change by the covariance times the design for each count.
    """
    design = fitted.design(energy)
    by_parameters = (weights * model) @ design
    through_fit = np.einsum("pi,pij->pj", by_parameters, fitted.covariance) @ design.T
    return np.asarray(weights - through_fit * fitted.window)


def noise_scale(spectrum: MeasuredSpectrum, fitted: PowerLaw) -> FloatArray:
    """Return the variance of a value relative to the value."""
    if not spectrum.real_counts:
        return fitted.dispersion
    largest = largest_dispersion(int(fitted.window.sum()))
    return np.where(fitted.dispersion > largest, fitted.dispersion, 1.0)


def largest_dispersion(channels: int) -> float:
    """Return the chi² per degree of freedom that counting explains in so many channels."""
    return 1 + SIGNIFICANT * float(np.sqrt(2 / (channels - 2)))
