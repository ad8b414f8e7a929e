"""Figures of a space charge: bands and defects at the contact, and the levels of lithium."""

import numpy as np
from matplotlib.figure import Figure

from liponflow.analysis.space_charge.result import Layer, SpaceChargeResult
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.spread import COLOURS
from liponflow.figures.style import (
    COLUMN,
    INK,
    MUTED,
    PAGE,
    axis_label,
    new_figure,
    stamp,
    styled,
)

_DEPTHS = 6.0
"""Depth that is drawn, over the width of the wider layer."""


def all_figures(result: SpaceChargeResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name."""
    return {"profiles": profile_figure(result), "levels": level_figure(result)}


@styled
def profile_figure(result: SpaceChargeResult) -> Figure:
    """Draw the energy of an electron and the defects through the contact.

    Parameters
    ----------
    result
        Space charge at a contact.

    Returns
    -------
    Figure
        Bending of the bands (eV) above the bulk of the cathode, and concentrations (1/cm³), over
        the distance from the contact (nm): the cathode is on the left.
    """
    figure = new_figure(PAGE, 2.8)
    left, right = figure.subplots(1, 2)
    reach = _DEPTHS * max(layer.width for layer in result.layers)
    for side, layer in zip((-1, 1), result.layers, strict=True):
        depth = side * np.array(layer.depth)
        bending = f"{layer.bending:+.2f}".replace("-", "−")
        left.plot(depth, -np.array(layer.potential), color=COLOURS[0])
        first = side < 0
        right.plot(depth, layer.interstitials, color=COLOURS[0],
                   label="interstitials" if first else None)  # fmt: skip
        right.plot(depth, layer.vacancies, "--", color=COLOURS[1],
                   label="vacancies" if first else None)  # fmt: skip
        left.plot(side * layer.width, -layer.potential[0] + layer.drop * (1 - np.exp(-1)), ".",
                  color=INK)  # fmt: skip
        left.text(0.25 if first else 0.75, 0.97, f"{pretty_name(layer.phase)}\n"
                  f"bent by {bending} eV\nwidth {layer.width:.1f} nm",
                  transform=left.transAxes, ha="center", va="top", fontsize=7)  # fmt: skip
    for axes in (left, right):
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_xlim(-reach, reach)
        axes.set_xlabel(axis_label(Layer, "depth"))
    left.set_ylim(top=0.6 * abs(result.drop) + max(0.0, -result.drop))
    left.set_ylabel(axis_label(Layer, "bending", name="energy of an electron"))
    right.set_yscale("log")
    right.set_ylabel(axis_label(Layer, "interstitials"))
    right.legend(loc="best")
    stamp(figure, result)
    return figure


@styled
def level_figure(result: SpaceChargeResult) -> Figure:
    """Draw the formation energies of the defects over the chemical potential of Li⁺.

    Parameters
    ----------
    result
        Space charge at a contact.

    Returns
    -------
    Figure
        Energies (eV) of both defects in both phases; where those of a phase cross is its level,
        and the levels differ by the drop of the potential.
    """
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    levels = [layer.level for layer in result.layers]
    span = max(abs(result.drop), 0.1)
    potential = np.array([min(levels) - 0.6 * span, max(levels) + 0.6 * span])
    for layer, colour in zip(result.layers, COLOURS, strict=False):
        axes.plot(potential, layer.interstitial - potential, color=colour)
        axes.plot(potential, layer.vacancy + potential, "--", color=colour)
        half = (layer.interstitial + layer.vacancy) / 2
        axes.plot(layer.level, half, "o", color=colour, label=pretty_name(layer.phase))
        axes.plot([layer.level] * 2, [0, half], ":", color=colour, linewidth=1)
    axes.plot([], [], color=INK, label="interstitial")
    axes.plot([], [], "--", color=INK, label="vacancy")
    axes.axhline(0, color=MUTED, linewidth=0.6)
    axes.margins(x=0)
    axes.set_ylim(top=axes.get_ylim()[1] + 0.45 * span)
    axes.set_xlabel(axis_label(Layer, "level"))
    axes.set_ylabel(axis_label(Layer, "interstitial"))
    axes.legend(loc="upper center", ncols=2)
    axes.set_title(f"levels differ by {abs(result.drop):.2f} eV", loc="right")
    stamp(figure, result)
    return figure


def pretty_name(name: str) -> str:
    """Return a formula with subscripts, and any other name as it is.

    Examples
    --------
    >>> pretty_name("LiPON")
    'LiPON'
    """
    return pretty_formula(name) if any(sign.isdigit() for sign in name) else name
