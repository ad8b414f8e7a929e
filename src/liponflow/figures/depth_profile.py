"""Figure of a depth profile, after Figures 5.4B and 5.4C of D. Cheng's dissertation (2023)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.depth_profile.published import published_profile
from liponflow.analysis.depth_profile.result import DepthProfileResult, ProfilePoint
from liponflow.analysis.depth_profile.weibull import weibull
from liponflow.arrays import FloatArray
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

_DIFFERENCE, _BARE, _EXCESS, _MODEL = COLOURS[0], COLOURS[1], COLOURS[3], COLOURS[4]


def all_figures(result: DepthProfileResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``depth_profile``."""
    return {"depth_profile": depth_profile_figure(result)}


@styled
def depth_profile_figure(result: DepthProfileResult) -> Figure:
    """Draw the profiles and their difference; beside them the fit and what lies above it."""
    figure = new_figure(PAGE, 3.0)
    left, right = figure.subplots(1, 2)
    energy = _column(result, "energy")
    if any(point.bare is not None for point in result.points):
        left.plot(energy, _column(result, "film"), "o-", color=INK, markersize=2.5, linewidth=0.8,
                  label="film on electrode")  # fmt: skip
        left.plot(energy, _column(result, "bare"), "s-", color=_BARE, markersize=2.5,
                  linewidth=0.8, label="electrode")  # fmt: skip
    for axes in (left, right):
        _draw_difference(axes, result, energy)
        axes.set_xlabel(axis_label(ProfilePoint, "energy"))
        axes.set_ylabel(axis_label(ProfilePoint, "film"))
    _draw_model(right, result, energy)
    left.legend(loc="best")
    right.set_ylim(top=1.6 * right.get_ylim()[1])
    right.legend(loc="upper left", fontsize=6)
    stamp(figure, result)
    return figure


def _draw_difference(axes: Axes, result: DepthProfileResult, energy: FloatArray) -> None:
    errors = _column(result, "difference_error")
    axes.errorbar(
        energy,
        _column(result, "difference"),
        None if np.isnan(errors).any() else errors,
        fmt="o",
        color=_DIFFERENCE,
        markersize=2.5,
        linewidth=0.8,
        label="difference",
    )


def _draw_model(axes: Axes, result: DepthProfileResult, energy: FloatArray) -> None:
    published = published_profile()
    axes.axvspan(*result.integrated, color=BAND, linewidth=0)
    model, error = _column(result, "model"), _column(result, "model_error")
    seen = np.isfinite(model)
    axes.fill_between(energy[seen], (model - error)[seen], (model + error)[seen], color=_MODEL,
                      alpha=0.25, linewidth=0)  # fmt: skip
    low, high = result.fitted
    axes.plot(
        energy[seen], model[seen], color=_MODEL, label=f"Weibull, fitted {low:g}-{high:g} keV"
    )
    axes.plot(energy, _column(result, "excess"), "D-", color=_EXCESS, markersize=2.5,
              linewidth=0.8, label=_excess_label(result))  # fmt: skip
    grid = np.linspace(result.extrapolated_to, high, 200)
    axes.plot(
        grid,
        weibull(grid, published.parameters)
        * (result.parameters[0].value / published.parameters["a0"]),
        color=MUTED,
        linestyle="--",
        linewidth=0.8,
        label=f"shape of {published.citation}",
    )


def _excess_label(result: DepthProfileResult) -> str:
    if result.excess_density is None:
        return f"excess, {result.excess:.2e} /cm²"
    share = "" if result.share is None else f" ({result.share:.1f} % of the host)"
    return f"excess, {result.excess_density:.2e} /cm³{share}"


def _column(result: DepthProfileResult, name: str) -> FloatArray:
    values = [getattr(point, name) for point in result.points]
    return np.array([np.nan if value is None else value for value in values], dtype=float)
