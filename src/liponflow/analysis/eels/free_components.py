"""Free non-negative components (NMF) of a scan, to see whether references are missing.

They are a diagnosis only: components that explain the counts equally well are not unique, so their
weights are not shares of phases.
"""

import warnings

import numpy as np
from scipy.stats import f as f_distribution

from liponflow.analysis.eels.mixture_result import FreeComponents
from liponflow.analysis.eels.poisson_fit import deviance
from liponflow.arrays import FloatArray

LEVEL = 1e-3
"""Probability below which a better fit is not chance."""
MOST_ITERATIONS = 2000
_LEAST = 1e-3
"""Least start of a factor, as a share of its mean: a factor of zero would stay zero."""


def free_components(
    counts: FloatArray,
    weights: FloatArray,
    components: FloatArray,
    *,
    fitted: float,
    dof: int,
) -> FreeComponents | None:
    """Return what as many free components as are fitted reach, and what one more reaches.

    Parameters
    ----------
    counts
        Counts of the scan, shape (points, channels).
    weights
        Fitted weights, shape (points, components); the free components start from the fit.
    components
        Components at the median energy shift, shape (components, channels).
    fitted
        Deviance of the fit.
    dof
        Its degrees of freedom.

    Returns
    -------
    FreeComponents or None
        None with fewer points than components plus two: free components fit so few whatever the
        references are.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    """
    number = len(components)
    points, channels = counts.shape
    if points < number + 2:
        return None
    own = np.maximum((counts - weights @ components).sum(axis=0), 0.0)
    own += _LEAST * counts.mean()
    reached = (
        _deviance(counts, weights, components),
        _deviance(
            counts,
            np.hstack([weights, np.full((points, 1), 1 / points)]),
            np.vstack([components, own]),
        ),
    )
    # K profiles and K weights per point, less the freedom to mix the components.
    free_dof, more_dof = (
        max(points * channels - rank * (points + channels - rank), 1)
        for rank in (number, number + 1)
    )
    references, free, more = fitted / dof, reached[0] / free_dof, reached[1] / more_dof
    missing = _worse(references, dof, more, more_dof) and _worse(free, free_dof, more, more_dof)
    differ = _worse(references, dof, free, free_dof)
    return FreeComponents(
        components=number,
        references_deviance=references,
        free_deviance=free,
        one_more_deviance=more,
        verdict="reference missing"
        if missing
        else ("references differ" if differ else "not better"),
    )


def _worse(deviance_per_dof: float, dof: int, other: float, other_dof: int) -> bool:
    """Return whether a deviance exceeds another by more than chance (F test)."""
    if other <= 0:
        return deviance_per_dof > 0
    return bool(f_distribution.sf(deviance_per_dof / other, dof, other_dof) < LEVEL)


def _deviance(counts: FloatArray, weights: FloatArray, components: FloatArray) -> float:
    """Return the deviance of free components that start from weights and components."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(  # type: ignore[no-untyped-call]
        n_components=len(components),
        init="custom",
        solver="mu",
        beta_loss="kullback-leibler",
        max_iter=MOST_ITERATIONS,
        tol=1e-5,
    )
    with warnings.catch_warnings():
        # An unfinished descent understates what free components reach: it claims too little.
        warnings.simplefilter("ignore", ConvergenceWarning)
        free = model.fit_transform(counts, W=_positive(weights), H=_positive(components))
    expected = np.maximum(free @ model.components_, 1e-12 * counts.mean())
    return deviance(counts, expected)


def _positive(factors: FloatArray) -> FloatArray:
    """Return factors without zeros, which multiplicative updates keep."""
    positive: FloatArray = np.maximum(factors, _LEAST * factors.mean())
    return np.ascontiguousarray(positive)
