"""Figures of phonons: the density of vibrational states, and the free energy and its terms."""

import numpy as np
from matplotlib.figure import Figure
from pymatgen.util.string import unicodeify_spacegroup
from scipy.ndimage import gaussian_filter1d

from liponflow.analysis.phonons import (
    COMPARED_TEMPERATURES,
    PhononDensity,
    PhononResult,
    Phonons,
    temperature_label,
)
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.figures.formulas import pretty_formula
from liponflow.figures.spread import differs, engines_figure, spread_key, vertical_spread
from liponflow.figures.style import (
    BAND,
    COLUMN,
    INK,
    MUTED,
    axis_label,
    new_figure,
    stamp,
    styled,
)

FREE, INTERNAL, HEAT = "#0072B2", "#C8391A", "#007A5E"
"""Colours of F, U and TS."""

SMOOTHING = 0.15
"""Standard deviation (THz) of the Gaussian that smooths the histogram over the mesh."""
_TAIL = 4.0
"""Standard deviations after which the Gaussian is nothing."""


def all_figures(result: PhononResult) -> dict[str, Figure]:
    """Draw every figure of the result: ``density``, ``free-energy`` and ``engines``."""
    figures = {"density": density_figure(result), "free-energy": free_energy_figure(result)}
    if differs(result):
        figures["engines"] = engines_figure(result)
    return figures


@styled
def density_figure(result: PhononResult) -> Figure:
    """Draw the density of vibrational states, imaginary modes to the left of zero.

    Parameters
    ----------
    result
        Phonons of a crystal.

    Returns
    -------
    Figure
        Smoothed density (1/THz per atom) against frequency (THz), negative if imaginary.
    """
    density = result.phonons.density
    centres = np.array(density.frequencies)
    width = centres[1] - centres[0]
    # The Gaussian of the last bins ends beyond them.
    margin = int(np.ceil(_TAIL * SMOOTHING / width))
    frequencies = centres[0] + width * np.arange(-margin, len(centres) + margin)
    states = gaussian_filter1d(
        np.pad(density.states, margin), SMOOTHING / width, mode="constant", truncate=_TAIL
    )
    figure = new_figure(COLUMN, 2.5)
    axes = figure.subplots()
    axes.fill_between(frequencies, states, color=FREE, alpha=0.25, linewidth=0)
    axes.plot(frequencies, states, color=FREE, linewidth=1.0)
    lowest = frequencies[0] if centres[0] < 0 else 0.0
    if lowest < 0:
        axes.axvspan(lowest, 0, color=BAND, zorder=0)
        axes.text(
            0.02,
            0.97,
            f"imaginary\n{100 * result.imaginary_share:.1f} % of modes",
            transform=axes.transAxes,
            va="top",
            fontsize=6.5,
            color=MUTED,
        )
    axes.set_xlim(lowest, frequencies[-1])
    axes.set_ylim(bottom=0, top=1.3 * states.max())
    axes.set_xlabel(axis_label(PhononDensity, "frequencies"))
    axes.set_ylabel(axis_label(PhononDensity, "states"))
    axes.set_title(_title(result), loc="right", color=INK)
    stamp(figure, result)
    return figure


@styled
def free_energy_figure(result: PhononResult) -> Figure:
    """Draw the vibrational Helmholtz energy, internal energy and T S against temperature.

    Parameters
    ----------
    result
        Phonons of a crystal.

    Returns
    -------
    Figure
        Energies (meV/atom) against temperature (K).
    """
    found = result.phonons
    temperatures = np.array(found.temperatures)
    free = 1000 * np.array(found.free_energies)
    heat = 1000 * temperatures * np.array(found.entropies)
    figure = new_figure(COLUMN, 2.6)
    axes = figure.subplots()
    curves = [
        (free + heat, INTERNAL, "--", "U"),
        (heat, HEAT, ":", "TS"),
        (free, FREE, "-", "F = U − TS"),
    ]
    for values, colour, dashes, label in curves:
        axes.plot(temperatures, values, color=colour, linestyle=dashes, label=label)
    axes.axhline(0, color=MUTED, linewidth=0.6, zorder=0)
    axes.margins(x=0)
    axes.set_xlabel(axis_label(Phonons, "temperatures"))
    axes.set_ylabel(axis_label(Phonons, "free_energies", prefix="m"))
    axes.legend(loc="upper left")
    compared = [
        (temperature, result.spread("free energy", temperature_label(temperature)))
        for temperature in COMPARED_TEMPERATURES
    ]
    for temperature, spread in compared:
        if spread is not None:
            vertical_spread(axes, temperature, 1000 * spread.low, 1000 * spread.high)
    if any(spread is not None for _, spread in compared):
        figure.legend(handles=[spread_key(result)], loc="outside upper center")
    axes.set_title(_title(result), loc="right", color=INK)
    stamp(figure, result)
    return figure


def _title(result: PhononResult) -> str:
    formula = pretty_formula(written_by_unit(result.formula))
    return f"{formula}, {unicodeify_spacegroup(result.spacegroup)}"
