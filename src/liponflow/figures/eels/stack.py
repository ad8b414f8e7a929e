"""Spectra of a line scan, one above the other."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from liponflow.arrays import FloatArray
from liponflow.figures.style import INK, MUTED

MOST_SHOWN = 12
"""Spectra of a stack; of longer scans so many at even steps are shown."""
SPACING = 0.7
"""Distance of neighbouring spectra relative to the highest intensity."""


def shown_points(number: int) -> list[int]:
    """Return which of so many spectra a stack shows, from 0.

    Examples
    --------
    >>> shown_points(3)
    [0, 1, 2]
    """
    chosen = np.linspace(0, number - 1, min(number, MOST_SHOWN))
    return [int(place) for place in np.unique(chosen.round())]


def stack_height(number: int) -> float:
    """Return the height of a figure with so many spectra (inch)."""
    return 1.2 + 0.35 * number


def draw_stack(
    axes: Axes,
    energy: FloatArray,
    signals: FloatArray,
    *,
    labels: Sequence[str],
    marks: Mapping[str, float],
    colour: str,
) -> None:
    """Draw spectra shifted upwards in order.

    Parameters
    ----------
    axes
        Where to draw.
    energy
        eV, shape (channels,).
    signals
        Intensities above the background, shape (spectra, channels).
    labels
        Text beside each spectrum.
    marks
        Energies (eV) that dotted lines mark, by name.
    colour
        Colour of the spectra.
    """
    step = SPACING * float(signals.max())
    for place, (label, signal) in enumerate(zip(labels, signals, strict=True)):
        axes.plot(energy, signal + place * step, color=colour, linewidth=1)
        axes.annotate(
            label,
            (1.01, place * step),
            xycoords=("axes fraction", "data"),
            color=INK,
            fontsize=7,
            va="center",
        )
    for name, mark in marks.items():
        axes.axvline(mark, color=MUTED, linestyle=":", linewidth=0.8, zorder=0)
        axes.annotate(
            name,
            (mark, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2, -2),
            textcoords="offset points",
            color=MUTED,
            fontsize=7,
            va="top",
        )
    axes.margins(x=0)
    axes.set_yticks([])
