"""Figures of single runs: bands, molecular dynamics and single calculations."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from liponflow.analysis.migration.hops import band_barrier
from liponflow.analysis.runs import CalculationResult, MDResult, NEBImage, NEBResult
from liponflow.arrays import FloatArray
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.structure import draw_structure
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

FEWEST = 3
"""Images through which a barrier can be found: two end points and one between."""
PANEL_HEIGHT = 1.15
"""Height of a panel of a time series (inch)."""
SMALLEST_CHANGE = 1e-6
"""Relative change below which a volume counts as fixed."""


def band_figures(result: NEBResult) -> dict[str, Figure]:
    """Draw every figure of a band for which it has data: ``band`` and ``convergence``."""
    figures = {}
    if any(image.energy is not None or image.max_force is not None for image in result.images):
        figures["band"] = band_figure(result)
    if result.force_history:
        figures["convergence"] = convergence_figure(result)
    return figures


@styled
def band_figure(result: NEBResult) -> Figure:
    """Draw energies and remaining forces of the images along the path.

    The curve through the energies is that of the barrier; a band that did not converge has none.
    Without energies of the end points only forces are drawn.
    """
    fields = [
        field
        for field in ("energy", "max_force")
        if any(getattr(image, field) is not None for image in result.images)
    ]
    if not fields:
        raise ValueError("the band has neither energies nor forces to draw")
    figure = new_figure(COLUMN, 1.6 * len(fields) + 0.9)
    panels = list(figure.subplots(len(fields), 1, sharex=True, squeeze=False)[:, 0])
    for axes, field in zip(panels, fields, strict=True):
        known = [image for image in result.images if getattr(image, field) is not None]
        for converged, marker in ((True, "o"), (False, "x")):
            chosen = [image for image in known if image.converged is converged]
            axes.plot(
                [image.distance for image in chosen],
                [getattr(image, field) for image in chosen],
                linestyle="",
                marker=marker,
                color=INK,
                markersize=4.5,
                label="images" if converged else "images, not converged",
                gid=f"{field} {'converged' if converged else 'unconverged'}",
            )
        name = "largest force" if field == "max_force" else ""
        axes.set_ylabel(axis_label(NEBImage, field, name=name, wrapped=True))
        axes.margins(y=0.15)
    if fields[0] == "energy":
        _draw_barrier(panels[0], result)
    if fields[-1] == "max_force":
        panels[-1].set_ylim(bottom=0)
    panels[-1].set_xlabel(axis_label(NEBImage, "distance"))
    figure.align_ylabels()
    handles = [
        handle
        for handle, marks in zip(*panels[0].get_legend_handles_labels(), strict=True)
        if marks and len(handle.get_xdata())
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    stamp(figure, result)
    return figure


def _draw_barrier(axes: Axes, result: NEBResult) -> None:
    whole = len(result.images) >= FEWEST and all(
        image.energy is not None for image in result.images
    )
    if not (result.converged and whole):
        return
    curve = band_barrier(result).curve
    barriers = ", ".join(
        f"{name} {value:.3f} eV"
        for name, value in (("forward", result.barrier), ("reverse", result.reverse_barrier))
        if value is not None
    )
    axes.plot(*curve.T, color=element_colour("P"), zorder=1, label=barriers, gid="curve")


@styled
def convergence_figure(result: NEBResult) -> Figure:
    """Draw the largest force of the band against the steps of its relaxation."""
    figure = new_figure(COLUMN, 2.4)
    axes = figure.add_subplot()
    steps = np.arange(1, len(result.force_history) + 1)
    axes.plot(steps, result.force_history, color=INK, linewidth=1.2, gid="force")
    axes.set_yscale("log")
    axes.set_xlabel("step of the relaxation")
    axes.set_ylabel(axis_label(NEBResult, "force_history", name="largest force"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    stamp(figure, result)
    return figure


def dynamics_figures(result: MDResult) -> dict[str, Figure]:
    """Draw every figure of molecular dynamics: ``series``, its quantities against time."""
    return {"series": series_figure(result)}


@styled
def series_figure(result: MDResult) -> Figure:
    """Draw temperature, energies, pressure and a changing volume against time.

    Every other stage or VASP run is shaded; a dashed line is the target temperature.
    """
    rows = [
        ("temperatures", "temperature", "O"),
        ("potential_energies", "potential\nenergy", "Ni"),
        ("total_energies", "total\nenergy", "P"),
        ("volumes", "volume", "Mn"),
        ("pressures", "pressure", "Co"),
    ]
    shown = [row for row in rows if _is_drawn(result, row[0])]
    if not shown:
        raise ValueError("the result has no series in time to draw")
    figure = new_figure(COLUMN * 1.35, PANEL_HEIGHT * len(shown) + 0.7)
    panels = list(figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0])
    times = _times(result)
    for axes, (field, name, element) in zip(panels, shown, strict=True):
        values = _series(result, field)
        axes.plot(
            times[: len(values)],
            values,
            color=element_colour(element),
            linewidth=0.8,
            # A single block is a point.
            marker="o" if len(values) == 1 else "",
            gid=field,
        )
        axes.set_ylabel(axis_label(MDResult, field, name=name, wrapped=True))
        axes.margins(x=0, y=0.12)
    _draw_parts(panels, result)
    panels[-1].set_xlabel(axis_label(MDResult, "times", name="time"))
    figure.align_ylabels()
    stamp(figure, result)
    return figure


def _series(result: MDResult, field: str) -> FloatArray:
    """Return a series, with NaN where a value is unknown."""
    return np.array(getattr(result, field), dtype=np.float64)


def _is_drawn(result: MDResult, field: str) -> bool:
    values = _series(result, field)
    if not np.isfinite(values).any():
        return False
    return field != "volumes" or bool(np.ptp(values) > SMALLEST_CHANGE * values.mean())


def _times(result: MDResult) -> FloatArray:
    """Return the time at the end of each block (ps)."""
    if result.times:
        return np.array(result.times)
    blocks = np.arange(1, len(result.temperatures) + 1)
    return np.array(blocks * result.stride * result.time_step * 1e-3)


def _draw_parts(panels: Sequence[Axes], result: MDResult) -> None:
    """Shade every other stage or VASP run, and draw the target temperatures."""
    if result.stages:
        parts = [
            (stage.duration, stage.target_temperature, stage.end_target_temperature)
            for stage in result.stages
        ]
    else:
        parts = [
            (
                segment.n_steps * result.time_step * 1e-3,
                segment.start_temperature,
                segment.end_temperature,
            )
            for segment in result.segments
        ]
    ends = list(accumulate(duration for duration, _, _ in parts))
    for number, (end, (duration, start_target, end_target)) in enumerate(
        zip(ends, parts, strict=True)
    ):
        for axes in panels:
            if number % 2:
                axes.axvspan(end - duration, end, color=BAND, linewidth=0, zorder=0)
        if panels[0].get_lines()[0].get_gid() == "temperatures":
            panels[0].plot(
                [end - duration, end],
                [start_target, end_target],
                "--",
                color=MUTED,
                linewidth=0.9,
                gid="target",
            )


def calculation_figures(result: CalculationResult) -> dict[str, Figure]:
    """Draw every figure of a single calculation: its final ``structure``."""
    return {"structure": calculation_figure(result)}


@styled
def calculation_figure(result: CalculationResult) -> Figure:
    """Draw the final structure, with the energy and the largest force above it."""
    structure = result.calculation.structure
    symbols = [element.symbol for element in structure.elements]
    figure = new_figure(COLUMN, 3.2)
    axes = figure.add_subplot()
    draw_structure(axes, structure, spheres=symbols)
    force = result.calculation.max_force
    lines = [
        f"{pretty_formula(written_by_unit(result.formula))}, {result.task}",
        f"{result.energy_per_atom:.4f} eV/atom"
        + ("" if force is None else f", largest force {force:.3f} eV/Å"),
    ]
    axes.set_title("\n".join(lines), fontsize=8)
    handles = [
        Line2D([], [], linestyle="", marker="o", color=element_colour(symbol), label=symbol)
        for symbol in symbols
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=8)
    stamp(figure, result)
    return figure
