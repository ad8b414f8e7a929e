"""White lines of 3d metals: L3/L2 above a two-step continuum, with its error.

The continuum below the white lines is two steps, two thirds of its height at L3 and one third at
L2, as many as their 2p states (D. H. Pearson, C. C. Ahn and B. Fultz, Phys. Rev. B 47, 8471
(1993)), at the maxima of the lines. Its height is that of the spectrum after L2.

Once the windows are chosen, areas are weighted sums of channels, and have their noise.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import erf

from liponflow.analysis.eels.measured.background import power_law
from liponflow.analysis.eels.measured.edges import LEdges
from liponflow.analysis.eels.measured.integration import (
    BACKGROUND_SHIFT,
    NORMAL_95,
    SIGNIFICANT,
    weighted_sums,
)
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.arrays import FloatArray

STEP_SHIFT = 0.5
"""Uncertainty of the positions of the steps (eV)."""
LARGEST_MISFIT = 8.0
"""Farthest that an axis may be from the tabulated edge (eV)."""
L3_SHARE = 2 / 3
_FWHM = 2 * np.sqrt(2 * np.log(2))
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Windows:
    """Ranges of energy (eV) of the analysis.

    Attributes
    ----------
    background
        Range of the power law.
    l3, l2
        Ranges of integration.
    continuum
        Range after L2 in which the height of the continuum is measured.
    steps
        Positions of the steps at L3 and L2.
    widths
        Widths of the steps (full width at half maximum of their derivatives).
    """

    background: tuple[float, float]
    l3: tuple[float, float]
    l2: tuple[float, float]
    continuum: tuple[float, float]
    steps: tuple[float, float]
    widths: tuple[float, float]

    def moved(self, *, background: float = 0.0, steps: float = 0.0) -> Self:
        """Return windows with the background window or the steps moved (eV)."""
        return replace(
            self,
            background=(self.background[0] + background, self.background[1] + background),
            steps=(self.steps[0] + steps, self.steps[1] + steps),
        )

    def continuum_shape(self, energy: FloatArray) -> FloatArray:
        """Return the two steps, 1 far above L2."""
        below, above = (
            0.5 * (1 + erf((energy - place) * _FWHM / (np.sqrt(2) * width)))
            for place, width in zip(self.steps, self.widths, strict=True)
        )
        return np.asarray(L3_SHARE * below + (1 - L3_SHARE) * above)


class Areas(NamedTuple):
    """Areas of the white lines of several points (counts times eV), with their noise."""

    l3: FloatArray
    l2: FloatArray
    variance_l3: FloatArray
    variance_l2: FloatArray
    covariance: FloatArray
    continuum: FloatArray
    """Height of the continuum, counts per channel."""
    dispersion: FloatArray
    """Chi² per degree of freedom of the background."""

    @property
    def ratio(self) -> FloatArray:
        """L3/L2."""
        return self.l3 / self.l2

    @property
    def ratio_error(self) -> FloatArray:
        """Standard error of L3/L2 by the noise of counting."""
        ratio = self.ratio
        variance = self.variance_l3 + ratio**2 * self.variance_l2 - 2 * ratio * self.covariance
        return np.sqrt(np.maximum(variance, 0.0)) / np.abs(self.l2)

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the limits of 95 % of L3/L2 by the noise of counting (Fieller's theorem)."""
        z2 = NORMAL_95**2
        a = self.l2**2 - z2 * self.variance_l2
        b = self.l3 * self.l2 - z2 * self.covariance
        c = self.l3**2 - z2 * self.variance_l3
        root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            return (b - root) / a, (b + root) / a

    @property
    def seen(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
        """Whether both lines are above the noise, shape (points,)."""
        return np.asarray(
            (self.l3 > SIGNIFICANT * np.sqrt(self.variance_l3))
            & (self.l2 > SIGNIFICANT * np.sqrt(self.variance_l2))
            & (self.variance_l2 > 0)
        )


def check_covered(spectrum: MeasuredSpectrum, edges: LEdges) -> None:
    """Refuse a spectrum that does not cover the L edges.

    Raises
    ------
    SpectrumError
        With the range that is needed.
    """
    energy = spectrum.energy
    needed = edges.l2 + edges.splitting
    if energy[-1] < needed or energy[0] > edges.l3 - edges.splitting:
        hint = ""
        if energy[0] <= edges.l3 / 1000 <= energy[-1] < edges.l3 / 10:
            hint = "; the axis looks like keV: write the unit in the header, as energy (keV)"
        raise SpectrumError(
            f"{spectrum.source}: covers {energy[0]:g} to {energy[-1]:g} eV, and the L edges at "
            f"{edges.l3} and {edges.l2} eV need {edges.l3 - edges.splitting:.0f} to {needed:.0f} "
            f"eV{hint or '; record the edge, or correct the axis by --axis'}"
        )


def find_lines(
    spectrum: MeasuredSpectrum, background: tuple[float, float], edges: LEdges
) -> LEdges:
    """Return the energies of the maxima of L3 and L2 (eV), all points together.

    Raises
    ------
    SpectrumError
        If too little of the background window is covered, or the channels are as wide as a line.
    """
    energy = spectrum.energy
    total = spectrum.counts.sum(axis=0, keepdims=True)
    fitted = power_law(energy, total, background, source=spectrum.source)
    signal = gaussian_filter1d(
        (total - fitted.counts(energy))[0], _SMOOTHING / spectrum.dispersion
    )
    places = []
    expected, reach = edges.l3, min(LARGEST_MISFIT, 0.9 * edges.splitting)
    for _ in edges:
        near = np.flatnonzero(np.abs(energy - expected) <= reach)
        if not near.size:
            raise SpectrumError(
                f"{spectrum.source}: no channel within {reach:.2g} eV of {expected:.1f} eV; the "
                f"channels are {spectrum.dispersion:.2g} eV wide, too wide for lines "
                f"{edges.splitting:.1f} eV apart: record with a smaller dispersion"
            )
        best = near[int(signal[near].argmax())]
        places.append(float(energy[best]))
        expected, reach = places[0] + edges.splitting, 0.4 * edges.splitting
    return LEdges(*places)


def default_windows(
    lines: LEdges,
    *,
    background: tuple[float, float],
    half_width: float | None,
    widths: tuple[float, float],
    steps: tuple[float, float] | None,
    continuum: tuple[float, float] | None,
) -> Windows:
    """Return the windows round two lines; by default those of L3 and L2 touch."""
    half = half_width if half_width is not None else 0.5 * lines.splitting
    middle = 0.5 * (lines.l3 + lines.l2)
    after = lines.l2 + max(half, 0.5 * lines.splitting) + 2.0
    return Windows(
        background=background,
        l3=(lines.l3 - half, min(lines.l3 + half, middle)),
        l2=(max(lines.l2 - half, middle), lines.l2 + half),
        continuum=continuum or (after, after + CONTINUUM_WIDTH),
        steps=steps or (lines.l3, lines.l2),
        widths=widths,
    )


CONTINUUM_WIDTH = 20.0
"""Width of the window of the continuum after L2 (eV)."""


def integrate(
    spectrum: MeasuredSpectrum, windows: Windows, response: FloatArray | None = None
) -> Areas:
    """Integrate the white lines above background and continuum.

    Parameters
    ----------
    spectrum
        One or several points.
    windows
        Ranges of energy.
    response
        Response that removes plural scattering; None to leave it in.

    Returns
    -------
    Areas
        With variances by the noise of counting: that of Poisson for real counts, unless the
        background shows more, and what the background shows for others.

    Raises
    ------
    SpectrumError
        If the spectrum does not cover a window.
    """
    sums = weighted_sums(spectrum, windows.background, _weights(spectrum, windows), response)
    values, covariance = sums.values, sums.covariance
    return Areas(
        l3=values[:, 0],
        l2=values[:, 1],
        variance_l3=covariance[:, 0, 0],
        variance_l2=covariance[:, 1, 1],
        covariance=covariance[:, 0, 1],
        continuum=values[:, 2],
        dispersion=sums.dispersion,
    )


def _weights(spectrum: MeasuredSpectrum, windows: Windows) -> FloatArray:
    """Return the weights of channels in the areas of L3 and L2 and in the continuum's height."""
    energy = spectrum.energy
    shape, widths = windows.continuum_shape(energy), np.gradient(energy)
    after = (energy >= windows.continuum[0]) & (energy <= windows.continuum[1])
    if not after.any():
        raise SpectrumError(
            f"{spectrum.source}: ends at {energy[-1]:g} eV, before the continuum after L2 at "
            f"{windows.continuum[0]:.4g} to {windows.continuum[1]:.4g} eV; give another "
            "--continuum LOW HIGH, or record to higher energies"
        )
    height = after / shape[after].sum()
    rows = []
    for low, high in (windows.l3, windows.l2):
        inside = (energy >= low) & (energy < high)
        if inside.sum() < 2:  # noqa: PLR2004 - a line has a width
            raise SpectrumError(
                f"{spectrum.source}: {int(inside.sum())} channels between {low:g} and {high:g} "
                "eV; the channels are too wide to integrate a line"
            )
        area = widths * inside
        rows.append(area - (area @ shape) * height)
    return np.array([*rows, height])


class Ratios(NamedTuple):
    """White-line ratios of several points with their errors."""

    areas: Areas
    ratio: FloatArray
    counting: FloatArray
    """Standard error by the noise of counting."""
    background: FloatArray
    """Largest change when the background window moves by 2 eV."""
    method: FloatArray
    """Largest change when the steps of the continuum move by 0.5 eV."""
    low: FloatArray
    high: FloatArray
    """Limits of 95 %, all errors together."""


def white_line_ratios(
    spectrum: MeasuredSpectrum, windows: Windows, response: FloatArray | None = None
) -> Ratios:
    """Return L3/L2 of every point with its errors.

    Parameters
    ----------
    spectrum, windows, response
        As for :func:`integrate`.

    Returns
    -------
    Ratios
        The systematic errors are added in quadrature to each half of the interval.

    Raises
    ------
    SpectrumError
        As for :func:`integrate`.
    """
    areas = integrate(spectrum, windows, response)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, low, high = areas.ratio, *areas.interval()

        def change(**shift: float) -> FloatArray:
            moved = [windows.moved(**{key: s * v for key, v in shift.items()}) for s in (-1, 1)]
            ratios = [integrate(spectrum, item, response).ratio for item in moved]
            return np.asarray(np.max([np.abs(item - ratio) for item in ratios], axis=0))

        background, method = change(background=BACKGROUND_SHIFT), change(steps=STEP_SHIFT)
        systematic = NORMAL_95 * np.hypot(background, method)
        return Ratios(
            areas=areas,
            ratio=ratio,
            counting=areas.ratio_error,
            background=background,
            method=method,
            low=ratio - np.hypot(ratio - low, systematic),
            high=ratio + np.hypot(high - ratio, systematic),
        )
