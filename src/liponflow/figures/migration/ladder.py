"""Figure of the barriers on a ladder of engines."""

from itertools import cycle

from matplotlib.figure import Figure

from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.result import MigrationResult
from liponflow.figures.migration.path import short_label
from liponflow.figures.style import (
    COLUMN,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

MARKERS = ("o", "s", "^", "D", "v")
LINES = ("-", "--", "-.", ":")
"""One marker and line per hop of a dopant, in order."""

Step = tuple[str, float | None, bool]
"""Label of a step, the barrier after it (eV), and whether the states were relaxed."""


def steps_of(result: MigrationResult, hop: HopBarrier) -> list[Step]:
    """Return the barrier of a hop after every step of the ladder.

    Parameters
    ----------
    result
        Result with refinements.
    hop
        One of its hops.
    """
    models = list(dict.fromkeys(found.model for found in result.refinements))
    own = {
        found.model: found
        for found in result.refinements
        if (found.dopant, found.hop) == (hop.dopant, hop.hop)
    }
    steps: list[Step] = [(_label(result.provenance.engine.short, ""), hop.barrier, True)]
    for model in models:
        found = own.get(model)
        single = None if found is None else found.single_point_barrier
        relaxed = None if found is None else found.barrier
        steps += [
            (_label(model, "single points"), single, False),
            (_label(model, "relaxed"), relaxed, True),
        ]
    return steps


@styled
def ladder_figure(result: MigrationResult) -> Figure:
    """Draw the barrier of every refined hop with all engines of the ladder side by side.

    Open markers are single points at the geometry of the engine to their left.
    """
    refined = {(found.dopant, found.hop) for found in result.refinements}
    hops = [hop for hop in result.hops if (hop.dopant, hop.hop) in refined]
    if not hops:
        raise ValueError("the result has no refined hop to draw")
    labels = [label for label, _, _ in steps_of(result, hops[0])]
    figure = new_figure(min(PAGE, max(COLUMN, 0.95 * len(labels) + 0.6)), 3.1)
    axes = figure.add_subplot()
    seen: dict[str, int] = {}
    for hop, marker in zip(hops, cycle(MARKERS), strict=False):
        line = LINES[seen.setdefault(hop.dopant, 0) % len(LINES)]
        seen[hop.dopant] += 1
        known = [
            (place, barrier, relaxed)
            for place, (_, barrier, relaxed) in enumerate(steps_of(result, hop))
            if barrier is not None
        ]
        colour = element_colour(hop.dopant)
        axes.plot(
            [place for place, _, _ in known],
            [barrier for _, barrier, _ in known],
            line,
            color=colour,
            marker=marker,
            markersize=5,
            markerfacecolor="white",
            label=f"{hop.dopant}, {short_label(hop.hop)}",
            gid=f"{hop.dopant} {hop.hop}",
        )
        filled = [(place, barrier) for place, barrier, relaxed in known if relaxed]
        axes.plot(
            [place for place, _ in filled],
            [barrier for _, barrier in filled],
            linestyle="",
            marker=marker,
            markersize=5,
            color=colour,
            gid=f"{hop.dopant} {hop.hop} relaxed",
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.tick_params(axis="x", labelsize=6.5)
    axes.set_xlim(-0.4, len(labels) - 0.6)
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low), high + 0.08 * (high - min(0.0, low)))
    axes.set_ylabel(axis_label(HopBarrier, "barrier"))
    figure.legend(loc="outside upper center", ncols=2, fontsize=6.5)
    stamp(figure, result)
    return figure


def _label(engine: str, step: str) -> str:
    """Return an engine, without the module of a calculator, and a step in lines."""
    name = engine.rpartition(":")[2]
    return "\n".join([*name.split(" "), *([step] if step else [])])
