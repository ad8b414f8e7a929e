"""Sites of ions: their environments, and how long ions stay."""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.transport.result import (
    Residence,
    SiteAnalysis,
    SiteShare,
    TransportResult,
)
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    COLUMN,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

SMALL = 0.03
"""Share below which, at every temperature, an environment is drawn among the others, as all are
behind the six that have a colour."""
OTHERS = "others"
_NOTHING = 1e-3
"""Share that no bar shows."""
_ABSCISSA = 1000.0
"""The axis shows 1000 K over the temperature."""


@styled
def share_figure(result: TransportResult) -> Figure:
    """Draw the share of each environment at each temperature."""
    points = [(point.temperature, point.sites) for point in result.points if point.sites]
    tables = [{share.name: share.share for share in sites.shares} for _, sites in points]
    largest = {
        name: max(table.get(name, 0) for table in tables) for table in tables for name in table
    }
    names = sorted(largest, key=lambda name: -largest[name])[: len(COLOURS)]
    large = [name for name in names if largest[name] >= SMALL]
    figure = new_figure(COLUMN, 0.9 + 0.34 * len(points))
    axes = figure.subplots()
    begin = np.zeros(len(points))
    places = np.arange(len(points))
    colours = [*COLOURS[: len(large)], MUTED]
    for name, colour in zip([*large, OTHERS], colours, strict=True):
        values = np.array(
            [
                table.get(name, 0) if name != OTHERS else 1 - sum(table.get(n, 0) for n in large)
                for table in tables
            ]
        ).clip(min=0)
        if values.max() < _NOTHING:
            continue
        axes.barh(places, values, left=begin, color=colour, label=name, height=0.7)
        begin = begin + values
    axes.set_yticks(places, [f"{temperature:.0f} K" for temperature, _ in points])
    axes.set_xlim(0, 1)
    axes.set_xlabel(axis_label(SiteShare, "share"))
    figure.legend(loc="outside upper center", ncols=3)
    stamp(figure, result)
    return figure


@styled
def residence_figure(result: TransportResult) -> Figure:
    """Draw the residence time against temperature, and which part of the stays lasts longer.

    A triangle is a lower limit: no ion has jumped.
    """
    figure = new_figure(PAGE, 2.6)
    left, right = figure.subplots(1, 2)
    colour = element_colour(result.species)
    points = [(point.temperature, point.sites) for point in result.points if point.sites]
    for (temperature, sites), own in zip(points, cycle(COLOURS), strict=False):
        whole = sites.residences[0]
        x = _ABSCISSA / temperature
        if whole.time_low <= 0:
            continue
        if whole.time is None or whole.time_high is None:
            left.plot(x, whole.time_low, "^", color=colour, markerfacecolor="white")
        else:
            limits = [[whole.time - whole.time_low], [whole.time_high - whole.time]]
            left.errorbar([x], [whole.time], limits, fmt="o", color=colour, capsize=2.5)
        if sites.survival_times:
            right.step(sites.survival_times, sites.survival, where="post", color=own,
                       label=f"{temperature:.0f} K")  # fmt: skip
    if left.has_data():
        left.set_yscale("log")
    left.set_xlabel("1000 K / temperature")
    left.set_ylabel(axis_label(Residence, "time"))
    right.set_xlabel(axis_label(SiteAnalysis, "survival_times"))
    right.set_ylabel(axis_label(SiteAnalysis, "survival"))
    right.set_ylim(0, 1.02)
    if right.get_legend_handles_labels()[0]:
        right.legend()
    else:
        right.text(0.5, 0.5, "no stay began with a jump and ended with one", ha="center",
                   color=MUTED, transform=right.transAxes)  # fmt: skip
    stamp(figure, result)
    return figure
