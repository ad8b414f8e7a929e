"""Synthetic spectra of the L edges of Mn, whose white-line ratio is known."""

from collections.abc import Sequence

import numpy as np
from scipy.special import erf

ENERGY = 560 + 0.25 * np.arange(600)
L3, L2 = 640.0, 651.0


def mn_edge(ratio: float, *, dose: float = 1.0, mn: float = 1.0) -> np.ndarray:
    """Return mean counts: power law, steps of 2:1 and Gaussian lines with a ratio of areas.

    Parameters
    ----------
    ratio
        L3/L2.
    dose
        Factor on everything.
    mn
        Factor on the edge.
    """

    def step(place: float) -> np.ndarray:
        return 0.5 * (1 + erf((ENERGY - place) / 0.9))

    def line(place: float, width: float) -> np.ndarray:
        return np.exp(-(((ENERGY - place) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))

    steps = 2500 * (2 * step(L3) + step(L2)) / 3
    lines = 12000 * (ratio * line(L3, 1.3) + line(L2, 1.4))
    return dose * (15000 * (ENERGY / 600) ** -3.1 + mn * (steps + lines))


def as_text(counts: Sequence[np.ndarray], energy: np.ndarray = ENERGY) -> str:
    """Return columns of text."""
    rows = zip(energy, *counts, strict=True)
    lines = (",".join(f"{value:.10g}" for value in row) for row in rows)
    return "\n".join(["energy (eV),counts", *lines])
