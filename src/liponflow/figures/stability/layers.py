"""Figure of the layers between Li and the electrolyte, predicted and observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from liponflow.analysis.stability.published import published_stability
from liponflow.analysis.stability.result import Layer, StabilityResult
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    INK,
    MUTED,
    PAGE,
    element_colour,
    new_figure,
    stamp,
    styled,
)

PHASE_COLOURS = {
    "Li": "#E69F00",
    "Li2O": "#C8391A",
    "Li3N": "#4DA6D9",
    "Li3P": "#0072B2",
    "Li3PO4": "#882E72",
    "Li7PN4": "#007A5E",
    "LiP": "#33407F",
    "LiPN2": "#66B99A",
    "Li2PO2N": "#B48FC0",
}
"""Colours of common phases, the same in every row."""
OTHERS = ("#8C6D31", "#A0522D", "#999933", "#5F6B73", "#CC6677", "#44AA99")
LONG = 25
"""Length of a formula, markup of subscripts included, from which it is written smaller."""
ENDS = 0.09
"""Width of the Li and of the material at the ends, as a share of the layers."""


@dataclass(frozen=True)
class Strip:
    """One box of a row."""

    width: float
    shares: dict[str, float]
    """Shares of the height by formula."""
    label: str


@styled
def layers_figure(result: StabilityResult) -> Figure:
    """Draw the sequence of layers from Li to the material, predicted and observed.

    Predicted layers have equal widths because equilibrium gives their order, not their thickness;
    observed layers have their measured widths. Heights are shares of the atoms in a predicted
    layer; an observed layer is divided equally among the phases that were seen.
    """
    formulas = {phase.name: phase.formula for phase in result.phases}
    observed = published_stability().observed
    rows: list[tuple[str, list[Strip]]] = []
    for without, layers in groupby(result.layers, key=lambda layer: tuple(layer.without)):
        excluded = ", ".join(pretty_formula(formulas.get(name, name)) for name in without)
        title = f"predicted\nwithout {excluded}" if without else "predicted"
        rows.append((title, _predicted(list(layers), formulas)))
    total = sum(layer.thickness for layer in observed.layers)
    rows.append(
        (
            f"observed\n({observed.citation})",
            [
                Strip(
                    layer.thickness / total,
                    dict.fromkeys(layer.phases, 1 / len(layer.phases)),
                    f"{layer.thickness:g} nm",
                )
                for layer in observed.layers
            ],
        )
    )
    phases = list(dict.fromkeys(f for _, strips in rows for s in strips for f in s.shares))
    colours = _colours(phases)
    figure = new_figure(PAGE, 0.8 + 0.8 * len(rows))
    axes = figure.add_subplot()
    for place, (title, strips) in enumerate(rows):
        seen = title.startswith("observed")
        end = "LiPON" if seen else pretty_formula(result.formula)
        _row(axes, -1.15 * place, title, strips, colours=colours, end=end)
    axes.set_xlim(-ENDS - 0.2, 1 + ENDS + 0.01)
    axes.set_ylim(-1.15 * (len(rows) - 1) - 0.25, 0.85)
    axes.set_axis_off()
    figure.legend(
        handles=[Patch(color=colours[f], label=pretty_formula(f)) for f in phases],
        loc="outside upper center",
        ncols=7,
    )
    stamp(figure, result)
    return figure


def _predicted(layers: Sequence[Layer], formulas: dict[str, str]) -> list[Strip]:
    return [
        Strip(
            1 / len(layers),
            {formulas[name]: share for name, share in layer.atom_shares.items()},
            f"{layer.voltage_low:.2f}–{layer.voltage_high:.2f} V",
        )
        for layer in layers
    ]


def _colours(phases: Sequence[str]) -> dict[str, str]:
    spare = iter(OTHERS * len(phases))
    return {phase: PHASE_COLOURS.get(phase) or next(spare) for phase in phases}


def _row(
    axes: Axes,
    bottom: float,
    title: str,
    strips: Sequence[Strip],
    *,
    colours: dict[str, str],
    end: str,
) -> None:
    axes.text(-ENDS - 0.02, bottom + 0.4, title, ha="right", va="center", fontsize=7.5)
    ends = (
        (-ENDS, "Li", element_colour("Li")),
        (1.0, end, "#D9D9D9"),
    )
    for left, text, colour in ends:
        axes.bar(left, 0.8, ENDS, bottom, align="edge", color=colour, edgecolor="white")
        axes.text(
            left + ENDS / 2,
            bottom + 0.4,
            text,
            ha="center",
            va="center",
            fontsize=6.5 if len(text) < LONG else 4.5,
            rotation=90,
        )
    left = 0.0
    for strip in strips:
        height = bottom
        for formula, share in strip.shares.items():
            axes.bar(
                left,
                0.8 * share,
                strip.width,
                height,
                align="edge",
                color=colours[formula],
                edgecolor="white",
                linewidth=0.6,
                gid=formula,
            )
            height += 0.8 * share
        axes.text(
            left + strip.width / 2,
            bottom - 0.05,
            strip.label,
            ha="center",
            va="top",
            fontsize=6.5,
            color=INK if strip.label.endswith("nm") else MUTED,
        )
        left += strip.width
