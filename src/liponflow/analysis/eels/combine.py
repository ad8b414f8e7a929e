"""Spectra on one grid: resampled, averaged, added and normalised."""

from collections.abc import Sequence

import numpy as np

from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.arrays import FloatArray
from liponflow.finite import check_finite

STEP = 0.05
"""Step of common grids (eV): a tenth of the resolution of a monochromated instrument."""
MOST_POINTS = 20_000
"""Most points of a common grid."""
QUIET = 0.25
"""Largest first intensity, as a share of the maximum, of a spectrum that begins below its edge.

FEFF begins 0.6 eV below, where a core hole of 0.5 eV leaves a tenth of the height of the step.
"""


def resampled(spectrum: Spectrum, grid: FloatArray) -> FloatArray:
    """Return a spectrum on other energies, by linear interpolation.

    Parameters
    ----------
    spectrum
        Spectrum whose first intensity is below :data:`QUIET` if the grid begins below it.
    grid
        Energies (eV), increasing, shape (n,).

    Returns
    -------
    ndarray
        Intensities, shape (n,). Below the first energy it is the tail of a Lorentzian step, 1/E
        from the edge, through the first point and the first that is twice as high.

    Raises
    ------
    ValueError
        If the grid reaches above the spectrum, or below a spectrum that begins within its edge.
    """
    energy, intensity = spectrum.energy, spectrum.intensity
    first, last = energy[0], energy[-1]
    tolerance = 1e-9 * abs(last)
    if grid[-1] > last + tolerance:
        raise ValueError(
            f"the grid ends at {grid[-1]:g} eV and the spectrum at {last:g} eV, and nothing is "
            "known above: end the grid there, or compute the spectrum further (xkmax)"
        )
    found: FloatArray = np.interp(grid, energy, intensity, left=0.0)
    below = grid < first - tolerance
    if not below.any() or intensity[0] == 0:
        return found
    most = intensity.max()
    if abs(intensity[0]) > QUIET * most:
        raise ValueError(
            f"the grid begins at {grid[0]:g} eV and the spectrum at {first:g} eV with "
            f"{100 * abs(intensity[0]) / np.abs(intensity).max():.0f} % of its maximum (limit "
            f"{100 * QUIET:.0f} %): it begins within the edge, and nothing is known below"
        )
    reach = 2 * (energy[np.argmax(intensity >= 2 * abs(intensity[0]))] - first)
    found[below] = intensity[0] * reach / (reach + first - grid[below])
    return found


def common_grid(spectra: Sequence[Spectrum], step: float = STEP) -> FloatArray:
    """Return energies (eV) from the first that any spectrum has to the last that all have.

    Parameters
    ----------
    spectra
        Spectra of one edge, whose ranges overlap.
    step
        Step (eV). The energies are its multiples, so that grids of different spectra agree.

    Raises
    ------
    ValueError
        If there is no spectrum, the step is not above 0, the spectra overlap by less than two
        steps, or the step makes too many points.
    """
    if not spectra:
        raise ValueError("no spectrum is given")
    if not step > 0:
        raise ValueError(f"the step of a grid must be above 0 eV, not {step:g}")
    begin = min(spectrum.energies[0] for spectrum in spectra)
    latest = max(spectrum.energies[0] for spectrum in spectra)
    end = min(spectrum.energies[-1] for spectrum in spectra)
    if latest + 2 * step > end:
        raise ValueError(
            f"the spectra do not overlap by two steps of {step:g} eV: one ends at {end:g} eV and "
            f"another begins at {latest:g} eV"
        )
    if end - begin > MOST_POINTS * step:
        raise ValueError(
            f"a step of {step:g} eV from {begin:g} to {end:g} eV makes {(end - begin) / step:.0f} "
            f"points (limit {MOST_POINTS}): choose a larger step"
        )
    # Rounding: 1.2 is the 24th multiple of 0.05, although 1.2 / 0.05 is below 24.
    grid: FloatArray = step * np.arange(
        np.ceil(begin / step - 1e-6), np.floor(end / step + 1e-6) + 1
    )
    return np.clip(grid, begin, end)


def weighted_mean(
    spectra: Sequence[Spectrum], weights: Sequence[float], step: float = STEP
) -> Spectrum:
    """Return the average of spectra, each on its own absolute energies.

    Parameters
    ----------
    spectra
        Spectra of the sites or models of one edge.
    weights
        Multiplicity or share of each; only their ratios matter.
    step
        Step of the common grid (eV).

    Returns
    -------
    Spectrum
        On :func:`common_grid`.

    Raises
    ------
    ValueError
        If the numbers of both differ, a weight is negative or not finite, all are 0, or
        :func:`common_grid` or :func:`resampled` refuse.

    Examples
    --------
    >>> one = Spectrum(energies=[0.0, 1.0, 2.0], intensities=[0.0, 2.0, 4.0])
    >>> two = Spectrum(energies=[0.0, 2.0], intensities=[0.0, 1.0])
    >>> weighted_mean([one, two], [1, 3], step=1).intensities
    [0.0, 0.875, 1.75]
    """
    shares = np.asarray(weights, dtype=float)
    if len(shares) != len(spectra):
        raise ValueError(f"{len(spectra)} spectra have {len(shares)} weights")
    check_finite(shares, "the list of weights")
    if (shares < 0).any() or not shares.sum() > 0:
        raise ValueError(
            f"weights must not be negative, nor all be 0: {', '.join(f'{w:g}' for w in shares)}"
        )
    grid = common_grid(spectra, step)
    heights = np.array([resampled(spectrum, grid) for spectrum in spectra])
    return Spectrum.from_arrays(grid, shares @ heights / shares.sum())


def added(spectra: Sequence[Spectrum], step: float = STEP) -> Spectrum:
    """Return the sum of spectra, such as L2 and L3, each on its own absolute energies.

    The splitting of the edges is that of their energies, and their ratio that of their
    intensities, both as the code gives them.

    Raises
    ------
    ValueError
        If :func:`common_grid` or :func:`resampled` refuse.

    Examples
    --------
    >>> three = Spectrum(energies=[0.0, 1.0, 3.0], intensities=[0.0, 2.0, 2.0])
    >>> two = Spectrum(energies=[1.0, 2.0, 4.0], intensities=[0.0, 1.0, 1.0])
    >>> added([two, three], step=1).intensities
    [0.0, 2.0, 3.0, 3.0]
    """
    grid = common_grid(spectra, step)
    heights = np.array([resampled(spectrum, grid) for spectrum in spectra])
    return Spectrum.from_arrays(grid, heights.sum(axis=0))


def onset(spectrum: Spectrum, share: float = 0.1) -> float:
    """Return the energy (eV) at which a spectrum first reaches a share of its maximum.

    Raises
    ------
    ValueError
        If no intensity is above 0.
    """
    most = max(spectrum.intensities)
    if not most > 0:
        raise ValueError("the spectrum has no intensity above 0, so it has no edge")
    return float(spectrum.energy[np.argmax(spectrum.intensity >= share * most)])


def area(spectrum: Spectrum, window: tuple[float, float]) -> float:
    """Return the area below a spectrum within two energies (eV), by the trapezoidal rule.

    Raises
    ------
    ValueError
        If the spectrum does not cover the window, or the window is empty.
    """
    low, high = window
    energy = spectrum.energy
    if not low < high:
        raise ValueError(f"the window from {low:g} to {high:g} eV is empty")
    if low < energy[0] or high > energy[-1]:
        raise ValueError(
            f"the window from {low:g} to {high:g} eV reaches beyond the spectrum, which covers "
            f"{energy[0]:g} to {energy[-1]:g} eV"
        )
    inner = energy[(energy > low) & (energy < high)]
    points = np.concatenate([[low], inner, [high]])
    return float(np.trapezoid(np.interp(points, energy, spectrum.intensity), points))


def normalised(spectrum: Spectrum, window: tuple[float, float] | None = None) -> Spectrum:
    """Return a spectrum with the area 1 within a window (1/eV), or with the maximum 1.

    Parameters
    ----------
    spectrum
        Spectrum.
    window
        Two energies (eV); None for the maximum.

    Raises
    ------
    ValueError
        If the area or the maximum is not above 0, or :func:`area` refuses.

    Examples
    --------
    >>> ramp = Spectrum(energies=[0.0, 2.0], intensities=[0.0, 4.0])
    >>> normalised(ramp).intensities, normalised(ramp, (0, 2)).intensities
    ([0.0, 1.0], [0.0, 1.0])
    """
    scale = max(spectrum.intensities) if window is None else area(spectrum, window)
    if not scale > 0:
        what = "maximum" if window is None else f"area from {window[0]:g} to {window[1]:g} eV"
        raise ValueError(f"the {what} of the spectrum is {scale:g}: it has no edge to normalise")
    return Spectrum.from_arrays(spectrum.energy, spectrum.intensity / scale)
