"""Figures of a lithiation campaign: structures, moments, lattice, voltage curve and hull."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from textwrap import fill
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from liponflow.analysis.lithiation.observables import axis_lengths, state_label, step_label
from liponflow.analysis.lithiation.result import (
    InsertionVoltage,
    LithiationResult,
    LithiationState,
)
from liponflow.analysis.lithiation.voltage import tie_lines
from liponflow.analysis.published import published_lithiation
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.labels import Label, place_labels
from liponflow.figures.spread import (
    GID,
    differs,
    engines_figure,
    spread_key,
    spread_words,
    vertical_spread,
)
from liponflow.figures.structure import draw_structure, is_centre
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

EXTRACTED = {"Li": "delithiated"}
"""Word for the state without the intercalant; ``extracted`` for any other than these."""
INSERTED = {"Li": "overlithiated"}
"""Word for the state of highest x above that of the host, as above."""
AXIS_MARKERS = {"a": "o", "b": "^", "c": "s"}
AXIS_COLOURS = {"a": element_colour("P"), "b": element_colour("Ni"), "c": element_colour("O")}
SAME_LENGTH = 2e-3
"""Axes whose relative lengths differ by less than this in all states are drawn as one line."""
REFINED_COLOURS = (INK, "#7A4EAB", "#009E73")
"""Colour of every better engine, in the order of the ladder."""
FAMILY_MARKERS = ("o", "^", "s", "D", "v")
"""One marker per family of Li sites, in order of appearance."""
HULL_HEIGHT = 3.7
"""Height (inch) of the figure of the hull without families."""
LINE_HEIGHT = 0.15
"""Height (inch) of a line of text above its axes."""
LEAST_RANGE = 0.6
"""Least range (V) of the voltage axis."""
LEAST_DISTANCES = 20
"""Least range (meV/f.u.) of the axis of distances to the hull."""
X_MARGIN = 0.04
"""Room at both ends of the x axis, as a share of its range."""
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
    figures = {"lattice": lattice_figure(result), "structures": structures_figure(result)}
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
    """Draw the structures as given, of lowest and of highest x.

    As in Figure 5.4D of D. Cheng, dissertation, UC San Diego (2023). The unique axis points
    upwards in every panel, or c where the host has none.
    """
    panels = _panels(result)
    figure = new_figure(PAGE * max(len(panels), 2) / 3, 3.0)
    grid = figure.add_gridspec(2, len(panels), height_ratios=(12, 1))
    first: Axes | None = None
    symbols: dict[str, None] = {}  # an ordered set
    for column, (word, state) in enumerate(panels.items()):
        # A common scale shows how the cell grows.
        axes = figure.add_subplot(grid[0, column], sharex=first, sharey=first)
        first = first or axes
        draw_structure(
            axes,
            state.structure,
            up=state.unique_axis or "c",
            spheres=(result.host.intercalant, "O", "N"),
        )
        title = f"x = {state.x:.3g} ({word})"
        if state.c_over_a is not None:
            title += f", c/a = {state.c_over_a:.3f}"
        axes.set_title(title, fontsize=8)
        symbols |= dict.fromkeys(element.symbol for element in state.structure.elements)
    legend = figure.add_subplot(grid[1, :])
    legend.set_axis_off()
    legend.legend(
        handles=[_key(symbol, result.host.intercalant) for symbol in symbols],
        loc="center",
        ncols=8,
    )
    stamp(figure, result)
    return figure


def _panels(result: LithiationResult) -> dict[str, LithiationState]:
    """Return the states that are drawn, by what they are called."""
    intercalant, given = result.host.intercalant, result.state(result.host.x)
    lowest, highest = result.states[0], result.states[-1]
    panels = {} if given is None else {"pristine": given}
    if lowest.x < result.host.x and lowest is not given:
        empty = EXTRACTED.get(intercalant, f"{intercalant} extracted")
        panels[empty if lowest.x == 0 else "lowest x"] = lowest
    if highest.x > result.host.x and highest is not given:
        panels[INSERTED.get(intercalant, f"{intercalant} inserted")] = highest
    return panels


@styled
def moments_figure(result: LithiationResult) -> Figure:
    """Draw mean |moment| of the transition metals against x, as in Figure 5.4E.

    Small dots are single sites, open symbols published values.
    """
    figure = new_figure(COLUMN, 3.0)
    axes = figure.add_subplot()
    published = published_lithiation(result.formula)
    printed = published.moments if published else None
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
        values = printed.values.get(metal) if printed else None
        if printed and values:
            axes.plot(
                list(values),
                list(values.values()),
                marker,
                markersize=10,
                markerfacecolor="none",
                markeredgecolor=colour,
                markeredgewidth=1.0,
                label=f"{metal}, {printed.citation}",
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

    A pseudo-cubic host has one unique axis, relative to the mean edge of its pristine cell. Any
    other has its three axes, each relative to its own length. Without the pristine state the
    reference is the state of lowest x.
    """
    figure = new_figure(COLUMN, 4.0)
    lengths, volumes = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    states = result.states
    reference = result.state(result.host.x) or states[0]
    x = [state.x for state in states]
    published = published_lithiation(result.formula)
    distortion = published.tetragonal if published else None
    if distortion and x[-1] > distortion.above_x:
        lengths.axvspan(distortion.above_x, x[-1], color=BAND, linewidth=0, zorder=0)
        lengths.text(
            (distortion.above_x + x[-1]) / 2,
            0.03,
            fill(f"{distortion.citation}: {distortion.statement}", 22),
            transform=lengths.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=6.5,
            color=MUTED,
        )
    for line in _axis_lines(result, reference):
        lengths.plot(
            x, line.relative, f"{line.marker}-", color=line.colour, label=line.label, gid=line.gid
        )
    lengths.set_ylabel(f"length / length at x = {reference.x:.3g}")
    lengths.margins(y=0.3)
    handles, labels = lengths.get_legend_handles_labels()

    first = states[0].volume_per_formula
    change = [100 * (state.volume_per_formula / first - 1) for state in states]
    volumes.plot(x, change, "D-", color=INK, gid="volume", markersize=4.5)
    measured = published.volume_change if published else None
    if measured and (x[0], x[-1]) == measured.x_range:
        low, high = measured.percent
        volumes.errorbar(
            x[-1], (low + high) / 2, (high - low) / 2, color=MUTED, capsize=3, linewidth=1.2
        )
        volumes.annotate(
            f"{low:g}-{high:g} %\n{measured.citation}",
            (x[-1], (low + high) / 2),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=6.5,
            color=MUTED,
        )
    columns = 3
    if _draw_lattice_spread(result, reference, lengths, volumes):
        key = spread_key(result)  # as wide as the figure
        handles, labels, columns = [*handles, key], [*labels, str(key.get_label())], 1
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)
    name = f"volume change\nfrom x = {x[0]:.3g}"
    volumes.set_ylabel(axis_label(LithiationState, "volume_change_percent", name=name))
    _x_axis(volumes, result)
    figure.align_ylabels()
    stamp(figure, result)
    return figure


class _AxisLine(NamedTuple):
    """One line of the lattice figure."""

    label: str
    gid: str
    relative: list[float]
    marker: str
    colour: str


def _axis_lines(result: LithiationResult, reference: LithiationState) -> list[_AxisLine]:
    """Return the relative lengths over x: of the unique and the other axes, or of each axis."""
    edges = _reference_lengths(axis_lengths(reference))
    relative = {
        name: [axis_lengths(state)[name] / edge for state in result.states]
        for name, edge in edges.items()
    }
    if "unique axis" in relative:
        return [
            _AxisLine("unique axis", "unique", relative["unique axis"], "s", element_colour("O")),
            _AxisLine(
                "mean of the others", "basal", relative["other axes"], "o", element_colour("P")
            ),
        ]
    lines: list[_AxisLine] = []
    for axis, marker in AXIS_MARKERS.items():
        values = relative[f"{axis} axis"]
        for n, line in enumerate(lines):
            if np.allclose(values, line.relative, rtol=0, atol=SAME_LENGTH):
                lines[n] = line._replace(label=f"{line.label} and {axis}")
                break
        else:
            lines.append(_AxisLine(axis, axis, values, marker, AXIS_COLOURS[axis]))
    return lines


def _reference_lengths(lengths: Mapping[str, float]) -> dict[str, float]:
    """Return the lengths (Å) that a state's are divided by.

    They are those of the reference cell, or the mean edge of a pseudo-cubic one.
    """
    if "unique axis" in lengths:
        edge = (lengths["unique axis"] + 2 * lengths["other axes"]) / 3
        return dict.fromkeys(lengths, edge)
    return dict(lengths)


def _draw_lattice_spread(
    result: LithiationResult, reference: LithiationState, lengths: Axes, volumes: Axes
) -> bool:
    """Draw the spread over engines, each relative to its own cell; return whether there is any."""

    def values(quantity: str, x: float) -> dict[str, float]:
        spread = result.spread(quantity, state_label(x))
        return {} if spread is None else spread.values

    names = list(axis_lengths(reference))
    engines = set.intersection(*(set(values(name, reference.x)) for name in names))
    edges = {
        engine: _reference_lengths({name: values(name, reference.x)[engine] for name in names})
        for engine in engines
    }
    first = values("volume", result.states[0].x)
    drawn = False
    for state in result.states:
        relative = [
            (
                lengths,
                [
                    value / edges[engine][name]
                    for engine, value in values(name, state.x).items()
                    if engine in edges
                ],
            )
            for name in names
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
    """Draw the average-voltage staircase against the metal, with the published plateaus.

    Staircases of better engines are dashed.
    """
    figure = new_figure(COLUMN, 2.9)
    axes = figure.add_subplot()
    metal = result.host.intercalant
    handles = _draw_published_voltages(axes, result)
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
    if result.refined_voltages:
        _draw_refined(axes, result)
    handles += axes.get_legend_handles_labels()[0]
    if handles:
        figure.legend(handles=handles, loc="outside upper center", fontsize=6.5)
    label = axis_label(InsertionVoltage, "voltage", name=f"average voltage against {metal} metal")
    axes.set_ylabel(label)
    axes.margins(y=0.15)
    low, high = axes.get_ylim()
    if high - low < LEAST_RANGE:  # a flat curve is not to look steep
        axes.set_ylim((low + high - LEAST_RANGE) / 2, (low + high + LEAST_RANGE) / 2)
    _x_axis(axes, result)
    stamp(figure, result)
    # The values would lie on the staircases of the better engines.
    if len(result.voltages) <= LABELLED_STEPS and not result.refined_voltages:
        place_labels(
            axes,
            [
                Label(
                    (step.x_low + step.x_high) / 2, step.voltage, f"{step.voltage:.2f} V", colour
                )
                for step in result.voltages
            ],
        )
    return figure


def _draw_published_voltages(axes: Axes, result: LithiationResult) -> list[Artist]:
    """Draw the published plateaus within the range of the result, and return their legend."""
    published = published_lithiation(result.formula)
    first, last = result.states[0].x, result.states[-1].x
    handles: list[Artist] = []
    for value in published.voltages if published else ():
        (low, high), (left, right) = value.volts, value.x_range
        left, right = max(left, first), min(right, last)
        if left >= right:
            continue
        label = f"{value.label}  {value.couple} ({value.citation})"
        if low < high:
            axes.fill_between([left, right], low, high, color=BAND, linewidth=0, gid="published")
            handles.append(Patch(facecolor=BAND, label=label))
        else:
            style = "--" if value.main else ":"
            (line,) = axes.plot(
                [left, right], [low, low], style, color=MUTED, lw=1.1, gid="published"
            )
            handles.append(Line2D([], [], ls=style, color=line.get_color(), lw=1.1, label=label))
    return handles


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

    Filled symbols lie on the hull. A dashed tie line joins two phases into which the computed
    states between them decompose.
    """
    states = [state for state in result.states if state.formation_energy is not None]
    if not states:
        raise ValueError("no formation energies: an end member is missing, see the warnings")
    families = list(dict.fromkeys(family for state in states for family in state.family_energies))
    far = _off_scale(states)
    # The legend and the families that are named above the axes take their own room.
    figure = new_figure(COLUMN, HULL_HEIGHT + LINE_HEIGHT * (len(families) / 2 + len(far)))
    energies, distances = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    colour = element_colour("P")
    formation = {state.x: state.formation_energy or 0.0 for state in states}
    above = {state.x: 1000 * state.energy_above_hull for state in states}
    vertices = [state.x for state in states if state.on_hull]
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
    handles = [Line2D([], [], color=INK, lw=1.2, label="lower hull")]
    ties = tie_lines(
        [state.x for state in result.states], [state.energy_per_formula for state in result.states]
    )
    for low, high in ties:
        (line,) = energies.plot(
            [low, high],
            [formation[low], formation[high]],
            linestyle=(0, (2, 1)),  # two whole dashes in the legend
            color=element_colour("O"),
            lw=2,
            label=f"tie line x = {low:.3g} to {high:.3g}" if len(ties) == 1 else "tie lines",
            gid="tie line",
        )
        handles[1:] = [line]
    handles.append(Line2D([], [], ls="", marker="o", color=colour, label="filled: on the hull"))
    handles += [
        Line2D([], [], linestyle="", marker=marker, color=colour, mfc="white", label=family)
        for family, marker in zip(families, cycle(FAMILY_MARKERS))
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    if far:
        title = energies.set_title(
            "\n".join(["off the scale (eV/f.u. above the lowest):", *far]),
            color=MUTED,
            fontsize="small",
        )
        title.set_gid("off scale")
    energies.set_ylabel(axis_label(LithiationState, "formation_energy", wrapped=True))
    distances.set_ylabel(
        axis_label(
            LithiationState, "energy_above_hull", name="above the hull", prefix="m", wrapped=True
        )
    )
    distances.margins(y=0.15)
    low, high = distances.get_ylim()
    if high - low < LEAST_DISTANCES:  # all states lie on the hull
        distances.set_ylim(-LEAST_DISTANCES / 5, LEAST_DISTANCES)
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
            at = ", ".join(f"{x:.3g}" for x in far)
            values = sorted({f"{energy:.1f}" for energy in far.values()}, key=float)
            lines.append(f"{family}, x = {at}: " + " to ".join(values[:: max(len(values) - 1, 1)]))
    return lines


def _x_axis(axes: Axes, result: LithiationResult) -> None:
    axes.set_xlabel(f"x in {pretty_formula(result.host.variable)}")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    first, last = result.states[0].x, result.states[-1].x
    margin = X_MARGIN * (last - first) or X_MARGIN
    axes.set_xlim(first - margin, last + margin)


def _key(symbol: str, intercalant: str) -> Patch | Line2D:
    """Return the legend entry of an element: a polyhedron or a sphere."""
    colour = element_colour(symbol)
    if is_centre(symbol):
        return Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, alpha=0.8, label=symbol)
    size = 8 if symbol == intercalant else 4.5
    return Line2D([], [], ls="", marker="o", ms=size, color=colour, mec=INK, mew=0.4, label=symbol)
