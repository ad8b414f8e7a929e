"""Figures of impedance spectra (6.1D of the dissertation) and of DC polarisation (6.1E)."""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.impedance.published import published_film
from liponflow.analysis.impedance.result import (
    ImpedanceResult,
    ImpedanceSpectrum,
    PolarisationResult,
)
from liponflow.figures.spread import COLOURS, MARKERS
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    PAGE,
    axis_label,
    new_figure,
    stamp,
    styled,
)
from liponflow.formulas import elements_in


def all_figures(result: ImpedanceResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``impedance``."""
    return {"impedance": impedance_figure(result)}


def polarisation_figures(result: PolarisationResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``polarisation``."""
    return {"polarisation": polarisation_figure(result)}


@styled
def impedance_figure(result: ImpedanceResult) -> Figure:
    """Draw the spectra in the complex plane, with equal axes, and their phase by frequency."""
    figure = new_figure(PAGE, 3.0)
    left, right = figure.subplots(1, 2)
    for spectrum, colour, marker in zip(
        result.spectra, cycle(COLOURS), cycle(MARKERS), strict=False
    ):
        measured = np.array(spectrum.real) + 1j * np.array(spectrum.imaginary)
        fitted = np.array(spectrum.fitted_real) + 1j * np.array(spectrum.fitted_imaginary)
        left.plot(measured.real, -measured.imag, marker, color=colour, markersize=3,
                  markerfacecolor="none", label=_label(spectrum))  # fmt: skip
        left.plot(fitted.real, -fitted.imag, color=colour, linewidth=1.0)
        right.plot(spectrum.frequency, -np.degrees(np.angle(measured)), marker, color=colour,
                   markersize=3, markerfacecolor="none")  # fmt: skip
        right.plot(spectrum.frequency, -np.degrees(np.angle(fitted)), color=colour, linewidth=1.0)
    # Tails of blocking electrodes would make the arcs a point.
    reach = 1.6 * max(s.resistance + max(s.elements[0].value, 0.0) for s in result.spectra)
    left.set_xlim(0, reach)
    left.set_ylim(0, 0.75 * reach)
    left.set_aspect("equal")
    left.set_xlabel(axis_label(ImpedanceSpectrum, "real"))
    left.set_ylabel(axis_label(ImpedanceSpectrum, "imaginary", name="-Z''"))
    left.legend(loc="upper left", title=f"circuit {result.circuit}")
    right.set_xscale("log")
    right.set_xlabel(axis_label(ImpedanceSpectrum, "frequency"))
    right.set_ylabel("-phase (degrees)")
    published = published_film(elements_in(result.formula))
    if published is not None:
        right.set_title(
            f"published: {published.ionic:.1e} S/cm ({published.citation})",
            color=MUTED,
            fontsize=7,
        )
    stamp(figure, result)
    return figure


def _label(spectrum: ImpedanceSpectrum) -> str:
    name = spectrum.file.rsplit("/", 1)[-1]
    if spectrum.conductivity is None:
        return f"{name}: {spectrum.resistance:.3g} Ω"
    return (
        f"{name}: {spectrum.conductivity:.2e} S/cm\n"
        f"({spectrum.conductivity_low:.2e} to {spectrum.conductivity_high:.2e})"
    )


@styled
def polarisation_figure(result: PolarisationResult) -> Figure:
    """Draw the current against time, with the steady range."""
    figure = new_figure(COLUMN, 2.8)
    axes = figure.subplots()
    current = np.array(result.current)
    steady = result.current_density * result.electrode_area
    axes.axvspan(result.steady_from, result.time[-1], color=BAND, linewidth=0)
    axes.plot(result.time, current, ".", color=COLOURS[0], markersize=2)
    axes.plot(
        [result.steady_from, result.time[-1]], [steady, steady], color=INK,
        label=f"{result.conductivity:.2e} S/cm\n({result.conductivity_low:.2e} to "
        f"{result.conductivity_high:.2e})",
    )  # fmt: skip
    published = published_film(elements_in(result.formula))
    if published is not None:
        axes.axhline(
            published.electronic * abs(result.voltage) * steady / result.conductivity,
            color=MUTED,
            linestyle="--",
            label=f"{published.electronic:.1e} S/cm ({published.citation})",
        )
    if current.min() > 0:
        axes.set_yscale("log")
    axes.set_xlabel(axis_label(PolarisationResult, "time"))
    axes.set_ylabel(axis_label(PolarisationResult, "current"))
    axes.legend()
    stamp(figure, result)
    return figure
