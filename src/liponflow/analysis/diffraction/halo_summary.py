"""Summary of the halo of a glass model as a result."""

import numpy as np
from pymatgen.core.composition import Composition

from liponflow.analysis.diffraction.angle import momentum_of, two_theta_of
from liponflow.analysis.diffraction.halo import first_sharp_peak
from liponflow.analysis.diffraction.halo_result import HaloResult
from liponflow.analysis.diffraction.published import published_halo
from liponflow.analysis.glass.result import FingerprintResult
from liponflow.analysis.glass.scattering import xray_form_factor
from liponflow.arrays import FloatArray

LORCH_WIDTH = 5.4
"""Full width at half maximum of the transform of a Lorch window, times its range; E. Lorch, J.
Phys. C 2, 229 (1969). The tests compute it."""

LEAST_PROMINENCE = 0.3
"""Least rise of the first sharp peak of S(q) above the minima beside it: our choice."""

_LEAST_Q = 0.5
"""Least momentum transfer that is kept (1/Å): below it S(q) is that of the range of G(r)."""


def summarise_halo(measured: FingerprintResult, wavelength: float, r_max: float) -> HaloResult:
    """Return the first sharp peak and the halo of a glass.

    Parameters
    ----------
    measured
        Fingerprint of the glass.
    wavelength
        Of the angles (Å).
    r_max
        Range of G(r) of the fingerprint (Å).

    Raises
    ------
    ValueError
        If an element has no form factor here, or S(q) has no peak where that of a glass lies.
    """
    found = measured.fingerprint
    total = next((one for one in found.scattering if one.probe == "x-ray"), None)
    if total is None:
        raise ValueError(
            f"{measured.provenance.source_structure}: an element of {found.formula} has no X-ray "
            "form factor here"
        )
    q, s = np.array(total.q), np.array(total.s)
    reached = (q >= _LEAST_Q) & (q * wavelength / (4 * np.pi) <= 1)
    q, s = q[reached], s[reached]
    intensity = coherent_intensity(found.formula, q, s)
    angles = two_theta_of(q, wavelength)
    peak, halo = first_sharp_peak(q, s), first_sharp_peak(q, intensity)
    if peak.prominence < LEAST_PROMINENCE:
        raise ValueError(
            f"{measured.provenance.source_structure}: the largest peak of S(q) near "
            f"{peak.position:.2f} 1/Å rises by {peak.prominence:.2g} only, less than "
            f"{LEAST_PROMINENCE:g}, as ripples of the finite range of G(r) do: it is not a glass, "
            "or the model is too small"
        )
    published = published_halo()
    ends = np.array([halo.position - halo.width / 2, halo.position + halo.width / 2])
    low, high = two_theta_of(ends, wavelength)
    at_ours = two_theta_of(
        np.array([momentum_of(published.two_theta, published.wavelength)]), wavelength
    )
    resolution = LORCH_WIDTH / r_max
    warnings = list(measured.warnings)
    if peak.width < 2 * resolution:
        warnings.append(
            f"the width of {peak.width:.2f} 1/Å is mostly that of the finite range of G(r), "
            f"{resolution:.2f} 1/Å: a larger model and --r-max resolve it"
        )
    return HaloResult(
        formula=found.formula,
        converged=measured.converged,
        criterion=measured.criterion,
        provenance=measured.provenance,
        warnings=warnings,
        wavelength=wavelength,
        r_max=r_max,
        position=peak.position,
        q_width=peak.width,
        resolution=resolution,
        two_theta=float(two_theta_of(np.array([peak.position]), wavelength)[0]),
        halo=float(two_theta_of(np.array([halo.position]), wavelength)[0]),
        halo_width=float(high - low),
        published_two_theta=float(at_ours[0]),
        q=q.tolist(),
        s=s.tolist(),
        intensity=(intensity / intensity.max()).tolist(),
        angle=angles.tolist(),
    )


def coherent_intensity(formula: str, q: FloatArray, s: FloatArray) -> FloatArray:
    """Return the coherent X-ray intensity of an atom (electrons²).

    Parameters
    ----------
    formula
        Of the glass.
    q
        Momentum transfers (1/Å).
    s
        Faber-Ziman S(q) for X-rays.

    Examples
    --------
    >>> coherent_intensity("O", np.array([1e-6]), np.array([1.0])).round(0).tolist()
    [64.0]
    """
    shares = Composition(formula).fractional_composition.get_el_amt_dict()
    factors = {element: xray_form_factor(element, q) for element in shares}
    mean = sum(share * factors[element] for element, share in shares.items())
    square = sum(share * factors[element] ** 2 for element, share in shares.items())
    intensity: FloatArray = square + mean**2 * (s - 1)
    return intensity
