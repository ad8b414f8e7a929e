"""Glass transition of a trace, with errors."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from liponflow.analysis.glass.published import PublishedGlass, published_glass
from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.result import Provenance
from liponflow.analysis.thermal_analysis.result import (
    CharacteristicTemperature,
    ThermalAnalysisResult,
)
from liponflow.analysis.thermal_analysis.tangents import (
    Construction,
    Drawn,
    Points,
    TangentError,
    draw,
)
from liponflow.arrays import FloatArray
from liponflow.formulas import elements_in
from liponflow.units import CELSIUS

SAMPLES = 200
"""Resampled traces: the ends of an interval of 95 % are then known to about 10 % of its width."""
FAINT = 3.0
"""Step over noise below which there is no transition to speak of."""
SHORTER = 0.25
"""Part by which the ranges of the lines are shortened, at either end, to see what they decide."""
SMOOTHER = 1.5
"""Factor of the smoothing, up and down, for the same."""
_NORMAL_95 = 1.96
_LEAST_DRAWN = 0.5
"""Least part of the resampled traces that tangents must exist in."""


class Trace(NamedTuple):
    """Heat flow on equidistant temperatures.

    Attributes
    ----------
    source
        The file.
    temperature
        °C, ascending.
    heat_flow
        In `unit`.
    unit
        As the file names it; empty if it does not.
    """

    source: str
    temperature: FloatArray
    heat_flow: FloatArray
    unit: str


def trace_of(table: Table) -> Trace:
    """Return the trace of a table of temperature and heat flow.

    Parameters
    ----------
    table
        Temperature in °C, or in K if the name of its column says so, and heat flow; falling
        temperatures, of cooling, are turned.

    Raises
    ------
    TableError
        If temperatures neither rise nor fall.
    """
    temperature, heat_flow = table.values[:, 0], table.values[:, 1]
    if len(temperature) > 1 and temperature[-1] < temperature[0]:
        temperature, heat_flow = temperature[::-1], heat_flow[::-1]
    if len(temperature) < 2 or (np.diff(temperature) <= 0).any():  # noqa: PLR2004 - a spacing
        raise TableError(
            f"{table.path}: temperatures neither rise nor fall throughout: give one heating or "
            "cooling, temperature (°C) first, then heat flow"
        )
    names = table.names or ["", ""]
    if "(k" in names[0].lower() or "/k" in names[0].lower():
        temperature = temperature - CELSIUS
    even = np.linspace(temperature[0], temperature[-1], len(temperature))
    unit = names[1].partition("(")[2].rstrip(") ") if "(" in names[1] else ""
    return Trace(str(table.path), even, np.interp(even, temperature, heat_flow), unit)


def thermal_analysis_of(
    trace: Trace, how: Construction, glass: GlassResult | None, made: Provenance, *, material: str
) -> ThermalAnalysisResult:
    """Return the characteristic temperatures of a glass transition.

    Parameters
    ----------
    trace
        Heat flow.
    how
        Construction.
    glass
        Result of run glass with a transition, to stand beside; None without.
    made
        Provenance.
    material
        Formula or name.

    Raises
    ------
    TangentError
        If the tangents cannot be drawn; the file is named.
    """
    try:
        drawn = draw(trace.temperature, trace.heat_flow, how)
    except TangentError as error:
        raise TangentError(f"{trace.source}: {error}") from error
    noise, scatter = _noise(trace, drawn, how)
    construction = _construction(trace, drawn.points, how)
    step = float(
        np.polyval(drawn.liquid, drawn.points.inflection)
        - np.polyval(drawn.glass, drawn.points.inflection)
    )
    doubts = []
    ratio = abs(step) / scatter
    if ratio < FAINT:
        doubts.append(
            f"the step is {ratio:.1f} times the noise: no transition is shown between the ranges"
        )
    published = published_glass(sorted(elements_in(material)))
    transition = glass.tg if glass is not None else None
    x = trace.temperature
    return ThermalAnalysisResult(
        formula=material,
        converged=not doubts,
        criterion=f"step of {ratio:.3g} times the noise, at least {FAINT:g}",
        provenance=made,
        warnings=[*doubts, *_simulated_doubts(glass)],
        below=list(how.below),
        above=list(how.above),
        smoothing=how.smoothing,
        heat_flow_unit=trace.unit,
        step=step,
        step_over_noise=ratio,
        points=[
            _point(name, value, noise[name], construction[name], published)
            for name, value in drawn.points._asdict().items()
        ],
        simulated=None if transition is None else transition.temperature - CELSIUS,
        simulated_error=None if transition is None else transition.error,
        simulated_rate=None if transition is None else transition.cooling_rate,
        simulated_engine=None if glass is None else glass.provenance.engine.label,
        temperature=x.tolist(),
        heat_flow=trace.heat_flow.tolist(),
        smooth=drawn.smooth.tolist(),
        glass_line=np.polyval(drawn.glass, x).tolist(),
        liquid_line=np.polyval(drawn.liquid, x).tolist(),
        tangent=np.polyval(drawn.tangent, x).tolist(),
    )


def _point(
    name: str, value: float, noise: float, construction: float, published: PublishedGlass | None
) -> CharacteristicTemperature:
    half = _NORMAL_95 * float(np.hypot(noise, construction))
    known = None if published is None else getattr(published.glass_transition, name, None)
    return CharacteristicTemperature.model_validate(
        {
            "name": name,
            "temperature": value,
            "low": value - half,
            "high": value + half,
            "error_noise": noise,
            "error_construction": construction,
            "published": known,
        }
    )


def _noise(trace: Trace, drawn: Drawn, how: Construction) -> tuple[dict[str, float], float]:
    """Return standard deviations over traces with resampled noise, and that of the noise.

    The noise is what the trace has about its two lines: what smoothing leaves would lack slow
    noise, which moves the points most. It is drawn in blocks as long as the smoothing is wide.
    """
    pools = [
        trace.heat_flow[inside] - np.polyval(line, trace.temperature[inside])
        for line, window in ((drawn.glass, how.below), (drawn.liquid, how.above))
        if (inside := (trace.temperature >= window[0]) & (trace.temperature <= window[1])).any()
    ]
    spacing = float(trace.temperature[1] - trace.temperature[0])
    longest = min(len(pool) for pool in pools) // 2
    block = min(max(round(how.smoothing / spacing), 1), longest)
    blocks = np.concatenate([sliding_window_view(pool, block) for pool in pools])
    count = len(trace.heat_flow)
    rng = np.random.default_rng(0)
    found: list[Points] = []
    for _ in range(SAMPLES):
        chosen = rng.integers(0, len(blocks), -(-count // block))
        try:
            again = draw(trace.temperature, drawn.smooth + blocks[chosen].ravel()[:count], how)
        except TangentError:
            continue
        found.append(again.points)
    if len(found) < _LEAST_DRAWN * SAMPLES:
        raise TangentError(
            f"{trace.source}: with its noise, tangents exist in {len(found)} of {SAMPLES} traces: "
            "there is no transition between --below and --above, or --smoothing is too small"
        )
    errors = np.std(np.array(found), axis=0)
    noise = float(np.concatenate(pools).std())
    return dict(zip(Points._fields, errors.tolist(), strict=True)), noise


def _construction(trace: Trace, points: Points, how: Construction) -> dict[str, float]:
    """Return the largest changes of the points by other constructions."""
    others = [
        replace(how, smoothing=how.smoothing * factor) for factor in (SMOOTHER, 1 / SMOOTHER)
    ]
    for part in (SHORTER, -SHORTER):
        others += [how.narrowed(below=part), how.narrowed(above=part)]
    changes = []
    for other in others:
        try:
            drawn = draw(trace.temperature, trace.heat_flow, other)
        except TangentError:
            continue
        changes.append(np.abs(np.array(drawn.points) - np.array(points)))
    largest = np.max(changes, axis=0) if changes else np.zeros(len(points))
    return dict(zip(Points._fields, largest.tolist(), strict=True))


def _simulated_doubts(glass: GlassResult | None) -> list[str]:
    if glass is None:
        return []
    if glass.tg is None:
        return ["the given result of run glass has no glass transition to compare with"]
    cooling = (
        f"the simulated glass was cooled at {glass.tg.cooling_rate:.3g} K/ps, far faster than "
        "calorimeters heat: its transition is expected above the measured one"
    )
    doubts = [cooling]
    if not glass.tg.resolved:
        doubts.append(f"the simulated transition is doubted: {glass.tg.note}")
    return doubts
