"""Figures of an interface: profiles, bonds, phases, and the observed layers."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.interface.phases import AMORPHOUS, OTHER
from liponflow.analysis.interface.published import (
    published_first_bond,
    published_sequence,
)
from liponflow.analysis.interface.result import (
    BrokenBonds,
    DepthProfile,
    InterfaceResult,
    PhaseShare,
)
from liponflow.analysis.stability.published import published_stability
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.spread import COLOURS, differs, engines_figure
from liponflow.figures.stability.layers import PHASE_COLOURS
from liponflow.figures.style import (
    BAND,
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

COLOURS_OF_PHASES = {**PHASE_COLOURS, AMORPHOUS: "#B5B5B5", OTHER: "#6B6B6B"}
_LEAST_SHARE = 0.005
"""Phases that never have more of the atoms are not drawn."""


def all_figures(result: InterfaceResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"profiles": profile_figure(result), "bonds": bond_figure(result)}
    if result.phases:
        figures["phases"] = phase_figure(result)
    if result.insertion:
        figures["insertion"] = insertion_figure(result)
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures


@styled
def profile_figure(result: InterfaceResult) -> Figure:
    """Draw the elements against depth, at first and at the end, beside the observed sequence."""
    figure = new_figure(PAGE, 4.6)
    upper, lower = figure.subplots(2, 1, height_ratios=[2.2, 1])
    edges = np.array(result.depth_edges)
    middle = (edges[1:] + edges[:-1]) / 2
    upper.axvspan(-result.zone, result.zone, color=BAND, zorder=0)
    upper.axvline(0, color=MUTED, linewidth=0.8)
    if result.reacted_width > 0:
        upper.axvspan(
            result.reacted_from, result.reacted_to, ymax=0.04, color=MUTED, label="reacted"
        )
    for profile in result.profiles:
        colour = element_colour(profile.element)
        upper.plot(middle, profile.begin, ":", color=colour, linewidth=1)
        upper.plot(middle, profile.end, color=colour, label=profile.element)
    upper.set_xlabel(axis_label(InterfaceResult, "depth_edges", name="depth in the electrolyte"))
    upper.set_ylabel(axis_label(DepthProfile, "end"))
    upper.set_title("dotted: at first; grey: the zone of the interface", loc="left")
    upper.legend(ncols=2)
    _observed(lower)
    stamp(figure, result)
    return figure


def _observed(axes: Axes) -> None:
    """Draw the layers that electron microscopy saw, and where XPS saw N and P appear."""
    observed, sequence = published_stability().observed, published_sequence()
    left = 0.0
    for layer in observed.layers:
        height = 1 / len(layer.phases)
        for number, phase in enumerate(layer.phases):
            axes.barh(
                number * height,
                layer.thickness,
                height,
                left,
                align="edge",
                color=COLOURS_OF_PHASES.get(phase, MUTED),
                edgecolor="white",
            )
            axes.text(
                left + layer.thickness / 2,
                (number + 0.5) * height,
                pretty_formula(phase),
                ha="center",
                va="center",
                color="white",
                fontsize=7,
            )
        left += layer.thickness
    axes.set_xlim(0, left)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("observed, from the metal to LiPON (nm)")
    order = ", then ".join(f"{element} (from {depth:g})" for depth, element in sequence.appears)
    axes.set_title(
        f"{observed.citation}: layers by cryo-TEM; by XPS Li and O, then {order}, "
        "etching depth in arbitrary units",
        loc="left",
        fontsize=7,
    )


@styled
def bond_figure(result: InterfaceResult) -> Figure:
    """Draw broken bonds and the formers in tetrahedra against time, and coordination numbers."""
    figure = new_figure(PAGE, 2.9)
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for item, colour in zip(result.bonds, cycle(COLOURS), strict=False):
        left.plot(
            result.times,
            item.shares,
            color=colour,
            drawstyle="steps-post",
            label=f"{item.bond}, of {item.initial}",
        )
    lost = 1 - np.array(result.tetrahedral)
    left.plot(result.times, lost, color=INK, linestyle="--", label="P without four anions")
    left.set_xlabel(axis_label(InterfaceResult, "times") if result.duration else "frame")
    left.set_ylabel(axis_label(BrokenBonds, "shares"))
    left.set_ylim(bottom=0)
    left.legend()
    known = published_first_bond()
    left.set_title(f"{known.citation}: {known.bond} breaks first", loc="left", fontsize=7)
    _shell_bars(right, result)
    stamp(figure, result)
    return figure


def _shell_bars(axes: Axes, result: InterfaceResult) -> None:
    places = np.arange(len(result.shells))
    bars = (
        ("interface, at first", "begin", "#F0C674"),
        ("interface, at the end", "end", "#C8391A"),
        ("bulk, at the end", "bulk", MUTED),
    )
    for number, (label, field, colour) in enumerate(bars):
        values = [getattr(item, field) or 0 for item in result.shells]
        axes.bar(places + (number - 1) * 0.27, values, 0.25, color=colour, label=label)
    axes.set_xticks(places, [item.pair for item in result.shells])
    axes.set_ylabel("coordination number")
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper left")


@styled
def phase_figure(result: InterfaceResult) -> Figure:
    """Draw the phases of the atoms against depth and against time."""
    figure = new_figure(PAGE, 3.1)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.5, 1])
    drawn = [item for item in result.phases if max(*item.shares, *item.profile) >= _LEAST_SHARE]
    colours = [COLOURS_OF_PHASES.get(item.phase, MUTED) for item in drawn]
    edges = np.array(result.depth_edges)
    left.stackplot(
        np.repeat(edges, 2)[1:-1],
        [np.repeat(item.profile, 2) for item in drawn],
        colors=colours,
        labels=[pretty_formula(item.phase) if item.phase != OTHER else OTHER for item in drawn],
    )
    left.axvline(0, color=INK, linewidth=0.8)
    left.set_xlim(edges[0], edges[-1])
    left.set_ylim(0, 1)
    left.set_xlabel(axis_label(InterfaceResult, "depth_edges", name="depth in the electrolyte"))
    left.set_ylabel(axis_label(PhaseShare, "profile"))
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=len(drawn))
    right.stackplot(result.phase_times, [item.shares for item in drawn], colors=colours)
    right.set_xlabel(axis_label(InterfaceResult, "phase_times") if result.duration else "frame")
    right.set_xlim(
        result.phase_times[0], max(result.phase_times[-1], result.phase_times[0] + 1e-9)
    )
    stamp(figure, result)
    return figure


@styled
def insertion_figure(result: InterfaceResult) -> Figure:
    """Draw the energy of one Li against its depth."""
    figure = new_figure(PAGE / 2, 2.6)
    axes = figure.subplots()
    axes.plot(
        [item.depth for item in result.insertion],
        [item.energy for item in result.insertion],
        "o-",
        color=element_colour("Li"),
    )
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_xlabel("depth of Li in the electrolyte (Å)")
    axes.set_ylabel("energy (eV)")
    axes.set_title("fixed atoms", loc="left")
    stamp(figure, result)
    return figure
