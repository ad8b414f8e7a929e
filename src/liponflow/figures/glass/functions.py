"""Figures of the pair functions of a glass, g(r), G(r) and S(q), and of its angles."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.glass.pdf_comparison import PdfComparison
from liponflow.analysis.glass.radial import broadened
from liponflow.analysis.glass.result import (
    AngleStatistics,
    Fingerprint,
    FingerprintResult,
    PairCorrelation,
    Scattering,
)
from liponflow.arrays import FloatArray
from liponflow.figures.glass.labels import (
    COLOURS,
    LINES,
    AnyGlass,
    average_words,
    fingerprint_of,
    formula_label,
)
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

PANEL_HEIGHT = 1.05
"""Height of a row of g(r) panels (inch)."""
SHOWN_SIGMA = 0.04
"""Smoothing (Å) of a g(r) from few frames, which would look like a comb; the figure states it."""
FEW = 20_000
"""Number of atoms times frames below which g(r) is smoothed for drawing."""
SHOWN_ANGLES = 6


@styled
def pairs_figure(result: AnyGlass) -> Figure:
    """Draw every partial g(r) with its first minimum and coordination number.

    In the grey range g(r) includes periodic images of the cell.
    """
    found = fingerprint_of(result)
    rows = -(-len(found.pairs) // 2)
    figure = new_figure(PAGE, max(2.2, PANEL_HEIGHT * rows + 0.7))
    grid = figure.subplots(rows, 2, sharex=True, squeeze=False)
    panels = list(grid.T.ravel())
    r = np.array(found.r)
    for axes, pair in zip(panels, found.pairs, strict=False):
        _pair_panel(axes, r, pair, found)
    for axes in panels[len(found.pairs) :]:
        axes.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel(axis_label(Fingerprint, "r"))
    grid[-1][-1].xaxis.set_tick_params(labelbottom=True)
    figure.supylabel(axis_label(PairCorrelation, "g"), fontsize=8.5)
    words = [
        "dashed: first minimum with the coordination number",
        f"grey: beyond half the cell ({found.half_width:.2f} Å)",
    ]
    if _smoothing(found):
        words.append(f"drawn with a Gaussian of {SHOWN_SIGMA:g} Å")
    title = f"{formula_label(found.formula)}: {average_words(result)}"
    figure.suptitle(f"{title}\n{'; '.join(words)}", fontsize=7)
    stamp(figure, result)
    return figure


def _pair_panel(axes: Axes, r: FloatArray, pair: PairCorrelation, found: Fingerprint) -> None:
    first, second = pair.pair.split("-")
    ends = {"O", "N", "P", "Li"}
    colour = element_colour(second if second in ends else first)
    g = broadened(r, np.array(pair.g), _smoothing(found))
    if pair.g_error is not None and not _smoothing(found):
        error = np.array(pair.g_error)
        axes.fill_between(r, g - error, g + error, color=colour, alpha=0.3, linewidth=0)
    axes.plot(r, g, color=colour, linewidth=1.1, gid=pair.pair)
    axes.axhline(1, color=MUTED, linewidth=0.5, linestyle=":")
    if found.half_width < r[-1]:
        axes.axvspan(found.half_width, r[-1], color=BAND, linewidth=0, zorder=0)
    axes.set_xlim(0, r[-1])
    axes.set_ylim(0, 1.25 * float(g.max() or 1))
    label = pair.pair.replace("-", "–")
    if pair.first_minimum is not None and pair.coordination is not None:
        axes.axvline(pair.first_minimum, color=INK, linewidth=0.7, linestyle="--")
        label += f"   {pair.coordination:.2f} within {pair.first_minimum:.2f} Å"
    axes.text(0.985, 0.93, label, transform=axes.transAxes, ha="right", va="top", fontsize=7)


def _smoothing(found: Fingerprint) -> float:
    """Return the smoothing (Å) of g(r) for drawing; 0 with enough distances."""
    return SHOWN_SIGMA if found.n_frames * found.n_atoms < FEW else 0.0


@styled
def pdf_figure(result: AnyGlass) -> Figure:
    """Draw G(r) for neutrons and x-rays, or the measured one with the difference below it."""
    found = fingerprint_of(result)
    comparison = result.comparison if isinstance(result, FingerprintResult) else None
    probes = [comparison.probe] if comparison else [item.probe for item in found.scattering]
    chosen = [item for item in found.scattering if item.probe in probes]
    figure = new_figure(COLUMN * 1.35, 2.0 * max(len(chosen), 1) + 0.9)
    panels = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    for axes, item in zip(panels, chosen, strict=True):
        if comparison is not None:
            _compared(axes, comparison)
        else:
            axes.plot(found.r, item.g, color=element_colour("P"), gid=item.probe, linewidth=1.2)
            axes.text(0.98, 0.96, item.probe, transform=axes.transAxes, ha="right", va="top")
        axes.axhline(0, color=MUTED, linewidth=0.5, linestyle=":")
        if found.half_width < found.r[-1]:
            axes.axvspan(found.half_width, found.r[-1], color=BAND, linewidth=0, zorder=0)
        axes.set_ylabel(axis_label(Scattering, "g"))
        axes.set_xlim(0, found.r[-1])
    panels[-1].set_xlabel(axis_label(Fingerprint, "r"))
    treatment = comparison.treatment if comparison else chosen[0].treatment
    words = f"{formula_label(found.formula)}: {average_words(result).split(' and ')[0]}"
    figure.suptitle(f"{words}\n{treatment}", fontsize=7)
    stamp(figure, result)
    return figure


def _compared(axes: Axes, comparison: PdfComparison) -> None:
    measured, computed = np.array(comparison.measured), np.array(comparison.computed)
    difference = measured - computed
    low = min(measured.min(), computed.min())
    offset = low - 1.15 * max(difference.max(), 0)
    axes.plot(
        comparison.r,
        measured,
        "o",
        color=INK,
        markersize=2.5,
        markerfacecolor="none",
        markeredgewidth=0.6,
        label=f"measured ({comparison.probe})",
        gid="measured",
    )
    axes.plot(
        comparison.r,
        computed,
        color=element_colour("O"),
        linewidth=1.2,
        label=f"computed × {comparison.scale:.3g}",
        gid="computed",
    )
    axes.plot(
        comparison.r,
        difference + offset,
        color=element_colour("P"),
        linewidth=0.8,
        label=f"difference, $R_w$ = {comparison.r_w:.3f}",
        gid="difference",
    )
    axes.axhline(offset, color=MUTED, linewidth=0.5, linestyle=":")
    axes.legend(loc="upper right", ncols=1)
    axes.margins(y=0.12)


@styled
def structure_factor_figure(result: AnyGlass) -> Figure:
    """Draw the neutron and x-ray structure factors S(q)."""
    found = fingerprint_of(result)
    figure = new_figure(COLUMN * 1.35, 2.7)
    axes = figure.add_subplot()
    colours = {"neutron": element_colour("P"), "x-ray": element_colour("O")}
    styles = {"neutron": "-", "x-ray": "--"}
    for item in found.scattering:
        axes.plot(
            item.q,
            item.s,
            styles[item.probe],
            color=colours[item.probe],
            label=item.probe,
            linewidth=1.2,
            gid=item.probe,
        )
    axes.axhline(1, color=MUTED, linewidth=0.5, linestyle=":")
    lowest = 2 * np.pi / (2 * found.half_width)
    axes.axvspan(0, lowest, color=BAND, linewidth=0, zorder=0)
    axes.set_xlim(0, found.scattering[0].q[-1])
    axes.set_xlabel(axis_label(Scattering, "q"))
    axes.set_ylabel(axis_label(Scattering, "s"))
    # Waves longer than the cell say nothing about the glass.
    seen = [
        s for item in found.scattering for q, s in zip(item.q, item.s, strict=True) if q > lowest
    ]
    margin = 0.08 * (max(seen) - min(seen))
    axes.set_ylim(min(seen) - margin, max(seen) + margin)
    axes.legend(loc="upper right")
    axes.set_title(f"{formula_label(found.formula)}; grey: waves longer than the cell", fontsize=7)
    stamp(figure, result)
    return figure


@styled
def angles_figure(result: AnyGlass) -> Figure:
    """Draw the distributions of the most frequent angles at formers and bridging anions."""
    found = fingerprint_of(result)
    figure = new_figure(COLUMN * 1.35, 2.9)
    axes = figure.add_subplot()
    frequent = sorted(found.angles, key=lambda item: -item.number)[:SHOWN_ANGLES]
    bins = len(frequent[0].density)
    centres = (np.arange(bins) + 0.5) * 180 / bins
    for index, item in enumerate(frequent):
        axes.plot(
            centres,
            item.density,
            LINES[index % len(LINES)],
            color=COLOURS[index % len(COLOURS)],
            linewidth=1.2,
            label=f"{item.name}: {item.angle:.1f}°, width {item.width:.1f}°",
            gid=item.name,
        )
    axes.set_xlim(60, 180)
    axes.set_ylim(0, None)
    axes.set_xlabel(axis_label(AngleStatistics, "angle"))
    axes.set_ylabel(axis_label(AngleStatistics, "density"))
    figure.legend(loc="outside upper center", ncols=2, fontsize=6.5)
    stamp(figure, result)
    return figure
