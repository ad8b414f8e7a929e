"""How far ions move in a time, and where they are."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.transport.result import (
    DensityGrid,
    TransportPoint,
    TransportResult,
    VanHoveCurve,
)
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import MUTED, PAGE, axis_label, new_figure, stamp, styled

MOST_PANELS = 4
"""Temperatures that are drawn, the coldest and the hottest among them."""
_MARGIN = 0.5
"""Å."""
_ROW = 1.9
"""Height of a row, inch."""


def chosen(points: Sequence[TransportPoint]) -> list[TransportPoint]:
    """Return up to four temperatures, spread over all of them."""
    places = np.linspace(0, len(points) - 1, min(len(points), MOST_PANELS)).round().astype(int)
    return [points[place] for place in places]


@styled
def van_hove_figure(result: TransportResult) -> Figure:
    """Draw both parts of the van Hove function, a row for each temperature.

    The dashed line is the Gaussian of the same width as the longest time.
    """
    points = chosen([point for point in result.points if point.van_hove])
    figure = new_figure(PAGE, 0.5 + _ROW * len(points))
    rows = figure.subplots(len(points), 2, squeeze=False, sharex="col")
    for point, (left, right) in zip(points, rows, strict=True):
        for curve, colour in zip(point.van_hove, cycle(COLOURS), strict=False):
            left.plot(curve.r, curve.own, color=colour, label=f"{curve.time:.3g} ps")
            inner = curve.r[: len(curve.distinct)]
            right.plot(inner, curve.distinct, color=colour)
        _draw_gaussian(left, point.van_hove[-1])
        left.set_title(f"{point.temperature:.0f} K, {result.species}, self", loc="left")
        right.set_title("distinct", loc="left")
        left.set_ylabel(axis_label(VanHoveCurve, "own"))
        right.set_ylabel(axis_label(VanHoveCurve, "distinct"))
        right.axhline(1, color=MUTED, linewidth=0.5)
        left.legend()
    for axes in rows[-1]:
        axes.set_xlabel(axis_label(VanHoveCurve, "r"))
    rows[-1][0].set_xlim(0, _furthest(points))
    stamp(figure, result)
    return figure


def _furthest(points: Sequence[TransportPoint]) -> float:
    """Return the longest distance that an ion has moved (Å), with a margin."""
    reached = [
        max(np.array(curve.r)[np.array(curve.own) > 0], default=0.0)
        for point in points
        for curve in point.van_hove
    ]
    return float(max(reached)) + _MARGIN


def _draw_gaussian(axes: Axes, curve: VanHoveCurve) -> None:
    r, own = np.array(curve.r), np.array(curve.own)
    total = float(own.sum())
    if total <= 0:
        return
    variance = float((own * r**2).sum()) / total / 3
    if variance <= 0:
        return
    gaussian = 4 * np.pi * r**2 * np.exp(-(r**2) / 2 / variance) / (2 * np.pi * variance) ** 1.5
    axes.plot(r, gaussian, "--", color=MUTED, linewidth=0.8)


@styled
def density_figure(result: TransportResult) -> Figure:
    """Draw the density of the ions, seen along the third lattice vector."""
    points = chosen([point for point in result.points if point.density])
    figure = new_figure(PAGE, 2.4)
    panels = figure.subplots(1, max(len(points), 2), squeeze=False)[0]
    for axes in panels[len(points) :]:
        axes.set_axis_off()
    for point, axes in zip(points, panels, strict=False):
        if point.density is not None:
            _draw_density(axes, point.density)
        axes.set_title(f"{point.temperature:.0f} K, {result.species}", loc="left")
        axes.set_xlabel(axis_label(DensityGrid, "cell", name="along a"))
    panels[0].set_ylabel(axis_label(DensityGrid, "cell", name="across a"))
    stamp(figure, result)
    return figure


def _draw_density(axes: Axes, grid: DensityGrid) -> None:
    cell = np.array(grid.cell)
    counts = np.array(grid.counts).reshape(grid.shape).sum(axis=2)
    first = cell[0] / np.linalg.norm(cell[0])
    across = cell[1] - (cell[1] @ first) * first
    second = across / np.linalg.norm(across)
    a, b = (np.linspace(0, 1, number + 1) for number in counts.shape)
    corners = a[:, None, None] * cell[0] + b[None, :, None] * cell[1]
    axes.pcolormesh(corners @ first, corners @ second, counts, cmap="viridis", rasterized=True)
    axes.set_aspect("equal")
