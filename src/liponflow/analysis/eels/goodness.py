"""Whether the residuals of a fit show more than noise."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from liponflow.analysis.eels.poisson_fit import deviance
from liponflow.arrays import FloatArray

ACCURACY = 1e-3
"""Residuals, as a share of the mean intensity, that the interpolation of references leaves."""
LEAST_COUNTS = 10.0
"""Expected counts of a bin: with fewer, chi² and the deviance do not follow their distribution."""


@dataclass(frozen=True)
class Goodness:
    """Goodness of the fit of one spectrum.

    Attributes
    ----------
    chi2, deviance
        Pearson chi² and deviance of the bins.
    dof
        Bins less fitted parameters.
    dispersion
        Variance over mean of the counts: 1, or chi² per degree of freedom if estimated.
    probability
        Probability of at least this chi² by chance; None if the dispersion is estimated, or the
        counts are too few.
    correlation
        Correlation of neighbouring residuals.
    correlation_probability
        Probability of at least this correlation by chance.
    residuals
        Measured less expected, in standard deviations, shape (n,).
    """

    chi2: float
    deviance: float
    dof: int
    dispersion: float
    probability: float | None
    correlation: float
    correlation_probability: float
    residuals: FloatArray


def goodness(
    counts: FloatArray, expected: FloatArray, parameters: int, *, poisson: bool
) -> Goodness:
    """Return how well expected counts describe counts.

    Parameters
    ----------
    counts, expected
        Shape (n,); expected counts are positive.
    parameters
        Fitted parameters.
    poisson
        Whether the variance of a count is its mean. If not, it is proportional to it.

    Returns
    -------
    Goodness
        Of Poisson counts, adjacent channels are added up to bins of :data:`LEAST_COUNTS`.

    Notes
    -----
    The correlation of n independent residuals is normal about 0 with the variance 1/n.
    """
    binned, fitted = _bins(counts, expected) if poisson else (counts, expected)
    dof = max(len(binned) - parameters, 1)
    testable = poisson and len(binned) > parameters
    pearson = float(np.sum((binned - fitted) ** 2 / fitted))
    # Noise-free spectra have no dispersion; the least keeps residuals finite.
    dispersion = 1.0 if poisson else max(pearson / dof, 1e-20 * float(expected.mean()))
    residuals = (binned - fitted) / np.sqrt(fitted * dispersion)
    squares = float(residuals @ residuals)
    accurate = np.mean((binned - fitted) ** 2) <= (ACCURACY * fitted.mean()) ** 2
    correlation = float(residuals[1:] @ residuals[:-1]) / squares if squares > 0 else 0.0
    score = correlation * np.sqrt(len(residuals))
    return Goodness(
        chi2=pearson,
        deviance=deviance(binned, fitted),
        dof=dof,
        dispersion=dispersion,
        probability=float(chi2.sf(pearson, dof)) if testable else None,
        correlation=correlation,
        correlation_probability=1.0 if accurate else float(norm.sf(score)),
        residuals=(counts - expected) / np.sqrt(expected * dispersion),
    )


def _bins(counts: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Add adjacent channels until each bin is expected to hold enough counts."""
    starts, held = [0], 0.0
    for channel, value in enumerate(expected[:-1]):
        held += float(value)
        if held >= LEAST_COUNTS:
            starts.append(channel + 1)
            held = 0.0
    if held + float(expected[-1]) < LEAST_COUNTS and len(starts) > 1:
        starts.pop()
    return np.add.reduceat(counts, starts), np.add.reduceat(expected, starts)
