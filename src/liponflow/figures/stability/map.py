"""Map of the interface reaction energy over the Li content of an electrode and the voltage."""

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.stability.result import InterfaceMap, StabilityResult
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    INK,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

LEVELS = (-2000, -1000, -500, -200, -100, -50)
"""Contours (meV per atom other than Li), drawn where they lie in the map."""


@styled
def map_figure(result: StabilityResult, drawn: InterfaceMap) -> Figure:
    """Draw the lowest reaction energy over Li content and voltage.

    The line is the equilibrium voltage of the electrode itself. The upper panel shows the
    reaction without Li exchange, the right panel the energy gained by contact once both materials
    have exchanged Li at that voltage.
    """
    figure = new_figure(PAGE, 4.6)
    grid = figure.add_gridspec(2, 3, height_ratios=(1, 3), width_ratios=(3, 1.1, 0.09))
    axes = figure.add_subplot(grid[1, 0])
    x, voltages = np.array(drawn.x), np.array(drawn.voltages)
    energy = 1000 * np.array(drawn.min_energy)
    single = x.size == 1
    mesh = axes.pcolormesh(
        [x[0] - 0.5, x[0] + 0.5] if single else x,
        voltages,
        np.column_stack([energy, energy]) if single else energy,
        shading="gouraud",
        cmap="cividis",
        rasterized=True,
        gid="map",
    )
    levels = [level for level in LEVELS if energy.min() < level < energy.max()]
    if levels and not single:
        lines = axes.contour(
            x, voltages, energy, levels, colors="white", linewidths=0.8, linestyles="solid"
        )
        axes.clabel(lines, fmt="%.0f", fontsize=6)
    if drawn.plateaus:
        axes.plot(
            *_staircase(drawn, float(voltages.max())),
            color=element_colour("O"),
            lw=2,
            gid="equilibrium",
            label="electrode at rest",
        )
        figure.legend(loc="outside upper right")
    axes.set_xlim(x[0], x[-1]) if not single else None
    axes.set_ylim(voltages.min(), voltages.max())
    axes.set_xlabel(f"x in {pretty_formula(drawn.electrode)}")
    axes.set_ylabel(axis_label(InterfaceMap, "voltages"))
    bar = figure.colorbar(mesh, cax=figure.add_subplot(grid[1, 2]))
    bar.set_label(axis_label(InterfaceMap, "min_energy", prefix="m", per="other than Li"))

    top = figure.add_subplot(grid[0, 0], sharex=axes)
    top.plot(
        x, 1000 * np.array(drawn.closed_energy), ".-", color=element_colour("P"), gid="closed"
    )
    top.set_ylabel(axis_label(InterfaceMap, "closed_energy", prefix="m", wrapped=True))
    top.set_ylim(None, 0)
    top.tick_params(labelbottom=False)
    top.set_title(f"{pretty_formula(drawn.electrolyte)} | {pretty_formula(drawn.electrode)}")

    side = figure.add_subplot(grid[1, 1], sharey=axes)
    side.plot(
        1000 * np.array(drawn.min_energy_of_contact),
        voltages,
        color=element_colour("P"),
        gid="contact",
    )
    side.set_xlim(None, 0)
    side.tick_params(labelleft=False)
    side.set_xlabel(
        axis_label(
            InterfaceMap, "min_energy_of_contact", prefix="m", per="\nother than Li", wrapped=True
        )
    )
    note = figure.add_subplot(grid[0, 1:])
    note.set_axis_off()
    best = drawn.closed_energy.index(min(drawn.closed_energy))
    products = drawn.closed_products[best].replace(" + ", "\n")
    known = {phase.name: pretty_formula(phase.formula) for phase in result.phases}
    shown = "\n".join(known.get(name, name) for name in products.split("\n"))
    note.text(
        0,
        1,
        f"most driven without Li\nfrom outside, x = {drawn.x[best]:g}:\n{shown}",
        va="top",
        fontsize=6.5,
        color=INK,
    )
    stamp(figure, result)
    return figure


def _staircase(drawn: InterfaceMap, highest: float) -> tuple[list[float], list[float]]:
    """Return the corners of the equilibrium voltage of the electrode against its Li content."""
    places: list[float] = []
    heights: list[float] = []
    before = highest
    for step in sorted(drawn.plateaus, key=lambda step: step.x_low):
        places += [step.x_low, step.x_low, step.x_high]
        heights += [before, step.voltage, step.voltage]
        before = step.voltage
    return [*places, places[-1]], [*heights, 0.0]
