"""Figure of the published methods that make LiPON: the conductivity of each."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liponflow.analysis.published_tables import PublishedTable
from liponflow.analysis.synthesis import Synthesis
from liponflow.figures.style import (
    COLUMN,
    axis_label,
    element_colour,
    new_figure,
    stamp_source,
    styled,
)


@styled
def synthesis_figure(table: PublishedTable[Synthesis]) -> Figure:
    """Draw the conductivity of each method, the highest on top; hollow needs no substrate."""
    figure = new_figure(COLUMN * 1.5, 2.8)
    axes = figure.subplots()
    colour = element_colour("P")
    rows = sorted(table.rows, key=lambda row: row.conductivity_high or row.conductivity)
    for place, row in enumerate(rows):
        high = row.conductivity_high or row.conductivity
        fill = colour if row.substrate == "yes" else "white"
        axes.plot([row.conductivity, high], [place, place], "o-", color=colour,
                  markerfacecolor=fill, linewidth=1)  # fmt: skip
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [row.method for row in rows])
    axes.set_xlabel(axis_label(Synthesis, "conductivity"))
    handles = [
        Line2D([], [], marker="o", color=colour, linestyle="none", markerfacecolor=fill)
        for fill in (colour, "white")
    ]
    axes.legend(handles, ["on a substrate", "without one"], loc="upper left")
    stamp_source(figure, table)
    return figure
