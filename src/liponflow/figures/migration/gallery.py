"""Figures of a migration campaign: paths, profiles, potentials and convergence.

The figures of diffusion are in :mod:`liponflow.figures.migration.transport`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from liponflow.analysis.migration.hop_documents import HopBarrier, Mover
from liponflow.analysis.migration.result import Migration, MigrationResult, ModelBarrier
from liponflow.analysis.runs import NEBImage
from liponflow.arrays import FloatArray
from liponflow.figures.migration.citations import citations, with_published
from liponflow.figures.migration.ladder import ladder_figure
from liponflow.figures.migration.path import bottleneck, path_figure, short_label
from liponflow.figures.migration.transport import arrhenius_figure, lengths_figure
from liponflow.figures.spread import spread_words
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""One marker per dopant or hop, in order."""
LINES = ("-", "--", "-.", ":")
MODEL_COLOURS = (INK, "#7A4EAB", "#009E73", "#B8860B", MUTED)
ENOUGH = 6
"""Number of curves or hops from which text must be smaller."""
FLAT = 0.005
"""End points whose energies differ by less than this (eV) count as equal."""
CLOSE = 0.09
"""Lines closer than this share of the axis have their labels on opposite sides."""


@dataclass(frozen=True)
class Profile:
    """Profile of a hop as it is drawn, starting at its lower end point.

    Attributes
    ----------
    curve, images
        Path length (Å) and energy above the lower end point (eV), shape (n, 2).
    label
        Kinds of site in this direction, and the barrier.
    """

    curve: FloatArray
    images: FloatArray
    label: str


def from_lower_end(hop: HopBarrier) -> Profile:
    """Return the profile of a hop, reversed if needed so that it starts at its lower end point.

    Parameters
    ----------
    hop
        Hop with a barrier.
    """
    curve = np.array(hop.profile)
    images = np.array([(image.distance, image.energy) for image in hop.images], dtype=np.float64)
    forward, reverse = hop.barrier or 0.0, hop.reverse_barrier or 0.0
    if reverse - forward < FLAT:
        well = hop.lowest_on_the_way
        below = "" if well is None or well > -FLAT else f" ({well:.2f} on the way)"
        return Profile(curve, images, f"{short_label(hop.hop)}: {forward:.2f} eV{below}")
    length, end = curve[-1]
    back, images_back = (
        np.column_stack([length - points[::-1, 0], points[::-1, 1] - end])
        for points in (curve, images)
    )
    there = "-".join([hop.start_site, *hop.via, hop.end_site])
    # A number, or what stands beside the hop, stays.
    name = "-".join([hop.end_site, *reversed(hop.via), hop.start_site])
    name += hop.hop.removeprefix(there)
    return Profile(back, images_back, f"{short_label(name)}: {reverse:.2f} eV")


def all_figures(result: MigrationResult) -> dict[str, Figure]:
    """Draw every figure for which the result has data.

    Parameters
    ----------
    result
        Result of a migration campaign.

    Returns
    -------
    dict
        Figures by name: path, profiles, hops, arrhenius, lengths, convergence, models and
        ladder.
    """
    figures = {}
    if any(hop.images for hop in result.hops):
        figures["path"] = path_figure(result)
    if any(hop.profile for hop in result.hops):
        figures["profiles"] = profiles_figure(result)
        figures["hops"] = hops_figure(result)
    if any(found.diffusivities for found in result.migrations):
        figures["arrhenius"] = arrhenius_figure(result)
        figures["lengths"] = lengths_figure(result)
    if any(hop.force_history for hop in result.hops):
        figures["convergence"] = convergence_figure(result)
    if any(model.barrier is not None for model in result.models):
        figures["models"] = models_figure(result)
    if result.refinements:
        figures["ladder"] = ladder_figure(result)
    return figures


@styled
def profiles_figure(result: MigrationResult) -> Figure:
    """Draw the rate-limiting profile of each dopant, as in Figure 4.12B of the dissertation.

    Each profile starts at its lower end point. Published barriers, one per dopant, are dashed
    lines with the hop that explains them, where one is known: their source names none.
    """
    figure = new_figure(COLUMN, 3.0)
    axes = figure.add_subplot()
    for found, marker in zip(result.migrations, cycle(MARKERS), strict=False):
        hop = bottleneck(result, found)
        if hop is not None and hop.profile:
            profile = from_lower_end(hop)
            _draw_profile(axes, profile, found.mover, marker, f"{found.mover} {profile.label}")
    handles, _ = axes.get_legend_handles_labels()
    quoted = with_published(result)
    if quoted:
        _draw_published(axes, quoted)
        label = f"{citations(result, quoted)} (hops not named)"
        handles.append(Line2D([], [], color=MUTED, linestyle="--", linewidth=1.0, label=label))
    axes.set_xlabel(axis_label(NEBImage, "distance"))
    axes.set_ylabel(axis_label(NEBImage, "energy"))
    axes.margins(y=0.12)
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    stamp(figure, result)
    return figure


def _draw_published(axes: Axes, migrations: Sequence[Migration]) -> None:
    """Draw barriers as lines; of two close ones the lower has its label below the line."""
    values = [found.published_barrier or 0.0 for found in migrations]
    low, high = axes.get_ylim()
    span = max(high, *values) - low if values else 1.0
    for found, value in zip(migrations, values, strict=True):
        dopant, mover = found.dopant, str(found.mover)
        above = [other - value for other in values if other > value]
        below = bool(above) and min(above) < CLOSE * span
        colour = element_colour(dopant)
        explained = found.published_explained_by
        hop = f" ({short_label(explained)})" if explained else ""
        axes.axhline(value, color=colour, linestyle="--", linewidth=1.0, gid=f"{mover} published")
        axes.annotate(
            f"{mover} {value:.2f} eV{hop}",
            (0.985, value),
            xycoords=("axes fraction", "data"),
            xytext=(0, -2 if below else 2),
            textcoords="offset points",
            ha="right",
            va="top" if below else "bottom",
            fontsize=6.5,
            color=colour,
        )


@styled
def hops_figure(result: MigrationResult) -> Figure:
    """Draw the profiles of every distinct hop, one panel per dopant."""
    names = [
        found.mover
        for found in result.migrations
        if any(hop.profile for hop in result.hops_of(*found.mover))
    ]
    if not names:
        raise ValueError("the result has no converged band whose profile could be drawn")
    figure = new_figure(max(COLUMN, PAGE * len(names) / 3), 2.9)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, mover in zip(panels, names, strict=True):
        hops = [hop for hop in result.hops_of(*mover) if hop.profile]
        for hop, marker, line in zip(hops, cycle(MARKERS), cycle(LINES), strict=False):
            profile = from_lower_end(hop)
            label = profile.label + _published_of(hop)
            _draw_profile(axes, profile, mover, marker, label, line=line)
        axes.set_title(str(mover))
        axes.set_xlabel(axis_label(NEBImage, "distance"))
        # Room for the legend in the upper third.
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + (0.12 + 0.11 * min(len(hops), ENOUGH)) * (high - low))
        axes.legend(loc="upper left", fontsize=6, handlelength=2.2)
    panels[0].set_ylabel(axis_label(NEBImage, "energy"))
    stamp(figure, result)
    return figure


def _published_of(hop: HopBarrier) -> str:
    """Return the published barrier of a hop that its source names, for its label."""
    if hop.published_source is None or hop.published_barrier is None:
        return ""
    high = hop.published_barrier_high
    to = "" if high is None else f" to {high:g}"
    return f" (published {hop.published_barrier:g}{to} eV)"


@styled
def convergence_figure(result: MigrationResult) -> Figure:
    """Draw the largest perpendicular force of every band against its relaxation steps."""
    figure = new_figure(COLUMN, 2.9)
    axes = figure.add_subplot()
    hops = [hop for hop in result.hops if hop.force_history]
    seen: dict[str, int] = {}
    for hop in hops:
        line = LINES[seen.setdefault(hop.dopant, 0) % len(LINES)]
        seen[hop.dopant] += 1
        end = "" if hop.converged else " (not converged)"
        axes.plot(
            np.arange(1, len(hop.force_history) + 1),
            hop.force_history,
            line,
            color=element_colour(hop.dopant),
            linewidth=1.2,
            label=f"{hop.mover}, {short_label(hop.hop)}{end}",
            gid=f"{hop.mover} {hop.hop}",
        )
        axes.plot(
            len(hop.force_history),
            hop.force_history[-1],
            "o" if hop.converged else "x",
            color=element_colour(hop.dopant),
            markersize=4,
            gid=f"{hop.mover} {hop.hop}, last step",
        )
    for limit in sorted({hop.force_limit for hop in hops}):
        axes.axhline(limit, color=MUTED, linestyle=":", linewidth=1.0, gid="limit")
        axes.annotate(
            f"limit {limit:g} eV/Å",
            (0.01, limit),
            xycoords=("axes fraction", "data"),
            xytext=(0, -2),
            textcoords="offset points",
            va="top",
            fontsize=6.5,
            color=MUTED,
        )
    axes.set_xscale("log")  # a band that does not converge takes ten times the steps
    axes.set_yscale("log")
    axes.margins(y=0.12)
    axes.set_xlabel("step of the relaxation")
    axes.set_ylabel(axis_label(HopBarrier, "force_history"))
    if hops:
        figure.legend(loc="outside upper center", ncols=2, fontsize=6.5)
    stamp(figure, result)
    return figure


@styled
def models_figure(result: MigrationResult) -> Figure:
    """Draw the barriers of the same hops with several potentials beside the published barriers."""
    models = [model for model in result.models if model.barrier is not None]
    if not models:
        raise ValueError("the result has no barrier of another potential to compare")
    hops = list(dict.fromkeys((model.dopant, model.hop) for model in models))
    names = list(dict.fromkeys(model.model for model in models))
    figure = new_figure(max(COLUMN, min(PAGE, 1.6 + 0.75 * len(hops))), 3.0)
    axes = figure.add_subplot()
    for place, (dopant, hop) in enumerate(hops):
        own = [model for model in models if (model.dopant, model.hop) == (dopant, hop)]
        values = [model.barrier for model in own if model.barrier is not None]
        axes.bar(
            place,
            max(values) - min(values),
            bottom=min(values),
            width=0.68,
            color=BAND,
            zorder=0,
            gid=f"{dopant} spread",
        )
    drawn = _draw_published_of_hops(axes, result, hops)
    offsets = np.linspace(-0.24, 0.24, len(names)) if len(names) > 1 else np.zeros(1)
    for name, offset, marker, colour in zip(
        names, offsets, cycle(MARKERS), cycle(MODEL_COLOURS), strict=False
    ):
        own = [model for model in models if model.model == name]
        axes.plot(
            [hops.index((model.dopant, model.hop)) + offset for model in own],
            [model.barrier or 0.0 for model in own],
            linestyle="",
            marker=marker,
            color=colour,
            markersize=5,
            clip_on=False,  # a barrier of 0 lies on the frame
            label=name,
            gid=name,
        )
    axes.set_xticks(range(len(hops)), [f"{dopant}\n{short_label(hop)}" for dopant, hop in hops])
    axes.tick_params(axis="x", labelsize=6.5 if len(hops) < ENOUGH else 5.5)
    axes.set_xlim(-0.6, len(hops) - 0.4)
    axes.set_ylim(0, None)
    axes.margins(y=0.15)
    axes.set_ylabel(axis_label(ModelBarrier, "barrier"))
    handles, _ = axes.get_legend_handles_labels()
    handles.append(Patch(facecolor=BAND, label=spread_words(result, wrapped=True)))
    if drawn:
        label = f"{citations(result, drawn)} (hops not named)"
        handles.append(Line2D([], [], color=MUTED, linestyle="--", label=label))
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    stamp(figure, result)
    return figure


def _draw_published_of_hops(
    axes: Axes, result: MigrationResult, hops: Sequence[tuple[str, str]]
) -> list[Migration]:
    """Draw each published barrier once, and return whose they are.

    It is drawn over the hop that explains it, if it is shown; over all hops of the dopant if no
    hop is known to explain it.
    """
    drawn = []
    for found in result.migrations:
        value = found.published_barrier
        explained = found.published_explained_by
        own = {(hop.dopant, hop.hop) for hop in result.hops_of(*found.mover)}
        places = [
            place
            for place, named in enumerate(hops)
            if named in own and explained in {None, named[1]}
        ]
        if value is None or not places:
            continue
        axes.plot(
            [places[0] - 0.34, places[-1] + 0.34],
            [value, value],
            "--",
            color=element_colour(found.dopant),
            linewidth=1.4,
            gid=f"{found.mover} published",
        )
        drawn.append(found)
    return drawn


def _draw_profile(
    axes: Axes, profile: Profile, mover: Mover, marker: str, label: str, *, line: str = "-"
) -> None:
    colour = element_colour(mover.dopant)
    axes.plot(*profile.curve.T, line, color=colour, gid=f"{mover} curve")
    axes.plot(
        *profile.images.T,
        linestyle="",
        marker=marker,
        color=colour,
        markersize=4.5,
        gid=f"{mover} images",
    )
    axes.plot([], [], line, color=colour, marker=marker, markersize=4.5, label=label)
