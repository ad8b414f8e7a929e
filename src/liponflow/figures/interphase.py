"""Figures of interphases."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liponflow.analysis.interphase.published import PhaseConductivity
from liponflow.analysis.published_tables import PublishedTable
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    COLUMN,
    MUTED,
    element_colour,
    new_figure,
    stamp_source,
    styled,
)


@styled
def conductivities_figure(table: PublishedTable[PhaseConductivity]) -> Figure:
    """Draw the ionic and the electronic conductivity of each phase; arrows are upper limits."""
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    colours = {"ionic": element_colour("Li"), "electronic": element_colour("P")}
    for place, row in enumerate(reversed(table.rows)):
        axes.plot([row.electronic, row.ionic], [place, place], color=MUTED, linewidth=0.6)
        for name, colour in colours.items():
            value = getattr(row, name)
            axes.plot(value, place, "o", color=colour)
            if row.at_most in {name, "both"}:
                axes.annotate("", (value / 10, place), (value, place),
                              arrowprops={"arrowstyle": "->", "color": colour})  # fmt: skip
    axes.set_xscale("log")
    axes.set_yticks(
        range(len(table.rows)), [pretty_formula(row.phase) for row in reversed(table.rows)]
    )
    axes.set_xlabel("conductivity at 298 K (S/cm)")
    axes.legend(
        [Line2D([], [], marker="o", color=c, linestyle="none") for c in colours.values()],
        list(colours),
        loc="upper right",
    )
    stamp_source(figure, table)
    return figure
