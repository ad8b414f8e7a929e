"""Fit of a circuit to impedance spectra, and the conductivity that follows."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import f as fisher

from liponflow.analysis.impedance.circuit import Circuit
from liponflow.analysis.impedance.geometry import Geometry
from liponflow.analysis.impedance.kramers_kronig import Consistency, consistency
from liponflow.analysis.impedance.read import Spectrum
from liponflow.analysis.impedance.result import (
    CircuitElement,
    ImpedanceResult,
    ImpedanceSpectrum,
)
from liponflow.analysis.measured.fit import Fit, FitError, fit
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

RARE = 0.01
"""Part of the spectra of the right circuit that are doubted."""
LARGE_SCATTER = 2.0
"""Scatter (%) of a chain of RC elements above which a spectrum is doubted: potentiostats are good
to about 1 % over most of their range."""


def impedance_result(
    spectra: Sequence[Spectrum],
    circuit: Circuit,
    geometry: Geometry | None,
    made: Provenance,
    *,
    material: str,
) -> ImpedanceResult:
    """Fit a circuit to each spectrum.

    Parameters
    ----------
    spectra
        At least one.
    circuit
        Equivalent circuit.
    geometry
        Film between the electrodes; None if it is not known.
    made
        Provenance.
    material
        Formula or name of the film.

    Raises
    ------
    FitError
        If a circuit cannot be fitted; the file is named.
    """
    warnings: list[str] = []
    fitted = [_fit(spectrum, circuit, geometry, warnings) for spectrum in spectra]
    return ImpedanceResult(
        formula=material,
        converged=True,
        criterion="every fit ended with an error of each element",
        provenance=made,
        warnings=warnings,
        circuit=circuit.name,
        film_thickness=geometry.thickness if geometry else None,
        electrode_area=geometry.area if geometry else None,
        spectra=fitted,
    )


def fit_circuit(spectrum: Spectrum, circuit: Circuit) -> Fit:
    """Fit a circuit by complex least squares, relative to the modulus.

    Raises
    ------
    FitError
        If there are too few points, or an element is not determined.
    """
    z, omega = spectrum.impedance, spectrum.omega
    weight = 1 / np.abs(z)

    def residual(p: Mapping[str, float]) -> FloatArray:
        left = (circuit.impedance(omega, p) - z) * weight
        return np.concatenate([left.real, left.imag])

    try:
        found = fit(residual, circuit.start(omega, z), noise_known=False)
    except FitError as error:
        raise FitError(
            f"{spectrum.source}: the circuit {circuit.name}: {error}; choose another --circuit, "
            "or measure more frequencies"
        ) from error
    return found


def _fit(
    spectrum: Spectrum, circuit: Circuit, geometry: Geometry | None, warnings: list[str]
) -> ImpedanceSpectrum:
    found = fit_circuit(spectrum, circuit)
    # The arcs may have changed places.
    arcs = range(1, circuit.arcs + 1)
    first = min(arcs, key=lambda number: found[f"ln_tau{number}"])
    elements = list(_elements(found, circuit, first))
    resistance = next(item for item in elements if item.name in {"R", "R1"})
    tau = float(np.exp(found[f"ln_tau{first}"]))
    model = circuit.impedance(spectrum.omega, found.by_name(found.values))
    free = consistency(spectrum.omega, spectrum.impedance)
    peak = 1 / (2 * np.pi * tau)
    warnings += _doubts(spectrum, found, free, peak)
    sigma = _conductivity(found, first, geometry)
    return ImpedanceSpectrum(
        file=spectrum.source,
        sign=spectrum.sign,
        elements=elements,
        resistance=resistance.value,
        resistance_low=resistance.low,
        resistance_high=resistance.high,
        exponent=found[f"n{first}"],
        capacitance=tau / resistance.value,
        peak_frequency=peak,
        conductivity=sigma[0],
        conductivity_low=sigma[1],
        conductivity_high=sigma[2],
        misfit=100 * float(np.sqrt(found.chi_square / found.freedom)),
        scatter=100 * free.scatter,
        frequency=spectrum.frequency.tolist(),
        real=spectrum.impedance.real.tolist(),
        imaginary=spectrum.impedance.imag.tolist(),
        fitted_real=model.real.tolist(),
        fitted_imaginary=model.imag.tolist(),
    )


def _conductivity(
    found: Fit, arc: int, geometry: Geometry | None
) -> tuple[float | None, float | None, float | None]:
    if geometry is None:
        return None, None, None
    name = f"ln_r{arc}"
    value = geometry.constant / np.exp(found[name])
    half = found.quantile * np.hypot(found.error(name), geometry.relative_error)
    return float(value), float(value * np.exp(-half)), float(value * np.exp(half))


def _elements(found: Fit, circuit: Circuit, first: int) -> list[CircuitElement]:
    low, high = found.interval("r0")
    elements = [CircuitElement(name="R0", unit="Ω", value=found["r0"], low=low, high=high)]
    arcs = [first, *(number for number in range(1, circuit.arcs + 1) if number != first)]
    for place, number in enumerate(arcs, start=1):
        label = str(place) if circuit.arcs > 1 else ""
        r, tau, n = f"ln_r{number}", f"ln_tau{number}", f"n{number}"
        elements += [
            _exponential(found, f"R{label}", "Ω", {r: 1.0}),
            _exponential(found, f"Q{label}", "S sⁿ", {r: -1.0}, product=(n, tau)),
            _plain(found, f"n{label}", n),
        ]
    if circuit.tail == "free":
        elements += [
            _exponential(found, "Qe", "S sⁿ", {"ln_tail": -1.0}),
            _plain(found, "ne", "n_tail"),
        ]
    if circuit.tail == "warburg":
        # W (1 - i) / √ω is √2 W (iω)^(-1/2).
        elements.append(
            _exponential(found, "W", "Ω/√s", {"ln_tail": 1.0}, factor=float(np.sqrt(0.5)))
        )
    if circuit.inductance:
        low, high = found.interval("inductance")
        elements.append(
            CircuitElement(name="L", unit="H", value=found["inductance"], low=low, high=high)
        )
    return elements


def _plain(found: Fit, name: str, parameter: str) -> CircuitElement:
    low, high = found.interval(parameter)
    return CircuitElement(name=name, unit="", value=found[parameter], low=low, high=high)


def _exponential(
    found: Fit,
    name: str,
    unit: str,
    powers: Mapping[str, float],
    *,
    product: tuple[str, str] | None = None,
    factor: float = 1.0,
) -> CircuitElement:
    """Return an element from its logarithm, a sum of parameters and a product of two."""

    def logarithm(p: Mapping[str, float]) -> FloatArray:
        total = sum(power * p[parameter] for parameter, power in powers.items())
        return np.array([total + (p[product[0]] * p[product[1]] if product else 0.0)])

    value, covariance = found.evaluate(logarithm)
    half = found.quantile * np.sqrt(covariance[0, 0])
    low, middle, high = (float(factor * np.exp(value[0] + shift)) for shift in (-half, 0.0, half))
    return CircuitElement(name=name, unit=unit, value=middle, low=low, high=high)


def _doubts(spectrum: Spectrum, found: Fit, free: Consistency, peak: float) -> list[str]:
    doubts = []
    low, high = spectrum.frequency.min(), spectrum.frequency.max()
    if not low <= peak <= high:
        doubts.append(
            f"{spectrum.source}: the top of the arc, at {peak:.3g} Hz, is outside of the spectrum "
            f"({low:.3g} to {high:.3g} Hz): its resistance is extrapolated"
        )
    if 100 * free.scatter > LARGE_SCATTER:
        doubts.append(
            f"{spectrum.source}: a chain of RC elements, which any stable passive cell obeys, "
            f"leaves {100 * free.scatter:.1f} % of the modulus: the cell changed while it was "
            "measured, or the spectrum is noisy"
        )
    ratio = (found.chi_square / found.freedom) / free.scatter**2
    if ratio > fisher.ppf(1 - RARE, found.freedom, free.freedom):
        doubts.append(
            f"{spectrum.source}: the circuit leaves {np.sqrt(ratio):.1f} times the scatter of the "
            "spectrum: it is not the circuit of this cell, and its intervals are too narrow; try "
            "another --circuit or --inductance"
        )
    return doubts
