"""Straight line through mean-squared displacements, with the covariance of Brownian motion.

Windows of one run overlap, so that its mean-squared displacements are correlated and a common fit
gives errors that are far too small. For Gaussian displacements u and v,
cov(u², v²) = 2 cov(u, v)², and cov(u, v) is 2 D times the common time of their windows, plus what
both owe to the vibration at a common end (for the idea: X. Michalet, Phys. Rev. E 82, 041914
(2010); A. R. McCluskey, S. W. Coles, B. J. Morgan, J. Chem. Theory Comput. 21, 79 (2025)). Then
generalised least squares give the posterior of the slope under a flat prior, which is Gaussian.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import chi2

from liponflow.arrays import FloatArray, IntArray

CONFIDENCE = 0.99
"""Part of the lines through Brownian motion that count as straight."""
_ITERATIONS = 3
"""The covariance depends on the line; it changes by less than 1 % after these."""
_LEAST = 1e-3
"""Least slope in the covariance, relative to the largest MSD over the longest interval."""
_RIDGE = 1e-10
"""Added to the diagonal of the correlation, whose smallest eigenvalues are near rounding."""
_AT_REST = 1e-12
"""MSD (Å²) that is rounding."""


@dataclass(frozen=True)
class Windows:
    """Windows whose squared displacements were averaged.

    Attributes
    ----------
    lags, spacings
        Length of the windows, and distance of their beginnings, in frames, shape (n,).
    frames
        Frames of the run.
    """

    lags: IntArray
    spacings: IntArray
    frames: int

    @cached_property
    def _moments(self) -> FloatArray:
        """Means over pairs of windows of c², 2 c e and e², shape (3, n, n).

        c is their common time, and e counts their common ends, negative where one begins where
        the other ends.
        """
        size = len(self.lags)
        found = np.empty((3, size, size))
        for one in range(size):
            for other in range(one, size):
                found[:, one, other] = found[:, other, one] = self._pair(one, other)
        return found

    def _pair(self, one: int, other: int) -> FloatArray:
        a, b = int(self.lags[one]), int(self.lags[other])
        fine, coarse = int(self.spacings[one]), int(self.spacings[other])
        last = self.frames - 1
        # Window b begins `shift` frames after window a.
        shift = np.arange(-(b // fine) * fine, a + 1, fine)
        common = (np.minimum(a, shift + b) - np.maximum(0, shift)).astype(float)
        ends = (shift == 0).astype(float) + (shift + b == a) - (shift == a) - (shift + b == 0)
        begin = np.maximum(0, shift)
        end = np.minimum(last - b, last - a + shift)
        pairs = np.maximum(end // coarse - -(-begin // coarse) + 1, 0)
        windows = ((last - a) // fine + 1) * ((last - b) // coarse + 1)
        return (
            np.array([pairs @ common**2, 2 * pairs @ (common * ends), pairs @ ends**2]) / windows
        )

    def covariance(self, drift: float, noise: float) -> FloatArray:
        """Return the covariance of the mean squares of one coordinate of one ion, (n, n), Å⁴.

        Parameters
        ----------
        drift
            Variance that a coordinate gains per frame, Å².
        noise
            Variance of its vibration, Å².
        """
        squares, mixed, ends = self._moments
        found: FloatArray = 2 * (drift**2 * squares + drift * noise * mixed + noise**2 * ends)
        return found


@dataclass(frozen=True)
class Line:
    """Fitted line.

    Attributes
    ----------
    slope, intercept
        Of the mean-squared displacement: Å² per frame, and Å².
    error
        Standard deviation of the slope.
    chi_square
        Of the residuals.
    freedom
        Degrees of freedom.
    """

    slope: float
    intercept: float
    error: float
    chi_square: float
    freedom: int

    @property
    def fits(self) -> bool:
        """Whether the residuals are within what the covariance allows."""
        return self.chi_square <= float(chi2.ppf(CONFIDENCE, self.freedom))


def fit_line(
    squares: FloatArray,
    windows: Windows,
    *,
    dimensions: int,
    copies: int,
    first: int = 0,
    excess: float = 1.0,
) -> Line:
    """Fit a line to mean-squared displacements.

    Parameters
    ----------
    squares
        Mean-squared displacements, shape (n,), Å².
    windows
        Their windows.
    dimensions
        Coordinates that are summed.
    copies
        Independent ions that are averaged.
    first
        Interval from which on the line is fitted.
    excess
        Factor of the covariance, for squared displacements that scatter more than Gaussian ones.

    Returns
    -------
    Line
        The line.
    """
    lags = windows.lags[first:].astype(float)
    squares = squares[first:]
    if squares.max() < _AT_REST:
        return Line(slope=0.0, intercept=0.0, error=0.0, chi_square=0.0, freedom=len(lags) - 2)
    design = np.stack([lags, np.ones_like(lags)], axis=1)
    slope, intercept = np.polyfit(lags, squares, 1)
    for _ in range(_ITERATIONS):
        drift = max(slope, _LEAST * squares.max() / lags.max()) / dimensions
        noise = max(intercept, 0.0) / (2 * dimensions)
        covariance = windows.covariance(drift, noise)[first:, first:]
        covariance = covariance * dimensions / copies * excess
        scale = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(scale, scale) + _RIDGE * np.eye(len(lags))
        factor = cho_factor(correlation)
        scaled = design / scale[:, None]
        weighted = cho_solve(factor, scaled)
        inverse = np.linalg.inv(scaled.T @ weighted)
        slope, intercept = inverse @ (weighted.T @ (squares / scale))
    rest = (squares - design @ [slope, intercept]) / scale
    return Line(
        slope=float(slope),
        intercept=float(intercept),
        error=float(np.sqrt(inverse[0, 0])),
        chi_square=float(rest @ cho_solve(factor, rest)),
        freedom=len(lags) - 2,
    )
