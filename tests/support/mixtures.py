"""Synthetic reference spectra of the Li K edge, and scans that are mixtures of them."""

from collections.abc import Mapping, Sequence

import numpy as np

from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.arrays import FloatArray

ENERGIES: FloatArray = np.arange(50.0, 80.0, 0.25)
"""Measured channels (eV)."""
GRID: FloatArray = np.arange(45.0, 85.0, 0.1)
"""Energies of the references (eV)."""


def peak(energies: FloatArray, at: float, width: float) -> FloatArray:
    """Return a Gaussian peak of height 1."""
    return np.asarray(np.exp(-0.5 * ((energies - at) / width) ** 2))


def edge(energies: FloatArray, at: float) -> FloatArray:
    """Return a step of height 1."""
    return np.asarray(1 / (1 + np.exp(-(energies - at) / 0.7)))


def curves(energies: FloatArray) -> dict[str, FloatArray]:
    """Return three references on any grid."""
    return {
        "LiPON": peak(energies, 59.5, 1.5) + 0.6 * edge(energies, 60) + 0.02,
        "Li2O": peak(energies, 63, 1.2)
        + 0.3 * peak(energies, 70, 3)
        + 0.5 * edge(energies, 62)
        + 0.02,
        "Li3P": peak(energies, 57, 1.0) + 0.4 * edge(energies, 57) + 0.02,
    }


def references(*names: str) -> dict[str, Spectrum]:
    """Return references by name."""
    return {name: Spectrum.from_arrays(GRID, curves(GRID)[name]) for name in names}


def scan(
    shares: Sequence[Mapping[str, float]],
    counts: float,
    shifts: Sequence[float] | None = None,
    seed: int | None = None,
) -> FloatArray:
    """Return spectra with given shares of the counts, with Poisson noise if a seed is given."""
    areas = {name: curve.sum() for name, curve in curves(ENERGIES).items()}
    rows = []
    for mixture, shift in zip(shares, shifts or [0.0] * len(shares), strict=True):
        moved = curves(ENERGIES - shift)
        row = sum(share * moved[name] / areas[name] for name, share in mixture.items())
        rows.append(counts * row / np.sum(row))
    expected = np.array(rows)
    if seed is None:
        return expected
    return np.random.default_rng(seed).poisson(expected).astype(float)
