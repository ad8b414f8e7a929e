"""Figures of the preparation of a glass: the protocol in time, and the glass transition."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.glass.result import GlassResult, SeriesPoint
from liponflow.analysis.glass.transition import GlassTransition
from liponflow.figures.glass.labels import AnyGlass, series_of
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
from liponflow.units import CELSIUS

STAGE_COLOURS = ("#FFFFFF", BAND)
LETTER_SHARE = 0.02
"""Width of a letter of a stage name, as a share of the panel."""


@styled
def protocol_figure(result: AnyGlass) -> Figure:
    """Draw temperature, volume and energy against time, with the stages as bands."""
    series = series_of(result)
    if not series:
        raise ValueError("the result has no series in time to draw")
    rows = [
        ("temperature", element_colour("O")),
        ("volume_per_atom", element_colour("P")),
        ("energy_per_atom", element_colour("Ni")),
    ]
    rows = [row for row in rows if any(getattr(p, row[0]) is not None for s in series for p in s)]
    figure = new_figure(COLUMN * 1.35, 1.15 * len(rows) + 0.9)
    panels = list(figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0])
    for axes, (field, colour) in zip(panels, rows, strict=True):
        for points in series:
            known = [point for point in points if getattr(point, field) is not None]
            axes.plot(
                [point.time for point in known],
                [getattr(point, field) for point in known],
                color=colour,
                linewidth=0.8,
                alpha=1.0 if len(series) == 1 else 0.6,
                gid=field,
            )
        axes.set_ylabel(axis_label(SeriesPoint, field))
        axes.margins(x=0, y=0.12)
    _stages(panels, series[0])
    panels[-1].set_xlabel(axis_label(SeriesPoint, "time"))
    figure.align_ylabels()
    stamp(figure, result)
    return figure


def _stages(panels: Sequence[Axes], points: Sequence[SeriesPoint]) -> None:
    """Shade every other stage and write the names of the stages above the first panel."""
    begins = [
        index
        for index, point in enumerate(points)
        if index == 0 or point.stage != points[index - 1].stage
    ]
    total = points[-1].time - points[0].time
    for number, begin in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(points) - 1
        left, right = points[begin].time, points[end].time
        for axes in panels:
            axes.axvspan(left, right, color=STAGE_COLOURS[number % 2], linewidth=0, zorder=0)
        name = points[begin].stage
        if name and total and (right - left) / total > LETTER_SHARE * len(name):
            panels[0].text(
                (left + right) / 2,
                1.03,
                name,
                transform=panels[0].get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=6.5,
                color=MUTED,
            )


@styled
def transition_figure(result: GlassResult) -> Figure:
    """Draw V(T) or H(T) on cooling, and the two fitted lines with their intersection."""
    fit = result.tg
    if fit is None:
        raise ValueError("the result has no glass transition to draw")
    figure = new_figure(COLUMN * 1.2, 2.7)
    axes = figure.add_subplot()
    x, y = np.array(fit.temperatures), np.array(fit.values)
    axes.plot(x, y, "o", color=INK, markersize=3, markerfacecolor="none", gid="points")
    low, high = x.min(), x.max()
    for name, slope, end, colour in (
        ("glass", fit.glass_slope, low, element_colour("P")),
        ("liquid", fit.liquid_slope, high, element_colour("O")),
    ):
        line = [fit.value_at_tg, fit.value_at_tg + slope * (end - fit.temperature)]
        axes.plot([fit.temperature, end], line, color=colour, linewidth=1.3, gid=name)
    axes.axvspan(
        fit.temperature - fit.error, fit.temperature + fit.error, color=BAND, linewidth=0, zorder=0
    )
    axes.axvline(fit.temperature, color=MUTED, linewidth=0.8, linestyle="--")
    name = "T$_g$" if fit.resolved else "break (no T$_g$ resolved)"
    axes.text(
        0.03,
        0.97,
        f"{name} = {fit.temperature:.0f} ± {fit.error:.0f} K\nat {fit.cooling_rate:.3g} K/ps",
        transform=axes.transAxes,
        ha="left",
        va="top",
        fontsize=7.5,
    )
    symbols = sorted(element.symbol for element in result.models[0].structure.elements)
    known = published_glass(symbols)
    if known is not None and fit.resolved:
        measured = known.glass_transition.onset + CELSIUS
        axes.plot(
            measured,
            0.04,
            "^",
            color=MUTED,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            gid="published",
            label=f"{measured:.0f} K, measured at a laboratory rate\n"
            f"({known.glass_transition.citation})",
        )
        axes.legend(loc="lower right", fontsize=6.5)
    axes.set_xlabel(axis_label(GlassTransition, "temperature"))
    axes.set_ylabel(
        axis_label(SeriesPoint, "volume_per_atom")
        if fit.quantity == "volume"
        else axis_label(SeriesPoint, "energy_per_atom", name="H")
    )
    axes.margins(y=0.2)
    stamp(figure, result)
    return figure
