"""Weibull peak of four parameters (equation 3.3 of the dissertation of D. Cheng, 2023)."""

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np

from liponflow.analysis.measured.fit import Fit, Start, fit
from liponflow.arrays import FloatArray

PARAMETERS = ("a0", "a1", "a2", "a3")
"""Amplitude, position of the maximum (keV), width (keV, above 0), and shape (above 1.01)."""
LEAST_SHAPE = 1.01


def weibull(x: FloatArray, p: Mapping[str, float]) -> FloatArray:
    """Return the peak, 0 where its argument is negative.

    Parameters
    ----------
    x
        Energies (keV), shape (n,).
    p
        Parameters by name, see :data:`PARAMETERS`.

    Examples
    --------
    >>> p = {"a0": 2.0, "a1": 2412.0, "a2": 280.0, "a3": 7.8}
    >>> weibull(np.array([2412.0, 1000.0]), p)
    array([2., 0.])
    """
    shape = p["a3"]
    top = (shape - 1) / shape
    argument = np.maximum((x - p["a1"]) / p["a2"] + top ** (1 / shape), 0.0)
    with np.errstate(divide="ignore", over="ignore"):
        log = (shape - 1) * np.log(argument) - argument**shape + top
    return np.asarray(p["a0"] * top ** ((1 - shape) / shape) * np.exp(log))


def fit_weibull(
    x: FloatArray,
    y: FloatArray,
    error: FloatArray | None,
    model: Callable[[Mapping[str, float]], FloatArray],
) -> Fit:
    """Fit the peak by least squares, from the best of a grid of widths and shapes.

    Parameters
    ----------
    x, y
        Energies (keV) and values, shape (n,).
    error
        Standard errors of the values; None to take them as equal and from the residuals.
    model
        Values of the peak by its parameters, shape (n,): bins are as wide as its flanks, so that
        their contents are not the peak at their middles.

    Raises
    ------
    FitError
        If a parameter is not determined.
    """
    scale = np.full(len(y), np.abs(y).max()) if error is None else error

    def residual(p: Mapping[str, float]) -> FloatArray:
        return (model(p) - y) / scale

    height, place, width = float(y.max()), float(x[y.argmax()]), float(np.ptp(x))
    starts = [
        {"a0": height, "a1": place, "a2": factor * width, "a3": shape}
        for factor, shape in product((0.3, 0.6, 1.0, 1.5, 2.5), (1.5, 3.0, 6.0, 9.0))
    ]
    best = min(starts, key=lambda p: float((residual(p) ** 2).sum()))
    return fit(
        residual,
        {
            "a0": Start(best["a0"], low=0.0),
            "a1": Start(best["a1"]),
            "a2": Start(best["a2"], low=1e-3 * width),
            "a3": Start(best["a3"], low=LEAST_SHAPE, high=1e3),
        },
        noise_known=error is not None,
    )
