"""Convergence of a spectrum with a radius: changes from one radius to the next."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from liponflow.analysis.eels.alignment import shifted
from liponflow.analysis.eels.combine import STEP, common_grid, resampled
from liponflow.analysis.eels.result import RadiusScan, RadiusStep
from liponflow.analysis.eels.sampling import squared_norm
from liponflow.analysis.eels.spectrum import Spectrum

MOST_SHIFT = 3.0
"""Largest rigid shift (eV) that is looked for (our choice): three times the 1 eV within which the
Fermi levels of small clusters are uncertain."""

SHIFT_LIMIT = 0.2
"""Largest rigid shift (eV) of a converged radius (our choice): a fifth of the 1 eV within which
the Fermi levels of small clusters are uncertain."""


def spectrum_change(spectrum: Spectrum, reference: Spectrum) -> tuple[float, float]:
    """Return how much a spectrum differs from another, and the rigid shift between them.

    Parameters
    ----------
    spectrum, reference
        Spectra of one edge.

    Returns
    -------
    float, float
        Norm of the difference over the norm of the reference, both from the first energy of
        either to the last of both, after the rigid shift within 3 eV that makes it least; and that
        shift of `spectrum`, eV.

    Examples
    --------
    >>> lines = Spectrum(energies=[0.0, 4.0, 5.0, 6.0, 9.0], intensities=[0.0, 0.0, 1.0, 0.0, 0.0])
    >>> moved = Spectrum(energies=[0.0, 4.5, 5.5, 6.5, 9.0], intensities=[0.0, 0.0, 1.0, 0.0, 0.0])
    >>> change, shift = spectrum_change(lines, moved)
    >>> round(change, 6), round(shift, 6)
    (0.0, 0.5)
    """
    found = []
    for shift in STEP * np.arange(-round(MOST_SHIFT / STEP), round(MOST_SHIFT / STEP) + 1):
        moved = shifted(spectrum, shift)
        grid = common_grid([moved, reference])
        kept = resampled(reference, grid)
        apart = squared_norm(grid, resampled(moved, grid) - kept)
        found.append((float(np.sqrt(apart / squared_norm(grid, kept))), abs(shift), float(shift)))
    change, _, shift = min(found)
    return change, shift


def radius_scan(
    what: Literal["SCF", "FMS"],
    radii: Sequence[float],
    spectra: Sequence[Spectrum],
    *,
    other_radius: float,
    limit: float,
) -> RadiusScan:
    """Compare the spectra at increasing radii.

    Parameters
    ----------
    what
        Radius that differs.
    radii
        Radii (Å), increasing.
    spectra
        Spectrum at each.
    other_radius
        The radius that is held fixed (Å).
    limit
        Largest change at which a radius counts as converged.

    Returns
    -------
    RadiusScan
        Its converged radius is the smallest from which on neither a change nor a shift is above
        its limit. The largest radius is never one, as nothing shows what comes after it, and
        neither are radii between which and the largest there are no further atoms: the spectrum
        is the same.
    """
    steps = [
        RadiusStep(radius=radius, change=change, shift=shift)
        for radius, (change, shift) in zip(
            radii, (spectrum_change(*pair) for pair in pairwise(spectra)), strict=False
        )
    ]
    converged, compared = None, False
    for step in reversed(steps):
        if (step.change or 0) > limit or abs(step.shift or 0) > SHIFT_LIMIT:
            break
        compared = compared or bool(step.change)
        if compared:
            converged = step.radius
    return RadiusScan(
        what=what,
        other_radius=other_radius,
        steps=[*steps, RadiusStep(radius=radii[-1], change=None, shift=None)],
        limit=limit,
        converged_radius=converged,
    )
