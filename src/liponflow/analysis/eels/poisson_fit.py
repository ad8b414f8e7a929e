"""Maximum of the Poisson likelihood of a spectrum as a non-negative sum of components."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import nnls
from scipy.special import xlogy

from liponflow.arrays import BoolArray, FloatArray

MOST_ITERATIONS = 200
"""Iterations of a fit; a dozen are enough for spectra that the components describe."""
TOLERANCE = 1e-5
"""Change of the deviance that ends a fit, as a share of the deviance per channel."""
MOST_STARTS = 41
"""Energy shifts that are tried as a start."""
_FLOOR = 1e-12
"""Least expected counts, as a share of the most counts: no logarithm of zero."""


@dataclass(frozen=True)
class Components:
    """Reference spectra on a measured grid, each at the same energy shift, and a background.

    Attributes
    ----------
    energies
        Measured grid, ascending, shape (n,), eV.
    references
        Number of references.
    curves
        Interpolated reference spectra, those on one grid together; each covers the measured grid
        at every shift within the bound.
    background
        Components that are not shifted, shape (n, number of them).
    bound
        Largest energy shift (eV); 0 fixes it.
    """

    energies: FloatArray
    references: int
    curves: Sequence[PchipInterpolator]
    background: FloatArray
    bound: float = 0.0
    _starts: list[tuple[float, FloatArray]] = field(default_factory=list, init=False)

    def at(self, shift: float) -> FloatArray:
        """Return the components at an energy shift, shape (n, references + background)."""
        shifted = [curve(self.energies - shift) for curve in self.curves]
        return np.column_stack([*shifted, self.background])

    def slope(self, shift: float) -> FloatArray:
        """Return the derivative of the components by the energy shift (1/eV)."""
        slopes = [-curve(self.energies - shift, 1) for curve in self.curves]
        return np.column_stack([*slopes, np.zeros_like(self.background)])

    def starts(self) -> list[tuple[float, FloatArray]]:
        """Return energy shifts across the bound, and the components at each."""
        if not self._starts:
            step = 2 * float(np.diff(self.energies).max())
            number = min(MOST_STARTS, 1 + 2 * int(np.ceil(self.bound / step)))
            shifts = np.linspace(-self.bound, self.bound, number) if self.bound else np.zeros(1)
            # The smallest shift first: it is taken where the counts do not tell.
            self._starts.extend((float(at), self.at(at)) for at in sorted(shifts, key=abs))
        return self._starts


@dataclass(frozen=True)
class PoissonFit:
    """Best fit of one spectrum.

    Attributes
    ----------
    weights
        Weight of every component, none negative.
    shift
        Energy shift of the references (eV).
    expected
        Fitted counts, shape (n,).
    deviance
        Twice the logarithm of the likelihood ratio to the counts themselves.
    converged
        Whether the last step changed the deviance by less than :data:`TOLERANCE`.
    """

    weights: FloatArray
    shift: float
    expected: FloatArray
    deviance: float
    converged: bool


def deviance(counts: FloatArray, expected: FloatArray) -> float:
    """Return the Poisson deviance of expected counts.

    Examples
    --------
    >>> deviance(np.array([0.0, 2.0]), np.array([0.0, 2.0]))
    0.0
    """
    ratio = counts / np.maximum(expected, 1e-300)
    # Rounding leaves a little less than zero where they are equal.
    return max(float(2 * np.sum(expected - counts + xlogy(counts, ratio))), 0.0)


def fit_counts(
    counts: FloatArray,
    components: Components,
    *,
    mixing: FloatArray | None = None,
    start: float | None = None,
) -> PoissonFit:
    """Return the non-negative weights and the energy shift of the largest Poisson likelihood.

    Fisher scoring: each step is a least-squares problem with the variances that the last step
    expects, solved by NNLS; its fixed point is the maximum of the likelihood. The shift enters
    each problem by its derivative and is eliminated there.

    Parameters
    ----------
    counts
        Counts, shape (n,), none negative.
    components
        Components on the grid of the counts.
    mixing
        Shape (components, m): the fit is by m non-negative sums of the components.
    start
        Energy shift to start from (eV); by default the best of several across the bound.

    Returns
    -------
    PoissonFit
        With the weights of the components, whatever `mixing`.
    """
    mix = np.eye(components.references + components.background.shape[1])
    mix = mix if mixing is None else mixing
    floor = _FLOOR * max(float(counts.max()), 1e-300)
    if start is None:
        start, design = _best_start(counts, components, mix)
    else:
        design = components.at(start) @ mix
    shift = start
    root = 1 / np.sqrt(np.maximum(counts, _least_variance(counts)))
    weights = _nnls(design * root[:, None], counts * root)
    expected = np.maximum(design @ weights, floor)
    reached = deviance(counts, expected)
    for _ in range(MOST_ITERATIONS):
        root = 1 / np.sqrt(expected)
        slope = components.slope(shift) @ (mix @ weights) if components.bound else None
        aim, aim_shift = _step(
            design * root[:, None], counts * root, slope, root, shift=shift, bound=components.bound
        )
        before = reached
        for fraction in (1.0, 0.5, 0.25, 0.1, 0.01):
            tried = weights + fraction * (aim - weights)
            tried_shift = shift + fraction * (aim_shift - shift)
            tried_design = design
            if tried_shift != shift:
                tried_design = components.at(tried_shift) @ mix
            tried_expected = np.maximum(tried_design @ tried, floor)
            tried_deviance = deviance(counts, tried_expected)
            if tried_deviance <= reached:
                weights, shift, design = tried, tried_shift, tried_design
                expected, reached = tried_expected, tried_deviance
                break
        if before - reached <= TOLERANCE * reached / len(counts) + 1e-14 * counts.sum():
            return PoissonFit(mix @ weights, shift, expected, reached, converged=True)
    return PoissonFit(mix @ weights, shift, expected, reached, converged=False)


def covariance(fit: PoissonFit, components: Components) -> tuple[FloatArray, BoolArray]:
    """Return the inverse Fisher information, and which parameters are inside their bounds.

    Parameters
    ----------
    fit
        Best fit.
    components
        Components that were fitted.

    Returns
    -------
    tuple of numpy.ndarray
        Covariance of the weights and, last, of the energy shift (eV), zero for a parameter on
        its bound; True for every parameter that is inside.
    """
    columns = np.column_stack(
        [components.at(fit.shift), components.slope(fit.shift) @ fit.weights]
    )
    free = np.append(fit.weights > 0, abs(fit.shift) < components.bound)
    free &= columns.any(axis=0)
    scaled = columns[:, free] / np.sqrt(fit.expected)[:, None]
    matrix = np.zeros((len(free), len(free)))
    matrix[np.ix_(free, free)] = np.linalg.pinv(scaled.T @ scaled, hermitian=True)
    return matrix, free


def _least_variance(counts: FloatArray) -> float:
    """Return the variance of channels without counts in the first step: one count.

    Of counts in another unit, the smallest above zero stands for one count.
    """
    return float(counts[counts > 0].min(initial=max(float(counts.max()), 1e-300)))


def _best_start(
    counts: FloatArray, components: Components, mix: FloatArray
) -> tuple[float, FloatArray]:
    starts = components.starts()
    if len(starts) == 1:
        shift, design = starts[0]
        return shift, design @ mix
    root = 1 / np.sqrt(np.maximum(counts, _least_variance(counts)))
    target = counts * root
    misfits = []
    for _, design in starts:
        scaled = (design @ mix) * root[:, None]
        misfits.append(float(np.sum((scaled @ _nnls(scaled, target) - target) ** 2)))
    shift, design = starts[int(np.argmin(misfits))]
    return shift, design @ mix


def _step(
    design: FloatArray,
    target: FloatArray,
    slope: FloatArray | None,
    root: FloatArray,
    *,
    shift: float,
    bound: float,
) -> tuple[FloatArray, float]:
    """Return weights and energy shift of the least-squares problem of one step."""
    if slope is None or not slope.any():
        return _nnls(design, target), shift
    direction = slope * root
    norm = float(direction @ direction)
    along = direction @ design / norm
    weights = _nnls(
        design - np.outer(direction, along), target - direction * (direction @ target / norm)
    )
    change = float(direction @ (target - design @ weights)) / norm
    clipped = float(np.clip(shift + change, -bound, bound))
    if clipped != shift + change:
        weights = _nnls(design, target - direction * (clipped - shift))
    return weights, clipped


def _nnls(design: FloatArray, target: FloatArray) -> FloatArray:
    """Solve least squares without negative weights; columns are scaled to unit length."""
    lengths = np.sqrt(np.einsum("ij,ij->j", design, design))
    lengths[lengths == 0] = 1.0
    size = max(float(np.abs(target).max(initial=0.0)), 1e-300)
    weights: FloatArray = nnls(design / lengths, target / size)[0] * size / lengths
    return weights
