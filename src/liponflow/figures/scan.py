"""Figure of a scan: compositions below each other, with what was found of each."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.scan.result import ScanResult, ScanRow
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.glass.units import unit_label
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

_ROW = 0.24  # inch
_OTHERS = "#D0D0D0"
"""Colour of the units beyond those that have a colour of their own."""


def all_figures(result: ScanResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"scan": scan_figure(result)}


@styled
def scan_figure(result: ScanResult) -> Figure:
    """Draw units, density, conductivity and window of every composition, the best on top.

    Quantities that no composition has get no panel. Conductivities that are not reliable are
    hollow, and published ones are stars.
    """
    rows = result.rows
    panels = [draw for has, draw in _PANELS if any(has(row) for row in rows)]
    figure = new_figure(PAGE, 1.5 + _ROW * max(len(rows), 4))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, draw in zip(axes, panels, strict=True):
        draw(panel, rows)
    axes[0].set_yticks(range(len(rows)), [_name(row) for row in rows])
    axes[0].set_ylim(len(rows) - 0.4, -0.6)
    stamp(figure, result)
    return figure


def _name(row: ScanRow) -> str:
    rank = "" if row.rank is None else f"{row.rank}. "
    return f"{rank}{pretty_formula(row.modelled)}"


def _units(axes: Axes, rows: Sequence[ScanRow]) -> None:
    """Draw the shares of the most frequent units as bars that add up to 1."""
    totals: dict[str, float] = {}
    for row in rows:
        for name, share in row.units.items():
            totals[name] = totals.get(name, 0.0) + share
    shown = sorted(totals, key=lambda name: -totals[name])[: len(COLOURS)]
    left = np.zeros(len(rows))
    for name, colour in zip(shown, COLOURS, strict=False):
        shares = np.array([row.units.get(name, 0.0) for row in rows])
        axes.barh(range(len(rows)), shares, 0.6, left, color=colour, label=unit_label(name))
        left += shares
    rest = np.array([sum(row.units.values()) for row in rows]) - left
    if np.any(rest > 1e-6):  # noqa: PLR2004 - rounding of sums
        axes.barh(range(len(rows)), rest, 0.6, left, color=_OTHERS, label="others")
    axes.set_xlabel("share of units")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _density(axes: Axes, rows: Sequence[ScanRow]) -> None:
    for place, row in enumerate(rows):
        if row.density is not None:
            axes.errorbar(row.density, place, xerr=row.density_spread, fmt="o", color=INK,
                          capsize=2)  # fmt: skip
    axes.set_xlabel(axis_label(ScanRow, "density", wrapped=True))


def _conductivity(axes: Axes, rows: Sequence[ScanRow]) -> None:
    colour = element_colour("Li")
    for place, row in enumerate(rows):
        if row.conductivity is not None and row.conductivity > 0:
            low, high = row.conductivity_low, row.conductivity_high
            if low is not None and high is not None:
                axes.plot([max(low, row.conductivity / 1e3), high], [place, place], color=colour)
            axes.plot(row.conductivity, place, "o", color=colour,
                      markerfacecolor=colour if row.transport_trusted else "white")  # fmt: skip
        if row.published_conductivity is not None:
            axes.plot(row.published_conductivity, place, "*", color=MUTED, label="published")
    axes.set_xscale("log")
    axes.set_xlabel(axis_label(ScanRow, "conductivity", wrapped=True))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[:1], labels[:1], loc="lower center", bbox_to_anchor=(0.5, 1.0))


def _window(axes: Axes, rows: Sequence[ScanRow]) -> None:
    for place, row in enumerate(rows):
        if row.window_low is not None and row.window_high is not None:
            width = row.window_high - row.window_low
            axes.barh(place, width, 0.5, row.window_low, color=element_colour("P"))
    axes.set_xlabel("window\n(V against Li)")
    axes.set_xlim(left=0)


_PANELS: Sequence[
    tuple[Callable[[ScanRow], object], Callable[[Axes, Sequence[ScanRow]], None]]
] = (
    (lambda row: row.units, _units),
    (lambda row: row.density, _density),
    (lambda row: row.conductivity or row.published_conductivity, _conductivity),
    (lambda row: row.window_low is not None and row.window_high is not None, _window),
)
"""What a row needs for each panel, and what draws it."""
