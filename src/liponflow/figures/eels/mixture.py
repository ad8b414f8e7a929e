"""Figure of a mixture: shares along the scan, and the fit of the point with the largest misfit."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.eels.mixture_result import (
    FittedSpectrum,
    MixtureFit,
    MixturePoint,
    MixtureResult,
)
from liponflow.figures.eels.places import name_places
from liponflow.figures.spread import COLOURS, MARKERS
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

HEIGHT = 3.4
"""Height of the figure (inch)."""
LIMITS = (-2.0, 2.0)
"""Residuals (standard deviations) that 95 % of the channels of a good fit lie between."""


def all_figures(result: MixtureResult) -> dict[str, Figure]:
    """Draw every figure of the result: ``mixture``."""
    return {"mixture": mixture_figure(result)}


@styled
def mixture_figure(result: MixtureResult) -> Figure:
    """Draw the shares along the scan with their intervals, and the fit of the worst point.

    Parameters
    ----------
    result
        Result with at least one point.

    Returns
    -------
    Figure
        Left the shares, right a spectrum with its components and its residuals.
    """
    figure = new_figure(PAGE, HEIGHT)
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.25), height_ratios=(3, 1))
    colours = dict(zip([item.name for item in result.references], cycle(COLOURS), strict=False))
    _draw_shares(figure.add_subplot(grid[:, 0]), result, colours)
    fit = figure.add_subplot(grid[0, 1])
    _draw_fit(fit, result, colours)
    fit.tick_params(labelbottom=False)
    _draw_residuals(figure.add_subplot(grid[1, 1], sharex=fit), result)
    stamp(figure, result)
    return figure


def _draw_shares(axes: Axes, result: MixtureResult, colours: dict[str, str]) -> None:
    points = [point for point in result.points if point.shares is not None]
    known = bool(points) and all(point.position is not None for point in points)
    field = "position" if known else "point"
    for (name, colour), marker in zip(colours.items(), cycle(MARKERS), strict=False):
        shares = np.array([(point.shares or {})[name] for point in points])
        low = np.array([(point.share_lows or {})[name] for point in points])
        high = np.array([(point.share_highs or {})[name] for point in points])
        axes.errorbar(
            [getattr(point, field) for point in points],
            shares,
            # Rounding may leave a share a little outside its interval.
            yerr=np.maximum([shares - low, high - shares], 0),
            color=colour,
            marker=marker,
            markersize=4,
            linewidth=1.0,
            capsize=2,
            label=name,
            gid=f"share {name}",
        )
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("share of the counts" if result.scale == "area" else "share of the weights")
    name_places(axes, MixturePoint, known=known)
    axes.legend(loc="best", title="95 % intervals")


def _draw_fit(axes: Axes, result: MixtureResult, colours: dict[str, str]) -> None:
    worst = result.worst
    axes.plot(
        result.energies, worst.measured, ".", color=MUTED, markersize=3, label="measured",
        gid="measured",
    )  # fmt: skip
    axes.plot(result.energies, worst.fitted, color=INK, linewidth=1.1, label="fit", gid="fit")
    for name, part in worst.components.items():
        axes.plot(
            result.energies,
            part,
            color=colours.get(name, MUTED),
            linestyle="-" if name in colours else "--",
            linewidth=1.0,
            label=None if name in colours else name,
            gid=f"component {name}",
        )
    axes.set_ylim(bottom=0)
    counts = result.noise == "poisson"
    axes.set_ylabel(
        axis_label(FittedSpectrum, "measured", name="counts" if counts else "intensity")
    )
    point = result.points[worst.point - 1]
    axes.legend(
        loc="best",
        title=f"point {worst.point}, the worst fit"
        if len(result.points) > 1
        else f"χ²/dof {point.chi2_per_dof:.2f}",
    )


def _draw_residuals(axes: Axes, result: MixtureResult) -> None:
    axes.axhspan(*LIMITS, color=BAND, linewidth=0)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.plot(
        result.energies, result.worst.residuals, ".", color=MUTED, markersize=3, gid="residuals"
    )
    axes.set_ylabel("residual (σ)")
    axes.set_xlabel(axis_label(MixtureFit, "energies"))
