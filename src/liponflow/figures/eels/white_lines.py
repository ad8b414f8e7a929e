"""Figures of white lines: the analysis of a spectrum, and the ratio along a scan or in a map.

They follow Figures 5.5 B, C, E and F (spectra and ratios along an interface) and 5.6 (the analysis
of one spectrum) of the dissertation.
"""

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.eels.measured.result import (
    AnalysedSpectrum,
    WhiteLinePoint,
    WhiteLinesResult,
)
from liponflow.figures.eels.places import abscissa, draw_map, name_places, place_text
from liponflow.figures.eels.stack import draw_stack, shown_points, stack_height
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

L3_COLOUR, L2_COLOUR = "#C8391A", "#0072B2"
_MAP_DIMENSIONS = 2


def all_figures(result: WhiteLinesResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"white_lines": analysis_figure(result)}
    if len(result.grid) == 1:
        figures["white_line_ratio"] = ratio_figure(result)
        if result.signals:
            figures["white_line_scan"] = scan_figure(result)
    if len(result.grid) == _MAP_DIMENSIONS:
        figures["white_line_map"] = map_figure(result)
    return figures


@styled
def analysis_figure(result: WhiteLinesResult) -> Figure:
    """Draw the strongest spectrum: background, two-step continuum and integrated areas."""
    shown = result.spectrum
    energy, background = np.array(shown.energy), np.array(shown.background)
    counts = np.array(shown.counts)
    signal, continuum = np.array(shown.signal), np.array(shown.continuum)
    colour = element_colour(result.element)
    figure = new_figure(COLUMN, 4.0)
    above, below = figure.subplots(2, sharex=True)
    above.plot(energy, counts, color=colour, linewidth=1.0, label=f"{result.element} L")
    above.plot(energy, background, color=INK, linestyle="--", linewidth=1.0, label="background")
    above.axvspan(*result.background_window, color=BAND, zorder=0, linewidth=0)
    above.set_ylabel(axis_label(AnalysedSpectrum, "counts"))
    below.plot(energy, signal, color=colour, linewidth=1.0)
    below.plot(energy, continuum, color=INK, linewidth=1.0, label="two-step continuum")
    for window, name, fill in (
        (result.l3_window, "L$_3$", L3_COLOUR),
        (result.l2_window, "L$_2$", L2_COLOUR),
    ):
        inside = (energy >= window[0]) & (energy <= window[1])
        below.fill_between(
            energy[inside],
            continuum[inside],
            signal[inside],
            color=fill,
            alpha=0.3,
            linewidth=0,
            label=name,
        )
    below.axvspan(*result.continuum_window, color=BAND, zorder=0, linewidth=0)
    below.set_ylabel("above background")
    below.set_xlabel(axis_label(AnalysedSpectrum, "energy"))
    for axes, place in ((above, "upper right"), (below, "upper left")):
        axes.legend(loc=place)
        axes.margins(x=0)
        axes.ticklabel_format(axis="y", scilimits=(-3, 4))
    point = _point_of(result, shown.point)
    if point is not None and point.ratio is not None:
        below.set_title(f"L$_3$/L$_2$ = {point.ratio:.2f} ± {point.error:.2f}", loc="left")
    stamp(figure, result)
    return figure


@styled
def ratio_figure(result: WhiteLinesResult) -> Figure:
    """Draw L3/L2 along a line scan with its 95 % limits, and the ratios of known valences."""
    seen = [point for point in result.points if point.ratio is not None]
    x = np.array([abscissa(point) for point in seen])
    ratio = np.array([point.ratio for point in seen], dtype=float)
    limits = np.array([[point.low, point.high] for point in seen], dtype=float)
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    axes.errorbar(
        x,
        ratio,
        yerr=np.abs(limits - ratio[:, None]).T,
        color=element_colour(result.element),
        fmt="o-",
        linewidth=1.0,
        capsize=2.5,
    )
    first, last = (abscissa(result.points[place]) for place in (0, -1))
    margin = 0.06 * max(last - first, 1.0)
    axes.set_xlim(first - margin, last + margin)
    for point in result.calibration:
        axes.axhline(point.ratio, color=MUTED, linestyle=":", linewidth=0.8, zorder=0)
        axes.annotate(
            f"{result.element}$^{{{point.valence:g}+}}$",
            (1.01, point.ratio),
            xycoords=("axes fraction", "data"),
            color=MUTED,
            fontsize=7,
            va="center",
        )
    name_places(axes, WhiteLinePoint, known=result.points[0].position is not None)
    axes.set_ylabel("L$_3$/L$_2$")
    stamp(figure, result)
    return figure


@styled
def scan_figure(result: WhiteLinesResult) -> Figure:
    """Draw the spectra of a line scan above their backgrounds, shifted upwards in order."""
    energy = np.array(result.spectrum.energy)
    chosen = shown_points(len(result.signals))
    figure = new_figure(COLUMN, stack_height(len(chosen)))
    axes = figure.subplots()
    shown = (energy >= result.background_window[1] - 10) & (energy <= result.continuum_window[1])
    draw_stack(
        axes,
        energy[shown],
        np.array([result.signals[place].signal for place in chosen])[:, shown],
        labels=[place_text(result.points[place]) for place in chosen],
        marks=dict(zip(("L$_3$", "L$_2$"), result.lines, strict=True)),
        colour=element_colour(result.element),
    )
    axes.set_ylabel("intensity above background")
    axes.set_xlabel(axis_label(AnalysedSpectrum, "energy"))
    stamp(figure, result)
    return figure


@styled
def map_figure(result: WhiteLinesResult) -> Figure:
    """Draw L3/L2 in a map; points without white lines stay grey."""
    figure = new_figure(COLUMN, 3.0)
    axes = figure.subplots()
    image = draw_map(axes, [point.ratio for point in result.points], result.grid)
    figure.colorbar(image, ax=axes, label="L$_3$/L$_2$", shrink=0.85)
    axes.set_ylabel("row")
    axes.set_title(f"{result.element} white lines", loc="left")
    stamp(figure, result)
    return figure


def _point_of(result: WhiteLinesResult, place: list[int]) -> WhiteLinePoint | None:
    return next((point for point in result.points if point.point == place), None)
