"""White lines as peaks above a background and two steps, fitted together.

lmfit is optional and imported in this module only.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from liponflow.analysis.eels.measured.background import PowerLaw
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.analysis.eels.measured.white_lines import Windows
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
        from lmfit import Parameters, minimize
        from lmfit.lineshapes import pvoigt
    except ImportError as error:
        raise SpectrumError(
            "--method peaks needs lmfit, which is not installed: `pip install "
            "'liponflow[spectra]'`, or use --method area"
        ) from error
    energy = spectrum.energy
    used = (energy >= windows.background[0]) & (energy <= windows.continuum[1])
    used &= (energy <= windows.background[1]) | (energy >= windows.l3[0])
    x, step = energy[used], windows.continuum_shape(energy)[used]
    design = background.design(x)

    def model(p: dict[str, float]) -> FloatArray:
        peaks = pvoigt(x, p["l3"], p["e3"], p["sigma3"], p["fraction"])
        peaks = peaks + pvoigt(x, p["l2"], p["e2"], p["sigma2"], p["fraction"])
        power = np.exp(np.clip(design @ [p["log"], p["exponent"]], -60, 60))
        return np.asarray(power + p["step"] * step + peaks)

    def residual(parameters: Any, counts: FloatArray, scale: float) -> FloatArray:
        residuals = deviance_residuals(counts, model(parameters.valuesdict()))
        return np.asarray(residuals / np.sqrt(scale))

    fitted = []
    for point in points:
        counts = np.maximum(spectrum.counts[point][used], 0.0)
        parameters = Parameters()
        log, exponent = (float(value) for value in background.parameters[point])
        height = float(counts.max() - counts.min()) or 1.0
        parameters.add("log", log)
        parameters.add("exponent", exponent)
        parameters.add("step", 0.1 * height)
        for name, place, share in zip("32", windows.steps, (1.0, 0.5), strict=True):
            parameters.add(f"l{name}", share * height * START_WIDTH, min=0)
            parameters.add(f"e{name}", place, min=place - MOST_MOVED, max=place + MOST_MOVED)
            parameters.add(f"sigma{name}", START_WIDTH, min=0.2, max=5.0)
        parameters.add("fraction", 0.3, min=0, max=1)
        found = minimize(residual, parameters, args=(counts, scales[point]), scale_covar=False)
        fitted.append(_areas(found))
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


def _areas(found: Any) -> PeakFit:
    l3, l2 = found.params["l3"], found.params["l2"]
    if not found.success or not l2.value or l3.stderr is None or l2.stderr is None:
        return PeakFit(float("nan"), float("nan"), float("nan"))
    ratio = l3.value / l2.value
    correlation = (l3.correl or {}).get("l2", 0.0)
    variance = l3.stderr**2 + (ratio * l2.stderr) ** 2
    variance -= 2 * ratio * correlation * l3.stderr * l2.stderr
    return PeakFit(l3.value, l2.value, float(np.sqrt(max(variance, 0.0)) / l2.value))
