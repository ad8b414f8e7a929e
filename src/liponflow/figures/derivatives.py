"""Figure of the published derivatives of LiPON: conductivity against activation energy."""

from typing import get_args

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.derivatives.published import Derivative, Derivatives, Dopant
from liponflow.analysis.transport.published import published_conductivity
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp_source,
    styled,
)

MARKERS: dict[Dopant, tuple[str, str]] = {
    "Si": ("o", element_colour("Si")),
    "S": ("s", "#B8A000"),
    "B": ("^", "#CC6677"),
    "other nonmetal": ("D", element_colour("Co")),
    "metal": ("P", element_colour("Ni")),
}
"""Symbol and colour of each section of the table."""

LEAST = 1e-10
"""S/cm: rows below are named in a corner, so that one crystal does not take half of the axes."""


@styled
def derivatives_figure(table: Derivatives) -> Figure:
    """Draw conductivity against activation energy, by dopant, and beside it the rows without one.

    Hollow symbols are compositions whose printed formula is not neutral or not given; lines are
    printed ranges. LiPON is drawn as a star.
    """
    figure = new_figure(PAGE, 3.2)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(5, 1))
    for dopant in get_args(Dopant):
        rows = [row for row in table.rows if row.dopant == dopant and row.conductivity >= LEAST]
        marker, colour = MARKERS[dopant]
        left.plot([], [], marker, color=colour, label=dopant)
        for place, row in enumerate(rows):
            energies = (row.activation_energy, row.activation_energy_high)
            known = [energy for energy in energies if energy is not None]
            if known:
                _draw(left, row, known)
            else:
                _draw(right, row, [list(MARKERS).index(dopant) + (place % 5 - 2) * 0.12])
    lipon = published_conductivity({"Li", "P", "O", "N"})
    if lipon is not None:
        left.plot(lipon.activation_energy, lipon.conductivity, "*", color=INK, markersize=10,
                  label=f"LiPON ({lipon.citation})")  # fmt: skip
    left.set_yscale("log")
    left.set_xlabel(axis_label(Derivative, "activation_energy"))
    left.set_ylabel(axis_label(Derivative, "conductivity"))
    left.legend(loc="lower left")
    below = "\n".join(
        f"{pretty_formula(row.printed)}: {row.conductivity:.0e} S/cm, {row.activation_energy} eV"
        for row in table.rows
        if row.conductivity < LEAST
    )
    left.text(0.99, 0.02, below, transform=left.transAxes, ha="right", color=MUTED, fontsize=7)
    right.set_xticks([])
    right.set_xlim(-0.7, len(MARKERS) - 0.3)
    right.set_xlabel("energy not given")
    figure.suptitle("hollow: formula not neutral as printed, or not printed", x=0.99, ha="right",
                    fontsize=7, color=MUTED)  # fmt: skip
    stamp_source(figure, table)
    return figure


def _draw(axes: Axes, row: Derivative, across: list[float]) -> None:
    marker, colour = MARKERS[row.dopant]
    low, high = row.conductivity, row.conductivity_high or row.conductivity
    centre = sum(across) / len(across)
    middle = (low * high) ** 0.5
    axes.plot([centre, centre], [low, high], "-", color=colour, linewidth=1)
    axes.plot([across[0], across[-1]], [middle, middle], "-", color=colour, linewidth=1)
    axes.plot(centre, middle, marker, color=colour,
              markerfacecolor=colour if row.is_neutral else "white")  # fmt: skip
