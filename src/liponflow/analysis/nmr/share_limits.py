"""Limits of the shares of units in a spectrum, by the profile of the sum of squares.

The share of one unit is held, and everything else is fitted again: the share is within its limits
of 95 % as long as the sum of squares does not grow by more than Fisher's quantile allows. Unlike
errors from the curvature, this knows that shares of overlapping peaks are not linear in shifts and
widths. Areas and baseline are linear, and solved for at each step of the rest (G. Golub and V.
Pereyra, Inverse Problems 19, R1 (2003)).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.stats import f as fisher

from liponflow.analysis.measured.fit import Start, pseudo_voigt
from liponflow.arrays import FloatArray

LEVEL = 0.95
_LARGEST = 1 - 1e-6
"""Largest share that is tried."""
_FIRST_STEP = 2.5
"""First distance from the best share, in its standard errors."""
_CLOSE = 0.03
"""Error of a limit, in standard errors of the share."""
_WIDENINGS = 8
_INSIDE = 1e-9
"""Distance that a start keeps from the limits of a parameter, in parts of their distance."""


@dataclass(frozen=True)
class Profile:
    """The sum of squares of a spectrum against the share of one unit.

    Attributes
    ----------
    shift, intensity
        Spectrum, shape (n,).
    units
        Number of units.
    starts
        Limits of the parameters that are not linear: ``shift0``, ``sigma0``, ..., ``fraction``.
    best
        Their values in the best fit, in the order of `starts`.
    allowed
        Growth of the sum of squares within the limits.
    """

    shift: FloatArray
    intensity: FloatArray
    units: int
    starts: Mapping[str, Start]
    best: FloatArray
    allowed: float

    @classmethod
    def of(
        cls,
        shift: FloatArray,
        intensity: FloatArray,
        starts: Mapping[str, Start],
        best: FloatArray,
        *,
        freedom: int,
        together: float,
    ) -> "Profile":
        """Return the profile around a fit.

        Parameters
        ----------
        shift, intensity, starts, best
            As the attributes.
        freedom
            Degrees of freedom of the fit.
        together
            Points of the noise that count as one.
        """
        units = sum(name.startswith("shift") for name in starts)
        bare = cls(shift, intensity, units, starts, best, 0.0)
        independent = max(freedom / together, 2.0)
        allowed = bare._squares(best, None) / independent * fisher.ppf(LEVEL, 1, independent)
        return cls(shift, intensity, units, starts, best, float(allowed))

    def excess(self, unit: int, share: float) -> float:
        """Return by how much holding a share raises the sum of squares above what is allowed.

        Parameters
        ----------
        unit
            Number of the unit.
        share
            Its share, below 1.

        Returns
        -------
        float
            Over the allowed growth; negative within the limits.
        """

        def residual(p: FloatArray) -> FloatArray:
            return self._residual(p, (unit, share))

        low, high = np.array([(item.low, item.high) for item in self.starts.values()]).T
        margin = _INSIDE * (high - low)
        found = least_squares(
            residual,
            np.clip(self.best, low + margin, high - margin),
            bounds=(low, high),
        )
        return float((2 * found.cost - self._squares(self.best, None)) / self.allowed - 1)

    def limits(self, unit: int, share: float, error: float) -> tuple[float, float]:
        """Return the limits of 95 % of a share.

        Parameters
        ----------
        unit
            Number of the unit.
        share, error
            Its best value, and its standard error for a first step.
        """

        def excess(value: float) -> float:
            return self.excess(unit, value)

        low = _crossing(excess, share, -error, end=0.0)
        return low, _crossing(excess, share, error, end=_LARGEST)

    def _residual(self, p: FloatArray, held: tuple[int, float] | None) -> FloatArray:
        """Return the residuals with the best areas and baseline for the other parameters."""
        named = dict(zip(self.starts, p.tolist(), strict=True))
        peaks = [
            pseudo_voigt(
                self.shift, 1.0, named[f"shift{n}"], named[f"sigma{n}"], named.get("fraction", 0.0)
            )
            for n in range(self.units)
        ]
        if held is not None:
            # The held area is its share times the sum of the others.
            unit, share = held
            own = peaks.pop(unit) * share / (1 - share)
            peaks = [peak + own for peak in peaks]
        design = np.column_stack([*peaks, np.ones_like(self.shift)])
        linear, *_ = np.linalg.lstsq(design, self.intensity, rcond=None)
        return np.asarray(design @ linear - self.intensity)

    def _squares(self, p: FloatArray, held: tuple[int, float] | None) -> float:
        return float((self._residual(p, held) ** 2).sum())


def _crossing(excess: Callable[[float], float], best: float, error: float, *, end: float) -> float:
    """Return where the excess is 0 on one side of the best share, or the end of that side."""
    if (best - end) * error >= 0:
        return end
    inside, step = best, _FIRST_STEP * error
    for _ in range(_WIDENINGS):
        outside = best + step
        if (outside - end) * error >= 0:
            outside = end
        if excess(outside) > 0:
            return float(brentq(excess, inside, outside, xtol=_CLOSE * abs(error)))
        if outside == end:
            return end
        inside, step = outside, 2 * step
    return end
