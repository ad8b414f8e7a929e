"""Figures of edges along a scan: their spectra, and their areas relative to the largest.

They follow Figure 5.11 B and C of the dissertation (P K and N K at each spot across an interface).
"""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.eels.measured.edge_scan_result import (
    EdgePoint,
    EdgeScanResult,
    ScannedEdge,
    ScannedSpectrum,
)
from liponflow.figures.eels.places import abscissa, draw_map, name_places, place_text
from liponflow.figures.eels.stack import draw_stack, shown_points, stack_height
from liponflow.figures.spread import COLOURS, MARKERS
from liponflow.figures.style import (
    BAND,
    COLUMN,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

_LINE, _MAP = 1, 2
_BEFORE = 15.0
"""What is drawn before the range of integration (eV), to show the background's end."""


def all_figures(result: EdgeScanResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {}
    if any(edge.signals for edge in result.edges):
        figures["edges"] = stack_figure(result)
    if len(result.grid) == _LINE:
        figures["edge_profile"] = profile_figure(result)
    if len(result.grid) == _MAP:
        figures["edge_map"] = map_figure(result)
    return figures


@styled
def stack_figure(result: EdgeScanResult) -> Figure:
    """Draw the spectra of each edge above their backgrounds, in the order of the scan."""
    edges = [edge for edge in result.edges if edge.signals]
    chosen = shown_points(len(edges[0].signals))
    figure = new_figure(COLUMN if len(edges) == 1 else PAGE, stack_height(len(chosen)))
    for axes, edge in zip(figure.subplots(1, len(edges), squeeze=False)[0], edges, strict=True):
        energy = np.array(edge.energy)
        shown = (energy >= edge.window[0] - _BEFORE) & (energy <= edge.window[1])
        axes.axvspan(*edge.window, color=BAND, zorder=0, linewidth=0)
        draw_stack(
            axes,
            energy[shown],
            np.array([edge.signals[place].signal for place in chosen])[:, shown],
            labels=[_text_of(result, edge.signals[place]) for place in chosen],
            marks={"tabulated": edge.tabulated},
            colour=element_colour(edge.edge.split(maxsplit=1)[0]),
        )
        axes.set_title(edge.edge, loc="left")
        axes.set_xlabel(axis_label(ScannedEdge, "energy"))
    figure.axes[0].set_ylabel(axis_label(ScannedSpectrum, "signal"))
    stamp(figure, result)
    return figure


@styled
def profile_figure(result: EdgeScanResult) -> Figure:
    """Draw the area of each edge along a line scan with its 95 % limits; hollow where not seen."""
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    styles = zip(result.edges, cycle(COLOURS), cycle(MARKERS), strict=False)
    for edge, colour, marker in styles:
        points = [point for point in result.points if point.edge == edge.edge]
        if points[0].relative is None:
            continue
        x = [abscissa(point) for point in points]
        values = np.array([point.relative for point in points], dtype=float)
        limits = np.array([[point.low, point.high] for point in points], dtype=float)
        axes.errorbar(
            x,
            values,
            yerr=np.abs(limits - values[:, None]).T,
            color=colour,
            linewidth=1.0,
            capsize=2.5,
        )
        for seen in (True, False):
            places = [place for place, point in enumerate(points) if point.seen is seen]
            axes.plot(
                [x[place] for place in places],
                values[places],
                marker=marker,
                linestyle="none",
                color=colour,
                markerfacecolor=colour if seen else "white",
                label=edge.edge if seen else None,
            )
    axes.axhline(0, color=MUTED, linewidth=0.8, zorder=0)
    name_places(axes, EdgePoint, known=result.points[0].position is not None)
    axes.set_ylabel("area / largest area")
    axes.legend()
    stamp(figure, result)
    return figure


@styled
def map_figure(result: EdgeScanResult) -> Figure:
    """Draw the area of each edge in a map; points where it is not seen stay grey."""
    figure = new_figure(COLUMN if len(result.edges) == 1 else PAGE, 3.0)
    panels = figure.subplots(1, len(result.edges), squeeze=False)[0]
    for axes, edge in zip(panels, result.edges, strict=True):
        points = [point for point in result.points if point.edge == edge.edge]
        values = [point.relative if point.seen else None for point in points]
        image = draw_map(axes, values, result.grid, vmin=0, vmax=1)
        axes.set_title(edge.edge, loc="left")
    panels[0].set_ylabel("row")
    figure.colorbar(image, ax=panels.tolist(), label="area / largest area", shrink=0.85)
    stamp(figure, result)
    return figure


def _text_of(result: EdgeScanResult, spectrum: ScannedSpectrum) -> str:
    return place_text(next(point for point in result.points if point.point == spectrum.point))
