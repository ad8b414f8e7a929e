"""Deconvolution of a ³¹P spectrum into one peak for each unit.

In a glass, the shifts of a unit are distributed, so its peak is a Gaussian, or mixed with a
Lorentzian. Areas are proportional to numbers of P if the recycle delay was long enough for all.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from liponflow.analysis.measured.fit import Fit, FitError, Start, fit, pseudo_voigt
from liponflow.analysis.nmr.populations import Shares
from liponflow.analysis.nmr.share_limits import Profile
from liponflow.arrays import FloatArray

Shape = Literal["gaussian", "pseudo-voigt"]

PER_UNIT = 5
"""Points of the spectrum that each unit needs at least."""
_AT_LIMIT = 0.02
"""Part of the reach within which a shift counts as at its limit."""


class Peak(NamedTuple):
    """A fitted peak."""

    unit: str
    shift: float
    """ppm."""
    width: float
    """Full width at half maximum, ppm."""


class Deconvolution(NamedTuple):
    """Shares of units in a spectrum.

    Attributes
    ----------
    shares
        By area; errors and limits contain the correlation of neighbouring noise.
    peaks
        In the order of the given shifts.
    parts
        Intensity of each peak, shape (units, n), above the baseline.
    baseline
        Constant below the peaks.
    correlation
        Points of the noise that count as one.
    at_limit
        Units whose shift is at the end of its reach.
    """

    shares: Shares
    peaks: list[Peak]
    parts: FloatArray
    baseline: float
    correlation: float
    at_limit: list[str]


def deconvolve(
    source: str,
    shift: FloatArray,
    intensity: FloatArray,
    units: Mapping[str, float],
    *,
    reach: float,
    shape: Shape,
) -> Deconvolution:
    """Fit a peak for each unit and a constant baseline.

    Parameters
    ----------
    source
        The file, for messages.
    shift, intensity
        Spectrum, ascending shifts (ppm), shape (n,).
    units
        Shift of each unit (ppm).
    reach
        Largest distance of a peak from its shift (ppm).
    shape
        Gaussian, or with a Lorentzian part that all peaks share.

    Raises
    ------
    FitError
        If an area is not determined; the remedy is named.
    """
    if len(shift) < PER_UNIT * len(units):
        raise FitError(
            f"{source}: {len(shift)} points for {len(units)} units; at least {PER_UNIT} each are "
            "needed: choose a wider --window"
        )
    height = float(intensity.max() - intensity.min()) or 1.0
    width = min(float(np.ptp(shift)) / 4, _spacing(units, reach))
    start = {"baseline": Start(float(intensity.min()))}
    for number, place in enumerate(units.values()):
        near = float(np.interp(place, shift, intensity)) - float(intensity.min())
        start |= {
            f"area{number}": Start(max(near, 0.05 * height) * width),
            f"shift{number}": Start(place, place - reach, place + reach),
            f"sigma{number}": Start(0.5 * width, 0.02 * width, 10 * width),
        }
    if shape == "pseudo-voigt":
        start["fraction"] = Start(0.3, 0.0, 1.0)

    def parts(p: Mapping[str, float]) -> FloatArray:
        return np.array([_peak(shift, p, number) for number in range(len(units))])

    areas = [f"area{number}" for number in range(len(units))]
    try:
        found = fit(
            lambda p: (parts(p).sum(axis=0) + p["baseline"] - intensity) / height,
            start,
            noise_known=False,
            needed=areas,
        )
    except FitError as error:
        raise FitError(
            f"{source}: {error}; leave out a unit that the spectrum does not show, or give "
            "--shifts nearer to its peaks"
        ) from error
    p = found.by_name(found.values)
    residual = parts(p).sum(axis=0) + p["baseline"] - intensity
    together = correlation_time(residual)
    others = {name: item for name, item in start.items() if not name.startswith(("area", "base"))}
    profile = Profile.of(
        shift,
        intensity,
        others,
        np.array([p[name] for name in others]),
        freedom=found.freedom,
        together=together,
    )
    return Deconvolution(
        shares=_shares(source, found, list(units), together, profile),
        peaks=[
            Peak(unit, p[f"shift{n}"], 2 * abs(p[f"sigma{n}"])) for n, unit in enumerate(units)
        ],
        parts=parts(p),
        baseline=p["baseline"],
        correlation=together,
        at_limit=[
            unit
            for n, (unit, place) in enumerate(units.items())
            if abs(p[f"shift{n}"] - place) > (1 - _AT_LIMIT) * reach
        ],
    )


def correlation_time(noise: FloatArray) -> float:
    """Return how many neighbouring points of noise count as one.

    Zero filling and broadening of a spectrum correlate neighbours. It is 1 plus twice the sum of
    the correlation up to its first zero.

    Examples
    --------
    >>> white = np.random.default_rng(0).normal(size=2000)
    >>> round(correlation_time(white), 1), round(correlation_time(np.repeat(white, 4)), 0)
    (1.0, 4.0)
    """
    centred = noise - noise.mean()
    variance = float(centred @ centred)
    if not variance > 0:
        return 1.0
    total = 1.0
    for lag in range(1, len(centred) // 2):
        value = float(centred[:-lag] @ centred[lag:]) / variance
        if value <= 0:
            break
        total += 2 * value
    return total


def _peak(shift: FloatArray, p: Mapping[str, float], number: int) -> FloatArray:
    half = p[f"sigma{number}"]
    centre, area = p[f"shift{number}"], p[f"area{number}"]
    return pseudo_voigt(shift, area, centre, half, p.get("fraction", 0.0))


def _spacing(units: Mapping[str, float], reach: float) -> float:
    places = sorted(units.values())
    apart = float(np.diff(places).min()) if len(places) > 1 else 0.0
    return max(apart, 0.5 * reach)


def _shares(
    source: str, found: Fit, units: list[str], together: float, profile: Profile
) -> Shares:
    def shares(p: Mapping[str, float]) -> FloatArray:
        areas = np.array([p[f"area{number}"] for number in range(len(units))])
        return np.asarray(areas / areas.sum())

    values, covariance = found.evaluate(shares)
    errors = np.sqrt(np.diag(covariance) * together)
    ends = {
        unit: profile.limits(number, float(values[number]), float(errors[number]))
        for number, unit in enumerate(units)
        if len(units) > 1
    }
    return Shares(
        source,
        dict(zip(units, values.tolist(), strict=True)),
        dict(zip(units, errors.tolist(), strict=True)),
        ends,
    )
