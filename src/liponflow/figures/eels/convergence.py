"""Convergence of spectra with the radii of FEFF's clusters."""

from matplotlib.figure import Figure

from liponflow.analysis.eels.result import EELSResult, RadiusScan, RadiusStep
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.style import (
    COLUMN,
    INK,
    MUTED,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

MARKERS = {"SCF": "o", "FMS": "s"}


@styled
def convergence_figure(result: EELSResult) -> Figure:
    """Draw the change of spectra from one radius to the next.

    Parameters
    ----------
    result
        Result with convergence scans.

    Returns
    -------
    Figure
        Change (dimensionless, logarithmic) against radius (Å), a panel per edge of a material;
        the limit is dashed, and a filled symbol is the radius that counts as converged. A step
        that adds no atoms has no symbol.
    """
    figure = new_figure(COLUMN, 0.7 + 1.35 * len(result.scans))
    panels = figure.subplots(len(result.scans), 1, squeeze=False, sharex=True).ravel()
    for axes, scan in zip(panels, result.scans, strict=True):
        colour = element_colour(scan.edge.split()[0])
        for one in (scan.scf, scan.fms):
            if one is None:
                continue
            # Without further atoms the change is 0, which no logarithmic axis shows.
            steps = [step for step in one.steps if step.change]
            radii = [step.radius for step in steps]
            changes = [step.change for step in steps]
            axes.plot(radii, changes, color=colour, linewidth=1.0, zorder=1)
            axes.scatter(
                radii,
                changes,
                marker=MARKERS[one.what],
                facecolors=[
                    colour if step.radius == one.converged_radius else "white" for step in steps
                ],
                edgecolors=colour,
                s=18,
                zorder=2,
                label=_label(one),
            )
            axes.axhline(one.limit, color=MUTED, linewidth=0.7, linestyle="--", zorder=0)
        axes.set_yscale("log")
        axes.set_title(
            f"{pretty_formula(scan.material.replace('_', ' '))}, {scan.edge}",
            loc="right",
            color=INK,
        )
        axes.legend(loc="best")
    panels[-1].set_xlabel(axis_label(RadiusStep, "radius"))
    figure.supylabel(f"{axis_label(RadiusStep, 'change')} to the next radius", fontsize=8.5)
    stamp(figure, result)
    return figure


def _label(scan: RadiusScan) -> str:
    other = "FMS" if scan.what == "SCF" else "SCF"
    return f"{scan.what} radius ({other} {scan.other_radius:g} Å)"
