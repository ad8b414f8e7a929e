"""White lines as peaks above a background and two steps, fitted together."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from liponflow.analysis.eels.measured.background import PowerLaw
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.analysis.eels.measured.white_lines import Windows
from liponflow.analysis.measured.fit import (
    FitError,
    Start,
    fit,
    import_lmfit,
    pseudo_voigt,
)
from liponflow.arrays import FloatArray

MOST_POINTS = 2000
"""Points that are fitted; each takes about 0.1 s."""


class PeakFit(NamedTuple):
    """Areas of fitted peaks of one point (counts times eV); NaN where no fit was found."""

    l3: float
    l2: float
    error: float
    """Standard error of L3/L2 by the noise of counting."""

    @property
    def ratio(self) -> float:
        """L3/L2."""
        return self.l3 / self.l2 if self.l2 else float("nan")


def fit_peaks(
    spectrum: MeasuredSpectrum,
    windows: Windows,
    background: PowerLaw,
    scales: FloatArray,
    points: Sequence[int],
) -> list[PeakFit]:
    """Fit two pseudo-Voigt peaks of one shape, two steps and a power law to each point.

    Parameters
    ----------
    spectrum
        The points.
    windows
        Ranges of energy: the fit uses the background, the lines and the continuum.
    background
        Start of the power law.
    scales
        Variance of a value relative to the value, shape (points,).
    points
        Numbers of the points to fit.

    Returns
    -------
    list of PeakFit
        Their errors include that of the background, which is fitted with the peaks.

    Raises
    ------
    SpectrumError
        If lmfit is not installed, or there are too many points.
    """
    if len(points) > MOST_POINTS:
        raise SpectrumError(
            f"{spectrum.source}: {len(points)} points, and the fit of peaks takes at most "
            f"{MOST_POINTS}; use --method area for maps"
        )
    try:
        import_lmfit()
    except FitError as error:
        raise SpectrumError(f"--method peaks: {error}; or use --method area") from error
    energy = spectrum.energy
    used = (energy >= windows.background[0]) & (energy <= windows.continuum[1])
    used &= (energy <= windows.background[1]) | (energy >= windows.l3[0])
    x, step = energy[used], windows.continuum_shape(energy)[used]
    design = background.design(x)

    def model(p: Mapping[str, float]) -> FloatArray:
        peaks = pseudo_voigt(x, p["l3"], p["e3"], p["sigma3"], p["fraction"])
        peaks = peaks + pseudo_voigt(x, p["l2"], p["e2"], p["sigma2"], p["fraction"])
        power = np.exp(np.clip(design @ [p["log"], p["exponent"]], -60, 60))
        return np.asarray(power + p["step"] * step + peaks)

    def residual(p: Mapping[str, float], counts: FloatArray, scale: float) -> FloatArray:
        return np.asarray(deviance_residuals(counts, model(p)) / np.sqrt(scale))

    fitted = []
    for point in points:
        counts = np.maximum(spectrum.counts[point][used], 0.0)
        log, exponent = (float(value) for value in background.parameters[point])
        height = float(counts.max() - counts.min()) or 1.0
        start = {"log": Start(log), "exponent": Start(exponent), "step": Start(0.1 * height)}
        for name, place, share in zip("32", windows.steps, (1.0, 0.5), strict=True):
            start[f"l{name}"] = Start(share * height * START_WIDTH, low=0)
            start[f"e{name}"] = Start(place, place - MOST_MOVED, place + MOST_MOVED)
            start[f"sigma{name}"] = Start(START_WIDTH, 0.2, 5.0)
        start["fraction"] = Start(0.3, 0, 1)
        fitted.append(_areas(partial(residual, counts=counts, scale=scales[point]), start))
    return fitted


START_WIDTH = 1.3
"""Half width (eV) that the fit starts from."""
MOST_MOVED = 3.0
"""Farthest that a peak may be from the maximum of all points (eV)."""


def deviance_residuals(counts: FloatArray, model: FloatArray) -> FloatArray:
    """Return residuals whose squares sum to twice the Poisson log-likelihood ratio.

    Examples
    --------
    >>> deviance_residuals(np.array([110.0, 0.0]), np.array([100.0, 0.5])).round(2)
    array([ 0.98, -1.  ])
    """
    model = np.maximum(model, 1e-9)
    logs = counts * np.log(np.where(counts > 0, counts, 1.0) / model)
    deviance = np.where(counts > 0, logs, 0.0) + model - counts
    return np.asarray(np.sign(counts - model) * np.sqrt(2 * np.maximum(deviance, 0.0)))


def _areas(
    residual: Callable[[Mapping[str, float]], FloatArray], start: Mapping[str, Start]
) -> PeakFit:
    try:
        found = fit(residual, start, noise_known=True, needed=("l3", "l2"))
    except FitError:
        return PeakFit(float("nan"), float("nan"), float("nan"))
    _, variance = found.evaluate(lambda p: np.array([p["l3"] / p["l2"]]))
    return PeakFit(found["l3"], found["l2"], float(np.sqrt(max(variance[0, 0], 0.0))))
