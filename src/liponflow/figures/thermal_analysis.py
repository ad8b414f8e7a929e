"""Figure of a glass transition by calorimetry, after Figure 6.8D of D. Cheng's dissertation."""

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.thermal_analysis.result import ThermalAnalysisResult
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    axis_label,
    new_figure,
    stamp,
    styled,
)
from liponflow.formulas import elements_in

_SHOWN = ("onset", "inflection")


def all_figures(result: ThermalAnalysisResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``thermal_analysis``."""
    return {"thermal_analysis": thermal_analysis_figure(result)}


@styled
def thermal_analysis_figure(result: ThermalAnalysisResult) -> Figure:
    """Draw the heat flow with its lines, tangent and temperatures, published ones below."""
    figure = new_figure(COLUMN, 3.2)
    axes = figure.subplots()
    x = np.array(result.temperature)
    shown = (x >= result.below[0] - 10) & (x <= result.above[1] + 10)
    for low, high in (result.below, result.above):
        axes.axvspan(low, high, color=BAND, linewidth=0)
    axes.plot(x[shown], np.array(result.heat_flow)[shown], ".", color=COLOURS[5], markersize=2)
    axes.plot(x[shown], np.array(result.smooth)[shown], color=COLOURS[0])
    low, high = axes.get_ylim()
    for line in (result.glass_line, result.liquid_line, result.tangent):
        values = np.array(line)
        inside = shown & (values > low) & (values < high)
        axes.plot(x[inside], values[inside], color=INK, linewidth=0.7)
    bottom = low - 0.12 * (high - low)
    for point, colour in zip(
        (item for item in result.points if item.name in _SHOWN), COLOURS[1:], strict=False
    ):
        axes.axvspan(point.low, point.high, color=colour, alpha=0.2, linewidth=0)
        axes.axvline(
            point.temperature, color=colour,
            label=f"{point.name} {point.temperature:.0f} °C ({point.low:.0f} to {point.high:.0f})",
        )  # fmt: skip
    known = published_glass(sorted(elements_in(result.formula)))
    if known is not None:
        tg = known.glass_transition
        axes.plot(
            [tg.onset, tg.inflection],
            [bottom] * 2,
            "*",
            color=MUTED,
            markersize=7,
            label=f"{tg.onset:.0f} and {tg.inflection:.0f} °C ({tg.citation})",
        )
    if result.simulated is not None:
        axes.errorbar(
            [result.simulated], [bottom], xerr=[result.simulated_error or 0.0], fmt="D",
            color=COLOURS[4], markersize=4, label=f"cooled at {result.simulated_rate:g} K/ps: "
            f"{result.simulated:.0f} °C,\n{result.simulated_engine}",
        )  # fmt: skip
    axes.set_ylim(low - 0.2 * (high - low), high + 0.1 * (high - low))
    axes.set_xlabel(axis_label(ThermalAnalysisResult, "temperature"))
    axes.set_ylabel("heat flow" + (f" ({result.heat_flow_unit})" if result.heat_flow_unit else ""))
    # Above the axes, as the lines of the temperatures would cross the words.
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=6.5)
    stamp(figure, result)
    return figure
