"""Figure of sections through the convex hull."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liponflow.analysis.stability.result import HullSlice, StabilityResult
from liponflow.crystals.formula_unit import written_by_unit
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

SQUARE = 4
"""Number of corners of a square section."""
COLUMNS = 2
UNIT = 155.0
"""Approximate length of a side (points), for the placement of labels."""
CHARACTER, HEIGHT = 3.4, 7.5
"""Approximate width and height of a letter (points)."""

Box = tuple[float, float, float, float]


@styled
def slices_figure(result: StabilityResult) -> Figure:
    """Draw the sections of the hull: stable phases, tie lines, and phases just above.

    The star is the material.
    """
    rows = math.ceil(len(result.slices) / COLUMNS)
    columns = min(COLUMNS, len(result.slices))
    figure = new_figure(PAGE, 0.5 + 3.3 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, drawn in zip(panels, result.slices, strict=False):
        draw_slice(axes, drawn)
    colour = element_colour("P")
    handles = [
        Line2D([], [], ls="", marker="o", ms=5, color=colour, label="stable"),
        Line2D(
            [],
            [],
            ls="",
            marker="o",
            ms=4,
            mfc="white",
            mec=MUTED,
            label="up to 50 meV/atom above",
        ),
        Line2D([], [], color=INK, lw=0.8, label="coexist"),
    ]
    if any(s.marked for s in result.slices):
        handles.append(
            Line2D([], [], ls="", marker="*", ms=9, color=element_colour("Li"), mec=INK, mew=0.5,
                   label=pretty_formula(result.formula))
        )  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    stamp(figure, result)
    return figure


def draw_slice(axes: Axes, drawn: HullSlice) -> None:
    """Draw one section into axes without a frame."""
    square = len(drawn.corners) == SQUARE
    outline = [(0, 0), (1, 0), (1, 1), (0, 1)] if square else [(0, 0), (1, 0), (0.5, 0.75**0.5)]
    axes.fill(*zip(*outline, strict=True), facecolor="none", edgecolor=MUTED, lw=0.8)
    for first, second in drawn.tie_lines:
        axes.plot(
            *zip(drawn.points[first], drawn.points[second], strict=True),
            color=INK,
            lw=0.7,
            zorder=2,
            gid="tie line",
        )
    for (x, y), above in zip(drawn.points, drawn.above_hull, strict=True):
        stable = above == 0
        axes.plot(
            x,
            y,
            "o",
            ms=4.5 if stable else 3.5,
            color=element_colour("P"),
            mfc=element_colour("P") if stable else "white",
            mec=element_colour("P") if stable else MUTED,
            zorder=3,
            gid="stable" if stable else "above",
        )
    for index, (dx, dy) in _label_places(drawn, square=square).items():
        axes.annotate(
            pretty_formula(written_by_unit(drawn.formulas[index])),
            drawn.points[index],
            xytext=(dx, dy),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=6,
            zorder=2.5,  # above the lines, below the points
            bbox={"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.75},
        )
    if drawn.marked is not None:
        axes.plot(
            *drawn.marked,
            "*",
            ms=10,
            color=element_colour("Li"),
            mec=INK,
            mew=0.5,
            zorder=6,
            gid="material",
        )
    axes.set_aspect("equal")
    axes.margins(0.16, 0.12)
    axes.set_title(drawn.title)


def _label_places(drawn: HullSlice, *, square: bool) -> dict[int, tuple[float, float]]:
    """Return offsets (points) of the labels of stable phases, placed without overlap."""
    centre = (0.5, 0.5 if square else 0.29)
    scaled = [(x * UNIT, y * UNIT) for x, y in drawn.points]
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in scaled]
    lines = [(scaled[a], scaled[b]) for a, b in drawn.tie_lines]
    places = {}
    for index, (x, y) in enumerate(scaled):
        if drawn.above_hull[index] > 0:
            continue
        letters = len(written_by_unit(drawn.formulas[index]))
        half = (CHARACTER * letters / 2, HEIGHT / 2)
        best: tuple[float, tuple[float, float], Box] | None = None
        for step in range(24):
            angle = 2 * math.pi * step / 12
            reach = 4 + 5 * (step // 12)
            dx = math.cos(angle) * (reach + half[0])
            dy = math.sin(angle) * (reach + half[1])
            box = (x + dx - half[0], y + dy - half[1], x + dx + half[0], y + dy + half[1])
            outward = math.cos(angle) * (drawn.points[index][0] - centre[0]) + math.sin(angle) * (
                drawn.points[index][1] - centre[1]
            )
            cost = 20.0 * sum(_overlap(box, other) for n, other in enumerate(taken) if n != index)
            cost += sum(_crosses(box, line) for line in lines) - outward + 0.1 * (step // 12)
            if best is None or cost < best[0]:
                best = (cost, (dx, dy), box)
        if best is not None:
            places[index] = best[1]
            taken.append(best[2])
    return places


def _overlap(first: Box, second: Box) -> bool:
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )


def _crosses(box: Box, line: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    """Return whether a line crosses a box, judged by points along the line."""
    (x1, y1), (x2, y2) = line
    steps = 40
    return any(
        box[0] < x1 + (x2 - x1) * k / steps < box[2]
        and box[1] < y1 + (y2 - y1) * k / steps < box[3]
        for k in range(steps + 1)
    )
