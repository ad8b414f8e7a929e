"""Fits by least squares, with intervals.

lmfit is optional and imported in this module only.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm, t

from liponflow.arrays import FloatArray

_STEP = 1e-4
"""Step of numerical derivatives, in standard errors."""
_LIMIT = 1e-3
"""Distance from a limit, in parts of the allowed range, within which a parameter is at it."""
_DIFFERENCE = 1e-5
"""Step of the derivatives of residuals, relative to the parameter."""
_BOTH_SIDES = 0.975
"""Quantile at the upper end of an interval of 95 %."""


class FitError(ValueError):
    """A fit that found no parameters, or none with errors."""

    page = "docs/measurements.md"


@dataclass(frozen=True)
class Start:
    """Where the fit of a parameter starts, and the limits of it."""

    value: float
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True)
class Fit:
    """Fitted parameters.

    Attributes
    ----------
    names
        Of the parameters.
    values
        Shape (n,).
    covariance
        Shape (n, n).
    chi_square
        Sum of the squared residuals.
    freedom
        Degrees of freedom.
    quantile
        Half width of an interval of 95 % in standard errors.
    """

    names: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    chi_square: float
    freedom: int
    quantile: float

    def __getitem__(self, name: str) -> float:
        """Return the value of a parameter."""
        return float(self.values[self.names.index(name)])

    def error(self, name: str) -> float:
        """Return the standard error of a parameter."""
        place = self.names.index(name)
        return float(np.sqrt(self.covariance[place, place]))

    def interval(self, name: str) -> tuple[float, float]:
        """Return the limits of 95 % of a parameter, symmetric about its value."""
        half = self.quantile * self.error(name)
        return self[name] - half, self[name] + half

    def by_name(self, values: FloatArray) -> dict[str, float]:
        """Return values of the parameters by name."""
        return dict(zip(self.names, values.tolist(), strict=True))

    def evaluate(
        self, function: Callable[[Mapping[str, float]], FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Return a function of the parameters and the covariance of its values.

        Parameters
        ----------
        function
            Of the parameters by name; returns an array of shape (m,).

        Returns
        -------
        tuple
            Values (m,) and their covariance (m, m), by linear propagation.
        """
        errors = np.sqrt(np.diag(self.covariance))
        slopes = []
        for place, error in enumerate(errors):
            if not error > 0:
                slopes.append(np.zeros_like(function(self.by_name(self.values))))
                continue
            step = np.zeros(len(errors))
            step[place] = _STEP * error
            above, below = (function(self.by_name(self.values + s * step)) for s in (1, -1))
            slopes.append((above - below) / (2 * _STEP * error))
        jacobian = np.array(slopes).T
        return function(self.by_name(self.values)), jacobian @ self.covariance @ jacobian.T


def fit(
    residual: Callable[[Mapping[str, float]], FloatArray],
    start: Mapping[str, Start],
    *,
    noise_known: bool,
    needed: Collection[str] | None = None,
) -> Fit:
    """Return the parameters with the least sum of squared residuals.

    Parameters
    ----------
    residual
        Residuals of the parameters by name, shape (n,).
    start
        Start and limits of each parameter.
    noise_known
        Whether residuals are in units of their standard errors. If not, the covariance is scaled
        by the residuals, and intervals are those of Student's t.
    needed
        Parameters that must be within their limits; all by default. Where others end at one, the
        covariance is that of all parameters there, as if they had none.

    Raises
    ------
    FitError
        If lmfit is not installed, the fit does not end, or a parameter has no error because it is
        at a limit or the data do not determine it.

    Examples
    --------
    >>> x = np.arange(20.0)
    >>> y = 3 * x + 1 + np.where(x % 2, 0.1, -0.1)
    >>> line = fit(lambda p: p["a"] * x + p["b"] - y, {"a": Start(1.0), "b": Start(0.0)},
    ...            noise_known=False)
    >>> round(line["a"], 2), round(line.error("a"), 3)
    (3.0, 0.004)
    """
    lmfit = import_lmfit()
    parameters = lmfit.Parameters()
    for name, item in start.items():
        parameters.add(name, item.value, min=item.low, max=item.high)

    def minimized(given: Any) -> Any:
        return lmfit.minimize(
            lambda p: residual(p.valuesdict()), given, scale_covar=not noise_known
        )

    found = minimized(parameters)
    held = [] if needed is None else _at_limit(found, start.keys() - set(needed))
    if held:
        for name in held:
            found.params[name].vary = False
        found = minimized(found.params)
    if not found.success or found.nfree < 1:
        raise FitError(f"the fit of {', '.join(start)} does not end: {found.message}")
    names = list(start)
    values = np.array([found.params[name].value for name in names])
    if held:
        scale = 1.0 if noise_known else float(found.chisqr) / found.nfree
        covariance = scale * _curvature(residual, names, values)
    elif found.covar is None:
        covariance = np.full((len(names), len(names)), np.nan)
    else:
        order = [found.var_names.index(name) for name in names]
        covariance = np.asarray(found.covar)[np.ix_(order, order)]
    unknown = [
        name for name, square in zip(names, np.diag(covariance), strict=True) if not square > 0
    ]
    if unknown:
        raise FitError(
            f"the data do not determine {', '.join(unknown)}: "
            + ", ".join(f"{name} = {found.params[name].value:.4g}" for name in unknown)
        )
    return Fit(
        names=tuple(names),
        values=values,
        covariance=covariance,
        chi_square=float(found.chisqr),
        freedom=int(found.nfree),
        quantile=float(norm.ppf(_BOTH_SIDES) if noise_known else t.ppf(_BOTH_SIDES, found.nfree)),
    )


def pseudo_voigt(
    x: FloatArray, area: float, centre: float, sigma: float, fraction: float
) -> FloatArray:
    """Return a peak: a Gaussian and a Lorentzian of the same half width, mixed.

    Parameters
    ----------
    x
        Shape (n,).
    area, centre
        Of the peak.
    sigma
        Half width at half maximum.
    fraction
        Part of the area that is Lorentzian.
    """
    return np.asarray(import_lmfit().lineshapes.pvoigt(x, area, centre, sigma, fraction))


def import_lmfit() -> Any:
    """Import lmfit.

    Raises
    ------
    FitError
        If it is not installed.
    """
    try:
        import lmfit
    except ImportError as error:
        raise FitError(
            "fits need lmfit, which is not installed: `pip install 'liponflow[spectra]'`"
        ) from error
    return lmfit


def _at_limit(found: Any, names: Collection[str]) -> list[str]:
    held = []
    for name in names:
        parameter = found.params[name]
        width = parameter.max - parameter.min
        if np.isfinite(width):
            nearest = min(parameter.value - parameter.min, parameter.max - parameter.value)
            if nearest < _LIMIT * width:
                held.append(name)
    return held


def _curvature(
    residual: Callable[[Mapping[str, float]], FloatArray], names: Sequence[str], values: FloatArray
) -> FloatArray:
    """Return the inverse of the curvature of half the sum of squares; NaN if it has none."""
    columns = []
    for place, value in enumerate(values):
        step = np.zeros(len(values))
        step[place] = _DIFFERENCE * max(abs(value), _DIFFERENCE)
        above, below = (
            residual(dict(zip(names, (values + sign * step).tolist(), strict=True)))
            for sign in (1, -1)
        )
        columns.append((above - below) / (2 * step[place]))
    jacobian = np.array(columns).T
    try:
        return np.asarray(np.linalg.inv(jacobian.T @ jacobian))
    except np.linalg.LinAlgError:
        return np.full((len(values), len(values)), np.nan)
