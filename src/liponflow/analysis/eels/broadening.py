"""Broadening of computed spectra: core hole, final state and instrument.

Lorentzian widths add up, and FEFF's spectra already have that of the core hole (Gam_ch in the
header of ``eels.dat``, from O. Keski-Rahkonen and M. O. Krause, At. Data Nucl. Data Tables 14, 139
(1974)). Its Hedin-Lundqvist self-energy also contains the lifetime of the final state. So what is
left to add is, as a rule, the instrument alone.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.constants import electron_mass, elementary_charge, hbar
from scipy.signal import fftconvolve
from scipy.special import ndtr

from liponflow.analysis.eels.combine import STEP, common_grid, resampled
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.quantity import Quantity
from liponflow.arrays import FloatArray
from liponflow.document import Document

SIGMA_PER_FWHM = 1 / np.sqrt(8 * np.log(2))
MONOLAYER = 0.25
"""Thickness of a monolayer (nm) of the mean free path (our choice): the cube root of the volume
per atom, rounded up; it is 0.20 in Li2O, 0.22 in Li3PO4 and 0.24 in Li3P."""
_REACH = 20.0
"""Widths by which a spectrum is continued, so that its end does not fall."""


class Broadening(Document):
    """Widths (full width at half maximum) that are added to a computed spectrum."""

    instrument: Annotated[float, Quantity("eV", heading="instrument", fmt=".2f")] = Field(
        ge=0, le=20, description="Width of the Gaussian of the instrument."
    )
    core_hole: Annotated[float, Quantity("eV", heading="core hole", fmt=".3f")] = Field(
        0.0,
        ge=0,
        le=20,
        description="Width of a Lorentzian beyond that of the core hole which the spectrum "
        "already has.",
    )
    final_state: bool = Field(
        default=False,
        description="Whether a Lorentzian for the lifetime of the final state is added, whose "
        "width grows with the energy; FEFF's Hedin-Lundqvist self-energy already contains it.",
    )


def final_state_width(energy: FloatArray) -> FloatArray:
    """Return the width of the final state by the inelastic mean free path of its electron.

    Parameters
    ----------
    energy
        Energies above the edge (eV), shape (n,).

    Returns
    -------
    ndarray
        ħv/λ (eV), shape (n,), with v = (2E/m)^½; 0 at and below the edge.

    Notes
    -----
    λ = a (2170/E² + 0.72 (aE)^½) with the monolayer a in nm (:data:`MONOLAYER`) and E in eV, for
    inorganic compounds:
    M. P. Seah and W. A. Dench, Surf. Interface Anal. 1, 2 (1979). Its use for near-edge
    structure: R. F. Egerton, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd
    ed. (2011). Both as commonly quoted, not compared with the prints.

    Examples
    --------
    >>> final_state_width(np.array([-1.0, 10.0, 30.0])).round(2).tolist()
    [0.0, 0.22, 1.95]
    """
    above = np.maximum(energy, 0.0)
    speed = np.sqrt(2 * above * elementary_charge / electron_mass)  # m/s
    # 1/λ without dividing by zero at the edge.
    per_metre = above**2 / (2170 + 0.72 * np.sqrt(MONOLAYER) * above**2.5) / (MONOLAYER * 1e-9)
    width: FloatArray = hbar * speed * per_metre / elementary_charge
    return width


def broadened(
    spectrum: Spectrum, broadening: Broadening, *, edge: float | None = None
) -> Spectrum:
    """Return a spectrum with more broadening.

    Parameters
    ----------
    spectrum
        Computed spectrum, whose first intensity is small.
    broadening
        Widths to add.
    edge
        Energy of the edge (eV), from which the energy of the final state counts.

    Returns
    -------
    Spectrum
        On multiples of :data:`STEP`, within the range of the spectrum. What is broadened across an
        end is lost there: the area of what lies well within is conserved. Above its end the
        spectrum is continued with its last intensity, so that it does not fall there.

    Raises
    ------
    ValueError
        If the final state is to be broadened and no edge is given, or
        :func:`~liponflow.analysis.eels.combine.common_grid` refuses the step.

    Examples
    --------
    >>> line = Spectrum(energies=[0.0, 49.9, 50.0, 50.1, 100.0], intensities=[0, 0, 1, 0, 0])
    >>> wide = broadened(line, Broadening(instrument=2.0))
    >>> above = wide.energy[wide.intensity >= max(wide.intensities) / 2]
    >>> round(float(above[-1] - above[0]), 1)
    2.0
    """
    if broadening.final_state and edge is None:
        raise ValueError("the width of the final state counts from the edge: give its energy")
    grid = common_grid([spectrum], STEP)
    widest = max(broadening.instrument, broadening.core_hole)
    if broadening.final_state and edge is not None:
        widest = max(widest, float(final_state_width(grid[-1:] - edge)[0]))
    margin = int(np.ceil(_REACH * widest / STEP))
    energies = grid[0] + STEP * np.arange(-margin, len(grid) + margin)
    heights = resampled(spectrum, np.minimum(energies, grid[-1]))
    lorentzian = np.full(len(energies), broadening.core_hole)
    if broadening.final_state and edge is not None:
        lorentzian += final_state_width(np.minimum(energies, grid[-1]) - edge)
    heights = _smeared(heights, lorentzian / 2, STEP, _cauchy)
    gaussian = np.full(len(energies), broadening.instrument * SIGMA_PER_FWHM)
    heights = _smeared(heights, gaussian, STEP, ndtr)
    return Spectrum.from_arrays(grid, heights[margin : margin + len(grid)])


def _cauchy(x: FloatArray) -> FloatArray:
    """Return the share of a Lorentzian of half width 1 below x."""
    share: FloatArray = 0.5 + np.arctan(x) / np.pi
    return share


def _smeared(
    heights: FloatArray,
    scales: FloatArray,
    step: float,
    cumulative: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Spread each height over a distribution of its own scale.

    Each channel takes the integral of the distribution across it, so that a width far below the
    step neither gains nor loses area.
    """
    if not scales.any():
        return heights
    n = len(heights)
    if (scales == scales[0]).all():
        borders = step * (np.arange(2 * n) - n + 0.5)
        kernel = np.diff(cumulative(borders / scales[0]))
        uniform: FloatArray = fftconvolve(heights, kernel, mode="same")
        return uniform
    borders = step * (np.arange(n + 1) - 0.5)
    total = np.zeros_like(heights)
    for source in np.flatnonzero(heights):
        if scales[source]:
            spread = np.diff(cumulative((borders - step * source) / scales[source]))
            total += heights[source] * spread
        else:
            total[source] += heights[source]
    return total
