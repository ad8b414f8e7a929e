"""Spectra along a scan as non-negative sums of reference spectra."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f as f_distribution

from liponflow.analysis.eels.channels import check_scan
from liponflow.analysis.eels.free_components import free_components
from liponflow.analysis.eels.goodness import Goodness, goodness
from liponflow.analysis.eels.mixture_problem import Problem, mixture_problem
from liponflow.analysis.eels.mixture_result import (
    Background,
    FittedSpectrum,
    FreeComponents,
    MixtureFit,
    MixturePoint,
    MixtureReference,
    Noise,
    Scale,
)
from liponflow.analysis.eels.poisson_fit import PoissonFit, covariance, fit_counts
from liponflow.analysis.eels.share_intervals import share_intervals
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.arrays import FloatArray

DEFAULT_SHIFT = 0.5
"""Bound of the energy shift (eV), our choice: a drift that is common during a scan."""
CONFIDENCE = 0.95
"""Probability that an interval contains a share."""
MISFIT_LEVEL = 0.01
"""Probability that a scan which the references describe is reported as a misfit."""
REFERENCE_NOISE = 0.1
"""Variance of references, as a share of that of the counts, above which it is reported."""
_NEEDS_SKLEARN = (
    "free components, which show whether a reference is missing, need scikit-learn: "
    "pip install 'liponflow[eels]'"
)
_NO_LIMIT = 1e9
"""Degrees of freedom at which the F distribution is that of a known variance."""


@dataclass(frozen=True)
class _Fitted:
    """Fit of one point."""

    best: PoissonFit
    quality: Goodness
    intervals: FloatArray | None


def fit_mixture(
    energies: ArrayLike,
    counts: ArrayLike,
    references: Mapping[str, Spectrum],
    *,
    window: tuple[float, float] | None = None,
    shift: float = DEFAULT_SHIFT,
    background: Background = "none",
    scale: Scale = "area",
    noise: Noise | None = None,
    spacing: float | None = None,
    diagnose: bool = True,
) -> tuple[MixtureFit, list[str]]:
    """Fit every spectrum of a scan by a non-negative sum of references.

    The weights maximise the Poisson likelihood, together with one energy shift of all references
    per point. The intervals of the shares are those of the profile likelihood, so that they end
    at 0 where a reference may be absent.

    Parameters
    ----------
    energies
        Energy losses of the channels, shape (channels,), eV, increasing or decreasing.
    counts
        Shape (points, channels) or (channels,), none negative; counts include their background.
    references
        Reference spectra by name. They are interpolated between their points, never beyond.
    window
        Lowest and highest energy of the fit (eV); by default all that every reference covers.
    shift
        Bound of the energy shift (eV); 0 fixes the energies.
    background
        Background that is fitted with the references: a constant, or two power laws.
    scale
        ``area``: references have the same area in the window. ``given``: as they are, such as
        per atom.
    noise
        ``poisson`` for counts; ``estimated`` if the variance is proportional to the intensity by
        a factor that the residuals tell. By default Poisson for whole numbers only.
    spacing
        Distance of neighbouring points (nm).
    diagnose
        Whether free components are fitted, too, to see if references are missing.

    Returns
    -------
    tuple
        The fit, and warnings.

    Raises
    ------
    ValueError
        If a number is negative or not finite, an axis is in no order, a reference does not
        overlap, two references are the same, or too few channels remain.

    Examples
    --------
    >>> grid = np.arange(50.0, 70.0, 0.5)
    >>> peaks = {name: np.exp(-((grid - at) ** 2)) for name, at in (("A", 57.0), ("B", 63.0))}
    >>> references = {name: Spectrum.from_arrays(grid, peak) for name, peak in peaks.items()}
    >>> scan = [300 * peaks["A"] + 100 * peaks["B"]]
    >>> fit, _ = fit_mixture(grid, scan, references, diagnose=False)
    >>> {name: round(share, 3) for name, share in fit.points[0].shares.items()}
    {'A': 0.75, 'B': 0.25}
    """
    axis, scan = check_scan(energies, counts)
    problem = mixture_problem(
        axis, scan, references, window=window, shift=shift, background=background, scale=scale
    )
    if noise is None:
        noise = "poisson" if bool(np.all(scan == np.round(scan))) else "estimated"
    fits = [_fit(spectrum, problem, noise) for spectrum in problem.counts]
    points = [
        _point(index, fit, problem, None if spacing is None else index * spacing)
        for index, fit in enumerate(fits)
    ]
    free, unknown = _diagnosis(problem, fits) if diagnose else (None, [])
    misfits = _misfits(points)
    mean = np.sum([fit.quality.residuals for fit in fits], axis=0) / np.sqrt(len(fits))
    worst = min(range(len(fits)), key=lambda index: _probability(points[index]))
    fitted = MixtureFit(
        references=[
            MixtureReference(
                name=name, low=spectrum.energies[0], high=spectrum.energies[-1], area=float(area)
            )
            for (name, spectrum), area in zip(references.items(), problem.areas, strict=True)
        ],
        energies=problem.energies.tolist(),
        shift_bound=shift,
        background=background,
        scale=scale,
        noise=noise,
        condition_number=problem.condition,
        excluded=problem.excluded.tolist(),
        points=points,
        mean_residuals=mean.tolist(),
        worst=_spectrum(worst, problem, fits[worst]),
        free_components=free,
        references_suffice=not misfits,
    )
    warnings = [
        *problem.warnings,
        *_noise_warnings(fitted, references),
        *_misfit_warnings(fitted, misfits),
        *_free_warnings(free),
        *unknown,
        *_point_warnings(fitted),
    ]
    return fitted, warnings


def _fit(counts: FloatArray, problem: Problem, noise: Noise) -> _Fitted:
    best = fit_counts(counts, problem.components)
    quality = goodness(counts, best.expected, problem.parameters, poisson=noise == "poisson")
    intervals = None
    if best.weights[: len(problem.names)].any():
        dof = _NO_LIMIT if noise == "poisson" else quality.dof
        threshold = quality.dispersion * float(f_distribution.ppf(CONFIDENCE, 1, dof))
        intervals = share_intervals(counts, problem.components, best, threshold)
    return _Fitted(best, quality, intervals)


def _point(index: int, fit: _Fitted, problem: Problem, position: float | None) -> MixturePoint:
    names, best, quality = problem.names, fit.best, fit.quality
    weights = best.weights[: len(names)]
    matrix, free = covariance(best, problem.components)
    errors = np.sqrt(np.diag(matrix) * quality.dispersion)
    shares = lows = highs = None
    if fit.intervals is not None:
        shares = dict(zip(names, (weights / weights.sum()).tolist(), strict=True))
        lows = dict(zip(names, fit.intervals[:, 0].tolist(), strict=True))
        highs = dict(zip(names, fit.intervals[:, 1].tolist(), strict=True))
    given = weights / problem.divisors
    bound = problem.components.bound
    total = float(best.weights @ problem.components.at(best.shift).sum(axis=0))
    background = float(best.weights[len(names) :].sum())
    return MixturePoint(
        point=index + 1,
        position=position,
        shares=shares,
        share_lows=lows,
        share_highs=highs,
        weights=dict(zip(names, given.tolist(), strict=True)),
        weight_errors={
            name: float(error / divisor) if inside else None
            for name, error, divisor, inside in zip(
                names, errors, problem.divisors, free[:-1], strict=False
            )
        },
        background_share=background / total if total else 0.0,
        shift=best.shift,
        shift_error=float(errors[-1]) if free[-1] else None,
        shift_at_bound=bool(bound > 0 and abs(best.shift) >= bound),
        counts=float(problem.counts[index].sum()),
        dispersion=quality.dispersion,
        chi2_per_dof=quality.chi2 / quality.dof,
        deviance_per_dof=quality.deviance / quality.dof,
        converged=best.converged,
        degrees_of_freedom=quality.dof,
        misfit_probability=quality.probability,
        residual_correlation=quality.correlation,
        correlation_probability=quality.correlation_probability,
    )


def _spectrum(index: int, problem: Problem, fit: _Fitted) -> FittedSpectrum:
    parts = problem.components.at(fit.best.shift) * fit.best.weights
    number = len(problem.names)
    components = dict(zip(problem.names, parts[:, :number].T.tolist(), strict=True))
    if parts.shape[1] > number:
        components["background"] = parts[:, number:].sum(axis=1).tolist()
    return FittedSpectrum(
        point=index + 1,
        measured=problem.counts[index].tolist(),
        fitted=fit.best.expected.tolist(),
        components=components,
        residuals=fit.quality.residuals.tolist(),
    )


def _diagnosis(
    problem: Problem, fits: Sequence[_Fitted]
) -> tuple[FreeComponents | None, list[str]]:
    shift = float(np.median([fit.best.shift for fit in fits]))
    try:
        free = free_components(
            problem.counts,
            np.array([fit.best.weights for fit in fits]),
            problem.components.at(shift).T,
            fitted=sum(fit.best.deviance for fit in fits),
            dof=len(fits) * (len(problem.energies) - problem.parameters),
        )
    except ImportError:
        return None, [_NEEDS_SKLEARN]
    return free, []


def _probability(point: MixturePoint) -> float:
    """Return the probability of the residuals by chance, of chi² and of correlation."""
    misfit = 1.0 if point.misfit_probability is None else point.misfit_probability
    return min(misfit, point.correlation_probability)


def _misfits(points: Sequence[MixturePoint]) -> list[MixturePoint]:
    """Return the points whose residuals are significant, among so many points and two tests."""
    return [point for point in points if 2 * len(points) * _probability(point) < MISFIT_LEVEL]


def _noise_warnings(fit: MixtureFit, references: Mapping[str, Spectrum]) -> Iterator[str]:
    if fit.noise == "estimated":
        yield (
            "the values are not taken as counts: the size of the noise is estimated from the "
            "residuals, so that intervals are right only if the references suffice, and chi² "
            "cannot tell; give the counts as measured to have it tested"
        )
        return
    for name, reference in references.items():
        values = reference.intensity
        if not bool(np.all(values == np.round(values))):
            continue
        weight = max(point.weights[name] for point in fit.points)
        if weight > REFERENCE_NOISE:
            yield (
                f"reference {name} has whole numbers, and if these are counts, its own noise adds "
                f"up to {weight:.0%} to the variance of its part, which the intervals do not "
                f"include (limit {REFERENCE_NOISE:.0%}): measure the reference longer"
            )


def _misfit_warnings(fit: MixtureFit, misfits: Sequence[MixturePoint]) -> Iterator[str]:
    if not misfits:
        return
    numbers = ", ".join(str(point.point) for point in misfits)
    worst = fit.points[fit.worst.point - 1]
    at = fit.energies[int(np.argmax(np.abs(fit.mean_residuals)))]
    found = (
        f"the references do not describe point{'s' * (len(misfits) > 1)} {numbers}: chi² per "
        f"degree of freedom {worst.chi2_per_dof:.3g}, correlation of neighbouring residuals "
        f"{worst.residual_correlation:.2f} at point {worst.point}, largest residual at {at:g} eV"
    )
    if 2 * len(fit.points) * worst.correlation_probability < MISFIT_LEVEL:
        yield (
            f"{found}; a reference or the background is missing, or a reference has another "
            "resolution or energy scale: the shares and their intervals do not hold"
        )
    else:
        yield (
            f"{found}; the residuals are not correlated, so the values may be counts times a gain "
            "(--noise estimated), or a few channels are damaged (choose another --window)"
        )


def _free_warnings(free: FreeComponents | None) -> Iterator[str]:
    if free is None or free.verdict == "not better":
        return
    deviances = (
        f"deviance per degree of freedom {free.references_deviance:.3g} of the references, "
        f"{free.free_deviance:.3g} of {free.components} free components, "
        f"{free.one_more_deviance:.3g} of {free.components + 1}"
    )
    if free.verdict == "reference missing":
        yield f"{deviances}: a reference is missing"
    else:
        yield (
            f"{deviances}: as many spectra as there are references would describe the scan, but "
            "not these; check what they were measured on, their resolution and their energy scale"
        )


def _point_warnings(fit: MixtureFit) -> Iterator[str]:
    bound = [point for point in fit.points if point.shift_at_bound]
    if bound:
        listed = ", ".join(f"{point.point} ({point.shift:+g} eV)" for point in bound)
        yield (
            f"the energy shift is at its bound of {fit.shift_bound:g} eV at point {listed}: "
            "calibrate the energies, or allow more with --shift"
        )
    empty = [str(point.point) for point in fit.points if point.shares is None]
    if empty:
        yield (
            f"point {', '.join(empty)}: no counts of any reference from {fit.energies[0]:g} to "
            f"{fit.energies[-1]:g} eV, so there are no shares"
        )
