"""Depth profile: the fit of the film's bulk, its extrapolation, and what lies above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import norm

from liponflow.analysis.depth_profile.concentration import TRITON, Profile, bin_edges
from liponflow.analysis.depth_profile.result import (
    DepthProfileResult,
    ProfilePoint,
    WeibullParameter,
)
from liponflow.analysis.depth_profile.stopping import Layer, depth_of_energy
from liponflow.analysis.depth_profile.weibull import PARAMETERS, fit_weibull, weibull
from liponflow.analysis.measured.fit import Fit, FitError
from liponflow.analysis.measured.table import TableError
from liponflow.analysis.result import Provenance
from liponflow.arrays import BoolArray, FloatArray

CM_PER_UM = 1e-4
"""1 µm in cm."""
LEAST_BINS = len(PARAMETERS) + 1
"""Bins that a fit of four parameters with an error needs."""
LEAST_SHARE = 0.1
"""Part of the largest bin below which counting errors are not of interest."""
LOOSE = 0.2
"""Relative error of a parameter above which the extrapolation is doubted."""
_TWO_SIDED = float(norm.ppf(0.975))
_UNITS = {"a0": "1/cm²", "a1": "keV", "a2": "keV", "a3": ""}


@dataclass(frozen=True)
class Ranges:
    """Energies (keV) of the analysis.

    Attributes
    ----------
    resolution
        Width of the bins.
    fitted
        Where the film's bulk is alone.
    extrapolated_to
        Lowest energy of its extrapolation.
    integrated
        Where the excess is summed.
    """

    resolution: float
    fitted: tuple[float, float]
    extrapolated_to: float
    integrated: tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """What turns a sum of bins into a density.

    Attributes
    ----------
    error
        Relative standard error that all concentrations share; None if it is not known.
    layers
        Stopping powers, from the detector down; empty if unknown.
    thickness
        Length that the excess is spread over (µm); None to take it from the layers.
    host_density
        Li per cm³ of the host; None without one.
    """

    error: float | None = None
    layers: Sequence[Layer] = ()
    thickness: float | None = None
    host_density: float | None = None


def depth_profile_of(
    film: Profile, bare: Profile | None, ranges: Ranges, scale: Scale, made: Provenance, *,
    material: str,
) -> DepthProfileResult:  # fmt: skip
    """Fit a Weibull peak to the bulk of a film, extrapolate it, and sum what lies above it.

    Parameters
    ----------
    film
        Profile of the film on its electrode, or a difference.
    bare
        Profile of the electrode alone, with the same channels; None if `film` is a difference.
    ranges
        Energies of the analysis.
    scale
        Errors, lengths and host.
    made
        Provenance.
    material
        Formula or name.

    Raises
    ------
    TableError, FitError
        If too few bins are in a range, or the peak cannot be fitted.
    """
    edges = bin_edges(film.energy, ranges.resolution, ranges.fitted[0])
    whole, alone = film.binned(edges), None if bare is None else bare.binned(edges)
    difference = (film if bare is None else film.minus(bare)).binned(edges)
    _check_covered(film.energy, ranges)
    chosen = (difference.energy >= ranges.fitted[0]) & (difference.energy <= ranges.fitted[1])
    if chosen.sum() < LEAST_BINS:
        raise TableError(
            f"{int(chosen.sum())} bins of {ranges.resolution:g} keV in --window "
            f"{ranges.fitted[0]:g} {ranges.fitted[1]:g}; the fit of four parameters needs "
            f"{LEAST_BINS}: choose a wider window, or a finer --resolution if the detector has it"
        )
    errors = None if difference.variance is None else np.sqrt(difference.variance)
    y = difference.values[chosen]
    peak = partial(_peak, film.energy, edges, ranges.resolution)
    try:
        found = fit_weibull(
            difference.energy[chosen],
            y,
            None if errors is None else errors[chosen],
            lambda p: peak(p)[chosen],
        )
    except FitError as error:
        raise FitError(
            f"the Weibull peak in --window {ranges.fitted[0]:g} {ranges.fitted[1]:g}: {error}; "
            "choose a window that holds the maximum and one flank"
        ) from error
    below = difference.energy >= ranges.extrapolated_to
    modelled = below & (difference.energy <= ranges.fitted[1] + ranges.resolution)
    model, covariance = found.evaluate(peak)
    excess = _excess(difference, model, covariance, ranges, scale)
    residual = y - model[chosen]
    length = scale.thickness or _length(scale, ranges)
    density = tuple(None if length is None else v / (length * CM_PER_UM) for v in excess.limits)
    host = scale.host_density
    return DepthProfileResult(
        formula=material,
        converged=True,
        criterion="the fit of the peak ended with an error of each parameter",
        provenance=made,
        warnings=_doubts(found, excess, difference),
        bin_width=ranges.resolution,
        fitted=list(ranges.fitted),
        extrapolated_to=ranges.extrapolated_to,
        integrated=list(ranges.integrated),
        largest_error=_largest_error(whole, ranges, scale),
        scale_error=None if scale.error is None else 100 * scale.error,
        parameters=[_parameter(found, name) for name in PARAMETERS],
        r_squared=1 - float((residual**2).sum() / ((y - y.mean()) ** 2).sum()),
        excess=excess.limits[0],
        excess_low=excess.limits[1],
        excess_high=excess.limits[2],
        excess_counting=excess.counting,
        excess_extrapolation=excess.extrapolation,
        excess_length=length,
        excess_density=density[0],
        excess_density_low=density[1],
        excess_density_high=density[2],
        host_density=host,
        share=None if host is None or density[0] is None else 100 * density[0] / host,
        points=_points(
            whole=whole,
            alone=alone,
            difference=difference,
            modelled=modelled,
            model=model,
            model_error=np.sqrt(np.diag(covariance)),
            depths=_depths(scale, difference.energy),
        ),
    )


def _peak(
    energy: FloatArray, edges: FloatArray, resolution: float, p: Mapping[str, float]
) -> FloatArray:
    """Return the contents of bins: the peak at each channel, in parts of a bin."""
    parts = weibull(energy, p) * np.gradient(energy) / resolution
    return Profile(energy, parts, None).binned(edges).values


def _points(
    *,
    whole: Profile,
    alone: Profile | None,
    difference: Profile,
    modelled: BoolArray,
    model: FloatArray,
    model_error: FloatArray,
    depths: list[float | None],
) -> list[ProfilePoint]:
    return [
        ProfilePoint(
            energy=float(difference.energy[n]),
            depth=depths[n],
            film=float(whole.values[n]),
            film_error=_error(whole, n),
            bare=None if alone is None else float(alone.values[n]),
            difference=float(difference.values[n]),
            difference_error=_error(difference, n),
            model=float(model[n]) if modelled[n] else None,
            model_error=float(model_error[n]) if modelled[n] else None,
            excess=float(difference.values[n] - model[n]) if modelled[n] else None,
        )
        for n in range(len(difference.energy))
    ]


def _error(profile: Profile, place: int) -> float | None:
    return None if profile.variance is None else float(np.sqrt(profile.variance[place]))


@dataclass(frozen=True)
class _Excess:
    limits: tuple[float, float, float]
    """Value and limits of 95 %."""
    counting: float | None
    extrapolation: float


def _excess(
    difference: Profile, model: FloatArray, covariance: FloatArray, ranges: Ranges, scale: Scale
) -> _Excess:
    """Return the sum of difference less model, bins at the ends taken in part."""
    low, high = ranges.integrated
    half_bin = 0.5 * ranges.resolution
    overlap = np.minimum(difference.energy + half_bin, high)
    overlap = overlap - np.maximum(difference.energy - half_bin, low)
    weights = np.clip(overlap / ranges.resolution, 0.0, 1.0)
    value = float(weights @ (difference.values - model))
    extrapolation = float(np.sqrt(weights @ covariance @ weights))
    counting = None
    if difference.variance is not None:
        counting = float(np.sqrt(weights**2 @ difference.variance))
    error = float(
        np.sqrt(extrapolation**2 + (counting or 0.0) ** 2 + ((scale.error or 0.0) * value) ** 2)
    )
    half = _TWO_SIDED * error
    return _Excess((value, value - half, value + half), counting, extrapolation)


def _check_covered(energy: FloatArray, ranges: Ranges) -> None:
    low, high = float(energy.min()), float(energy.max())
    needed = min(ranges.extrapolated_to, ranges.integrated[0]), ranges.fitted[1]
    if low > needed[0] or high < needed[1]:
        raise TableError(
            f"the profile covers {low:.0f} to {high:.0f} keV, and the analysis needs "
            f"{needed[0]:g} to {needed[1]:g} keV: choose other --window, --integrate and "
            "--extrapolate-to"
        )


def _parameter(found: Fit, name: str) -> WeibullParameter:
    low, high = found.interval(name)
    return WeibullParameter(
        name=name,
        unit=_UNITS[name],
        value=found[name],
        error=found.error(name),
        low=low,
        high=high,
    )


def _largest_error(whole: Profile, ranges: Ranges, scale: Scale) -> float | None:
    if whole.variance is None:
        return None
    used = (whole.energy >= ranges.integrated[0]) & (whole.energy <= ranges.fitted[1])
    used &= whole.values >= LEAST_SHARE * whole.values.max()
    relative = np.hypot(np.sqrt(whole.variance[used]) / whole.values[used], scale.error or 0.0)
    return 100 * float(relative.max())


def _depths(scale: Scale, energies: FloatArray) -> list[float | None]:
    if not scale.layers:
        return [None] * len(energies)
    found = depth_of_energy(scale.layers, TRITON, energies)
    return [float(depth) if np.isfinite(depth) else None for depth in found]


def _length(scale: Scale, ranges: Ranges) -> float | None:
    if not scale.layers:
        return None
    shallow, deep = depth_of_energy(
        scale.layers, TRITON, np.array([ranges.integrated[1], ranges.integrated[0]])
    )
    if not np.isfinite([shallow, deep]).all():
        raise TableError(
            f"the stopping powers do not reach the energies of --integrate "
            f"{ranges.integrated[0]:g} {ranges.integrated[1]:g}: give tables to lower energies, "
            "or a --thickness"
        )
    return float(deep - shallow)


def _doubts(found: Fit, excess: _Excess, difference: Profile) -> list[str]:
    doubts = []
    relative = {name: found.error(name) / abs(found[name]) for name in PARAMETERS}
    loose = [name for name, error in relative.items() if error > LOOSE]
    if loose:
        doubts.append(
            f"{' and '.join(loose)} of the peak have errors of up to "
            f"{100 * max(relative.values()):.0f} %: the window holds too little of its flanks. "
            "What they do to the extrapolation is in the interval of the excess, by linear "
            "propagation"
        )
    if excess.limits[1] <= 0 <= excess.limits[2]:
        doubts.append("the interval of the excess holds 0: no excess is shown")
    if difference.variance is None:
        doubts.append(
            "the files give no counts and no errors: those of the fit are from its residuals, and "
            "the noise of the integrated bins is not in the interval"
        )
    return doubts
