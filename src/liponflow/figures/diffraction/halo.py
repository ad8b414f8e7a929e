"""Figure of the halo of a glass, as Figure 6.4A of the dissertation shows it."""

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.diffraction.halo_result import HaloResult
from liponflow.analysis.diffraction.published import published_halo
from liponflow.figures.style import (
    INK,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)

_LAST_Q = 8.0
_LAST_ANGLE = 70.0


def all_figures(result: HaloResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"halo": halo_figure(result)}


@styled
def halo_figure(result: HaloResult) -> Figure:
    """Draw S(q) with its first sharp peak, and the intensity beside the published angle."""
    figure = new_figure(PAGE, 2.7)
    left, right = figure.subplots(1, 2)
    q, angle = np.array(result.q), np.array(result.angle)
    left.plot(q[q <= _LAST_Q], np.array(result.s)[q <= _LAST_Q], color=element_colour("P"))
    left.axvline(result.position, color=INK, linewidth=0.8, linestyle="--")
    left.text(
        result.position + 0.15,
        0.98,
        f"{result.position:.2f} 1/Å,\nwidth {result.q_width:.2f} 1/Å",
        transform=left.get_xaxis_transform(),
        va="top",
        fontsize=7,
    )
    left.set_xlabel(axis_label(HaloResult, "q"))
    left.set_ylabel(axis_label(HaloResult, "s"))
    shown = angle <= _LAST_ANGLE
    right.plot(angle[shown], np.array(result.intensity)[shown], color=element_colour("P"))
    right.axvline(
        result.halo, color=INK, linewidth=0.8, linestyle="--", label=f"model, {result.halo:.1f}°"
    )
    published = published_halo()
    right.axvline(
        result.published_two_theta,
        color=MUTED,
        linewidth=1.2,
        linestyle=":",
        label=f"{published.citation}, around {published.two_theta:.0f}°",
    )
    right.set_xlabel(f"2θ at {result.wavelength:.4f} Å (°)")
    right.set_ylabel(axis_label(HaloResult, "intensity"))
    right.legend()
    stamp(figure, result)
    return figure
