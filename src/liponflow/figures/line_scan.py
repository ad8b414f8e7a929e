"""Figure of profiles across an interface, after Figures 4.5B and 4.11 of D. Cheng (2023)."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.line_scan.published import published_etching, published_width
from liponflow.analysis.line_scan.result import ElementProfile, LineScanResult
from liponflow.analysis.line_scan.summary import NM
from liponflow.arrays import FloatArray
from liponflow.figures.spread import MARKERS
from liponflow.figures.style import (
    BAND,
    COLUMN,
    MUTED,
    OTHER_COLOUR,
    element_colour,
    new_figure,
    stamp,
    styled,
)
from liponflow.formulas import elements_in


def all_figures(result: LineScanResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``line_scan``."""
    return {"line_scan": line_scan_figure(result)}


@styled
def line_scan_figure(result: LineScanResult) -> Figure:
    """Draw profiles from plateau to plateau, their steps and onsets, simulated ones dashed."""
    figure = new_figure(COLUMN, 3.3)
    axes = figure.subplots()
    measured = [item for item in result.profiles if item.origin == "measured"]
    if result.width is not None:
        begin = min(min(item.onset, item.end) for item in measured)
        known = (
            ""
            if result.width_published is None
            else (f";\n{result.width_published:g} published ({published_width()[1]})")
        )
        axes.axvspan(
            begin, begin + result.width, color=BAND, linewidth=0,
            label=f"{result.width:.3g} {result.unit} ({result.width_low:.3g} to "
            f"{result.width_high:.3g}){known}",
        )  # fmt: skip
    for profile, marker in zip(measured, cycle(MARKERS), strict=False):
        _draw(axes, profile, marker)
    for profile in result.profiles:
        if profile.origin == "simulated":
            axes.plot(profile.position, _scaled(profile, profile.values), "--",
                      color=_colour(profile), linewidth=1.0,
                      label=f"{profile.element}, simulated")  # fmt: skip
    if result.unit != NM:
        etching = published_etching()
        for element, level in etching.levels.items():
            axes.plot(level, -0.12, "*", color=element_colour(element), markersize=8,
                      label=f"{element} at {level:g} ({etching.citation})")  # fmt: skip
    axes.axhline(0, color=MUTED, linewidth=0.5)
    axes.set_ylim(-0.2, 1.9)
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlabel(f"position ({result.unit})")
    axes.set_ylabel("part of the step")
    axes.legend(loc="upper left", fontsize=6)
    stamp(figure, result)
    return figure


def _draw(axes: Axes, profile: ElementProfile, marker: str) -> None:
    colour = _colour(profile)
    axes.plot(profile.position, _scaled(profile, profile.values), marker, color=colour,
              markersize=2.5, label=f"{profile.element}, onset {profile.onset:.3g} "
              f"({profile.onset_low:.3g} to {profile.onset_high:.3g})")  # fmt: skip
    axes.plot(profile.position, _scaled(profile, profile.fitted), color=colour, linewidth=1.0)
    axes.errorbar(
        [profile.onset], [0.05],
        xerr=[[profile.onset - profile.onset_low], [profile.onset_high - profile.onset]],
        color=colour, fmt="|", capsize=2,
    )  # fmt: skip


def _scaled(profile: ElementProfile, values: list[float]) -> FloatArray:
    poor, rich = sorted((profile.low, profile.high))
    return np.asarray((np.array(values) - poor) / (rich - poor))


def _colour(profile: ElementProfile) -> str:
    found = elements_in(profile.element.split()[0])
    return element_colour(next(iter(found))) if len(found) == 1 else OTHER_COLOUR
