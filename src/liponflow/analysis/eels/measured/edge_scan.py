"""Areas of edges above their backgrounds: where along a scan an element is, and where it is not.

Areas of one edge compare along a scan. Those of different edges do not without cross-sections.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liponflow.analysis.eels.measured import low_loss
from liponflow.analysis.eels.measured.background import MINIMUM_WIDTH, power_law
from liponflow.analysis.eels.measured.detector import repaired
from liponflow.analysis.eels.measured.edge_scan_result import (
    EdgePoint,
    EdgeScanResult,
    ScannedEdge,
    ScannedSpectrum,
)
from liponflow.analysis.eels.measured.edges import edge_energy, other_edges
from liponflow.analysis.eels.measured.integration import (
    BACKGROUND_SHIFT,
    NORMAL_95,
    SIGNIFICANT,
    weighted_sums,
)
from liponflow.analysis.eels.measured.spectrum import MeasuredSpectrum, SpectrumError
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

CHEMICAL_SHIFT = {"K": 20.0, "L": 5.0}
"""How far before the tabulated edge (eV) that of a compound may begin.

Nitrides, oxides and fluorides begin up to 20 eV before the K edges of the gases N2, O2 and F2.
"""
SHALLOW = 150.0
"""Edges (eV) below which chemical shifts are those of L edges."""
WIDTH = 30.0
"""Default range of integration behind the tabulated edge (eV)."""
BACKGROUND_SHARE = 0.3
"""Default width of the background window relative to the energy of the edge, to 50 eV at most: a
power law holds over a short range only."""
WIDEST_BACKGROUND = 50.0
MOST_SIGNALS = 40
"""Longest line scan whose signals are kept."""


@dataclass(frozen=True)
class EdgeWindows:
    """Ranges of an edge (eV): of the fit of the background, and of integration."""

    background: tuple[float, float]
    signal: tuple[float, float]


def default_windows(edge: str) -> EdgeWindows:
    """Return the windows of an edge that lie around its tabulated energy.

    Raises
    ------
    liponflow.analysis.eels.measured.spectrum.SpectrumError
        If the edge is not tabulated.

    Examples
    --------
    >>> default_windows("N K")
    EdgeWindows(background=(339.9, 389.9), signal=(389.9, 439.9))
    >>> default_windows("Li K").background
    (33.3, 49.7)
    """
    energy = edge_energy(edge)
    shell = "L" if energy < SHALLOW else edge[-1]
    end = energy - CHEMICAL_SHIFT[shell]
    width = min(max(BACKGROUND_SHARE * energy, MINIMUM_WIDTH), WIDEST_BACKGROUND)
    return EdgeWindows((round(end - width, 1), round(end, 1)), (round(end, 1), energy + WIDTH))


class _Measured(NamedTuple):
    spectrum: MeasuredSpectrum
    areas: FloatArray
    counting: FloatArray
    background: FloatArray
    signals: FloatArray

    @property
    def error(self) -> FloatArray:
        return np.hypot(self.counting, self.background)


def scan_edges(
    measured: MeasuredSpectrum,
    edges: Mapping[str, EdgeWindows],
    provenance: Provenance,
    spacing: float | None = None,
) -> EdgeScanResult:
    """Return the area of each edge at every point, with its error.

    Parameters
    ----------
    measured
        Spectrum, line scan or map, with its low loss if plural scattering shall be removed.
    edges
        Windows by edge.
    provenance
        Files and options.
    spacing
        Distance of neighbouring points of a line scan, nm.

    Raises
    ------
    liponflow.analysis.eels.measured.spectrum.SpectrumError
        If the spectrum does not cover a window, or its detector was saturated.
    """
    offset = None
    if measured.low_loss is not None:
        offset = -low_loss.zero_loss_position(measured.low_loss)
        measured = measured.shifted(offset)
    places = _places(measured.grid)
    step = spacing if spacing is not None and len(measured.grid) < 2 else None  # noqa: PLR2004
    points: list[EdgePoint] = []
    scanned: list[ScannedEdge] = []
    warnings = list(measured.warnings)
    for edge, windows in edges.items():
        found = _measure(measured, edge, windows)
        new = _points(edge, found, places, step)
        points += new
        scanned.append(_scanned(edge, windows, found, places, keep=len(measured.grid) < 2))  # noqa: PLR2004
        warnings += [text for text in found.spectrum.warnings if text not in warnings]
        warnings += _doubts(edge, windows, new)
    if not measured.real_counts:
        warnings.append(
            "the values are not whole numbers, so that their noise is not known from counting: it "
            "is taken from the scatter around the background; export raw counts"
        )
    return EdgeScanResult(
        formula=", ".join(edges),
        converged=True,
        criterion=f"an edge is seen where its area is above {SIGNIFICANT:g} standard errors: "
        + ", ".join(
            f"{edge} at {sum(point.seen for point in points if point.edge == edge)} of "
            f"{len(places)} points"
            for edge in edges
        ),
        provenance=provenance,
        warnings=warnings,
        grid=list(measured.grid),
        zero_loss_offset=offset,
        plural_scattering_removed=measured.low_loss is not None,
        points=points,
        edges=scanned,
    )


def _measure(measured: MeasuredSpectrum, edge: str, windows: EdgeWindows) -> _Measured:
    background, signal = windows.background, windows.signal
    energy = measured.energy
    if energy[-1] < signal[1] or energy[0] > signal[0]:
        raise SpectrumError(
            f"{measured.source}: covers {energy[0]:g} to {energy[-1]:g} eV, and {edge} is "
            f"integrated from {signal[0]:g} to {signal[1]:g} eV; record the edge, correct the "
            "axis by --axis, or choose another --window"
        )
    low = background[0] - BACKGROUND_SHIFT
    spectrum = repaired(measured, low, signal[1] + measured.dispersion)
    response = None
    if measured.low_loss is not None:
        low_loss.check_even(spectrum)
        response = low_loss.plural_scattering_filter(
            measured.low_loss, spectrum.dispersion, len(spectrum.energy)
        )
    inside = (spectrum.energy >= signal[0]) & (spectrum.energy < signal[1])
    weights = (np.gradient(spectrum.energy) * inside)[None, :]
    sums = weighted_sums(spectrum, background, weights, response)
    moved = [
        weighted_sums(
            spectrum, (background[0] + shift, background[1] + shift), weights, response
        ).values[:, 0]
        for shift in (-BACKGROUND_SHIFT, BACKGROUND_SHIFT)
    ]
    areas = sums.values[:, 0]
    fitted = power_law(spectrum.energy, spectrum.counts, background, source=spectrum.source)
    signals = spectrum.counts - fitted.counts(spectrum.energy)
    if response is not None:
        begin = int(np.searchsorted(spectrum.energy, background[0]))
        signals[:, begin:] = low_loss.removed(
            response[: signals.shape[1] - begin], signals[:, begin:]
        )
    return _Measured(
        spectrum,
        areas,
        np.sqrt(np.maximum(sums.covariance[:, 0, 0], 0.0)),
        np.max([np.abs(item - areas) for item in moved], axis=0),
        signals,
    )


def _places(grid: tuple[int, ...]) -> list[list[int]]:
    return [[index + 1 for index in place] for place in np.ndindex(*grid)] if grid else [[1]]


def _points(
    edge: str, found: _Measured, places: Sequence[list[int]], step: float | None
) -> list[EdgePoint]:
    error = found.error
    seen = (found.areas > SIGNIFICANT * error) & (error > 0)
    largest = float(found.areas[seen].max()) if seen.any() else None
    return [
        EdgePoint(
            edge=edge,
            point=place,
            position=number * step if step is not None else None,
            area=float(found.areas[number]),
            error=float(error[number]),
            error_counting=float(found.counting[number]),
            error_background=float(found.background[number]),
            relative=None if largest is None else float(found.areas[number]) / largest,
            low=None
            if largest is None
            else float(found.areas[number] - NORMAL_95 * error[number]) / largest,
            high=None
            if largest is None
            else float(found.areas[number] + NORMAL_95 * error[number]) / largest,
            seen=bool(seen[number]),
        )
        for number, place in enumerate(places)
    ]


def _scanned(
    edge: str,
    windows: EdgeWindows,
    found: _Measured,
    places: Sequence[list[int]],
    *,
    keep: bool,
) -> ScannedEdge:
    shown = keep and len(places) <= MOST_SIGNALS
    return ScannedEdge(
        edge=edge,
        tabulated=edge_energy(edge),
        background_window=list(windows.background),
        window=list(windows.signal),
        energy=found.spectrum.energy.tolist(),
        signals=[
            ScannedSpectrum(point=place, signal=signal.tolist())
            for place, signal in zip(places, found.signals, strict=True)
        ]
        if shown
        else [],
    )


def _doubts(edge: str, windows: EdgeWindows, points: Sequence[EdgePoint]) -> list[str]:
    found = []
    if not any(point.seen for point in points):
        found.append(f"{edge} is not above the noise at any point")
    element = edge.split(maxsplit=1)[0]
    for name, flag, (low, high) in (
        ("background window", "--background", windows.background),
        ("range of integration", "--window", windows.signal),
    ):
        if others := other_edges(low, high, element):
            found.append(
                f"{edge}: the {name} {low:g} to {high:g} eV holds {', '.join(others)}: if the "
                f"sample contains that, choose another {flag}"
            )
    return found
