"""Figure of ³¹P spectra and their units, after Figures 6.8A and 6.8B of D. Cheng (2023)."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liponflow.analysis.nmr.published import published_change
from liponflow.analysis.nmr.result import FittedNmr, NmrResult, UnitShare
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

_FILLS = ("#BBD3E5", "#0072B2")
"""Bars of the first and the second sample."""
_STEP = 1.1
"""Distance of two spectra, in parts of the highest."""


def all_figures(result: NmrResult) -> dict[str, Figure]:
    """Draw every figure of a result, by file name: ``nmr``."""
    return {"nmr": nmr_figure(result)}


@styled
def nmr_figure(result: NmrResult) -> Figure:
    """Draw the spectra with their peaks, and the shares with their intervals."""
    figure = new_figure(PAGE if result.spectra else COLUMN, 3.0)
    if result.spectra:
        left, right = figure.subplots(1, 2)
        _draw_spectra(left, result)
    else:
        right = figure.subplots()
    _draw_shares(right, result)
    stamp(figure, result)
    return figure


def _draw_spectra(axes: Axes, result: NmrResult) -> None:
    units = list(dict.fromkeys(row.unit for row in result.shares))
    colours = dict(zip(units, cycle(COLOURS), strict=False))
    for number, spectrum in enumerate(result.spectra):
        shift = np.array(spectrum.shift)
        intensity = np.array(spectrum.intensity) - spectrum.baseline
        height = float(intensity.max()) or 1.0
        below = number * _STEP
        axes.plot(shift, intensity / height + below, ".", color=MUTED, markersize=1.5)
        fitted = np.sum([np.array(part) for part in spectrum.parts.values()], axis=0)
        axes.plot(shift, fitted / height + below, color=INK, linewidth=0.9)
        for unit, part in spectrum.parts.items():
            axes.plot(shift, np.array(part) / height + below, color=colours[unit], linewidth=1.0,
                      label=unit if number == 0 else None)  # fmt: skip
        axes.text(shift[0], below + 0.3, _name(spectrum.sample), ha="right", fontsize=6)
    axes.set_ylim(-0.05, _STEP * len(result.spectra) + 0.35)
    axes.invert_xaxis()
    axes.set_yticks([])
    axes.set_xlabel(axis_label(FittedNmr, "shift"))
    axes.set_ylabel("intensity")
    axes.legend(loc="upper left", ncols=2)


def _draw_shares(axes: Axes, result: NmrResult) -> None:
    units = list(dict.fromkeys(row.unit for row in result.shares))
    samples = list(dict.fromkeys(row.sample for row in result.shares))
    width = 0.8 / len(samples)

    def x(row: UnitShare) -> float:
        return units.index(row.unit) - 0.4 + (samples.index(row.sample) + 0.5) * width

    for sample, fill in zip(samples, _FILLS, strict=False):
        rows = [row for row in result.shares if row.sample == sample]
        for row in rows:
            label = _name(sample) if row is rows[0] else None
            _draw_bar(axes, row, x(row), width, fill, label=label)
    axes.set_xticks(range(len(units)), units)
    axes.set_ylabel(axis_label(UnitShare, "share", name="share of P"))
    modelled = [row for row in result.shares if row.model is not None]
    if modelled:
        axes.errorbar(
            [x(row) for row in modelled],
            [row.model or 0.0 for row in modelled],
            yerr=[row.model_error or 0.0 for row in modelled],
            fmt="D",
            color=COLOURS[1],
            markersize=4,
            label="model",
        )
    published = published_change()
    change = next((item for item in result.changes if item.published is not None), None)
    if change is not None:
        relative = "" if change.relative is None else f", {change.relative:+.0f} % relative"
        axes.set_title(
            f"{change.unit}: {change.points:+.0f} points{relative};\npublished "
            f"{published.percent:+.0f} % ({published.citation})",
            fontsize=7,
        )
    axes.set_ylim(0, 1.3 * max(row.high or row.share for row in result.shares))
    axes.legend(loc="best")


def _draw_bar(
    axes: Axes, row: UnitShare, x: float, width: float, fill: str, *, label: str | None
) -> None:
    error = None
    if row.low is not None and row.high is not None:
        error = [[max(row.share - row.low, 0.0)], [row.high - row.share]]
    axes.bar([x], [row.share], width, color=fill, yerr=error, capsize=2, label=label,
             error_kw={"linewidth": 0.8})  # fmt: skip


def _name(sample: str) -> str:
    return sample.rsplit("/", 1)[-1]
