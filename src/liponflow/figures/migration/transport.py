"""Figures of diffusion by hops: Arrhenius plot, and diffusion length against time."""

import math
from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike
from scipy.constants import day, hour, minute, year

from liponflow.analysis.migration.diffusion_length import diffusion_length, time_to_reach
from liponflow.analysis.migration.dopant import ROOM
from liponflow.analysis.migration.hop_diffusion import with_barrier_shifted
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import Migration, MigrationResult
from liponflow.arrays import FloatArray
from liponflow.figures.migration.citations import citations
from liponflow.figures.style import (
    COLUMN,
    MUTED,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SHORTEST, LONGEST = 1.0, 1e4
"""Range of diffusion lengths (nm) shown."""
AGE = 1e12
"""Latest time shown (s): 30 000 years."""
TICKS = {"1 s": 1.0, "1 min": minute, "1 h": hour, "1 day": day, "1 year": year}


@styled
def arrhenius_figure(result: MigrationResult) -> Figure:
    """Draw diffusivities against inverse temperature.

    Bands are the spread over potentials. Dashed lines combine the published barrier, whose hop
    its source does not name, with the same network and prefactor.
    """
    shown = [found for found in result.migrations if found.diffusivities]
    if not shown:
        raise ValueError("the result has no diffusivity to draw")
    figure = new_figure(COLUMN, 3.3)
    axes = figure.add_subplot()
    for found, marker in zip(shown, cycle(MARKERS), strict=False):
        colour = element_colour(found.dopant)
        inverse = 1000 / np.array(found.temperatures)
        axes.plot(
            inverse,
            found.diffusivities,
            marker=marker,
            markersize=4,
            color=colour,
            label=_label(found),
            gid=str(found.mover),
        )
        if found.diffusivities_low and found.diffusivities_high:
            axes.fill_between(
                inverse,
                found.diffusivities_low,
                found.diffusivities_high,
                color=colour,
                alpha=0.16,
                linewidth=0.8,
                gid=f"{found.mover} spread",
            )
        shift = _to_published(found)
        if shift is not None:
            axes.plot(
                inverse,
                [
                    with_barrier_shifted(d, shift, t)
                    for d, t in zip(found.diffusivities, found.temperatures, strict=True)
                ],
                "--",
                color=colour,
                linewidth=1.1,
                gid=f"{found.mover} published",
            )
    axes.set_yscale("log")
    axes.set_xlabel("1000 / T (1/K)")
    axes.set_ylabel(axis_label(Migration, "diffusivities"))
    _temperature_axis(axes, shown[0].temperatures)
    _legend(figure, axes, result, shown)
    stamp(figure, result)
    return figure


@styled
def lengths_figure(result: MigrationResult) -> Figure:
    """Draw the diffusion length sqrt(6 D t) at 300 K against time, with the published width."""
    shown = [found for found in result.migrations if found.diffusivity_300]
    if not shown:
        raise ValueError("the result has no diffusivity at 300 K to draw")
    figure = new_figure(COLUMN, 3.3)
    axes = figure.add_subplot()
    times = _times(shown)
    drawn: set[str] = set()
    for found in shown:
        assert found.diffusivity_300 is not None  # noqa: S101 - it was chosen for it
        colour = element_colour(found.dopant)
        axes.plot(
            times,
            [diffusion_length(found.diffusivity_300, t) for t in times],
            # The second mechanism of a dopant has its colour, and published barriers are dashed.
            "-." if found.dopant in drawn else "-",
            color=colour,
            label=_label(found),
            gid=str(found.mover),
        )
        drawn.add(found.dopant)
        low, high = found.diffusivity_300_low, found.diffusivity_300_high
        if low is not None and high is not None:
            axes.fill_between(
                times,
                [diffusion_length(low, t) for t in times],
                [diffusion_length(high, t) for t in times],
                color=colour,
                alpha=0.16,
                linewidth=0.8,
                gid=f"{found.mover} spread",
            )
        shift = _to_published(found)
        if shift is not None:
            slower = with_barrier_shifted(found.diffusivity_300, shift, ROOM)
            axes.plot(
                times,
                [diffusion_length(slower, t) for t in times],
                "--",
                color=colour,
                linewidth=1.1,
                gid=f"{found.mover} published",
            )
    published = published_migration(result.formula)
    if published:
        width = published.interphase
        axes.axhline(width.nm, color=MUTED, linestyle=":", linewidth=1.3, gid="published width")
        axes.annotate(
            f"interphase {width.nm:g} nm ({width.citation})",
            (0.985, width.nm),
            xycoords=("axes fraction", "data"),
            xytext=(0, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=6.5,
            color=MUTED,
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(times[0], times[-1])
    axes.set_ylim(SHORTEST, LONGEST)
    axes.set_xlabel(axis_label(Migration, "time_to_published_width"))
    axes.set_ylabel("diffusion length (6$Dt$)$^{1/2}$ (nm)")
    axes.text(0.03, 0.95, f"{ROOM:g} K", transform=axes.transAxes, va="top", fontsize=8)
    _time_axis(axes, times)
    _legend(figure, axes, result, shown)
    stamp(figure, result)
    return figure


def _label(found: Migration) -> str:
    barrier = found.percolating_barrier
    return str(found.mover) if barrier is None else f"{found.mover}, {barrier:.2f} eV"


def _to_published(found: Migration) -> float | None:
    """Return the published minus the computed barrier (eV); None without both."""
    if found.published_barrier is None or found.percolating_barrier is None:
        return None
    return found.published_barrier - found.percolating_barrier


def _times(shown: Sequence[Migration]) -> FloatArray:
    """Return times (s) over which all curves, including published ones, cross the figure."""
    diffusivities = []
    for found in shown:
        room = found.diffusivity_300 or 0.0
        shift = _to_published(found)
        diffusivities += [
            room,
            *([] if shift is None else [with_barrier_shifted(room, shift, ROOM)]),
        ]
        diffusivities += [d for d in (found.diffusivity_300_low, found.diffusivity_300_high) if d]
    first = min(AGE / 10, time_to_reach(max(diffusivities), 3 * SHORTEST))
    last = min(AGE, max(10 * first, time_to_reach(min(diffusivities), LONGEST / 10)))
    return np.geomspace(10 ** math.floor(math.log10(first)), last, 200)


def _temperature_axis(axes: Axes, temperatures: Sequence[float]) -> None:
    """Write temperatures (K) along the top."""
    top = axes.secondary_xaxis("top", functions=(_inverse, _inverse))
    shown = [t for t in temperatures if t in {250, 300, 400, 500, 600}] or list(temperatures)
    top.set_xticks(shown, [f"{t:g}" for t in shown])
    top.set_xlabel(axis_label(Migration, "temperatures"))


def _inverse(values: ArrayLike) -> FloatArray:
    with np.errstate(divide="ignore"):
        inverse: FloatArray = 1000 / np.asarray(values, dtype=np.float64)
    return inverse


def _time_axis(axes: Axes, times: FloatArray) -> None:
    """Write times in words along the top, where they lie in the figure."""
    top = axes.secondary_xaxis("top", functions=(_same, _same))
    shown = {name: t for name, t in TICKS.items() if times[0] <= t <= times[-1]}
    # On a wide scale a second and a minute would overlap.
    if math.log10(times[-1] / times[0]) > 10:  # noqa: PLR2004 - decades
        shown = {name: t for name, t in shown.items() if name not in {"1 min", "1 day"}}
    top.set_xticks(list(shown.values()), list(shown))
    top.minorticks_off()


def _same(values: ArrayLike) -> ArrayLike:
    return values


def _legend(
    figure: Figure, axes: Axes, result: MigrationResult, shown: Sequence[Migration]
) -> None:
    handles, _ = axes.get_legend_handles_labels()
    quoted = [found for found in shown if _to_published(found) is not None]
    if quoted:
        handles.append(
            Line2D(
                [],
                [],
                color=MUTED,
                linestyle="--",
                linewidth=1.1,
                label=f"barrier of {citations(result, quoted)} (hop not named)",
            )
        )
    if any(found.barrier_low is not None for found in shown):
        handles.append(Patch(facecolor=MUTED, alpha=0.25, label="spread of potentials"))
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
