"""A step in a profile: an error function between two plateaus.

Its onset is where it has gone through 5 % of its height, and its end where through 95 %,
seen from the plateau that is poorer in the element. Diffusion between two half-spaces gives this
shape, and a beam of finite width makes it of a sharp step.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from liponflow.analysis.measured.fit import Fit, Start, fit
from liponflow.arrays import FloatArray

SHARE = 0.05
"""Part of the height at the onset, and that is missing at the end: our choice."""
REACH = float(norm.ppf(1 - SHARE))
"""Distance of onset and end from the centre, in standard deviations of the step."""
SEEN = 3.0
"""Standard deviations above the poorer plateau at which an element is seen."""
LEAST_POINTS = 6
"""Points that the fit of four parameters with an error needs."""


class Profile(NamedTuple):
    """Profile of one element.

    Attributes
    ----------
    element
        Name of the column.
    position
        Ascending, shape (n,).
    values
        Shape (n,).
    counts
        Whether the values are counts, whose noise is known.
    """

    element: str
    position: FloatArray
    values: FloatArray
    counts: bool


class Step(NamedTuple):
    """A fitted step.

    Attributes
    ----------
    found
        Parameters ``low`` and ``high`` (plateaus before and after), ``centre`` and ``spread``.
    rises
        Whether the element is richer at larger positions.
    fitted
        Values of the step, shape (n,).
    noise
        Standard deviation at the poorer plateau.
    """

    found: Fit
    rises: bool
    fitted: FloatArray
    noise: float

    @property
    def sign(self) -> int:
        """1 if the element is richer at larger positions, -1 otherwise."""
        return 1 if self.rises else -1

    def edge(self, p: Mapping[str, float]) -> FloatArray:
        """Return onset, end and their distance."""
        reach = self.sign * REACH * p["spread"]
        return np.array([p["centre"] - reach, p["centre"] + reach, 2 * REACH * p["spread"]])

    @property
    def poor(self) -> float:
        """Value of the poorer plateau."""
        return min(self.found["low"], self.found["high"])

    @property
    def height(self) -> float:
        """Height of the step."""
        return abs(self.found["high"] - self.found["low"])


def fit_step(profile: Profile) -> Step:
    """Fit a step to a profile.

    Parameters
    ----------
    profile
        Counts are fitted with their noise, others with that of the residuals.

    Raises
    ------
    FitError
        If a parameter is not determined, as without a plateau on one side.

    Examples
    --------
    >>> x = np.linspace(0, 200, 41)
    >>> values = 100 * norm.cdf((x - 90) / 23) + np.where(np.arange(41) % 2, 0.5, -0.5)
    >>> step = fit_step(Profile("N", x, values, False))
    >>> step.rises, step.edge(step.found.by_name(step.found.values)).round().tolist()
    (True, [52.0, 128.0, 76.0])
    """
    x, y = profile.position, profile.values
    sigma = (
        np.sqrt(np.maximum(y, 1.0)) if profile.counts else np.full(len(y), max(np.ptp(y), 1e-30))
    )

    def model(p: Mapping[str, float]) -> FloatArray:
        step = norm.cdf((x - p["centre"]) / p["spread"])
        return np.asarray(p["low"] + (p["high"] - p["low"]) * step)

    edge = max(len(x) // 6, 1)
    low, high = float(y[:edge].mean()), float(y[-edge:].mean())
    half = (y - 0.5 * (low + high)) * np.sign(high - low)
    crossing = float(x[int(np.argmax(half > 0))])
    spacing = float(np.diff(x).min())
    span = float(x[-1] - x[0])
    found = fit(
        lambda p: (model(p) - y) / sigma,
        {
            "low": Start(low),
            "high": Start(high),
            "centre": Start(crossing, x[0] - span, x[-1] + span),
            "spread": Start(max(span / 10, spacing), 1e-2 * spacing, 3 * span),
        },
        noise_known=profile.counts,
    )
    fitted = model(found.by_name(found.values))
    rises = found["high"] > found["low"]
    noise = float(np.sqrt(((y - fitted) ** 2).sum() / found.freedom))
    if profile.counts:
        noise = float(np.sqrt(max(min(found["low"], found["high"]), 1.0)))
    return Step(found, rises, fitted, noise)


def first_seen(profile: Profile, step: Step) -> tuple[float | None, float | None]:
    """Return the first position at which an element is seen from there on, and the one before.

    Parameters
    ----------
    profile, step
        Profile and its step.

    Returns
    -------
    tuple
        Both None if it is never seen; the second None if it is seen from the beginning.
    """
    order = slice(None) if step.rises else slice(None, None, -1)
    x, above = profile.position[order], profile.values[order] > step.poor + SEEN * step.noise
    hidden = np.flatnonzero(~above)
    first = 0 if not len(hidden) else int(hidden[-1]) + 1
    if first == len(x):
        return None, None
    return float(x[first]), float(x[first - 1]) if first else None
