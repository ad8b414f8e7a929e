"""White-line ratios and valences of a measured spectrum, line scan or map."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from liponflow.analysis.eels.measured import low_loss, white_lines
from liponflow.analysis.eels.measured.background import power_law
from liponflow.analysis.eels.measured.detector import repaired
from liponflow.analysis.eels.measured.edges import LEdges, l_edges, other_edges
from liponflow.analysis.eels.measured.integration import (
    BACKGROUND_SHIFT,
    NORMAL_95,
    SIGNIFICANT,
    largest_dispersion,
    noise_scale,
)
from liponflow.analysis.eels.measured.peak_fit import PeakFit, fit_peaks
from liponflow.analysis.eels.measured.result import (
    AnalysedSpectrum,
    CalibrationPoint,
    EdgeSpectrum,
    WhiteLinePoint,
    WhiteLinesResult,
)
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.analysis.eels.measured.valence import Calibration
from liponflow.analysis.eels.measured.white_lines import Ratios, Windows
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

BACKGROUND_BEFORE = (52.0, 8.0)
"""Default background window: from so far to so far before the maximum of L3 (eV)."""
MOST_SIGNALS = 40
"""Longest line scan whose signals are kept."""
LARGEST_SHIFT = 5.0
"""Line farther from the edge of the metal (eV) than most chemical shifts: the axis is in doubt."""

Method = Literal["area", "peaks", "both"]


@dataclass(frozen=True)
class Choices:
    """Choices of a measurement of white lines; energies in eV.

    Attributes
    ----------
    element
        3d metal.
    method
        ``area``, ``peaks`` or ``both``.
    background, continuum
        Windows; None for the default ones.
    half_width
        Half width of the ranges of integration; None for half of the distance of the lines.
    steps, widths
        Positions (None: the maxima of the lines) and widths of the steps.
    calibration
        Ratios of known valences, if any.
    spacing
        Distance of neighbouring points of a line scan, nm.
    """

    element: str
    method: Method = "area"
    background: tuple[float, float] | None = None
    continuum: tuple[float, float] | None = None
    half_width: float | None = None
    steps: tuple[float, float] | None = None
    widths: tuple[float, float] = (1.5, 1.5)
    calibration: Calibration | None = None
    spacing: float | None = None


class _Prepared(NamedTuple):
    spectrum: MeasuredSpectrum
    lines: LEdges
    windows: Windows
    response: FloatArray | None
    offset: float | None


def white_lines_of(
    measured: MeasuredSpectrum, choices: Choices, provenance: Provenance
) -> WhiteLinesResult:
    """Return the white-line ratio of every point, with its error and the valence.

    Parameters
    ----------
    measured
        Spectrum, with its low loss if plural scattering shall be removed.
    choices
        Element, windows and method.
    provenance
        Files and options.

    Raises
    ------
    SpectrumError
        If the spectrum does not show the edge, or covers too little before or after it.
    """
    prepared = _prepare(measured, choices)
    spectrum, windows, response = prepared.spectrum, prepared.windows, prepared.response
    ratios = white_lines.white_line_ratios(spectrum, windows, response)
    seen = ratios.areas.seen
    if not seen.any():
        raise SpectrumError(
            f"{measured.source}: no {choices.element} L edge above the noise in any point; choose "
            "another --element or --background, or add spectra up"
        )
    peaks = _peaks(prepared, choices, np.flatnonzero(seen).tolist())
    points = [
        _point(number, ratios, peaks.get(number), spectrum, choices, seen=bool(seen[number]))
        for number in range(len(spectrum.counts))
    ]
    strongest = int(np.where(seen, ratios.areas.l3, -np.inf).argmax())
    calibration = choices.calibration
    return WhiteLinesResult(
        formula=choices.element,
        converged=True,
        criterion=f"{int(seen.sum())} of {len(seen)} points show both lines above "
        f"{SIGNIFICANT:g} standard errors",
        provenance=provenance,
        warnings=[*spectrum.warnings, *_doubts(prepared, choices, ratios)],
        element=choices.element,
        method=choices.method,
        grid=list(spectrum.grid),
        calibration=[
            CalibrationPoint(valence=valence, ratio=ratio)
            for valence, ratio in zip(calibration.valences, calibration.ratios, strict=True)
        ]
        if calibration
        else [],
        calibration_source=calibration.source if calibration else None,
        zero_loss_offset=prepared.offset,
        plural_scattering_removed=response is not None,
        lines=list(prepared.lines),
        steps=list(windows.steps),
        background_window=list(windows.background),
        l3_window=list(windows.l3),
        l2_window=list(windows.l2),
        continuum_window=list(windows.continuum),
        points=points,
        spectrum=_analysed(prepared, strongest, float(ratios.areas.continuum[strongest])),
        signals=_signals(prepared),
    )


def _prepare(measured: MeasuredSpectrum, choices: Choices) -> _Prepared:
    edges = l_edges(choices.element)
    offset = None
    if measured.low_loss is not None:
        offset = -low_loss.zero_loss_position(measured.low_loss)
        measured = measured.shifted(offset)
    before, after = BACKGROUND_BEFORE
    background = choices.background or (edges.l3 - before, edges.l3 - after)
    white_lines.check_covered(measured, edges)
    low = background[0] - BACKGROUND_SHIFT - white_lines.LARGEST_MISFIT
    high = edges.l2 + edges.splitting + white_lines.CONTINUUM_WIDTH + white_lines.LARGEST_MISFIT
    if choices.continuum is not None:
        high = max(high, choices.continuum[1])
    spectrum = repaired(measured, low, high)
    lines = white_lines.find_lines(spectrum, background, edges)
    if choices.background is None:
        half = choices.half_width or 0.5 * lines.splitting
        background = (lines.l3 - before, lines.l3 - max(after, half + 2.0))
    windows = white_lines.default_windows(
        lines,
        background=background,
        half_width=choices.half_width,
        widths=choices.widths,
        steps=choices.steps,
        continuum=choices.continuum,
    )
    if background[1] >= windows.l3[0]:
        raise SpectrumError(
            f"{measured.source}: the background window ends at {background[1]:g} eV, in the L3 "
            f"line, which begins at {windows.l3[0]:.4g} eV; choose a lower --background LOW HIGH"
        )
    response = None
    if measured.low_loss is not None:
        low_loss.check_even(spectrum)
        response = low_loss.plural_scattering_filter(
            measured.low_loss, spectrum.dispersion, len(spectrum.energy)
        )
    return _Prepared(spectrum, lines, windows, response, offset)


def _peaks(prepared: _Prepared, choices: Choices, points: Sequence[int]) -> dict[int, PeakFit]:
    if choices.method == "area":
        return {}
    spectrum, windows = prepared.spectrum, prepared.windows
    if prepared.response is not None:
        raise SpectrumError(
            f"{spectrum.source}: the noise of neighbouring channels is not independent after "
            "plural scattering was removed, which a fit of peaks needs; use --method area, or "
            "leave out --low-loss"
        )
    fitted = power_law(
        spectrum.energy, spectrum.counts, windows.background, source=spectrum.source
    )
    scales = noise_scale(spectrum, fitted)
    found = fit_peaks(spectrum, windows, fitted, scales, points)
    return dict(zip(points, found, strict=True))


def _point(
    number: int,
    ratios: Ratios,
    peak: PeakFit | None,
    spectrum: MeasuredSpectrum,
    choices: Choices,
    *,
    seen: bool,
) -> WhiteLinePoint:
    grid = spectrum.grid
    place = [int(index) + 1 for index in np.unravel_index(number, grid)] if grid else [1]
    areas = ratios.areas
    made = WhiteLinePoint(
        point=place,
        position=number * choices.spacing if choices.spacing and len(grid) < 2 else None,  # noqa: PLR2004
        ratio=None,
        error=None,
        low=None,
        high=None,
        error_counting=None,
        error_background=None,
        error_method=None,
        l3_area=float(areas.l3[number]),
        l2_area=float(areas.l2[number]),
        remark=None if seen else "no white lines above the noise",
    )
    if not seen:
        return made
    values = _Values(
        *(
            float(item[number])
            for item in (
                ratios.ratio,
                ratios.low,
                ratios.high,
                ratios.counting,
                ratios.background,
                ratios.method,
            )
        )
    )
    if peak is not None:
        if not np.isfinite(peak.error):
            return made.model_copy(update={"remark": "the fit of peaks did not converge"})
        values = values.with_peaks(peak, alone=choices.method == "peaks")
    update: dict[str, Any] = {
        "ratio": values.ratio,
        "error": float(np.hypot(values.counting, np.hypot(values.background, values.method))),
        "low": values.low,
        "high": values.high,
        "error_counting": values.counting,
        "error_background": values.background,
        "error_method": values.method,
        "peak_ratio": peak.ratio if peak is not None else None,
    }
    if choices.calibration is not None:
        calibration = choices.calibration
        limits = [calibration.valence(values.high), calibration.valence(values.low)]
        if calibration.valences[0] > calibration.valences[-1]:
            limits.reverse()
        outside = calibration.remark(values.ratio)
        update |= {
            "valence": calibration.valence(values.ratio),
            "valence_low": limits[0],
            "valence_high": limits[1],
            "remark": f"L3/L2 is {outside}, outside the calibration" if outside else None,
        }
    return made.model_copy(update=update)


@dataclass(frozen=True)
class _Values:
    ratio: float
    low: float
    high: float
    counting: float
    background: float
    method: float

    def with_peaks(self, peak: PeakFit, *, alone: bool) -> "_Values":
        """Return values of fitted peaks, or values whose error includes the other method."""
        if alone:
            half = NORMAL_95 * float(np.hypot(peak.error, np.hypot(self.background, self.method)))
            return replace(
                self,
                ratio=peak.ratio,
                low=peak.ratio - half,
                high=peak.ratio + half,
                counting=peak.error,
            )
        method = max(self.method, abs(peak.ratio - self.ratio))
        more = NORMAL_95**2 * (method**2 - self.method**2)
        return replace(
            self,
            low=self.ratio - float(np.sqrt((self.ratio - self.low) ** 2 + more)),
            high=self.ratio + float(np.sqrt((self.high - self.ratio) ** 2 + more)),
            method=method,
        )


def _doubts(prepared: _Prepared, choices: Choices, ratios: Ratios) -> list[str]:
    """Return warnings about the axis, other edges and the noise."""
    spectrum, windows, tabulated = prepared.spectrum, prepared.windows, l_edges(choices.element)
    found = []
    shift = prepared.lines.l3 - tabulated.l3
    if abs(shift) > LARGEST_SHIFT:
        found.append(
            f"L3 has its maximum at {prepared.lines.l3:.1f} eV, {shift:+.1f} eV from the "
            "tabulated edge: the axis is not well calibrated, unless the valence is high (V5+ is "
            "more than 5 eV above the metal); positions are relative to the maxima"
        )
    for name, (low, high) in {
        "background": windows.background,
        "continuum": windows.continuum,
    }.items():
        if others := other_edges(low, high, choices.element):
            found.append(
                f"the {name} window {low:.0f} to {high:.0f} eV holds {', '.join(others)}: if the "
                f"sample contains that, choose another --{name}"
            )
    noisy = float(np.median(ratios.areas.dispersion))
    low, high = windows.background
    channels = int(((spectrum.energy >= low) & (spectrum.energy <= high)).sum())
    if not spectrum.real_counts:
        found.append(
            "the values are not whole numbers, so that their noise is not known from counting: it "
            "is taken from the scatter around the background; export raw counts"
        )
    elif noisy > largest_dispersion(channels):
        found.append(
            f"the scatter around the background is {np.sqrt(noisy):.2f} times that of counting (a "
            "gain of the detector, or no power law): errors are enlarged by that factor"
        )
    return found


def _analysed(prepared: _Prepared, number: int, height: float) -> AnalysedSpectrum:
    spectrum, windows = prepared.spectrum, prepared.windows
    energy, counts = spectrum.energy, spectrum.counts[number : number + 1]
    background = power_law(energy, counts, windows.background, source=spectrum.source)
    fitted = background.counts(energy)
    grid = spectrum.grid
    return AnalysedSpectrum(
        point=[int(index) + 1 for index in np.unravel_index(number, grid)] if grid else [1],
        energy=energy.tolist(),
        counts=counts[0].tolist(),
        background=fitted[0].tolist(),
        signal=_without_plural(prepared, counts - fitted)[0].tolist(),
        continuum=(height * windows.continuum_shape(energy)).tolist(),
    )


def _signals(prepared: _Prepared) -> list[EdgeSpectrum]:
    spectrum = prepared.spectrum
    if len(spectrum.grid) != 1 or len(spectrum.counts) > MOST_SIGNALS:
        return []
    energy = spectrum.energy
    fitted = power_law(
        energy, spectrum.counts, prepared.windows.background, source=spectrum.source
    )
    signals = _without_plural(prepared, spectrum.counts - fitted.counts(energy))
    return [
        EdgeSpectrum(point=[number], signal=signal.tolist())
        for number, signal in enumerate(signals, start=1)
    ]


def _without_plural(prepared: _Prepared, signal: FloatArray) -> FloatArray:
    if prepared.response is None:
        return signal
    begin = int(np.searchsorted(prepared.spectrum.energy, prepared.windows.background[0]))
    cleaned = signal.copy()
    response = prepared.response[: signal.shape[1] - begin]
    cleaned[:, begin:] = low_loss.removed(response, signal[:, begin:])
    return cleaned
