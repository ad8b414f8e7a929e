"""Figure of layers in several images: each image, and the mean widths.

It follows Figures 4.6 J and K of the dissertation.
"""

from itertools import cycle
from pathlib import PurePath

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from liponflow.analysis.diffraction.layer_statistics import TOGETHER
from liponflow.analysis.diffraction.layer_statistics_result import (
    ImageLayer,
    LayerStatisticsResult,
    LayerWidth,
)
from liponflow.analysis.stability.published import published_stability
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    BAND,
    INK,
    MUTED,
    PAGE,
    axis_label,
    new_figure,
    stamp,
    styled,
)

_LONGEST = 18
"""Characters of a name of a file that are shown."""


def all_figures(result: LayerStatisticsResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"layer_statistics": statistics_figure(result)}


@styled
def statistics_figure(result: LayerStatisticsResult) -> Figure:
    """Draw the layers of each image, and mean and spread of their widths beside published ones.

    Depths begin at the first complete layer of each image. Layers that an edge cuts are grey.
    """
    colours = dict(zip([row.phases for row in result.widths], cycle(COLOURS), strict=False))
    colours[TOGETHER] = INK
    rows = max(len(result.images), 2 * len(result.widths))
    figure = new_figure(PAGE, min(1.5 + 0.27 * rows, 9.0))
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    _draw_images(left, result, colours)
    _draw_widths(right, result, colours)
    stamp(figure, result)
    return figure


def _draw_images(axes: Axes, result: LayerStatisticsResult, colours: dict[str, str]) -> None:
    for place, image in enumerate(result.images):
        own = [layer for layer in result.layers if layer.image == image]
        first = next((layer.start for layer in own if layer.complete), 0.0)
        for layer in own:
            _bar(axes, place, layer, first, colours)
    axes.set_yticks(range(len(result.images)), [_short(image) for image in result.images])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlabel(axis_label(ImageLayer, "start"))
    named = {name: colour for name, colour in colours.items() if name != TOGETHER}
    axes.legend(
        handles=[Patch(color=colour, label=name) for name, colour in named.items()],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
    )


def _bar(axes: Axes, place: int, layer: ImageLayer, first: float, colours: dict[str, str]) -> None:
    colour = colours[layer.phases] if layer.complete else BAND
    axes.barh(
        place,
        layer.width,
        left=layer.start - first,
        height=0.7,
        color=colour,
        edgecolor="white",
        linewidth=0.8,
    )


def _draw_widths(axes: Axes, result: LayerStatisticsResult, colours: dict[str, str]) -> None:
    for place, row in enumerate(result.widths):
        own = _own_widths(result, row)
        colour = colours[row.phases]
        axes.plot(own, [place + 0.22] * len(own), "|", color=colour, alpha=0.7)
        limits = None
        if row.low is not None and row.high is not None:
            limits = [[row.mean - row.low], [row.high - row.mean]]
        axes.errorbar(row.mean, place, xerr=limits, fmt="o", color=colour, capsize=3)
        axes.annotate(
            f"{row.mean:.1f} nm",
            (row.mean, place),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
            color=colour,
        )
        if row.published is not None:
            axes.plot(row.published, place, "D", color=MUTED, fillstyle="none", zorder=3)
    axes.plot([], [], "o", color=INK, label="mean, 95 %")
    axes.plot([], [], "|", color=INK, label="images")
    if any(row.published is not None for row in result.widths):
        citation = published_stability().observed.citation
        axes.plot([], [], "D", color=MUTED, fillstyle="none", label=citation)
    axes.set_yticks(
        range(len(result.widths)), [row.phases.replace(" + ", " +\n") for row in result.widths]
    )
    axes.set_ylim(len(result.widths) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0)
    axes.set_xlabel(axis_label(LayerWidth, "mean"))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, columnspacing=1.0)


def _own_widths(result: LayerStatisticsResult, row: LayerWidth) -> list[float]:
    """Return the width in each image that the row counts."""
    names = {item.phases for item in result.widths} - {TOGETHER}
    wanted = names if row.phases == TOGETHER else {row.phases}
    widths = []
    for image in result.images:
        own = [layer for layer in result.layers if layer.image == image and layer.complete]
        if wanted <= {layer.phases for layer in own}:
            widths.append(sum(layer.width for layer in own if layer.phases in wanted))
    return widths


def _short(image: str) -> str:
    name = PurePath(image).stem
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
