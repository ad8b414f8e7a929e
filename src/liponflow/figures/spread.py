"""Spread over engines: marks for the figures of every campaign, and a figure of all of it."""

from collections.abc import Sequence
from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from liponflow.analysis.spread import SPREAD_NOTE, ComparedResult, EngineSpread
from liponflow.figures.style import BAND, INK, MUTED, PAGE, new_figure, stamp, styled

MARKERS = ("o", "s", "^", "D", "v", "P")
COLOURS = ("#0072B2", "#C8391A", "#E69F00", "#007A5E", "#882E72", "#4DA6D9")
"""Colours and markers of engines that colour-blind readers can tell apart."""
ABOVE_LIMIT = "#F3C9C0"
"""Colour of a spread above its limit."""
MOST_ROWS = 12
"""Rows of one quantity; those with the largest spread are drawn."""

GID = "engine spread"


def spread_words(result: ComparedResult, *, wrapped: bool = False) -> str:
    """Return the name of the spread in legends, which says that it is not a confidence interval.

    Parameters
    ----------
    result
        Result with further engines.
    wrapped
        Whether it takes two lines.
    """
    ran = [engine.engine for engine in result.engines if engine.engine is not None]
    count = len(ran) or max((spread.n_engines for spread in result.engine_spreads), default=0)
    noun = "potentials" if all(engine.surrogate for engine in ran) else "engines"
    return (",\n" if wrapped else ", ").join([f"spread over {count} {noun}", SPREAD_NOTE])


def spread_key(result: ComparedResult, colour: str = INK) -> Line2D:
    """Return the legend entry of error bars over engines."""
    return Line2D(
        [], [], color=colour, lw=1.2, marker="|", markersize=5, label=spread_words(result)
    )


def vertical_spread(axes: Axes, x: float, low: float, high: float, colour: str = INK) -> None:
    """Draw the range of values of several engines as a vertical error bar."""
    axes.plot([x, x], [low, high], "-", color=colour, lw=1.2, marker="_", ms=5, gid=GID, zorder=5)


def horizontal_spread(axes: Axes, y: float, low: float, high: float, colour: str = INK) -> None:
    """Draw the range of values of several engines as a horizontal error bar."""
    axes.plot([low, high], [y, y], "-", color=colour, lw=1.2, marker="|", ms=5, gid=GID, zorder=5)


def differs(result: ComparedResult) -> bool:
    """Return whether any quantity differs between the engines of a result."""
    return bool(_panels(result.engine_spreads))


@styled
def engines_figure(result: ComparedResult) -> Figure:
    """Draw every compared quantity with all engines, relative to the mean over them.

    Bars are the spread, coloured where it exceeds its limit. Of a quantity with many entries,
    those with the largest spread are drawn.

    Parameters
    ----------
    result
        Result with further engines.

    Returns
    -------
    Figure
        One panel per quantity that differs between the engines.

    Raises
    ------
    ValueError
        If no quantity has a spread.
    """
    panels = _panels(result.engine_spreads)
    if not panels:
        raise ValueError("no quantity differs between engines: give further ones by models=")
    names = list(dict.fromkeys(name for s in result.engine_spreads for name in s.values))
    columns = 2 if len(panels) > 1 else 1
    rows = -(-len(panels) // columns)
    heights = [
        max(len(panel) for panel in panels[columns * row : columns * (row + 1)])
        for row in range(rows)
    ]
    figure = new_figure(PAGE, 0.8 + 0.19 * sum(heights) + 0.62 * rows)
    grid = figure.subplots(
        rows, columns, squeeze=False, height_ratios=[height + 1.5 for height in heights]
    ).ravel()
    for place, (axes, panel) in enumerate(zip(grid, panels, strict=False)):
        _panel(axes, panel, names, heights[place // columns])
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    handles: list[Line2D | Patch] = [
        Line2D([], [], ls="", marker=marker, color=colour, ms=4.5, label=name)
        for name, marker, colour in zip(names, cycle(MARKERS), cycle(COLOURS), strict=False)
    ]
    handles.append(Patch(facecolor=BAND, label=spread_words(result)))
    if any(_exceeds(spread) for panel in panels for spread in panel):
        handles.append(Patch(facecolor=ABOVE_LIMIT, label="above its limit"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    stamp(figure, result)
    return figure


def _panels(spreads: Sequence[EngineSpread]) -> list[list[EngineSpread]]:
    """Return the entries of each quantity, those that are drawn, in their order."""
    panels = []
    for quantity in dict.fromkeys(spread.quantity for spread in spreads):
        own = [s for s in spreads if s.quantity == quantity and s.high > s.low]
        largest = sorted(own, key=lambda spread: spread.low - spread.high)[:MOST_ROWS]
        if largest:
            panels.append([spread for spread in own if spread in largest])
    return panels


def _panel(axes: Axes, panel: Sequence[EngineSpread], names: Sequence[str], slots: int) -> None:
    for place, spread in enumerate(panel):
        axes.barh(
            place,
            spread.high - spread.low,
            left=spread.low - spread.mean,
            height=0.7,
            color=ABOVE_LIMIT if _exceeds(spread) else BAND,
            gid=GID,
        )
    for name, marker, colour in zip(names, cycle(MARKERS), cycle(COLOURS), strict=False):
        points = [
            (spread.values[name] - spread.mean, place)
            for place, spread in enumerate(panel)
            if name in spread.values
        ]
        if points:
            axes.plot(*zip(*points, strict=True), marker, color=colour, ms=4, gid=name)
    axes.axvline(0, color=MUTED, lw=0.6, zorder=0)
    axes.set_yticks(range(len(panel)), [spread.subject for spread in panel], fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.use_sticky_edges = False  # bars would end at the frame
    axes.margins(x=0.12)
    axes.locator_params(axis="x", nbins=4)  # small differences have long labels
    axes.set_title(panel[0].quantity)
    unit = f" ({panel[0].unit})" if panel[0].unit else ""
    axes.set_xlabel(f"difference from the mean{unit}")


def _exceeds(spread: EngineSpread) -> bool:
    return spread.limit is not None and spread.high - spread.low > spread.limit
