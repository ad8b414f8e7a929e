"""Figure of projected densities of states: one panel per structure, spin down mirrored."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pymatgen.core.composition import Composition
from pymatgen.core.periodic_table import Element

from liponflow.analysis.pdos import (
    PUBLISHED_WINDOW,
    PDOSResult,
    PDOSState,
    ProjectedDensity,
)
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    COLUMN,
    INK,
    MUTED,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)
from liponflow.formulas import reduced_formula

WINDOW = (-8.0, 4.0)
"""Range of energies relative to the Fermi level (eV): valence band, gap and empty d states."""
SMALLEST_SHARE = 0.05
"""Orbitals below this share of the highest curve in every panel are left out."""
LineStyle = Literal["-", "--", ":", "-."]
DASHES: dict[str, LineStyle] = {"d": "-", "p": "--", "s": ":", "f": "-."}
"""Line style by orbital, so that metal d and anion p differ by more than colour."""
HEADROOM = 0.22
"""Share of the height left free above and below the curves for text."""
PANEL_HEIGHT = 1.9
"""Height of a panel (inch)."""


def all_figures(result: PDOSResult) -> dict[str, Figure]:
    """Draw every figure of the result: ``pdos``, smoothed as published."""
    return {"pdos": pdos_figure(result)}


@styled
def pdos_figure(result: PDOSResult, points: int = PUBLISHED_WINDOW) -> Figure:
    """Draw the projected densities by element and orbital, one panel per state, Fermi level at 0.

    Parameters
    ----------
    result
        Result with one or several states.
    points
        Window of the adjacent average; 1 draws the densities unsmoothed.

    Returns
    -------
    Figure
        Spin up points up and spin down points down; without spin polarisation all point up.
    """
    states = [state.smoothed(points) for state in result.states]
    drawn = _large_enough(states)
    figure = new_figure(COLUMN, PANEL_HEIGHT * len(states) + 0.7)
    panels = figure.subplots(len(states), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, state in zip(panels, states, strict=True):
        _panel(axes, state, drawn)
    panels[-1].set_xlim(*WINDOW)
    panels[-1].set_xlabel(axis_label(PDOSState, "energies"))
    label = axis_label(ProjectedDensity, "density", wrapped=True)
    figure.supylabel(label, fontsize=8.5, multialignment="center")
    handles = [
        Line2D([], [], color=colour, linestyle=dashes, label=f"{element} {orbital}")
        for (element, orbital), (colour, dashes) in drawn.items()
    ]
    smoothing = f"{points}-point adjacent average" if points > 1 else "not smoothed"
    figure.legend(handles=handles, loc="outside upper center", ncols=4, title=smoothing)
    stamp(figure, result)
    return figure


_Drawn = dict[tuple[str, str], tuple[str, LineStyle]]


def _large_enough(states: Iterable[PDOSState]) -> _Drawn:
    """Return colour and line style of the visible orbitals; d before p before s."""
    height: dict[tuple[str, str], float] = {}
    for state in states:
        shown = _shown(state)
        for item in state.projections:
            key = (item.element, item.orbital)
            density = np.array(item.density)[shown]
            height[key] = max(height.get(key, 0.0), float(density.max(initial=0.0)))
    if not height or max(height.values()) == 0.0:
        low, high = WINDOW
        raise ValueError(f"no states between {low:g} and {high:g} eV from the Fermi level")
    large = [key for key, top in height.items() if top > SMALLEST_SHARE * max(height.values())]
    styles: _Drawn = {}
    for element in sorted({element for element, _ in large}, key=_metals_first):
        orbitals = [orbital for symbol, orbital in large if symbol == element]
        for orbital in sorted(orbitals, key="fdps".index):
            styles[element, orbital] = (element_colour(element), DASHES[orbital])
    return styles


def _metals_first(symbol: str) -> tuple[bool, int]:
    element = Element(symbol)
    return (not element.is_transition_metal, -element.Z)


def _cell(formula: str) -> str:
    """Return the contents of a cell: the number of formula units and the formula."""
    unit = written_by_unit(reduced_formula(formula))
    units = round(Composition(formula).num_atoms / Composition(unit).num_atoms)
    return (f"{units} " if units > 1 else "") + pretty_formula(unit)


def _shown(state: PDOSState) -> slice:
    energies = np.array(state.energies)
    inside = np.flatnonzero((energies >= WINDOW[0]) & (energies <= WINDOW[1]))
    return slice(inside[0], inside[-1] + 1) if inside.size else slice(0, 0)


def _panel(axes: Axes, state: PDOSState, drawn: _Drawn) -> None:
    shown = _shown(state)
    energies = state.energies[shown]
    by_key: dict[tuple[str, str], list[ProjectedDensity]] = {}
    for item in state.projections:
        by_key.setdefault((item.element, item.orbital), []).append(item)
    for key, (colour, dashes) in drawn.items():
        for item in by_key.get(key, []):
            sign = -1 if item.spin == "down" else 1
            axes.plot(
                energies,
                sign * np.array(item.density[shown]),
                color=colour,
                linestyle=dashes,
                linewidth=1.0,
                gid=f"{item.element} {item.orbital} {item.spin}",
            )
    axes.axvline(0, color=MUTED, linewidth=0.8, linestyle=":", gid="Fermi level")
    if "down" in state.total:
        axes.axhline(0, color=INK, linewidth=0.6)
        for height, label, anchor in ((0.97, "spin up", "top"), (0.03, "spin down", "bottom")):
            axes.text(
                0.98, height, label, transform=axes.transAxes, ha="right", va=anchor,
                fontsize=6.5, color=MUTED,
            )  # fmt: skip
    # Densities are positive in both directions, so the tick labels have no sign.
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.margins(y=HEADROOM)
    title = _cell(state.formula) if state.x is None else f"x = {state.x:g}"
    axes.text(0.02, 0.97, title, transform=axes.transAxes, ha="left", va="top", fontsize=8)
