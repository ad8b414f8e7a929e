"""Figure of the shares in a glass: structural units, N sites, Li environments and fragments."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.glass.result import GlassResult, Share
from liponflow.analysis.spread import EngineSpread
from liponflow.figures.glass.labels import (
    AnyGlass,
    average_words,
    fingerprint_of,
    formula_label,
)
from liponflow.figures.spread import horizontal_spread, spread_words
from liponflow.figures.style import INK, MUTED, PAGE, axis_label, new_figure, stamp, styled

SHOWN_SHARES = 8
"""Bars per panel; the rarer shares are added up in one bar."""
BAR_COLOUR = "#0072B2"
SPREAD_COLOUR = "#C8391A"
MARKERS = {"found": "D", "absent": "x"}
"""Marker by the first word of the published statement; other statements have none."""


class _Bars(NamedTuple):
    """One panel of bars."""

    title: str
    shares: Sequence[Share]
    spreads: Mapping[str, EngineSpread]
    """Spread over engines by name of the share."""


@styled
def units_figure(result: AnyGlass) -> Figure:
    """Draw the shares of structural units, N sites, fragments and Li environments.

    A diamond marks what an experiment found, a cross what it found to be absent. The publications
    give no numbers for these shares.
    """
    found = fingerprint_of(result)
    panels = [
        _Bars("units of the network formers", found.units, _spreads(result, "share of units")),
        _Bars("sites of N", found.nitrogen_sites, _spreads(result, "share of N sites")),
        _Bars("environments of Li", found.li_environments, {}),
        _Bars("fragments of the network", found.fragments, {}),
    ]
    panels = [panel for panel in panels if panel.shares]
    rows = -(-len(panels) // 2)
    bars = [min(len(panel.shares), SHOWN_SHARES + 1) for panel in panels]
    heights = [max(bars[2 * row : 2 * row + 2]) for row in range(rows)]
    figure = new_figure(PAGE, 0.21 * sum(heights) + 0.62 * rows + 0.65)
    grid = figure.subplots(
        rows, 2, squeeze=False, height_ratios=[height + 1.2 for height in heights]
    )
    flat = list(grid.ravel())
    for number, (axes, panel) in enumerate(zip(flat, panels, strict=False)):
        _bar_panel(axes, panel, heights[number // 2])
    for axes in flat[len(panels) :]:
        axes.set_axis_off()
    symbols = {symbol for pair in found.pairs for symbol in pair.pair.split("-")}
    known = published_glass(sorted(symbols))
    words = f"{formula_label(found.formula)}: {average_words(result)}"
    if known is not None:
        words += (
            f"\n\u25c7 found, \u00d7 absent in experiment ({known.structural_units.citation}, "
            f"{known.nitrogen_sites.citation}; shares are not printed there)"
        )
    if isinstance(result, GlassResult) and any(panel.spreads for panel in panels):
        words += f"\nred: {spread_words(result)}"
    figure.suptitle(words, fontsize=7)
    stamp(figure, result)
    return figure


def _bar_panel(axes: Axes, panel: _Bars, slots: int) -> None:
    shown = _shown(panel.shares)
    places = range(len(shown))
    axes.barh(
        places,
        [share.share for share in shown],
        xerr=[share.error or np.nan for share in shown],
        color=BAR_COLOUR,
        height=0.62,
        error_kw={"elinewidth": 0.9, "capsize": 2, "ecolor": INK},
        gid=panel.title,
    )
    for place, share in zip(places, shown, strict=True):
        if (spread := panel.spreads.get(share.name)) is not None:
            horizontal_spread(axes, place + 0.2, spread.low, spread.high, SPREAD_COLOUR)
    top = max(_end(share, panel) for share in shown)
    limit = max(1.22 * top, 0.1)
    for place, share in zip(places, shown, strict=True):
        axes.text(
            _end(share, panel) + 0.02 * limit,
            place,
            f"{share.share:.2f}",
            va="center",
            fontsize=6.5,
        )
        marker = MARKERS.get((share.published or "").split(" ")[0])
        if marker is not None:
            axes.plot(
                0.97 * limit,
                place,
                marker,
                color=MUTED,
                markerfacecolor="none",
                markersize=4,
                gid="published",
            )
    axes.set_yticks(places, [unit_label(share.name) for share in shown])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.set_xlim(0, limit)
    axes.set_title(panel.title, fontsize=8)
    axes.set_xlabel(axis_label(Share, "share"))


def _spreads(result: AnyGlass, quantity: str) -> dict[str, EngineSpread]:
    """Return the spreads of shares by name, if the bars show what the engines computed.

    Bars of a trajectory have no spread: other engines only relaxed the final structures.
    """
    if not isinstance(result, GlassResult) or any(
        model.fingerprint.n_frames > 1 for model in result.models
    ):
        return {}
    return {s.subject: s for s in result.engine_spreads if s.quantity == quantity}


def _end(share: Share, panel: _Bars) -> float:
    """Return where a bar ends, its error bars included."""
    spread = panel.spreads.get(share.name)
    return max(share.share + (share.error or 0), spread.high if spread else 0)


def _shown(shares: Sequence[Share]) -> list[Share]:
    """Select the published and the largest shares, and add up the others."""
    ranked = sorted(shares, key=lambda share: (-share.share, share.name))
    kept = [share for share in ranked if share.published][:SHOWN_SHARES]
    kept += [share for share in ranked if share not in kept][: SHOWN_SHARES - len(kept)]
    kept.sort(key=lambda share: (-share.share, share.name))
    rest = [share for share in ranked if share not in kept]
    if rest:
        kept.append(Share(name=f"{len(rest)} others", share=sum(share.share for share in rest)))
    return kept


def unit_label(name: str) -> str:
    """Return Q1_0 as Q with a superscript and a subscript."""
    head, *notes = name.split(" (", 1)
    words = head.split(" ")
    if "_" in words[-1] and words[-1].startswith("Q"):
        n, m = words[-1][1:].split("_")
        words[-1] = f"Q$^{{{n}}}_{{{m}}}$"
    return " ".join(words) + (f" ({notes[0]}" if notes else "")
