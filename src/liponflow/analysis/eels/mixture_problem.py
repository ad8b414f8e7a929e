"""What is fitted to a scan: channels that every reference covers, and scaled components."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.interpolate import PchipInterpolator

from liponflow.analysis.eels.detector import dark_channels, saturated_channels
from liponflow.analysis.eels.mixture_result import Background, Scale
from liponflow.analysis.eels.poisson_fit import Components
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.arrays import BoolArray, FloatArray
from liponflow.finite import check_finite

CONDITION_LIMIT = 30.0
"""Condition number above which components count as nearly collinear (D. A. Belsley, E. Kuh and
R. E. Welsch, Regression Diagnostics, Wiley 1980, chapter 3)."""
MOST_CONDITION = 1e6
"""Condition number above which components count as the same."""
EXPONENTS = (2.0, 5.0)
"""Exponents of the two power laws of a background. Their non-negative sums stand for the exponents
between (P. Cueva, R. Hovden, J. A. Mundy, H. L. Xin and D. A. Muller, Microsc. Microanal. 18, 667
(2012))."""
LEAST_DOF = 5
"""Fewest degrees of freedom of a fit."""
MOST_NEGATIVE = 0.01
"""Largest negative area of a reference, as a share of its area; what is below is set to zero."""
KEV = 200.0
"""Ratio of energies above which one axis is taken to be in keV."""


@dataclass(frozen=True)
class Problem:
    """Scan and components, on the channels that are fitted.

    Attributes
    ----------
    names
        Names of the references.
    energies
        Channels, shape (n,), eV.
    counts
        Shape (points, n).
    excluded
        Energies of dark and saturated channels within the window (eV).
    components
        References and background, each scaled to a sum of 1 on the channels (``area``).
    divisors
        By what each reference was divided, shape (references,).
    areas
        Area of each reference as given, in the window.
    condition
        Condition number of the components.
    parameters
        Number of fitted parameters of one point.
    warnings
        What a user must know.
    """

    names: list[str]
    energies: FloatArray
    counts: FloatArray
    excluded: FloatArray
    components: Components
    divisors: FloatArray
    areas: FloatArray
    condition: float
    parameters: int
    warnings: list[str]


def mixture_problem(
    energies: FloatArray,
    counts: FloatArray,
    references: Mapping[str, Spectrum],
    *,
    window: tuple[float, float] | None,
    shift: float,
    background: Background,
    scale: Scale,
) -> Problem:
    """Return the problem of fitting a scan by references.

    Parameters
    ----------
    energies
        Increasing, shape (channels,), eV.
    counts
        Shape (points, channels).
    references, window, shift, background, scale
        As in :func:`liponflow.analysis.eels.mixture.fit_mixture`.

    Raises
    ------
    ValueError
        If references do not cover the channels, are the same or negative, or too few channels
        remain.
    """
    _check_arguments(energies, references, window, shift, background)
    warnings: list[str] = []
    curves = {name: _curve(name, item, warnings) for name, item in references.items()}
    inside = _covered(energies, references, window, shift)
    dark, full = dark_channels(counts), saturated_channels(counts).any(axis=0)
    for damaged, what in ((inside & dark, "dark"), (inside & full, "saturated")):
        if damaged.any():
            listed = ", ".join(f"{energy:g}" for energy in energies[damaged])
            warnings.append(
                f"{what} channels are not fitted: {listed} eV"
                + ("; the counts there are too low, measure with a shorter dwell time"
                   if what == "saturated" else "")
            )  # fmt: skip
    fitted = inside & ~dark & ~full
    grid = energies[fitted]
    continuum = _continuum(grid, background)
    parameters = len(references) + continuum.shape[1] + (shift > 0)
    if len(grid) < parameters + LEAST_DOF:
        raise ValueError(
            f"{len(grid)} channels are covered by every reference at every shift of up to "
            f"{shift:g} eV, and a fit of {parameters} parameters needs at "
            f"least {parameters + LEAST_DOF}: give references of a wider range, a "
            "wider --window or a smaller --shift"
        )
    unscaled = np.column_stack([curve(grid) for curve in curves.values()])
    sums = unscaled.sum(axis=0)
    for name, total in zip(curves, sums, strict=True):
        if total <= 0:
            raise ValueError(
                f"reference {name} has no intensity from {grid[0]:g} to {grid[-1]:g} eV: choose a "
                "--window that holds its edge"
            )
    divisors = sums if scale == "area" else np.full(len(sums), sums.mean())
    components = Components(
        energies=grid,
        references=len(references),
        curves=_scaled(list(curves.values()), divisors),
        background=continuum,
        bound=shift,
    )
    condition = _condition(components, counts[:, fitted], list(references), warnings)
    return Problem(
        names=list(references),
        energies=grid,
        counts=counts[:, fitted],
        excluded=energies[inside & (dark | full)],
        components=components,
        divisors=divisors,
        areas=np.atleast_1d(np.trapezoid(unscaled, grid, axis=0)),
        condition=condition,
        parameters=parameters,
        warnings=warnings,
    )


def _check_arguments(
    energies: FloatArray,
    references: Mapping[str, Spectrum],
    window: tuple[float, float] | None,
    shift: float,
    background: Background,
) -> None:
    if not references:
        raise ValueError("no reference: give at least one spectrum (--references A B)")
    if not 0 <= shift < np.inf:
        raise ValueError(f"--shift {shift:g}: the bound of the energy shift is at least 0 eV")
    if window is not None and not window[0] < window[1]:
        raise ValueError(
            f"--window {window[0]:g} {window[1]:g}: give the lower energy first, then the higher"
        )
    if background == "power-law" and energies[0] <= 0 and (window is None or window[0] <= 0):
        raise ValueError(
            f"a power law has no value at {energies[0]:g} eV: choose a --window above 0 eV, or "
            "another --background"
        )


def _curve(name: str, reference: Spectrum, warnings: list[str]) -> PchipInterpolator:
    """Return the monotone cubic interpolation of a reference: it never overshoots."""
    energies, values = reference.energy, reference.intensity
    check_finite(values, f"reference {name}")
    negative = float(np.trapezoid(np.minimum(values, 0), energies))
    area = float(np.trapezoid(values, energies))
    if -negative > MOST_NEGATIVE * max(area, 0):
        at = int(np.argmin(values))
        raise ValueError(
            f"reference {name} is negative, {values[at]:g} at {energies[at]:g} eV, over more than "
            f"{MOST_NEGATIVE:.0%} of its area: its background is subtracted too far; subtract it "
            "anew, or cut the reference to where it is positive"
        )
    if negative < 0:
        warnings.append(f"reference {name}: negative intensities are set to 0")
    return PchipInterpolator(energies, np.maximum(values, 0), extrapolate=False)


def _scaled(curves: list[PchipInterpolator], divisors: FloatArray) -> list[PchipInterpolator]:
    """Return references over their divisors, as one interpolation if they share a grid."""
    columns = [curve(curve.x) / divisor for curve, divisor in zip(curves, divisors, strict=True)]
    first = curves[0].x
    if all(np.array_equal(curve.x, first) for curve in curves):
        return [PchipInterpolator(first, np.column_stack(columns), extrapolate=False)]
    return [
        PchipInterpolator(curve.x, column, extrapolate=False)
        for curve, column in zip(curves, columns, strict=True)
    ]


def _covered(
    energies: FloatArray,
    references: Mapping[str, Spectrum],
    window: tuple[float, float] | None,
    shift: float,
) -> BoolArray:
    """Return the channels of the window that every reference covers at every shift."""
    low, high = window or (-np.inf, np.inf)
    asked = (energies >= low) & (energies <= high)
    if not asked.any():
        raise ValueError(
            f"--window {low:g} {high:g}: no channel there, the spectra cover {energies[0]:g} to "
            f"{energies[-1]:g} eV"
        )
    covered = asked.copy()
    for name, reference in references.items():
        first, last = reference.energies[0] + shift, reference.energies[-1] - shift
        inside = (energies >= first) & (energies <= last)
        covered &= inside
        if not (asked & inside).any():
            raise ValueError(
                f"reference {name} covers {reference.energies[0]:g} to "
                f"{reference.energies[-1]:g} eV and none of the fitted {energies[asked][0]:g} to "
                f"{energies[asked][-1]:g} eV within a shift of {shift:g} eV"
                + _other_unit(name, reference.energies[-1], float(energies[asked][-1]))
            )
        if window is not None and not inside[asked].all():
            raise ValueError(
                f"--window {low:g} {high:g}: reference {name} covers {first:g} to {last:g} eV, "
                f"less the shift of {shift:g} eV at each end, and is not extrapolated; choose a "
                "--window within, or give a longer reference"
            )
    return covered


def _other_unit(name: str, reference: float, measured: float) -> str:
    if reference > 0 and measured > KEV * reference:
        return f"; the energies of {name} seem to be in keV: multiply them by 1000"
    if measured > 0 and reference > KEV * measured:
        return "; the energies of the spectra seem to be in keV: multiply them by 1000"
    return "; give a reference of the same edge, calibrated on the same scale"


def _continuum(energies: FloatArray, background: Background) -> FloatArray:
    """Return the components of a background, each with the sum 1, shape (channels, number)."""
    if background == "none":
        return np.empty((len(energies), 0))
    if background == "constant":
        columns = np.ones((len(energies), 1))
    else:
        scaled = energies[:, None] / energies.max(initial=1.0)
        columns = scaled ** -np.array(EXPONENTS)
    scaled_columns: FloatArray = columns / columns.sum(axis=0)
    return scaled_columns


def _condition(
    components: Components, counts: FloatArray, names: list[str], warnings: list[str]
) -> float:
    """Return the condition number of the components, weighted as counts are."""
    mean = counts.mean(axis=0)
    design = (
        components.at(0.0) / np.sqrt(np.maximum(mean, max(mean.max(), 1e-300) * 1e-6))[:, None]
    )
    design /= np.linalg.norm(design, axis=0)
    singular = np.linalg.svd(design, compute_uv=False)
    condition = float(singular[0] / max(singular[-1], singular[0] * 1e-16))
    if condition <= CONDITION_LIMIT:
        return condition
    labels = [*names, *["the background"] * components.background.shape[1]]
    pairs = combinations(range(len(names)), 2) if len(names) > 1 else iter([(0, len(names))])
    first, second = max(pairs, key=lambda pair: float(design[:, pair[0]] @ design[:, pair[1]]))
    alike = float(design[:, first] @ design[:, second])
    text = (
        f"{labels[first]} and {labels[second]} are the most alike (cosine {alike:.4f}), and the "
        f"condition number of the components is {condition:.3g}"
    )
    if condition > MOST_CONDITION:
        raise ValueError(
            f"{text}, above {MOST_CONDITION:g}: the data cannot tell them apart; leave one out"
        )
    warnings.append(
        f"{text}, above {CONDITION_LIMIT:g}: their shares are known only together; widen the "
        "window, or leave one of them out"
    )
    return condition
