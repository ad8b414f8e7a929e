# src/liponflow_eos/figures.py
"""The figures: functions of the result alone."""

from matplotlib.figure import Figure

from liponflow.figures.style import COLUMN, new_figure, stamp, styled
from liponflow_eos.result import EosResult


@styled
def energy_figure(result: EosResult) -> Figure:
    """Draw the energy over the volume."""
    figure = new_figure(COLUMN, 2.5)
    axes = figure.subplots()
    axes.plot([p.volume for p in result.points], [p.energy for p in result.points], "o-")
    axes.axvline(result.volume, color="0.6", linestyle=":")
    axes.set_xlabel("volume (Å³/atom)")
    axes.set_ylabel("energy (eV/atom)")
    axes.set_title(f"{result.formula}, {result.bulk_modulus:.0f} GPa", loc="right")
    stamp(figure, result)
    return figure


def all_figures(result: EosResult) -> dict[str, Figure]:
    """Draw every figure, by file name."""
    return {"energy": energy_figure(result)}
