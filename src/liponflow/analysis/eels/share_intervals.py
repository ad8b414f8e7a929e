"""Shares of references in a fitted spectrum, with intervals from the profile of the likelihood."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from liponflow.analysis.eels.poisson_fit import Components, PoissonFit, covariance, fit_counts
from liponflow.arrays import FloatArray

_PRECISION = 2e-2
"""Precision of the ends of an interval, as a share of the standard error."""


def share_covariance(fit: PoissonFit, components: Components) -> FloatArray:
    """Return the covariance of the shares, propagated from that of the weights."""
    number = components.references
    matrix, _ = covariance(fit, components)
    total = fit.weights[:number].sum()
    jacobian = (np.eye(number) - (fit.weights[:number] / total)[:, None]) / total
    propagated: FloatArray = jacobian @ matrix[:number, :number] @ jacobian.T
    return propagated


def share_intervals(
    counts: FloatArray, components: Components, fit: PoissonFit, threshold: float
) -> FloatArray:
    """Return the interval of every share in which the deviance rises by less than a threshold.

    With the share s of reference k fixed, a spectrum is a non-negative sum of the background and
    of (1 - s) r_j + s r_k, one for every other reference j. So each point of the profile is again
    a fit with non-negative weights, and an interval ends at 0 or 1 where the data do not exclude
    them.

    Parameters
    ----------
    counts
        Counts, shape (n,).
    components
        Components with references on one scale, so that shares are shares of weight.
    fit
        Best fit, with a positive weight of at least one reference.
    threshold
        Rise of the deviance at the ends.

    Returns
    -------
    numpy.ndarray
        Shape (references, 2), each row between 0 and 1.
    """
    number = components.references
    if number == 1:
        return np.ones((1, 2))
    shares = fit.weights[:number] / fit.weights[:number].sum()
    errors = np.sqrt(np.diag(share_covariance(fit, components)) * threshold)
    intervals = np.empty((number, 2))
    for index in range(number):
        if index == 1 == number - 1:
            # Two shares sum to 1, and so do the ends of their intervals.
            intervals[1] = 1 - intervals[0, ::-1]
            break

        def excess(share: float, index: int = index) -> float:
            mixing = _fixed_share(share, index, number, components.background.shape[1])
            rise = fit_counts(counts, components, mixing=mixing, start=fit.shift).deviance
            # The root of the rise is nearly linear in the share.
            return float(np.sqrt(max(rise - fit.deviance, 0.0)) - np.sqrt(threshold))

        guess = max(float(errors[index]), 1e-6)
        intervals[index] = (
            _end(excess, float(shares[index]), -guess),
            _end(excess, float(shares[index]), guess),
        )
    return intervals


def _fixed_share(share: float, index: int, references: int, background: int) -> FloatArray:
    """Return the non-negative sums of components in which one reference has a given share."""
    others = [other for other in range(references) if other != index]
    if share >= 1:
        others = others[:1]
    mixing = np.zeros((references + background, len(others) + background))
    mixing[index, : len(others)] = share
    mixing[others, range(len(others))] = 1 - share
    mixing[references:, len(others) :] = np.eye(background)
    return mixing


def _end(excess: Callable[[float], float], share: float, guess: float) -> float:
    """Return the end of an interval from a share in the direction of a guess of its distance."""
    limit = 1.0 if guess > 0 else 0.0
    inner, outer = share, share
    distance = 1.2 * guess
    while outer != limit:
        outer = min(share + distance, limit) if guess > 0 else max(share + distance, limit)
        if excess(outer) > 0:
            return float(brentq(excess, inner, outer, xtol=_PRECISION * abs(guess)))
        inner, distance = outer, 2 * distance
    return limit
