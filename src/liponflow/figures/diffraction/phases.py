"""Figures of candidate phases: their lines beside the observed ones, and the indexed transform."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from liponflow.analysis.diffraction.result import Candidate, DiffractionLine, DiffractionResult
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

MOST_CANDIDATES = 8
"""Candidates that are drawn, the likeliest ones."""
_NANOMETRES = 10.0
_LEAST_SPOT = 0.03
_LABEL = 16.0
"""Distance of a label from its spot, outwards (points)."""


def all_figures(result: DiffractionResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {"spacings": spacing_figure(result)}
    if result.picture is not None:
        figures["transform"] = transform_figure(result)
    return figures


def phase_colours(names: list[str]) -> dict[str, str]:
    """Return a colour for each phase or group of phases, the same for the same order.

    Examples
    --------
    >>> phase_colours(["Li2O"])
    {'Li2O': '#0072B2'}
    """
    return dict(zip(names, cycle(COLOURS), strict=False))


@styled
def spacing_figure(result: DiffractionResult) -> Figure:
    """Draw the observed spacings above the lines of the candidates, by falling score."""
    shown = [one for one in result.candidates if one.spacing][:MOST_CANDIDATES]
    colours = _colours(result)
    figure = new_figure(PAGE, 1.0 + 0.38 * (len(shown) + 1))
    axes = figure.subplots(len(shown) + 1, 1, sharex=True)
    panels = list(axes) if len(shown) else [axes]
    for line in result.lines:
        colour = colours.get(line.phases, MUTED)
        panels[0].axvline(line.spacing, color=colour, linestyle=_dash(line), linewidth=1.2)
        width = max(result.tolerance / 100 * line.spacing, 2 * line.error)
        for panel in panels[1:]:
            panel.axvspan(
                line.spacing - width, line.spacing + width, color=BAND, linewidth=0, zorder=0
            )
    _name_row(panels[0], "observed")
    for panel, candidate in zip(panels[1:], shown, strict=True):
        panel.vlines(
            candidate.spacing,
            0,
            np.sqrt(candidate.intensity),
            color=_candidate_colour(candidate, colours),
            linewidth=1.2,
        )
        panel.set_ylim(0, 1.15)
        _name_row(panel, f"{candidate.phase}, score {candidate.score:.1f}")
    low, high = result.d_range
    panels[-1].set_xlim(high * 1.02, low * 0.98)
    panels[-1].set_xlabel(axis_label(DiffractionLine, "spacing"))
    figure.supylabel("square root of the intensity", fontsize=8.5)
    stamp(figure, result)
    return figure


@styled
def transform_figure(result: DiffractionResult) -> Figure:
    """Draw the image and its transform, with the spots and rings that were found and indexed."""
    picture = result.picture
    if picture is None:
        raise ValueError("the spacings are a list, without an image")
    colours = _colours(result)
    figure = new_figure(PAGE, 3.7)
    left, right = figure.subplots(1, 2)
    height, width = picture.size
    left.imshow(picture.intensity, cmap="gray", extent=(0, width, height, 0))
    left.set_xlabel("x (nm)")
    left.set_ylabel("y (nm)")
    edge = picture.largest_frequency * _NANOMETRES
    right.imshow(
        picture.transform,
        cmap="gray_r",
        extent=(-edge, edge, edge, -edge),
        vmin=0,
        vmax=max(1.0, float(np.max(picture.transform))),
    )
    for line in result.lines:
        _draw_line(right, line, colours.get(line.phases, INK), edge)
    for name, colour in colours.items():
        right.plot([], [], "o", markerfacecolor="none", color=colour, label=name)
    if any(not line.phases and line.sort in {"spot", "ring"} for line in result.lines):
        right.plot([], [], "o", markerfacecolor="none", color=INK, label="not named")
    right.set_xlim(-edge, edge)
    right.set_ylim(edge, -edge)
    right.set_xlabel("spatial frequency (1/nm)")
    if right.get_legend_handles_labels()[1]:
        right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=2)
    stamp(figure, result)
    return figure


def _draw_line(axes: Axes, line: DiffractionLine, colour: str, edge: float) -> None:
    frequency = _NANOMETRES / line.spacing
    if line.angle is None:
        axes.add_patch(
            Circle(
                (0, 0), frequency, fill=False, color=colour, linestyle=_dash(line), linewidth=0.8
            )
        )
        return
    x = frequency * np.cos(np.radians(line.angle))
    y = frequency * np.sin(np.radians(line.angle))
    for sign in (1, -1):
        axes.add_patch(
            Circle(
                (sign * x, sign * y), _LEAST_SPOT * edge, fill=False, color=colour, linewidth=0.9
            )
        )
    axes.annotate(
        line.indices or f"{line.spacing:.2f} Å",
        (x, y),
        xytext=(_LABEL * x / frequency, -_LABEL * y / frequency),
        textcoords="offset points",
        ha="center",
        va="center",
        color=colour,
        fontsize=6.5,
    )


def _dash(line: DiffractionLine) -> str:
    return ":" if line.sort == "halo" else "-"


def _colours(result: DiffractionResult) -> dict[str, str]:
    return phase_colours(list(dict.fromkeys(line.phases for line in result.lines if line.phases)))


def _candidate_colour(candidate: Candidate, colours: dict[str, str]) -> str:
    return next(
        (colour for name, colour in colours.items() if candidate.phase == name.split(" or ")[0]),
        INK,
    )


def _name_row(axes: Axes, name: str) -> None:
    axes.set_yticks([])
    axes.text(0.004, 0.92, name, transform=axes.transAxes, va="top", fontsize=7)
