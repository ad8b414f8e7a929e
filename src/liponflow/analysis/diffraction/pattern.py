"""Powder patterns of crystals for X-rays, neutrons and electrons."""

from typing import Literal

import numpy as np
from pymatgen.analysis.diffraction.neutron import NDCalculator
from pymatgen.analysis.diffraction.xrd import XRDCalculator
from pymatgen.core.structure import Structure

from liponflow.analysis.diffraction.angle import two_theta_of
from liponflow.analysis.diffraction.pattern_result import Peak
from liponflow.analysis.diffraction.reflections import (
    MOST_VECTORS,
    miller_text,
    reflections,
)

Probe = Literal["x-ray", "neutron", "electron"]

WEAKEST = 0.1
"""Intensity of the weakest peak that is kept (% of the strongest): our choice."""


def powder_pattern(
    structure: Structure, probe: Probe, wavelength: float, two_theta: tuple[float, float]
) -> list[Peak]:
    """Return the peaks of a powder.

    Parameters
    ----------
    structure
        Ordered crystal.
    probe
        X-rays and neutrons are computed by pymatgen, with the Lorentz factor, and for X-rays that
        of polarisation. For electrons the peak is the sum of |F|² over its reflections, without a
        Lorentz factor.
    wavelength
        Wavelength (Å).
    two_theta
        Least and largest scattering angle (degrees).

    Returns
    -------
    list of Peak
        In order of rising angle, the strongest of intensity 100; none weaker than WEAKEST.
        Temperature factors are not included.

    Raises
    ------
    ValueError
        If an element is not tabulated, or there are too many or no reflections in the range.
    """
    d_min = wavelength / (2 * np.sin(np.radians(two_theta[1]) / 2))
    expected = 4 / 3 * np.pi / d_min**3 * structure.volume
    if expected > MOST_VECTORS:
        raise ValueError(
            f"a cell of {structure.volume:.0f} Å³ has {expected:,.0f} reflections up to 2θ = "
            f"{two_theta[1]:g}°, more than {MOST_VECTORS:,}; give the primitive cell, or a "
            "smaller range"
        )
    found = (
        _electrons(structure, wavelength, d_min)
        if probe == "electron"
        else _by_pymatgen(structure, probe, wavelength, two_theta[1])
    )
    inside = [peak for peak in found if two_theta[0] <= peak.two_theta <= two_theta[1]]
    strongest = max((peak.intensity for peak in inside), default=0.0)
    if strongest == 0:
        raise ValueError(
            f"no reflection between 2θ = {two_theta[0]:g}° and {two_theta[1]:g}° at a wavelength "
            f"of {wavelength:g} Å"
        )
    scaled = [
        peak.model_copy(update={"intensity": 100 * (peak.intensity / strongest)})
        for peak in inside
    ]
    return [peak for peak in scaled if peak.intensity >= WEAKEST]


def _by_pymatgen(
    structure: Structure, probe: Probe, wavelength: float, largest: float
) -> list[Peak]:
    reciprocal = structure.lattice.reciprocal_lattice_crystallographic
    reached = 2 * np.sin(np.radians(largest) / 2) / wavelength
    if len(reciprocal.get_points_in_sphere([[0, 0, 0]], [0, 0, 0], reached)) <= 1:
        return []  # pymatgen fails without any reflection
    calculator = (XRDCalculator if probe == "x-ray" else NDCalculator)(wavelength)
    pattern = calculator.get_pattern(structure, scaled=False, two_theta_range=(0, largest))
    return [
        Peak(
            two_theta=float(angle),
            spacing=float(spacing),
            intensity=float(intensity),
            indices=" ".join(miller_text(_three(family["hkl"])) for family in families),
            multiplicity=sum(int(family["multiplicity"]) for family in families),
        )
        for angle, spacing, intensity, families in zip(
            pattern.x, pattern.d_hkls, pattern.y, pattern.hkls, strict=True
        )
    ]


def _three(indices: tuple[int, ...]) -> tuple[int, ...]:
    """Return three indices of the four that pymatgen gives for hexagonal cells."""
    return (indices[0], indices[1], indices[-1])


def _electrons(structure: Structure, wavelength: float, d_min: float) -> list[Peak]:
    lines = reflections(structure, d_min)
    angles = two_theta_of(2 * np.pi / lines.spacing, wavelength)
    return [
        Peak(
            two_theta=float(angle),
            spacing=float(lines.spacing[line]),
            intensity=float(lines.intensity[line]),
            indices=lines.label(line),
            multiplicity=len(lines.indices[line]),
        )
        for line, angle in enumerate(angles)
    ]
