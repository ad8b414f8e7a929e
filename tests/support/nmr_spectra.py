"""Synthetic ³¹P spectra of a glass. The shifts are made up, though near those of phosphates."""

import numpy as np

SHIFT = np.arange(-20.0, 40.0, 0.1)
UNITS = {"Q0_0": 9.5, "Q1_0": -4.0, "Q1_1": 13.5, "Q0_1": 19.0}
WIDTHS = {"Q0_0": 5.0, "Q1_0": 6.0, "Q1_1": 6.0, "Q0_1": 6.0}
"""Full widths at half maximum (ppm)."""
FILM = {"Q0_0": 0.55, "Q1_0": 0.10, "Q1_1": 0.20, "Q0_1": 0.15}
WITH_LI = {"Q0_0": 0.68, "Q1_0": 0.09, "Q1_1": 0.13, "Q0_1": 0.10}
"""13 points more of Q0_0."""
GIVEN = ["Q0_0=9", "Q1_0=-4", "Q1_1=14", "Q0_1=19"]


def spectrum(shares: dict[str, float], noise: float, seed: int = 0, smooth: int = 1) -> np.ndarray:
    """Return a spectrum of Gaussians with its highest point near 100.

    Parameters
    ----------
    shares
        Share of each unit.
    noise
        Standard deviation of the noise.
    seed
        Of the noise.
    smooth
        Neighbouring points whose noise is averaged, as by broadening.
    """
    total = np.zeros_like(SHIFT)
    for unit, share in shares.items():
        sigma = WIDTHS[unit] / np.sqrt(8 * np.log(2))
        total += share * np.exp(-(((SHIFT - UNITS[unit]) / sigma) ** 2) / 2) / sigma
    rng = np.random.default_rng(seed)
    drawn = rng.normal(0, noise * np.sqrt(smooth), len(SHIFT) + smooth - 1)
    return 100 * total / total.max() + np.convolve(drawn, np.ones(smooth) / smooth, "valid")
