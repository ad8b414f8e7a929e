"""Figure of a scan: compositions below each other, with what was found of each."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from liponflow.analysis.scan.result import ScanResult, ScanRow, subject_of
from liponflow.analysis.transport.observables import CONDUCTIVITY, ROOM_LABEL
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.glass.units import unit_label
from liponflow.figures.spread import (
    COLOURS,
    differs,
    engines_figure,
    horizontal_spread,
    spread_key,
)
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
_SPREAD = COLOURS[1]
"""Colour of the spread over engines."""
_BELOW = 0.28
"""Distance (rows) of a spread below the value of the main engine."""


def all_figures(result: ScanResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"scan": scan_figure(result)}
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures


@styled
def scan_figure(result: ScanResult) -> Figure:
    """Draw units, density, conductivity and window of every composition, the best on top.

    Quantities that no composition has get no panel. Conductivities that are not reliable are
    hollow, and published ones are stars. Below density and conductivity is their spread over
    engines.
    """
    rows = result.rows
    panels = [draw for has, draw in _PANELS if any(has(row) for row in rows)]
    figure = new_figure(PAGE, 1.5 + _ROW * max(len(rows), 4))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, draw in zip(axes, panels, strict=True):
        draw(panel, rows)
    drawn = [
        _draw_spreads(panel, result, *_COMPARED[draw])
        for panel, draw in zip(axes, panels, strict=True)
        if draw in _COMPARED
    ]
    for panel in axes:
        if panel.get_xscale() == "log":
            _show_whole_decades(panel)
    if any(drawn):
        figure.legend(handles=[spread_key(result, _SPREAD)], loc="outside upper center")
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


def _show_whole_decades(axes: Axes) -> None:
    """End an axis at powers of ten, which alone are labelled: others collide on a narrow panel."""
    low, high = np.log10(axes.get_xlim())
    axes.set_xlim(10.0 ** np.floor(low), 10.0 ** np.ceil(high))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _draw_spreads(
    axes: Axes, result: ScanResult, quantity: str, subject: str, scale: Callable[[float], float]
) -> bool:
    """Draw the spread of a quantity below that of every row, and return whether there is any."""
    found = [
        (place, result.spread(quantity, subject_of(row.modelled, subject)))
        for place, row in enumerate(result.rows)
    ]
    for place, spread in found:
        if spread is not None:
            horizontal_spread(axes, place + _BELOW, scale(spread.low), scale(spread.high), _SPREAD)
    return any(spread is not None for _, spread in found)


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

_COMPARED: dict[object, tuple[str, str, Callable[[float], float]]] = {
    _density: ("density", "mean of the models", float),
    _conductivity: (CONDUCTIVITY, ROOM_LABEL, lambda power: 10.0**power),
}
"""Spread over engines in a panel: its quantity, of what, and how the axis shows it."""
