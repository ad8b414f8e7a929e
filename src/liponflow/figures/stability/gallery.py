"""Figures of a stability campaign: windows, Li exchange, interfaces and pathways."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from liponflow.analysis.stability.observables import LOWER, UPPER, limit_label
from liponflow.analysis.stability.published import published_stability
from liponflow.analysis.stability.result import (
    ComparedWindow,
    InterfacePoint,
    InterfaceReaction,
    Pathway,
    ProductCertainty,
    StabilityResult,
    WindowSegment,
)
from liponflow.figures.formulas import pretty_formula, pretty_reaction
from liponflow.figures.spread import differs, engines_figure, horizontal_spread, spread_key
from liponflow.figures.stability.hull_slices import slices_figure
from liponflow.figures.stability.layers import layers_figure
from liponflow.figures.stability.map import map_figure
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

LINES = ("#0072B2", "#C8391A", "#E69F00", "#007A5E", "#882E72", "#4DA6D9", "#5F6B73")
"""Colours of lines that colour-blind readers can tell apart."""
SPREAD = "#C8391A"
"""Colour of the spread over engines."""
RARE = 0.05
"""Share of the draws below which a product is left out of the figure."""
REFINED_FROM, REFINED_STEP = 0.5, 0.2
"""Height of the first window of a better engine, and distance of the others, in rows."""
MARKER = (0.03, 0.07)
"""Width and height of the marker of a lowest point, as shares of its panel."""
MOST_LINES = 4
"""Largest number of interfaces in a panel; the map shows further Li contents."""


def all_figures(result: StabilityResult) -> dict[str, Figure]:
    """Draw every figure for which the result has data.

    Parameters
    ----------
    result
        Result of a stability campaign.

    Returns
    -------
    dict
        Figures by name: window, exchange, interface, pathways, certainty, layers, hull, map
        and engines; further maps are numbered from 2.
    """
    figures = {"window": window_figure(result), "exchange": exchange_figure(result)}
    if result.interfaces:
        figures["interface"] = interface_figure(result)
    if result.pathways:
        figures["pathways"] = pathways_figure(result)
    if result.uncertainty is not None:
        figures["certainty"] = certainty_figure(result)
    if result.layers:
        figures["layers"] = layers_figure(result)
    if result.slices:
        figures["hull"] = slices_figure(result)
    for number, drawn in enumerate(result.maps, start=1):
        figures["map" if number == 1 else f"map_{number}"] = map_figure(result, drawn)
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures


@styled
def window_figure(result: StabilityResult) -> Figure:
    """Draw the voltage windows as bars, with the reactions below and above each window.

    Published windows are outlined; error bars are the 95 % intervals of the material, and below
    the bars the spread over engines. Windows of better engines are lines above the material's.
    """
    rows = result.comparison
    refined = REFINED_STEP * sum(window.low is not None for window in result.refined_windows)
    figure = new_figure(PAGE, 1.0 + 0.72 * (len(rows) + refined))
    axes = figure.add_subplot()
    top = max(s.voltage_high for s in result.segments)
    colour = element_colour("P")
    for place, row in enumerate(rows):
        y = -float(place)
        name = pretty_formula(row.formula)
        if row.above_hull > 0:
            name += f"\n{1000 * row.above_hull:.0f} meV/atom\nabove the hull"
        axes.text(-0.12, y, name, ha="right", va="center", fontsize=8)
        _bar(axes, row, y, top)
        lines = [
            f"{side}{'' if limit is None else f' {limit:.2f} V'}: {pretty_reaction(text)}"
            for text, limit, side in (
                (row.reduction, row.low, "below"),
                (row.oxidation, row.high, "above"),
            )
            if text
        ]
        axes.text(0.03, y - 0.26, "\n".join(lines), va="top", fontsize=6, linespacing=1.4)
        published = published_stability().window(row.formula) if row.published else None
        if published is not None:
            axes.barh(
                y,
                published.high - published.low,
                left=published.low,
                height=0.42,
                facecolor="none",
                edgecolor=element_colour("O"),
                linewidth=1.2,
                linestyle=(0, (3, 1.5)),
                gid="published",
            )
    handles: list[Artist] = []
    if any(row.low is not None for row in rows):
        handles.append(Patch(color=colour, label="no Li exchanged, these entries"))
    handles += _window_spreads(axes, result)
    handles += _refined_windows(axes, result)
    if any(row.published for row in rows):
        handles.append(
            Patch(
                facecolor="none",
                edgecolor=element_colour("O"),
                linestyle=(0, (3, 1.5)),
                label=f"published ({published_stability().windows[0].citation})",
            )
        )
    spread = result.uncertainty
    intervals = [] if spread is None else [spread.low_interval, spread.high_interval]
    drawn = [interval for interval in intervals if interval is not None]
    for interval in drawn:
        axes.plot(interval, [0.3, 0.3], color=INK, lw=1, marker="|", ms=5, gid="spread")
    if drawn:
        handles.append(Line2D([], [], color=INK, lw=1, marker="|", label="95 % of the draws"))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, top)
    axes.set_ylim(-len(rows) + 0.35, 0.4 + refined)
    axes.set_xlabel(axis_label(WindowSegment, "voltage_high"))
    if handles:
        figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 3))
    stamp(figure, result)
    return figure


def _window_spreads(axes: Axes, result: StabilityResult) -> list[Artist]:
    """Draw the spread of both ends of every window, and return its legend entry, if any."""
    found = [
        (-float(place), result.spread("window", limit_label(row.formula, end)))
        for place, row in enumerate(result.comparison)
        for end in (LOWER, UPPER)
    ]
    drawn = [(y, limit) for y, limit in found if limit is not None]
    for y, limit in drawn:
        horizontal_spread(axes, y - 0.2, limit.low, limit.high, SPREAD)
    return [spread_key(result, SPREAD)] if drawn else []


def _refined_windows(axes: Axes, result: StabilityResult) -> list[Artist]:
    """Draw the windows of better engines above that of the material; return the legend entries."""
    drawn = [window for window in result.refined_windows if window.low is not None]
    top = max(s.voltage_high for s in result.segments)
    handles: list[Artist] = []
    for number, window in enumerate(drawn):
        assert window.low is not None  # noqa: S101 - chosen above
        high = top if window.high is None else window.high
        style: dict[str, Any] = {"color": LINES[(number + 3) % len(LINES)], "lw": 2.5}
        y = REFINED_FROM + REFINED_STEP * number
        axes.plot([window.low, high], [y, y], solid_capstyle="butt", gid="refined", **style)
        label = f"{window.low:.2f} to {high:.2f} V"
        axes.text(high + 0.05, y, label, va="center", fontsize=6, color=style["color"])
        handles.append(Line2D([], [], label=f"refined by {window.model}", **style))
    return handles


def _bar(axes: Axes, row: ComparedWindow, y: float, top: float) -> None:
    colour = element_colour("P")
    if row.low is None:
        axes.text(top / 2, y, "no window", ha="center", va="center", color=MUTED)
        return
    high = top if row.high is None else row.high
    axes.barh(y, high - row.low, left=row.low, height=0.3, color=colour, gid="window")
    lower, upper = f"{row.low:.2f} V", f"> {high:g} V" if row.high is None else f"{high:.2f} V"
    style: dict[str, Any] = {"va": "center", "fontsize": 7}
    if high - row.low > top / 6:  # wide enough for the numbers
        axes.text(row.low + 0.05, y, lower, ha="left", color="white", **style)
        axes.text(high - 0.05, y, upper, ha="right", color="white", **style)
    else:
        text = f"{row.low:.2f} to {upper}"
        axes.text(high + 0.08, y, text, ha="left", color=colour, **style)


@styled
def exchange_figure(result: StabilityResult) -> Figure:
    """Draw the Li that the material takes up or releases against the voltage.

    The products of each step are listed beside the curve.
    """
    figure = new_figure(PAGE, max(3.0, 1.1 + 0.24 * len(result.segments)))
    axes, listing = figure.subplots(1, 2, width_ratios=(5, 6))
    colour = element_colour("P")
    edges = [result.segments[0].voltage_low, *(s.voltage_high for s in result.segments)]
    axes.axhline(0, color=MUTED, lw=0.8, ls=":")
    if result.window_low is not None:
        high = edges[-1] if result.window_high is None else result.window_high
        axes.axvspan(result.window_low, high, color=BAND, lw=0)
    axes.stairs(
        [s.li_exchanged for s in result.segments],
        edges,
        baseline=None,
        color=colour,
        lw=1.8,
        gid="exchange",
    )
    axes.set_xlabel(axis_label(WindowSegment, "voltage_high"))
    taken_up = f"Li taken up per {pretty_formula(result.formula)}"
    axes.set_ylabel(axis_label(WindowSegment, "li_exchanged", name=taken_up))
    axes.set_xlim(edges[0], edges[-1])
    axes.margins(y=0.08)
    listing.set_axis_off()
    formulas = _formulas(result)
    height = 1 / (len(result.segments) + 1)
    listing.text(0.0, 1 - height / 2, "V", fontsize=7, color=MUTED, va="center")
    listing.text(0.27, 1 - height / 2, "Li", fontsize=7, color=MUTED, va="center", ha="right")
    listing.text(0.31, 1 - height / 2, "phases", fontsize=7, color=MUTED, va="center")
    for place, segment in enumerate(result.segments, start=1):
        y = 1 - (place + 0.5) * height
        bold = "bold" if segment.li_exchanged == 0 else "normal"
        listing.text(
            0.0,
            y,
            f"{segment.voltage_low:.2f}–{segment.voltage_high:.2f}",
            fontsize=6.5,
            va="center",
            weight=bold,
        )
        listing.text(
            0.27, y, _signed(segment.li_exchanged), fontsize=6.5, va="center", ha="right",
            weight=bold,
        )  # fmt: skip
        listing.text(0.31, y, _phases(segment, formulas), fontsize=6.5, va="center", weight=bold)
    stamp(figure, result)
    return figure


def _signed(value: float) -> str:
    return "0" if value == 0 else f"{value:+.2f}".replace("-", "−")


def _phases(segment: WindowSegment, formulas: dict[str, str]) -> str:
    return " + ".join(pretty_formula(formulas[name]) for name in segment.phases)


@styled
def interface_figure(result: StabilityResult) -> Figure:
    """Draw interface reaction energies against the mixing ratio, without and with Li exchange.

    Dots are kinks; the lowest is numbered and its reaction is written below.
    """
    closed = _few(_beside_the_electrode(result))
    opened = _few([r for r in result.interfaces if r.voltage is not None])
    groups = [group for group in (closed, opened) if group]
    shown = [reaction for group in groups for reaction in group]
    captions = [_caption(reaction) for reaction in shown]
    height = 0.13 * sum(text.count("\n") + 1.3 for text in captions)
    figure = new_figure(PAGE, 2.9 + height)
    grid = figure.add_gridspec(2, len(groups), height_ratios=(2.6, height))
    for column, group in enumerate(groups):
        axes = figure.add_subplot(grid[0, column])
        axes.axhline(0, color=MUTED, lw=0.8)
        for reaction in group:
            _interface(axes, reaction, _line_colour(shown.index(reaction) + 1))
        is_open = group is opened
        per = "other than Li" if is_open else ""
        axes.set_ylabel(axis_label(InterfacePoint, "energy", prefix="m", per=per, wrapped=True))
        share = axis_label(InterfacePoint, "mixing")
        axes.set_xlabel(f"{share} (without Li)" if is_open else share)
        axes.set_xlim(-0.02, 1.02)
        axes.margins(y=0.12)
        _number(axes, {shown.index(reaction) + 1: reaction for reaction in group})
        axes.set_title("Li from the electrode at its voltage" if is_open else "no Li from outside")
    listing = figure.add_subplot(grid[1, :])
    listing.set_axis_off()
    line = 0.13 / height
    y = 1.0
    for number, text in enumerate(captions, start=1):
        style: dict[str, Any] = {"fontsize": 6.5, "va": "top"}
        listing.text(0, y, str(number), color=_line_colour(number), weight="bold", **style)
        listing.text(0.02, y, text, **style)
        y -= line * (text.count("\n") + 1.3)
    stamp(figure, result)
    return figure


def _line_colour(number: int) -> str:
    return LINES[(number - 1) % len(LINES)]


def _interface(axes: Axes, reaction: InterfaceReaction, colour: str) -> None:
    axes.plot(
        [point.mixing for point in reaction.points],
        [1000 * point.energy for point in reaction.points],
        "o-",
        color=colour,
        ms=3,
        gid=reaction.materials,
    )
    lowest = (reaction.min_mixing, 1000 * reaction.min_energy)
    axes.plot(*lowest, "o", ms=9, color=colour, mfc="white", gid="lowest")


def _number(axes: Axes, reactions: Mapping[int, InterfaceReaction]) -> None:
    """Write the numbers of reactions into their lowest points, and beside those that coincide."""
    scale = np.array([np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())])
    places = {n: np.array([r.min_mixing, 1000 * r.min_energy]) for n, r in reactions.items()}
    groups: list[list[int]] = []
    for number, place in places.items():
        for group in groups:
            if np.all(np.abs(place - places[group[0]]) / scale < MARKER):
                group.append(number)
                break
        else:
            groups.append([number])
    for group in groups:
        x, y = places[group[0]]
        style: dict[str, Any] = {"color": _line_colour(group[0]), "va": "center_baseline"}
        sides = "center"
        if len(group) > 1:
            # No line lies above 0, and none below a lowest point.
            is_high = y > -0.3 * scale[1]
            y = 0.0 if is_high else y
            style = {"color": INK, "va": "bottom" if is_high else "top"}
            style |= {"xytext": (0, 5 if is_high else -6), "textcoords": "offset points"}
            sides = "left" if x < MARKER[0] else "right" if x > 1 - MARKER[0] else "center"
        axes.annotate(", ".join(map(str, group)), (x, y), ha=sides, fontsize=6, **style)


def _beside_the_electrode(result: StabilityResult) -> list[InterfaceReaction]:
    """Select the reactions without Li exchange: with an electrode, those with it and with Li."""
    closed = [r for r in result.interfaces if r.voltage is None]
    compared = {row.formula for row in result.comparison} if result.maps else set()
    return [r for r in closed if r.second not in compared]


def _few(reactions: Sequence[InterfaceReaction]) -> list[InterfaceReaction]:
    """Select the first reaction, with Li metal, and a few of the others at even intervals."""
    if len(reactions) <= MOST_LINES:
        return list(reactions)
    rest = reactions[1:]
    step = (len(rest) - 1) / (MOST_LINES - 2)
    return [reactions[0], *(rest[round(k * step)] for k in range(MOST_LINES - 1))]


def _caption(reaction: InterfaceReaction) -> str:
    energy = f"{1000 * reaction.min_energy:.0f} meV".replace("-", "−")
    at = "" if reaction.voltage is None else f" at {reaction.voltage:.2f} V"
    text = f"{reaction.first} with {reaction.second}{at}, {energy}: {reaction.equation}"
    # Wrapped first: the markup of subscripts would count as letters.
    return "\n".join(
        " ".join(_pretty_word(word) for word in line.replace("->", "→").split(" "))
        for line in wrap(text, 128, break_long_words=False)
    )


def _pretty_word(word: str) -> str:
    if not word[:1].isupper():
        return word
    formula = word.rstrip(",:")
    return pretty_formula(formula) + word[len(formula) :]


@styled
def pathways_figure(result: StabilityResult) -> Figure:
    """Draw the ranked reactions with Li metal, by their energies above the equilibrium."""
    figure = new_figure(PAGE, 0.9 + 0.27 * len(result.pathways))
    axes = figure.add_subplot()
    formulas = _formulas(result)
    longest = max(p.above_best for p in result.pathways) or 1.0
    for pathway in result.pathways:
        y = -pathway.rank
        axes.barh(y, pathway.above_best, height=0.6, color=element_colour("N"), gid="pathway")
        names = " + ".join(pretty_formula(formulas[name]) for name in pathway.phases)
        exchanged = pathway.reaction.reactants.get("Li", -pathway.reaction.products.get("Li", 0.0))
        axes.text(
            pathway.above_best + 0.01 * longest,
            y,
            f"{names}   ({_signed(exchanged)} Li, {_signed(pathway.energy)} eV)",
            va="center",
            fontsize=7,
        )
    axes.set_yticks([-p.rank for p in result.pathways], [f"{p.rank}" for p in result.pathways])
    axes.set_xlim(0, 1.75 * longest)
    axes.set_title("products with Li metal (Li taken up, reaction energy)")
    axes.set_xlabel(axis_label(Pathway, "above_best", per=f"of {pretty_formula(result.formula)}"))
    axes.set_ylabel("rank")
    stamp(figure, result)
    return figure


@styled
def certainty_figure(result: StabilityResult) -> Figure:
    """Draw how often each phase is a product when the formation energies vary.

    Filled bars are the products predicted with the nominal energies.
    """
    products = result.uncertainty.products if result.uncertainty else []
    if not products:
        raise ValueError("the result has no uncertainty: ask for samples")
    places = list(dict.fromkeys(item.where for item in products))
    shown = {
        where: [p for p in products if p.where == where and (p.share >= RARE or p.predicted)]
        for where in places
    }
    rows = max(len(items) for items in shown.values())
    figure = new_figure(PAGE, 1.2 + 0.22 * rows)
    panels = figure.subplots(1, len(places), squeeze=False)[0]
    for axes, where in zip(panels, places, strict=True):
        _certainty_panel(axes, shown[where], rows)
        axes.set_title(where)
    colour = element_colour("P")
    figure.legend(
        handles=[
            Patch(facecolor=colour, edgecolor=colour, label="predicted"),
            Patch(facecolor="white", edgecolor=colour, label="only with errors"),
        ],
        loc="outside upper center",
        ncols=2,
    )
    stamp(figure, result)
    return figure


def _certainty_panel(axes: Axes, items: Sequence[ProductCertainty], rows: int) -> None:
    colour = element_colour("P")
    for place, item in enumerate(items):
        axes.barh(
            -place,
            100 * item.share,
            height=0.65,
            facecolor=colour if item.predicted else "white",
            edgecolor=colour,
            gid=item.phase,
        )
    axes.set_yticks([-n for n in range(len(items))], [pretty_formula(i.phase) for i in items])
    axes.set_ylim(-rows + 0.4, 0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{axis_label(ProductCertainty, 'share')} (%)")


def _formulas(result: StabilityResult) -> dict[str, str]:
    """Return the reduced formula of each phase, by name."""
    return {phase.name: phase.formula for phase in result.phases}
