"""Figures of the model of mechanics: interfacial stress of domes, and misfit of a cathode."""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.mechanics.dome import (
    lame_stress,
    largest_stress,
    printed_stress,
    thin_shell_stress,
)
from liponflow.analysis.mechanics.result import Dome, MechanicsResult, Misfit
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import COLUMN, INK, MUTED, axis_label, new_figure, stamp, styled

_RATIOS = np.geomspace(1e-3, 10, 200)
_WIDTH = 0.35
"""Width of a bar in a group."""


def all_figures(result: MechanicsResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    figures = {}
    if result.domes:
        figures["domes"] = dome_figure(result)
    if result.misfits:
        figures["misfit"] = misfit_figure(result)
    return figures


@styled
def dome_figure(result: MechanicsResult) -> Figure:
    """Draw the interfacial stress against thickness over radius, with its limits and the domes.

    Parameters
    ----------
    result
        Result with domes.

    Returns
    -------
    Figure
        Stress (GPa) by the published formula (lines) and by Lamé (dots), on logarithmic axes; the
        limits of thin and thick collectors are grey.
    """
    figure = new_figure(COLUMN, 2.8)
    axes = figure.subplots()
    film = result.modulus, result.poisson_ratio
    for number, (dome, colour) in enumerate(zip(result.domes, cycle(COLOURS), strict=False)):
        formula = [printed_stress(dome.strain, *film, ratio) for ratio in _RATIOS]
        exact = [lame_stress(dome.strain, *film, ratio) for ratio in _RATIOS[::12]]
        thin = [thin_shell_stress(dome.strain, *film, ratio) for ratio in _RATIOS]
        first = number == 0
        axes.plot(_RATIOS, thin, ":", color=MUTED, linewidth=1, zorder=1,
                  label="thin and thick limits" if first else None)  # fmt: skip
        axes.axhline(largest_stress(dome.strain, *film), color=MUTED, linestyle=":",
                     linewidth=1, zorder=1)  # fmt: skip
        axes.plot(_RATIOS, formula, color=colour, label=f"eq. 4.1, strain {dome.strain:.3f}")
        axes.plot(_RATIOS[::12], exact, ".", color=INK, markersize=3.5,
                  label="Lamé" if first else None)  # fmt: skip
        axes.plot(dome.ratio, dome.stress, "o", color=colour, markersize=7,
                  markeredgecolor="white")  # fmt: skip
        place = ((7, -4), "left", "top") if first else ((-6, 4), "right", "bottom")
        axes.annotate(f"{dome.stress:.3g} GPa", (dome.ratio, dome.stress), place[0],
                      textcoords="offset points", ha=place[1], va=place[2], color=colour,
                      fontsize=7)  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    top = max(dome.largest_stress for dome in result.domes)
    least = min(printed_stress(dome.strain, *film, _RATIOS[0]) for dome in result.domes)
    axes.set_ylim(least, 3 * top)
    axes.margins(x=0)
    axes.set_xlabel(axis_label(Dome, "ratio"))
    axes.set_ylabel(axis_label(Dome, "stress"))
    axes.legend(loc="lower right")
    axes.set_title(f"{result.formula} over plated Li", loc="left")
    stamp(figure, result)
    return figure


@styled
def misfit_figure(result: MechanicsResult) -> Figure:
    """Draw the misfit stress of every film, with a third of its hardness.

    Parameters
    ----------
    result
        Result with misfits.

    Returns
    -------
    Figure
        Stress (GPa) as bars by film; the lines are the stresses at which the films yield.
    """
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    films = list(dict.fromkeys(item.film for item in result.misfits))
    changes = list(dict.fromkeys(item.volume_change for item in result.misfits))
    width = 2 * _WIDTH / len(changes)
    for number, (change, colour) in enumerate(zip(changes, cycle(COLOURS), strict=False)):
        stresses = [item.stress for item in result.misfits if item.volume_change == change]
        places = np.arange(len(films)) - _WIDTH + (number + 0.5) * width
        axes.bar(places, stresses, 0.9 * width, color=colour,
                 label=f"ΔV/V = {change:g} %")  # fmt: skip
    first = {item.film: item for item in reversed(result.misfits)}
    yields = [abs(first[film].stress) / first[film].yield_ratio for film in films]
    middles = np.arange(len(films))
    axes.hlines(yields, middles - 0.45, middles + 0.45, color=INK, linestyle="--", linewidth=1,
                label="a third of the hardness")  # fmt: skip
    moduli = {item.film: item.modulus for item in result.indentations}
    axes.set_xticks(range(len(films)), [f"{film}\n{moduli[film]:g} GPa" for film in films])
    axes.set_ylabel(axis_label(Misfit, "stress"))
    axes.set_ylim(top=1.35 * max(item.stress for item in result.misfits))
    axes.legend(loc="upper left")
    stamp(figure, result)
    return figure
