"""Figures of interphases."""

from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liponflow.analysis.interphase.mixing import Mixing
from liponflow.analysis.interphase.published import PhaseConductivity
from liponflow.analysis.interphase.result import InterphaseResult, LayerResistance, NeededShare
from liponflow.analysis.published_tables import PublishedTable
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
    stamp_source,
    styled,
)

_BEYOND = 0.6
"""Part of the electrolyte's potential fall that is drawn, as a share of the interphase's width."""


def all_figures(result: InterphaseResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"interphase": interphase_figure(result), "needed_shares": needed_figure(result)}


@styled
def interphase_figure(result: InterphaseResult) -> Figure:
    """Draw the area resistance by arrangement, and the potential across the layers.

    The left panel has the resistance against Li+ of the interphase and, as a line, what is
    allowed. The right one has the potential against Li, which is minus the chemical potential of
    Li, from the metal to the beginning of the electrolyte, as Figure 4.13 of Cheng 2023 sketches
    it.
    """
    figure = new_figure(PAGE, 2.8)
    left, right = figure.subplots(1, 2)
    for place, (stack, colour) in enumerate(zip(result.stacks, COLOURS, strict=False)):
        left.barh(place, stack.ionic, 0.6, color=colour)
    left.set_xscale("log")
    left.set_xlim(left=min(stack.ionic for stack in result.stacks) / 10)
    left.axvline(result.allowed_resistance, color=INK, linestyle="--", linewidth=1)
    left.set_yticks(range(len(result.stacks)), [stack.mixing for stack in result.stacks])
    left.set_xlabel(axis_label(LayerResistance, "ionic"))
    left.set_title(f"dashed: allowed, {result.allowed_resistance:.3g} Ω cm²", loc="left")
    _draw_potentials(right, result)
    stamp(figure, result)
    return figure


def _draw_potentials(axes: Axes, result: InterphaseResult) -> None:
    for mixing, colour in zip(Mixing, COLOURS, strict=False):
        rows = [row for row in result.layers if row.mixing == mixing]
        depths = [0.0, *accumulate(row.thickness for row in rows)]
        potentials = [0.0, *(row.potential for row in rows)]
        beyond = _BEYOND * result.thickness
        rise = (result.voltage - potentials[-1]) / result.electrolyte_thickness
        axes.plot(
            [*depths, depths[-1] + beyond],
            [*potentials, potentials[-1] + rise * beyond],
            color=colour,
            label=mixing.value,
        )
    for depth in depths[1:]:
        axes.axvline(depth, color=MUTED, linewidth=0.6)
    axes.axhline(result.stable_from, color=INK, linestyle="--", linewidth=1)
    # On white, as the boundaries of the layers would cross the words.
    axes.annotate("electrolyte stable above", (0, result.stable_from), xytext=(3, 4),
                  textcoords="offset points", fontsize=7,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    axes.set_xlabel(axis_label(LayerResistance, "thickness", name="depth from Li"))
    axes.set_ylabel("potential (V against Li)")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0, top=1.25 * result.stable_from)
    axes.set_title("colours as on the left", loc="left")


@styled
def needed_figure(result: InterphaseResult) -> Figure:
    """Draw the share of the conductor that every layer needs, by arrangement."""
    figure = new_figure(COLUMN, 2.8)
    axes = figure.subplots()
    names = list(dict.fromkeys(item.layer for item in result.needed))
    for number, (mixing, colour) in enumerate(zip(Mixing, COLOURS, strict=False)):
        rows = [item for item in result.needed if item.mixing == mixing and item.share is not None]
        axes.plot(
            # Beside each other: several arrangements need nearly the same.
            [names.index(item.layer) + 0.12 * (number - 2) for item in rows],
            [100 * item.share for item in rows if item.share is not None],
            "o",
            color=colour,
            label=mixing.value,
        )
    conductors = {item.layer: item.conductor for item in result.needed}
    axes.set_xticks(
        range(len(names)),
        [f"layer {name.split(':')[0]}\n{pretty_formula(conductors[name])}" for name in names],
    )
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylabel(f"needed {axis_label(NeededShare, 'share')} (%)")
    figure.legend(loc="outside upper center", ncols=2)
    stamp(figure, result)
    return figure


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
