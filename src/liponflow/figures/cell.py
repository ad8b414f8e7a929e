"""Figures of the model of a cell: energy densities, capacities of films, and capacity balance."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.cell.published import published_densities
from liponflow.analysis.cell.result import Balance, CellResult, EnergyDensity, Film, SubstratePoint
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    PAGE,
    axis_label,
    new_figure,
    stamp,
    styled,
)

_REFERENCES = ("liquid electrolyte", "all solid state")
_MARKERS = ("o", "s", "^", "D")


def all_figures(result: CellResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"energy-density": density_figure(result)}
    if result.film_line is not None:
        figures["films"] = film_figure(result)
    if result.balances:
        figures["balance"] = balance_figure(result)
    return figures


@styled
def density_figure(result: CellResult) -> Figure:
    """Draw the energy density of every design, and of the first one on several substrates.

    Parameters
    ----------
    result
        Result of the model.

    Returns
    -------
    Figure
        Bars (Wh/L) with the published range of other cells in grey, and a curve over the
        thickness of the substrate (µm) with the published values.
    """
    figure = new_figure(PAGE, 2.7)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    _draw_designs(left, result)
    curve = result.curve
    substrates = [point.substrate for point in curve]
    right.plot(substrates, [point.density for point in curve], color=COLOURS[0],
               label="without the plated Li")  # fmt: skip
    right.plot(substrates, [point.charged_density for point in curve], "--", color=COLOURS[0],
               label="with the plated Li")  # fmt: skip
    name = result.densities[0].design
    marks = [
        item for item in published_densities() if item.name == name and item.substrate is not None
    ]
    citations = list(dict.fromkeys(item.citation for item in marks))
    for citation, marker in zip(citations, _MARKERS, strict=False):
        own = [item for item in marks if item.citation == citation]
        right.plot([item.substrate for item in own], [item.density[0] for item in own], marker,
                   color=INK, markerfacecolor="white", label=citation)  # fmt: skip
    right.set_ylim(bottom=0)
    right.set_xlabel(axis_label(SubstratePoint, "substrate"))
    right.set_ylabel(axis_label(SubstratePoint, "density"))
    right.set_title(name, loc="left")
    right.legend()
    stamp(figure, result)
    return figure


def _draw_designs(axes: Axes, result: CellResult) -> None:
    names = [item.design for item in result.densities]
    for other in published_densities():
        if other.name in _REFERENCES:
            low, high = other.density
            if high > low:
                axes.axvspan(low, high, color=BAND, zorder=0)
            else:
                axes.axvline(low, color=MUTED, linestyle=":", linewidth=1, zorder=0)
            axes.text((low + high) / 2, -0.62, other.name.replace(" ", "\n", 1), ha="center",
                      va="bottom", fontsize=6, color=MUTED,
                      bbox={"color": "white" if high == low else BAND, "pad": 0.5})  # fmt: skip
    for place, item in enumerate(result.densities):
        axes.barh(place, item.density, 0.55, color=COLOURS[0])
        axes.plot([item.charged_density] * 2, [place - 0.275, place + 0.275], color="white",
                  linewidth=1.2)  # fmt: skip
        axes.text(item.density + 15, place, f"{item.density:.0f}", va="center", fontsize=7)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -1.25)
    axes.set_xlim(0, 1.15 * max(item.density for item in result.densities))
    axes.set_xlabel(axis_label(EnergyDensity, "density"))
    axes.set_title(f"{pretty_formula(result.formula)}, white line: with the plated Li", loc="left")


@styled
def film_figure(result: CellResult) -> Figure:
    """Draw the capacity of films against their thickness, beside that of dense, full ones.

    Parameters
    ----------
    result
        Result with films.

    Returns
    -------
    Figure
        Capacity (µAh/cm²) over thickness (nm), both logarithmic.
    """
    line = result.film_line
    if line is None:
        raise ValueError("the result has no films")
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    measured = np.array([[film.thickness, film.capacity] for film in result.films])
    thickness = np.geomspace(measured[:, 0].min() / 1.5, measured[:, 0].max() * 1.5, 200)
    axes.plot(thickness, thickness * result.full_slope / 1000, "--", color=MUTED,
              label="dense, fully used")  # fmt: skip
    active = thickness[thickness > 1.02 * line.inactive]
    axes.plot(active, (active - line.inactive) * line.slope / 1000, color=COLOURS[0],
              label=f"{100 * line.utilisation:.0f} %, above {line.inactive:.0f} nm")  # fmt: skip
    axes.plot(*measured.T, "o", color=INK, label="measured")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(bottom=measured[:, 1].min() / 3)
    axes.set_xlabel(axis_label(Film, "thickness"))
    axes.set_ylabel(axis_label(Film, "capacity"))
    axes.legend(loc="upper left")
    stamp(figure, result)
    return figure


@styled
def balance_figure(result: CellResult) -> Figure:
    """Draw the capacity of a tested cell's cathode by its origin, beside that of its Li.

    Parameters
    ----------
    result
        Result with balances; the first cell is drawn.

    Returns
    -------
    Figure
        Capacities (mAh/cm²), with the excess of the Li and what is stated.
    """
    cell = result.balances[0].cell
    own = [item for item in result.balances if item.cell == cell]
    figure = new_figure(COLUMN, 2.5)
    axes = figure.subplots()
    lithium, stated = own[0].lithium, own[0].stated
    names = [f"cathode\nby {item.basis}" for item in own]
    axes.bar(range(len(own)), [item.capacity for item in own], 0.6, color=COLOURS[0])
    for place, item in enumerate(own):
        if item.excess is not None:
            axes.text(place, item.capacity, f"Li +{item.excess:.0f} %", ha="center", va="bottom",
                      fontsize=7)  # fmt: skip
    if lithium is not None:
        axes.bar(len(own), lithium, 0.6, color=COLOURS[1])
        names.append("lithium")
    if stated is not None:
        axes.text(0.02, 0.98, f"stated: +{stated:g} %", transform=axes.transAxes, va="top",
                  color=MUTED)  # fmt: skip
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(top=1.25 * max([item.capacity for item in own] + [lithium or 0.0]))
    axes.set_ylabel(axis_label(Balance, "capacity"))
    axes.set_title(f"cell of {cell}", loc="right")
    stamp(figure, result)
    return figure
