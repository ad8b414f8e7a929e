"""Mean-squared displacements, and conductivity against temperature."""

from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pymatgen.core.composition import Composition

from liponflow.analysis.transport.arrhenius import ROOM
from liponflow.analysis.transport.conductivity import nernst_einstein
from liponflow.analysis.transport.observables import (
    CONDUCTIVITY,
    DIFFUSIVITY,
    ROOM_LABEL,
    temperature_label,
)
from liponflow.analysis.transport.published import published_conductivity
from liponflow.analysis.transport.result import (
    ArrheniusLine,
    Curve,
    TransportPoint,
    TransportResult,
    VTFCurve,
)
from liponflow.figures.spread import COLOURS, spread_key, vertical_spread
from liponflow.figures.style import (
    COLUMN,
    MUTED,
    PAGE,
    axis_label,
    element_colour,
    new_figure,
    stamp,
    styled,
)
from liponflow.units import BOLTZMANN

_ABSCISSA = 1000.0
"""The axis shows 1000 K over the temperature."""
_ASIDE = 0.05
"""Distance of a spread from the value that it belongs to, on this axis."""
_SPREAD = COLOURS[1]
"""Colour of the spread over engines."""
_NOTHING = "no run gives a coefficient"


@styled
def displacement_figure(result: TransportResult) -> Figure:
    """Draw tracer and collective displacements; the fitted line begins where diffusion does."""
    figure = new_figure(PAGE, 2.8)
    left, right = figure.subplots(1, 2, sharey=True)
    for point, colour in zip(result.points, cycle(COLOURS), strict=False):
        curve = point.curve
        time = np.array(curve.time)
        label = f"{point.temperature:.0f} K"
        left.plot(time, curve.tracer, "o", color=colour, markersize=3, label=label)
        if point.start is not None and curve.slope is not None and curve.intercept is not None:
            inside = time >= point.start
            left.plot(time[inside], curve.slope * time[inside] + curve.intercept, color=colour)
        if point.collective is not None:
            right.plot(time, curve.collective, "s", color=colour, markersize=3, label=label)
    for axes, title in ((left, f"{result.species}, tracer"), (right, "collective")):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(title, loc="left")
        axes.set_xlabel(axis_label(Curve, "time"))
    if not right.has_data():
        _say(right, _NOTHING)
    left.set_ylabel(axis_label(Curve, "tracer"))
    left.legend()
    stamp(figure, result)
    return figure


@styled
def arrhenius_figure(result: TransportResult) -> Figure:
    """Draw conductivity against inverse temperature; hollow where too uncertain for the fit.

    Beside the values is their spread over engines, at a temperature that of the diffusivity.
    """
    figure = new_figure(COLUMN, 2.8)
    axes = figure.subplots()
    colour = element_colour(result.species)
    for point in result.points:
        _draw_point(axes, point, colour)
    if not axes.has_data():
        _say(axes, _NOTHING)
    hottest = max(point.temperature for point in result.points)
    if result.arrhenius is not None:
        _draw_line(axes, result.arrhenius, hottest)
    if result.vtf is not None:
        _draw_curve(axes, result.vtf, result, hottest)
    published = published_conductivity(
        {element.symbol for element in Composition(result.formula).elements}
    )
    if published is not None:
        axes.plot(
            _ABSCISSA / ROOM,
            published.conductivity,
            "*",
            color=MUTED,
            markersize=9,
            label=f"{published.conductivity:.1e} S/cm, {published.activation_energy:g} eV "
            f"({published.citation})",
        )
    axes.set_yscale("log")
    axes.set_xlabel("1000 K / temperature")
    axes.set_ylabel(axis_label(TransportPoint, "conductivity"))
    handles = axes.get_legend_handles_labels()[0]
    if _draw_spreads(axes, result):
        figure.legend(handles=[spread_key(result, _SPREAD)], loc="outside upper center")
    if handles:
        axes.legend(handles=handles)
    stamp(figure, result)
    return figure


def _draw_spreads(axes: Axes, result: TransportResult) -> bool:
    """Draw the spread over engines, and return whether there is any."""
    ranges = []
    for point in result.points:
        spread = result.spread(DIFFUSIVITY, temperature_label(point))
        if spread is not None and point.conductivity and point.diffusivity:
            # The conductivity of Nernst and Einstein is proportional to the diffusivity.
            factor = point.conductivity / point.diffusivity
            ranges.append((point.temperature, factor, spread))
    room = result.spread(CONDUCTIVITY, ROOM_LABEL)
    if room is not None:
        ranges.append((ROOM, 1.0, room))
    for temperature, factor, spread in ranges:
        low, high = factor * 10**spread.low, factor * 10**spread.high
        vertical_spread(axes, _ABSCISSA / temperature + _ASIDE, low, high, _SPREAD)
    return bool(ranges)


def _say(axes: Axes, text: str) -> None:
    """Write in the middle of a panel why it shows nothing."""
    axes.text(0.5, 0.5, text, ha="center", color=MUTED, transform=axes.transAxes)


def _draw_point(axes: Axes, point: TransportPoint, colour: str) -> None:
    value, low, high = point.conductivity, point.conductivity_low, point.conductivity_high
    if value is None or low is None or high is None:
        return
    x = _ABSCISSA / point.temperature
    if low > 0:
        axes.errorbar([x], [value], [[value - low], [high - value]], color=colour, capsize=2.5)
        axes.plot(x, value, "o", color=colour,
                  markerfacecolor=colour if point.fitted else "white")  # fmt: skip
    elif high > 0:
        # Only an upper limit is known.
        axes.plot(x, high, "v", color=colour, markerfacecolor="white")


def _draw_curve(axes: Axes, curve: VTFCurve, result: TransportResult, hottest: float) -> None:
    """Draw the fit of Vogel, Tammann and Fulcher as far as the coldest run, or 300 K."""
    coldest = min(point.temperature for point in result.points if point.fitted)
    end = coldest if curve.room_conductivity is None else ROOM
    temperature = np.linspace(hottest, end, 100)
    fitted = next(point for point in result.points if point.fitted)
    density = fitted.ions / fitted.volume
    factor = nernst_einstein(1, 1 / density, result.charge, 1.0)
    exponent = -curve.energy / BOLTZMANN / (temperature - curve.temperature)
    label = f"VTF, $T_0$ = {curve.temperature:.0f} K" + ("" if curve.preferred else " (no better)")
    axes.plot(
        _ABSCISSA / temperature,
        factor / temperature * curve.prefactor * np.exp(exponent),
        "--",
        color=MUTED,
        label=label,
    )


def _draw_line(axes: Axes, line: ArrheniusLine, hottest: float) -> None:
    inverse = np.linspace(1 / hottest, 1 / ROOM, 50)
    exponent = -line.activation_energy / BOLTZMANN * (inverse - 1 / ROOM)
    label = (
        f"{line.room_conductivity:.1e} S/cm, {line.activation_energy:.2f} eV "
        f"({line.activation_energy_low:.2f} to {line.activation_energy_high:.2f})"
    )
    conductivity = line.room_conductivity * ROOM * inverse * np.exp(exponent)
    axes.plot(_ABSCISSA * inverse, conductivity, color=MUTED, label=label)
    below = line.room_conductivity - line.room_conductivity_low
    above = line.room_conductivity_high - line.room_conductivity
    axes.errorbar(
        [_ABSCISSA / ROOM], [line.room_conductivity], [[below], [above]], color=MUTED, capsize=2.5
    )
