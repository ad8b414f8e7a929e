"""Figures of layers in an image: maps of the phases, and their shares along the direction.

They follow Figures 4.6 J and K of the dissertation (depths and thicknesses of layers).
"""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from liponflow.analysis.diffraction.layers_result import LayersResult, MapTile
from liponflow.analysis.stability.published import published_stability
from liponflow.figures.diffraction.phases import phase_colours
from liponflow.figures.style import (
    BAND,
    INK,
    MUTED,
    PAGE,
    new_figure,
    stamp,
    styled,
)

_LAYER_ALPHA = 0.55
_LIMITS_APART = 0.05
"""Distance of the intervals of two boundaries, on the axis of shares."""
_NARROW = 20.0
"""Width of a layer (nm) below which its phases stand below each other."""
_MOST_PANELS = 6


def all_figures(result: LayersResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"tiles": map_figure(result), "layers": profile_figure(result)}


@styled
def map_figure(result: LayersResult) -> Figure:
    """Draw the image with the tiles of each phase, one panel for each."""
    names = result.phases[:_MOST_PANELS]
    colours = phase_colours(result.phases)
    height, width = result.size
    columns = 1 if len(names) == 1 else 2
    rows = -(-max(len(names), 1) // columns)
    panel = PAGE / columns
    size = min(max(rows * panel * height / width * 0.85 + 0.9, 2.2), 9.0)
    figure = new_figure(PAGE, size)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in panels[max(len(names), 1) :]:
        axes.set_visible(False)
    for axes, name in zip(panels, names or [""], strict=False):
        axes.imshow(result.intensity, cmap="gray", extent=(0, width, height, 0), alpha=0.6)
        for tile in result.tiles:
            if name in tile.phases:
                axes.add_patch(_patch(result, tile, colours[name]))
        axes.set_title(name or "no phase", loc="left", color=colours.get(name, INK))
        for layer in result.layers[1:]:
            _boundary(axes, result, layer.start)
    for axes in panels[::columns]:
        axes.set_ylabel("y (nm)")
    for axes in panels[max(max(len(names), 1) - columns, 0) : max(len(names), 1)]:
        axes.set_xlabel("x (nm)")
        axes.tick_params(labelbottom=True)
    stamp(figure, result)
    return figure


@styled
def profile_figure(result: LayersResult) -> Figure:
    """Draw the share of tiles with each phase along the direction, with the layers found.

    Horizontal lines are the intervals of 95 % of the boundaries.

    Published layers between Li and LiPON are drawn below; one of them begins where ours does.
    """
    colours = phase_colours(result.phases)
    figure = new_figure(PAGE, 3.8)
    axes, bars = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    places = sorted({_along(result, tile) for tile in result.tiles})
    for name in result.phases:
        shares = [
            np.mean(
                [name in tile.phases for tile in result.tiles if _along(result, tile) == place]
            )
            for place in places
        ]
        axes.plot(places, shares, color=colours[name], label=name)
    for number, layer in enumerate(result.layers[1:]):
        axes.axvline(layer.start, color=MUTED, linewidth=0.8, zorder=1)
        if layer.start_low is not None and layer.start_high is not None:
            height = 1.03 + _LIMITS_APART * number
            ends = [layer.start_low, layer.start_high]
            axes.plot(ends, [height, height], color=MUTED, marker="|", markersize=5, linewidth=1.2)
    axes.set_ylim(0, 1.06 + _LIMITS_APART * len(result.layers))
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.set_ylabel("share of tiles")
    if result.phases:
        axes.legend(ncol=len(result.phases), loc="lower right", bbox_to_anchor=(1, 1))
    _draw_bars(bars, result)
    bars.set_xlabel(f"{'x' if result.direction == 'right' else 'y'} (nm)")
    stamp(figure, result)
    return figure


def _draw_bars(axes: Axes, result: LayersResult) -> None:
    """Draw the layers found in one row, and the published ones in another."""
    for layer in result.layers:
        _bar(axes, 1.0, (layer.start, layer.end), layer.phases, INK)
    matched = next((layer for layer in result.layers if layer.published is not None), None)
    labels, places = ["found"], [1.0]
    if matched is not None:
        published = published_stability().observed
        ends = np.cumsum([0.0, *(one.thickness for one in published.layers)])
        same = next(
            place
            for place, one in enumerate(published.layers)
            if set(one.phases) == set(matched.phases.split(" + "))
        )
        ends += matched.start - ends[same]
        for one, span in zip(published.layers, pairwise(ends.tolist()), strict=True):
            _bar(axes, 0.0, span, " + ".join(one.phases), MUTED)
        labels.append(published.citation)
        places.append(0.0)
    axes.set_yticks(places, labels)
    axes.set_ylim(-0.6, 1.6)
    axes.set_xlim(0, result.size[1 if result.direction == "right" else 0])
    axes.tick_params(axis="y", length=0)


def _bar(axes: Axes, place: float, span: tuple[float, float], text: str, colour: str) -> None:
    start, end = span
    width = end - start
    axes.barh(
        place, width, left=start, height=0.8, facecolor=BAND, edgecolor=colour, linewidth=0.9
    )
    words = text.replace(" + ", "\n") if width < _NARROW else text
    axes.text(
        (start + end) / 2,
        place,
        f"{words}\n{width:.1f} nm",
        ha="center",
        va="center",
        fontsize=5,
        color=colour,
        linespacing=0.95,
    )


def _patch(result: LayersResult, tile: MapTile, colour: str) -> Rectangle:
    """Return the part of a tile that its neighbours do not cover."""
    along, across = result.step, result.tile
    width, height = (along, across) if result.direction == "right" else (across, along)
    return Rectangle(
        (tile.x - width / 2, tile.y - height / 2),
        width,
        height,
        facecolor=colour,
        alpha=_LAYER_ALPHA,
        linewidth=0,
    )


def _boundary(axes: Axes, result: LayersResult, place: float) -> None:
    draw = axes.axvline if result.direction == "right" else axes.axhline
    draw(place, color=INK, linewidth=0.9, linestyle="--")


def _along(result: LayersResult, tile: MapTile) -> float:
    return tile.x if result.direction == "right" else tile.y
