"""Figure of simulated powder patterns."""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.diffraction.pattern_result import PatternResult, Peak
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import PAGE, axis_label, new_figure, stamp, styled

MOST_LABELS = 8
"""Peaks of a pattern whose indices are written, the strongest."""
_POINTS = 4000
_TICKS = -0.06
_FWHM = 2 * np.sqrt(2 * np.log(2))


def all_figures(result: PatternResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"pattern": pattern_figure(result)}


@styled
def pattern_figure(result: PatternResult) -> Figure:
    """Draw the patterns below each other, with ticks at the peaks and the strongest indices."""
    number = len(result.crystals)
    figure = new_figure(PAGE, 0.9 + 1.3 * number)
    panels = figure.subplots(number, 1, squeeze=False, sharex=True)[:, 0]
    angles = np.linspace(result.two_theta[0], result.two_theta[1], _POINTS)
    for axes, crystal, colour in zip(panels, result.crystals, cycle(COLOURS), strict=False):
        peaks = [peak for peak in result.peaks if peak.crystal == crystal]
        places = np.array([peak.two_theta for peak in peaks])
        heights = np.array([peak.intensity for peak in peaks])
        curve = np.zeros(_POINTS)
        for place, height in zip(places, heights, strict=True):
            curve += height * np.exp(-(((angles - place) * _FWHM / result.width) ** 2) / 2)
        top = float(curve.max())
        axes.plot(angles, curve / top, color=colour, linewidth=0.9)
        axes.vlines(places, 2 * _TICKS, _TICKS, color=colour, linewidth=0.8)
        for place in np.argsort(-heights)[:MOST_LABELS]:
            axes.annotate(
                peaks[place].indices.split()[0],
                (places[place], min(heights[place] / top, 1.0)),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=5.5,
            )
        axes.set_ylim(2.4 * _TICKS, 1.25)
        axes.set_yticks([])
        axes.set_title(f"{crystal}, {result.probe}", loc="left", fontsize=7)
    panels[-1].set_xlim(*result.two_theta)
    panels[-1].set_xlabel(f"{axis_label(Peak, 'two_theta')} at {result.wavelength:.5g} Å")
    figure.supylabel("intensity / largest", fontsize=8.5)
    stamp(figure, result)
    return figure
