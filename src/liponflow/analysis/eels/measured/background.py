"""Power-law background before an edge, fitted as counts are distributed.

The background of a core loss follows A E^-r over a short range (R. F. Egerton, Electron
Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed., 2011, section 4.4.1). A fit of
log(counts) by least squares is biased at few counts, so the parameters are those of the largest
Poisson likelihood, found by iterated weighted least squares with the weights of counting noise.
"""

from typing import NamedTuple

import numpy as np

from liponflow.analysis.eels.measured.spectrum import SpectrumError
from liponflow.arrays import BoolArray, FloatArray

MINIMUM_WIDTH = 10.0
"""Narrowest window (eV) that fixes an exponent well enough to extrapolate."""
MINIMUM_CHANNELS = 8
_ITERATIONS = 12
_MOST_LOG = 60.0


class PowerLaw(NamedTuple):
    """Backgrounds of several points.

    Attributes
    ----------
    reference
        Energy E0 of the parameters, eV.
    parameters
        Logarithm of the counts at E0, and exponent r; shape (points, 2).
    covariance
        Their covariance for counting noise alone, shape (points, 2, 2).
    dispersion
        Pearson's chi² per degree of freedom in the window, shape (points,): 1 for real counts.
    window
        Channels of the fit, shape (channels,).
    """

    reference: float
    parameters: FloatArray
    covariance: FloatArray
    dispersion: FloatArray
    window: BoolArray

    def counts(self, energy: FloatArray) -> FloatArray:
        """Return the background at energies (eV), shape (points, energies)."""
        return np.exp(np.clip(self.parameters @ self.design(energy).T, -_MOST_LOG, _MOST_LOG))

    def design(self, energy: FloatArray) -> FloatArray:
        """Return the derivatives of the log of the counts by the parameters, (energies, 2)."""
        return np.column_stack([np.ones(len(energy)), -np.log(energy / self.reference)])


def power_law(
    energy: FloatArray, counts: FloatArray, window: tuple[float, float], *, source: str
) -> PowerLaw:
    """Fit a power law to each point.

    Parameters
    ----------
    energy
        eV, shape (channels,).
    counts
        Shape (points, channels).
    window
        Range of the fit, eV.
    source
        File, for messages.

    Raises
    ------
    SpectrumError
        If the spectrum covers too little of the window.
    """
    inside: BoolArray = (energy >= window[0]) & (energy <= window[1])
    covered = energy[inside]
    width = float(np.ptp(covered)) if covered.size else 0.0
    if width < MINIMUM_WIDTH or covered.size < MINIMUM_CHANNELS or covered[0] <= 0:
        raise SpectrumError(
            f"{source}: {width:.3g} eV ({covered.size} channels) of the background window "
            f"{window[0]:g} to {window[1]:g} eV lie in the spectrum ({energy[0]:g} to "
            f"{energy[-1]:g} eV); a background needs {MINIMUM_WIDTH:g} eV and {MINIMUM_CHANNELS} "
            "channels before the edge: choose another --background LOW HIGH, or record from lower "
            "energies"
        )
    reference = float(np.exp(np.log(covered).mean()))
    design = np.column_stack([np.ones(len(covered)), -np.log(covered / reference)])
    values = counts[:, inside]
    mean = np.maximum(values.mean(axis=1), 1e-9)
    parameters = np.column_stack([np.log(mean), np.full(len(mean), 3.0)])
    for _ in range(_ITERATIONS):
        fitted = np.exp(np.clip(parameters @ design.T, -_MOST_LOG, _MOST_LOG))
        covariance = _inverse(np.einsum("pc,ci,cj->pij", fitted, design, design))
        parameters = parameters + np.einsum(
            "pij,cj,pc->pi", covariance, design, values - fitted, optimize=True
        )
        parameters[:, 1] = np.clip(parameters[:, 1], -20.0, 20.0)
    fitted = np.exp(np.clip(parameters @ design.T, -_MOST_LOG, _MOST_LOG))
    chi2 = ((values - fitted) ** 2 / np.maximum(fitted, 1e-12)).sum(axis=1)
    return PowerLaw(reference, parameters, covariance, chi2 / (len(covered) - 2), inside)


def _inverse(matrices: FloatArray) -> FloatArray:
    """Invert symmetric 2x2 matrices, shape (points, 2, 2)."""
    (a, b), d = matrices[:, 0].T, matrices[:, 1, 1]
    determinant = np.maximum(a * d - b * b, 1e-300)
    adjugate = np.stack([np.stack([d, -b], -1), np.stack([-b, a], -1)], -2)
    return np.asarray(adjugate / determinant[:, None, None])
