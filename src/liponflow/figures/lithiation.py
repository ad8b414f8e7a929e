"""Figures of a lithiation campaign: structures, moments, lattice, voltage curve and hull."""

from collections.abc import Sequence
from itertools import cycle
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator
from pymatgen.core.periodic_table import Element

from liponflow.analysis.lithiation.observables import state_label, step_label
from liponflow.analysis.lithiation.result import LithiationResult, LithiationState
from liponflow.analysis.lithiation.voltage import TWO_PHASE, VoltageStep
from liponflow.analysis.published import published_lithiation
from liponflow.figures.spread import (
    GID,
    differs,
    engines_figure,
    spread_key,
    spread_words,
    vertical_spread,
)
from liponflow.figures.structure import draw_structure
from liponflow.figures.style import (
    BAND,
    COLUMN,
    ELEMENT_MARKERS,
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

# In the order of Figure 5.4D in D. Cheng, dissertation, UC San Diego (2023).
PANELS = {1.0: "pristine", 0.0: "delithiated", 2.0: "overlithiated"}
REFINED_COLOURS = (INK, "#7A4EAB", "#009E73")
"""Colour of every better engine, in the order of the ladder."""
FAMILY_MARKERS = ("o", "^", "s", "D", "v")
"""One marker per family of Li sites, in order of appearance."""
LABELLED_STEPS = 5
"""Largest number of voltage steps that are labelled with their values."""
OFF_SCALE = 0.5
"""Energy above the lowest family (eV/f.u.) from which a family is named instead of drawn; it would
flatten the hull."""


def all_figures(result: LithiationResult) -> dict[str, Figure]:
    """Draw every figure for which the result has data.

    Parameters
    ----------
    result
        Result of a lithiation campaign.

    Returns
    -------
    dict
        Figures by name: structures, moments, lattice, voltage, hull and engines.
    """
    figures = {"lattice": lattice_figure(result)}
    if any(result.state(x) for x in PANELS):
        figures["structures"] = structures_figure(result)
    if any(state.moments for state in result.states):
        figures["moments"] = moments_figure(result)
    if result.voltages:
        figures["voltage"] = voltage_figure(result)
    if any(state.formation_energy is not None for state in result.states):
        figures["hull"] = hull_figure(result)
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures


@styled
def structures_figure(result: LithiationResult) -> Figure:
    """Draw the structures at x = 1, 0 and 2, as in Figure 5.4D of the dissertation.

    The unique axis points upwards in every panel.
    """
    states = {x: state for x in PANELS if (state := result.state(x)) is not None}
    if not states:
        raise ValueError("the result has no state at x = 0, 1 or 2 to draw")
    figure = new_figure(PAGE * max(len(states), 2) / len(PANELS), 3.0)
    grid = figure.add_gridspec(2, len(states), height_ratios=(12, 1))
    first: Axes | None = None
    symbols: dict[str, None] = {}  # an ordered set
    for column, (x, state) in enumerate(states.items()):
        # A common scale shows how the cell grows.
        axes = figure.add_subplot(grid[0, column], sharex=first, sharey=first)
        first = first or axes
        draw_structure(axes, state.structure, up=state.unique_axis)
        axes.set_title(f"x = {x:g} ({PANELS[x]}), c/a = {state.c_over_a:.3f}", fontsize=8)
        symbols |= dict.fromkeys(element.symbol for element in state.structure.elements)
    legend = figure.add_subplot(grid[1, :])
    legend.set_axis_off()
    legend.legend(handles=[_key(symbol) for symbol in symbols], loc="center", ncols=8)
    stamp(figure, result)
    return figure


@styled
def moments_figure(result: LithiationResult) -> Figure:
    """Draw mean |moment| of the transition metals against x, as in Figure 5.4E.

    Small dots are single sites, open symbols published values.
    """
    figure = new_figure(COLUMN, 3.0)
    axes = figure.add_subplot()
    published = published_lithiation(result.formula)
    metals = list(dict.fromkeys(metal for state in result.states for metal in state.moments))
    for metal in metals:
        colour, marker = element_colour(metal), ELEMENT_MARKERS.get(metal, "P")
        states = [state for state in result.states if metal in state.moments]
        sites = [(state.x, moment) for state in states for moment in state.site_moments[metal]]
        axes.plot(
            *zip(*sites, strict=True),
            ".",
            color=colour,
            alpha=0.6,
            markersize=4.5,
            markeredgewidth=0,
            gid=f"{metal} sites",
        )
        axes.plot(
            [state.x for state in states],
            [state.moments[metal] for state in states],
            marker=marker,
            color=colour,
            label=f"{metal}, mean",
            gid=metal,
        )
        values = published.moments.values.get(metal) if published else None
        if published and values:
            axes.plot(
                list(values),
                list(values.values()),
                marker,
                markersize=10,
                markerfacecolor="none",
                markeredgecolor=colour,
                markeredgewidth=1.0,
                label=f"{metal}, {published.moments.citation}",
                gid=f"{metal} published",
            )
    axes.set_ylim(0, None)
    axes.set_ylabel(axis_label(LithiationState, "moments"))
    if result.moments_engine is not None:
        made = result.provenance.engine.short
        named = f"moments of {result.moments_engine.label}, structures of {made}"
        axes.set_title(fill(named, width=56), fontsize=7)
    _x_axis(axes, result)
    handles, labels = axes.get_legend_handles_labels()
    handles.append(Line2D([], [], linestyle="", marker=".", color=MUTED, markersize=4))
    figure.legend(handles, [*labels, "single sites"], loc="outside upper center", ncols=3)
    stamp(figure, result)
    return figure


@styled
def lattice_figure(result: LithiationResult) -> Figure:
    """Draw the lattice relative to the pristine cell, and the volume, as in Figure 5.4F.

    Without a state at x = 1 the reference is the state of lowest x.
    """
    figure = new_figure(COLUMN, 4.0)
    lengths, volumes = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    states = result.states
    reference = result.state(1.0) or states[0]
    edge = (reference.a + reference.b + reference.c) / 3
    x = [state.x for state in states]
    unique = [getattr(state, state.unique_axis) / edge for state in states]
    basal = [
        (state.a + state.b + state.c - getattr(state, state.unique_axis)) / 2 / edge
        for state in states
    ]
    published = published_lithiation(result.formula)
    if published and x[-1] > published.tetragonal.above_x:
        lengths.axvspan(published.tetragonal.above_x, x[-1], color=BAND, linewidth=0, zorder=0)
        lengths.text(
            (published.tetragonal.above_x + x[-1]) / 2,
            0.03,
            fill(f"{published.tetragonal.citation}: {published.tetragonal.statement}", 22),
            transform=lengths.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=6.5,
            color=MUTED,
        )
    lengths.plot(x, unique, "s-", color=element_colour("O"), label="unique axis", gid="unique")
    lengths.plot(
        x, basal, "o-", color=element_colour("P"), label="mean of the others", gid="basal"
    )
    lengths.set_ylabel(f"length / length at x = {reference.x:g}")
    lengths.margins(y=0.3)
    lengths.legend(loc="upper left")

    first = states[0].volume_per_formula
    change = [100 * (state.volume_per_formula / first - 1) for state in states]
    volumes.plot(x, change, "D-", color=INK, gid="volume", markersize=4.5)
    if published and (x[0], x[-1]) == published.volume_change.x_range:
        low, high = published.volume_change.percent
        volumes.errorbar(
            x[-1], (low + high) / 2, (high - low) / 2, color=MUTED, capsize=3, linewidth=1.2
        )
        volumes.annotate(
            f"{low:g}-{high:g} %\n{published.volume_change.citation}",
            (x[-1], (low + high) / 2),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=6.5,
            color=MUTED,
        )
    if _draw_lattice_spread(result, reference, lengths, volumes):
        figure.legend(handles=[spread_key(result)], loc="outside upper center")
    name = f"volume change\nfrom x = {x[0]:g}"
    volumes.set_ylabel(axis_label(LithiationState, "volume_change_percent", name=name))
    _x_axis(volumes, result)
    figure.align_ylabels()
    stamp(figure, result)
    return figure


def _draw_lattice_spread(
    result: LithiationResult, reference: LithiationState, lengths: Axes, volumes: Axes
) -> bool:
    """Draw the spread over engines, each relative to its own cell; return whether there is any."""

    def values(quantity: str, x: float) -> dict[str, float]:
        spread = result.spread(quantity, state_label(x))
        return {} if spread is None else spread.values

    edges = {
        engine: (unique + 2 * values("other axes", reference.x)[engine]) / 3
        for engine, unique in values("unique axis", reference.x).items()
    }
    first = values("volume", result.states[0].x)
    drawn = False
    for state in result.states:
        relative = [
            (
                lengths,
                [value / edges[e] for e, value in values(name, state.x).items() if e in edges],
            )
            for name in ("unique axis", "other axes")
        ]
        changes = values("volume", state.x).items()
        relative.append((volumes, [100 * (v / first[e] - 1) for e, v in changes if e in first]))
        for axes, found in relative:
            if len(found) > 1:
                vertical_spread(axes, state.x, min(found), max(found))
                drawn = True
    return drawn


@styled
def voltage_figure(result: LithiationResult) -> Figure:
    """Draw the average-voltage staircase against Li metal, with the published plateaus.

    Staircases of better engines are dashed.
    """
    figure = new_figure(COLUMN, 2.9)
    axes = figure.add_subplot()
    published = published_lithiation(result.formula)
    for value in published.voltages if published else ():
        (low, high), (left, right) = value.volts, value.x_range
        if low < high:
            axes.fill_between([left, right], low, high, color=BAND, linewidth=0, gid="published")
        else:
            style = "--" if value.main else ":"
            axes.plot([left, right], [low, low], style, color=MUTED, lw=1.1, gid="published")
        # The curve falls with x, so the space to the right of a plateau and above it is free.
        begins = left == result.states[0].x
        axes.annotate(
            f"{value.label}  {value.couple}\n({value.citation})",
            (right if begins else left, (low + high) / 2),
            xytext=(5 if begins else -5, 0),
            textcoords="offset points",
            ha="left" if begins else "right",
            va="center",
            fontsize=6.5,
            color=MUTED,
        )
    colour = element_colour("P")
    axes.stairs(
        [step.voltage for step in result.voltages],
        [result.voltages[0].x_low, *(step.x_high for step in result.voltages)],
        baseline=None,
        color=colour,
        linewidth=2,
        gid="computed",
    )
    _draw_voltage_spread(axes, result)
    # The values would lie on the staircases of the better engines.
    if len(result.voltages) <= LABELLED_STEPS and not result.refined_voltages:
        for step in result.voltages:
            axes.annotate(
                f"{step.voltage:.2f} V",
                ((step.x_low + step.x_high) / 2, step.voltage),
                xytext=(0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
                color=colour,
            )
    if result.refined_voltages:
        _draw_refined(axes, result)
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside upper center", fontsize=6.5)
    axes.set_ylabel(axis_label(VoltageStep, "voltage"))
    axes.margins(y=0.15)
    _x_axis(axes, result)
    stamp(figure, result)
    return figure


def _draw_voltage_spread(axes: Axes, result: LithiationResult) -> None:
    """Draw the spread over engines as a band around every step, named in the legend."""
    label: str | None = spread_words(result)
    for step in result.voltages:
        spread = result.spread("voltage", step_label(step))
        if spread is not None:
            axes.fill_between(
                [step.x_low, step.x_high],
                spread.low,
                spread.high,
                color=element_colour("P"),
                alpha=0.2,
                linewidth=0,
                label=label,
                gid=GID,
            )
            label = None


def _draw_refined(axes: Axes, result: LithiationResult) -> None:
    """Draw the staircases of better engines, and name all in the legend."""
    own = result.provenance.engine.short
    axes.plot([], [], color=element_colour("P"), linewidth=2, label=own)
    models = list(dict.fromkeys(step.model for step in result.refined_voltages))
    for model, colour in zip(models, cycle(REFINED_COLOURS), strict=False):
        steps = [step for step in result.refined_voltages if step.model == model]
        kinds = {state.states for state in result.refined_states if state.model == model}
        axes.stairs(
            [step.voltage for step in steps],
            [steps[0].x_low, *(step.x_high for step in steps)],
            baseline=None,
            color=colour,
            linestyle="--",
            linewidth=1.5,
            label=", ".join([model, *sorted(kinds)]),
            gid=f"{model} voltage",
        )


@styled
def hull_figure(result: LithiationResult) -> Figure:
    """Draw the formation energy against x with its lower hull, and the energy above the hull.

    Filled symbols lie on the hull. The dashed tie line joins x = 1 and 2; states above it
    decompose into these two phases.
    """
    states = [state for state in result.states if state.formation_energy is not None]
    if not states:
        raise ValueError("no formation energies: an end member is missing, see the warnings")
    figure = new_figure(COLUMN, 4.0)
    energies, distances = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    colour = element_colour("P")
    formation = {state.x: state.formation_energy or 0.0 for state in states}
    above = {state.x: 1000 * state.energy_above_hull for state in states}
    vertices = [state.x for state in states if state.on_hull]
    families = list(dict.fromkeys(family for state in states for family in state.family_energies))
    for axes, height, unit in ((energies, formation, 1), (distances, above, 1000)):
        axes.plot(vertices, [height[x] for x in vertices], color=INK, lw=1.2, gid="hull")
        for family, marker in zip(families, cycle(FAMILY_MARKERS)):
            for state in states:
                if state.family_energies.get(family, OFF_SCALE) >= OFF_SCALE:
                    continue
                stable = state.on_hull and family == state.family
                axes.plot(
                    state.x,
                    height[state.x] + unit * state.family_energies[family],
                    marker,
                    color=colour,
                    markerfacecolor=colour if stable else "white",
                    markeredgewidth=1.1,
                    zorder=4 if stable else 3,
                    gid=family,
                )
    low, high = TWO_PHASE
    handles = [Line2D([], [], color=INK, lw=1.2, label="lower hull")]
    if low in formation and high in formation:
        (line,) = energies.plot(
            [low, high],
            [formation[low], formation[high]],
            linestyle=(0, (2, 1)),  # two whole dashes in the legend
            color=element_colour("O"),
            lw=2,
            label=f"tie line x = {low:g} to {high:g}",
            gid="tie line",
        )
        handles.append(line)
    handles.append(Line2D([], [], ls="", marker="o", color=colour, label="filled: on the hull"))
    handles += [
        Line2D([], [], linestyle="", marker=marker, color=colour, mfc="white", label=family)
        for family, marker in zip(families, cycle(FAMILY_MARKERS))
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    if far := _off_scale(states):
        energies.text(
            0.5,
            0.98,
            "\n".join(["off the scale (eV/f.u. above the lowest):", *far]),
            transform=energies.transAxes,
            ha="center",
            va="top",
            color=MUTED,
            fontsize="small",
            gid="off scale",
        )
    energies.set_ylabel(axis_label(LithiationState, "formation_energy", wrapped=True))
    distances.set_ylabel(
        axis_label(LithiationState, "energy_above_hull", prefix="m", wrapped=True)
    )
    distances.margins(y=0.15)
    _x_axis(distances, result)
    figure.align_ylabels()
    stamp(figure, result)
    return figure


def _off_scale(states: Sequence[LithiationState]) -> list[str]:
    """Return one line for each family whose energy is too high to be drawn."""
    lines = []
    for family in dict.fromkeys(family for state in states for family in state.family_energies):
        found = {state.x: state.family_energies.get(family, 0.0) for state in states}
        far = {x: energy for x, energy in found.items() if energy >= OFF_SCALE}
        if far:
            at = ", ".join(f"{x:g}" for x in far)
            values = sorted({f"{energy:.1f}" for energy in far.values()}, key=float)
            lines.append(f"{family}, x = {at}: " + " to ".join(values[:: max(len(values) - 1, 1)]))
    return lines


def _x_axis(axes: Axes, result: LithiationResult) -> None:
    axes.set_xlabel(f"x in {_host(result)}")
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.set_xlim(result.states[0].x - 0.08, result.states[-1].x + 0.08)


def _host(result: LithiationResult) -> str:
    """Return the formula unit with a variable Li content, for axis labels."""
    composition = result.states[0].structure.composition.remove_charges()
    parts = ["Li$_x$"]
    for element, amount in composition.get_el_amt_dict().items():
        share = amount / result.formula_units
        if element != "Li":
            parts.append(element if share == 1 else f"{element}$_{{{share:g}}}$")
    return "".join(parts)


def _key(symbol: str) -> Patch | Line2D:
    """Return the legend entry of an element: a polyhedron or a sphere."""
    colour = element_colour(symbol)
    if Element(symbol).is_transition_metal:
        return Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, alpha=0.8, label=symbol)
    size = 8 if symbol == "Li" else 4.5
    return Line2D([], [], ls="", marker="o", ms=size, color=colour, mec=INK, mew=0.4, label=symbol)
