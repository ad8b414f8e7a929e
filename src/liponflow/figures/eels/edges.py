"""Computed edges of all materials, with their peaks and the published ones."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liponflow.analysis.eels.comparison import PeakComparison, Role, ShownEdge
from liponflow.analysis.eels.result import EELSResult
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

ROW = 1.6
"""Distance of the spectra of two materials, as a multiple of the highest intensity."""
BELOW, ABOVE = 4.0, 22.0
"""Range below the first and above the last edge (eV) that is drawn."""
CLOSE = 0.18
"""Peaks nearer to each other than this share of the axis have one label."""
DASHES: dict[Role, Literal["-", "--", ":"]] = {
    "fixes the scale": "-",
    "predicted": "--",
    "no scale": ":",
}
"""Lines of published peaks."""
LEAST_LINE = 0.25
"""Least height of the line of a published peak, as a share of the highest intensity."""
PANELS = 4
"""Panels of one row."""


@styled
def edges_figure(result: EELSResult, comparison: PeakComparison) -> Figure:
    """Draw the edges of all materials, stacked, one panel per edge.

    Parameters
    ----------
    result
        Result of an EELS campaign.
    comparison
        Its edges as they are drawn, with their peaks.

    Returns
    -------
    Figure
        Intensity, scaled to the same height, against energy loss (eV). Triangles are computed
        peaks, vertical lines published ones: solid where it fixes the scale, dashed where the
        scale predicts it; on the absolute scale if there is one.
    """
    names = list(dict.fromkeys(item.edge for item in comparison.edges))
    present = {item.material for item in comparison.edges}
    materials = [item.name for item in result.materials if item.name in present]
    columns = min(len(names), PANELS)
    rows = -(-len(names) // PANELS)
    height = rows * (0.75 + 0.68 * len(materials)) + 0.45
    figure = new_figure(max(PAGE * columns / PANELS, PAGE / 2), height)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        _draw_edge(axes, comparison, name, materials)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    for axes in panels[::columns]:
        axes.set_yticks(_levels(materials), [_label(result, name) for name in materials])
    for axes in panels[max(len(names) - columns, 0) : len(names)]:
        axes.set_xlabel(
            axis_label(Spectrum, "energies") + ("" if comparison.scale else "\nscale of FEFF")
        )
    figure.legend(handles=_key(comparison), loc="outside upper right", ncols=3)
    stamp(figure, result)
    return figure


def _levels(materials: Sequence[str]) -> list[float]:
    """Return the base lines of the materials, the first one on top."""
    return [ROW * (len(materials) - 1 - number) for number in range(len(materials))]


def _label(result: EELSResult, name: str) -> str:
    """Return how a material is called: its formula, and its polymorph where that is named."""
    formula, _, polymorph = name.partition("_")
    material = next(item for item in result.materials if item.name == name)
    if material.glass:
        return f"{pretty_formula(material.formula)}\nglass"
    return pretty_formula(formula) + (f"\n{polymorph}" if polymorph else "")


def _draw_edge(
    axes: Axes, comparison: PeakComparison, name: str, materials: Sequence[str]
) -> None:
    shown = {item.material: item for item in comparison.shown(name)}
    first = min(item.onset for item in shown.values()) - BELOW
    last = max(item.onset for item in shown.values()) + ABOVE
    for material, level in zip(materials, _levels(materials), strict=True):
        if material in shown:
            most = _draw_material(axes, shown[material], level, (first, last))
            _draw_published(axes, comparison, shown[material], level, most)
    axes.set_xlim(first, last)
    axes.set_ylim(-0.35, ROW * len(materials) - 0.15)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(name, color=INK)


def _draw_material(
    axes: Axes, shown: ShownEdge, level: float, limits: tuple[float, float]
) -> float:
    """Draw a spectrum with its peaks, and return the intensity that has the height 1."""
    energy, intensity = shown.spectrum.energy, shown.spectrum.intensity
    inside = (energy >= limits[0]) & (energy <= limits[1])
    most = float(intensity[inside].max())
    energy, heights = energy[inside], intensity[inside] / most
    colour = element_colour(shown.edge.split()[0])
    axes.plot(energy, level + heights, color=colour, linewidth=1.0, gid="spectrum")
    labelled: list[float] = []
    for peak in sorted(shown.peaks, key=lambda peak: peak.prominence, reverse=True):
        top = float(np.interp(peak.energy, energy, heights))
        axes.plot(
            peak.energy,
            level + top + 0.05,
            marker="v",
            markersize=2.5,
            color=colour,
            linestyle="none",
            gid="computed peak",
        )
        near = CLOSE * (limits[1] - limits[0])
        if any(abs(peak.energy - other) < near for other in labelled):
            continue
        labelled.append(peak.energy)
        axes.annotate(
            f"{peak.energy:.1f}",
            (peak.energy, level + top + 0.08),
            xytext=(0, 1.5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=5.5,
            color=colour,
        )
    return most


def _draw_published(
    axes: Axes, comparison: PeakComparison, shown: ShownEdge, level: float, most: float
) -> None:
    """Draw lines from the base line to the spectrum, with their energies below."""
    rows = [
        row for row in comparison.peaks if (row.material, row.edge) == (shown.material, shown.edge)
    ]
    spectrum = shown.spectrum
    for number, row in enumerate(rows):
        height = float(np.interp(row.published, spectrum.energy, spectrum.intensity)) / most
        height = max(height, LEAST_LINE)
        axes.plot(
            [row.published] * 2,
            [level, level + height],
            color=MUTED,
            linewidth=0.7,
            linestyle=DASHES[row.role],
            zorder=0,
            gid="published peak",
        )
        # Numbers of neighbouring peaks point away from each other.
        side = "center" if len(rows) == 1 else "right" if number == 0 else "left"
        axes.annotate(
            f"{row.published:g}",
            (row.published, level),
            xytext=(0 if side == "center" else 2 if side == "right" else -2, -1.0),
            textcoords="offset points",
            ha=side,
            va="top",
            fontsize=5.5,
            color=MUTED,
        )


def _key(comparison: PeakComparison) -> list[Line2D]:
    computed = Line2D([], [], color=INK, marker="v", markersize=3, linestyle="none")
    computed.set_label("computed peak")
    keys = {"": computed}
    for row in comparison.peaks:
        note = ", fixes the scale" if row.role == "fixes the scale" else ""
        label = f"published ({row.citation}){note}"
        keys[label] = Line2D(
            [], [], color=MUTED, linewidth=0.7, linestyle=DASHES[row.role], label=label
        )
    return list(keys.values())
