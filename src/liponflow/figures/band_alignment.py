"""Figures of a band alignment: the bands through the cell, and the terms of its voltage."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.band_alignment import BandAlignmentResult, Level, Term
from liponflow.arrays import FloatArray
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    COLUMN,
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

_EDGES = (0.0, 3.0, 7.0, 10.0)
"""Where cathode, electrolyte and anode begin and end; the axis has no scale."""
_COLOURS = (COLOURS[2], COLOURS[0], element_colour("Li"))
"""Colours of cathode, electrolyte and anode."""
_FADE = 0.35
"""Length over which the drawn bendings fade."""


def all_figures(result: BandAlignmentResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"bands": band_figure(result), "terms": term_figure(result)}


@styled
def band_figure(result: BandAlignmentResult) -> Figure:
    """Draw the valence bands and the Fermi levels through the cell.

    Parameters
    ----------
    result
        Bands of a cell.

    Returns
    -------
    Figure
        Energies (eV) above the Fermi level of the cathode; the horizontal axis has no scale.
    """
    figure = new_figure(PAGE, 3.2)
    axes = figure.subplots()
    start, contact, other, end = _EDGES
    low = min(level.valence for level in result.levels if level.valence is not None)
    floor = low - 1.2
    bulk, surface, inner, middle, outer = (
        level.valence for level in result.levels if level.valence is not None
    )
    x = np.linspace(start, contact, 200)
    cathode = bulk + (surface - bulk) * np.exp((x - contact) / _FADE)
    _draw_valence(axes, x, cathode, floor, _COLOURS[0])
    x = np.linspace(contact, other, 400)
    electrolyte = middle + (inner - middle) * np.exp((contact - x) / _FADE)
    electrolyte += (outer - middle) * np.exp((x - other) / _FADE)
    _draw_valence(axes, x, electrolyte, floor, _COLOURS[1])
    axes.fill_between([other, end], floor, result.voltage, color=_COLOURS[2], alpha=0.2,
                      linewidth=0)  # fmt: skip
    for left, right, energy in ((start, contact, 0.0), (other, end, result.voltage)):
        axes.plot([left, right], [energy, energy], "--", color=INK, linewidth=1)
    for edge in (contact, other):
        axes.axvline(edge, color=MUTED, linewidth=0.6)
    _arrow(axes, contact + 0.55, inner, surface, f"{surface - inner:.2f}")
    _arrow(axes, other - 0.55, outer, result.voltage, f"{result.voltage - outer:.2f}")
    _arrow(axes, start + 0.5, bulk, 0.0, f"{-bulk:.2f}")
    _arrow(axes, (contact + other) / 2, 0.0, result.voltage, f"e · {result.voltage:.2f} V")
    axes.plot([contact, other], [0, 0], ":", color=MUTED, linewidth=0.8)
    axes.plot([contact, other], [result.voltage] * 2, ":", color=MUTED, linewidth=0.8)
    for term in result.terms:
        if term.name == "bending in the cathode" and term.energy:
            axes.text(contact - 0.1, surface - 0.15, _signed(term.energy), ha="right", va="top",
                      fontsize=7)  # fmt: skip
        if term.name.endswith("at the anode") and term.energy:
            axes.text(other - 0.15, middle - 0.05, _signed(term.energy), ha="right", va="top",
                      fontsize=7)  # fmt: skip
    top = result.voltage + 0.9
    names = (result.formula, result.electrolyte, result.anode)
    for left, right, name in zip(_EDGES, _EDGES[1:], names, strict=False):
        text = name if name == result.electrolyte else pretty_formula(name)
        axes.text((left + right) / 2, top, text, ha="center", va="top")
    axes.text(start + 1.0, 0.08, "Fermi level", fontsize=7, va="bottom")
    axes.set_xlim(start, end)
    axes.set_ylim(floor, top)
    axes.set_xticks([])
    axes.set_ylabel(axis_label(Level, "valence", name="energy of an electron"))
    stamp(figure, result)
    return figure


def _draw_valence(
    axes: Axes, x: FloatArray, energy: FloatArray, floor: float, colour: str
) -> None:
    axes.fill_between(x, floor, energy, color=colour, alpha=0.2, linewidth=0)
    axes.plot(x, energy, color=colour)


def _signed(energy: float) -> str:
    return f"{energy:+.2f}".replace("-", "−")


def _arrow(axes: Axes, x: float, low: float, high: float, text: str) -> None:
    axes.annotate("", (x, high), (x, low),
                  arrowprops={"arrowstyle": "<->", "color": INK, "linewidth": 0.8,
                              "shrinkA": 0, "shrinkB": 0})  # fmt: skip
    axes.text(x + 0.1, (low + high) / 2, text, va="center", fontsize=7)


@styled
def term_figure(result: BandAlignmentResult) -> Figure:
    """Draw the terms that add up to the voltage, with their electrostatic parts.

    Parameters
    ----------
    result
        Bands of a cell.

    Returns
    -------
    Figure
        Steps (eV) as bars from where the one before ends; the sum is the last bar.
    """
    figure = new_figure(COLUMN, 2.8)
    axes = figure.subplots()
    names = [*(term.name for term in result.terms), "voltage"]
    below = 0.0
    for place, term in enumerate(result.terms):
        axes.barh(place, term.energy, 0.6, left=below, color=COLOURS[0])
        axes.barh(place, term.electrostatic, 0.3, left=below, color=COLOURS[1],
                  )  # fmt: skip
        below += term.energy
    axes.barh(len(result.terms), result.voltage, 0.6, color=COLOURS[0], label="energy")
    axes.barh(len(result.terms), result.ionic, 0.3, color=COLOURS[1], label="of ions")
    if result.measured_voltage is not None:
        axes.axvline(result.measured_voltage, color=MUTED, linestyle=":", linewidth=1)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.margins(x=0.08)
    axes.set_yticks(range(len(names)), [name.replace(", ", ",\n") for name in names], fontsize=6)
    axes.invert_yaxis()
    axes.set_xlabel(axis_label(Term, "energy"))
    axes.legend(loc="lower left", fontsize=6)
    axes.set_title(f"{result.voltage:.2f} V, {result.ionic_share:.0f} % by ions", loc="right")
    stamp(figure, result)
    return figure
