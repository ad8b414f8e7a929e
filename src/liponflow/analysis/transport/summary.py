"""The result of one or several runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from liponflow.analysis.result import Provenance
from liponflow.analysis.transport.arrhenius import ROOM, fit_arrhenius
from liponflow.analysis.transport.conductivity import CM2_S, nernst_einstein
from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.estimate import (
    RELIABLE,
    Diffusion,
    Estimate,
    NotDiffusiveError,
    coefficient,
    effective_hops,
    estimate_diffusion,
    hops_needed,
    ratio,
    relative_deviation,
)
from liponflow.analysis.transport.observed_documents import describe_observed
from liponflow.analysis.transport.result import (
    ArrheniusLine,
    Curve,
    TransportPoint,
    TransportResult,
    VTFCurve,
)
from liponflow.analysis.transport.run import Run
from liponflow.analysis.transport.vtf import LEAST_TEMPERATURES, fit_vtf
from liponflow.formulas import reduced_formula
from liponflow.units import FS_PER_PS

_TWO = 2


def summarise(
    runs: Sequence[Run], provenance: Provenance, *, species: str, charge: int, hop_length: float
) -> TransportResult:
    """Return the transport of an ion in runs of one material.

    Parameters
    ----------
    runs
        One per temperature.
    provenance
        Files and options.
    species
        Element of the mobile ions.
    charge
        Its charge number.
    hop_length
        Distance of neighbouring sites, Å.

    Raises
    ------
    TransportError
        If the runs are of different materials.
    """
    formulas = {reduced_formula("".join(run.symbols)): run for run in runs}
    if len(formulas) > 1:
        raise TransportError(
            f"{' and '.join(str(run.files[0]) for run in formulas.values())} are of "
            f"{' and '.join(formulas)}; analyse one material at a time"
        )
    points, warnings = [], list[str]()
    for run in sorted(runs, key=lambda run: run.temperature):
        found, reason = _diffusion(run)
        point = _point(run, found, charge, hop_length)
        points.append(point)
        warnings += [*run.notes, *([reason] if reason else _doubts(point, species))]
    fitted = [point for point in points if point.fitted]
    line = _arrhenius(fitted, charge)
    if line is not None and line.activation_energy_high < 0:
        warnings.append(
            f"D falls with rising temperature (activation energy {line.activation_energy:.2f} "
            "eV), so that the line means nothing at 300 K: is each --temperature that of its file?"
        )
    return TransportResult(
        formula=next(iter(formulas)),
        converged=len(fitted) == len(points),
        criterion=f"relative standard deviation of D at most {RELIABLE:g} and D above zero: "
        f"{len(fitted)} of {len(points)} runs",
        provenance=provenance,
        warnings=warnings,
        species=species,
        charge=charge,
        hop_length=hop_length,
        points=points,
        arrhenius=line,
        vtf=_vtf(fitted, charge),
    )


def _diffusion(run: Run) -> tuple[Diffusion | None, str]:
    """Return the diffusion of a run, or why there is none yet."""
    place = f"{run.temperature:.0f} K"
    try:
        return estimate_diffusion(run.squares, place, interval=run.interval), ""
    except NotDiffusiveError as error:
        return None, str(error)


def _point(run: Run, found: Diffusion | None, charge: int, hop_length: float) -> TransportPoint:
    squares = run.squares
    hops = effective_hops(squares, hop_length)
    deviation = relative_deviation(hops) if hops else None
    measured = {} if found is None else _coefficients(run, found, charge)
    low = measured.get("diffusivity_low")
    diffuses = low is not None and low > 0
    reliable = deviation is not None and deviation <= RELIABLE
    return TransportPoint(
        temperature=run.temperature,
        target=run.target,
        files=[str(path) for path in run.files],
        frames=squares.frames,
        ions=squares.ions,
        drift="centre of mass of all atoms"
        if run.all_mobile
        else "centre of mass of the other atoms",
        time_step=run.interval * FS_PER_PS,
        length=run.length,
        length_needed=hops_needed() / hops * run.length if diffuses and not reliable else None,
        volume=run.volume,
        **measured,
        effective_hops=hops,
        relative_deviation=deviation,
        fitted=diffuses and reliable,
        curve=_curve(run, found),
        **describe_observed(run, found, charge),
    )


def _coefficients(run: Run, found: Diffusion, charge: int) -> dict[str, Any]:
    """Return the fields of a run that is diffusive."""
    squares, unit = run.squares, CM2_S / run.interval
    tracer = coefficient(found.own, scale=unit)
    parts = [coefficient(line, 1, scale=unit) for line in found.components]
    factor = nernst_einstein(squares.ions, run.volume, charge, run.temperature)
    fields: dict[str, Any] = {
        "start": float(squares.lags[found.first]) * run.interval,
        "exponent": found.exponent,
        "diffusivity_xyz": [part.value for part in parts],
        "diffusivity_xyz_error": [part.high - part.value for part in parts],
        **_limits("diffusivity", tracer),
        **_limits("conductivity", tracer, factor),
    }
    if run.all_mobile:
        return fields
    together = coefficient(found.collective, scale=unit)
    haven = ratio(tracer, together)
    return fields | {
        **_limits("collective", together),
        **_limits("collective_conductivity", together, factor),
        **dict(zip(("haven", "haven_low", "haven_high"), haven, strict=True)),
    }


def _limits(name: str, estimate: Estimate, factor: float = 1.0) -> dict[str, float]:
    names = (name, f"{name}_low", f"{name}_high")
    return {key: factor * value for key, value in zip(names, estimate, strict=True)}


def _curve(run: Run, found: Diffusion | None) -> Curve:
    squares = run.squares
    return Curve(
        time=(squares.lags * run.interval).tolist(),
        tracer=np.trace(squares.own, axis1=1, axis2=2).tolist(),
        components=np.diagonal(squares.own, axis1=1, axis2=2).tolist(),
        collective=np.trace(squares.collective, axis1=1, axis2=2).tolist(),
        slope=None if found is None else found.own.slope / run.interval,
        intercept=None if found is None else found.own.intercept,
    )


def _doubts(point: TransportPoint, species: str) -> list[str]:
    place = f"{point.temperature:.0f} K"
    found = []
    if (point.diffusivity_low or 0) <= 0:
        found.append(f"{place}: no diffusion of {species} was seen: D may be zero")
    elif point.length_needed is not None:
        found.append(
            f"{place}: too short to conclude: {point.effective_hops:.3g} effective hops leave a "
            f"relative standard deviation of {point.relative_deviation or 0:.2f}; run about "
            f"{point.length_needed:.3g} ps instead of {point.length:.3g} ps"
        )
    if point.ions == 1:
        found.append(f"{place}: a single {species} shows no correlation between ions")
    if point.collective is None:
        found.append(
            f"{place}: all atoms are {species}, so that no collective displacement is left when "
            "the drift is removed; only the tracer coefficient is given"
        )
    return found


def _estimates(points: Sequence[TransportPoint]) -> tuple[list[float], list[Estimate]]:
    """Return the temperatures and coefficients of points that have one."""
    pairs = [
        (point.temperature, Estimate(value, low, high))
        for point in points
        if (value := point.diffusivity) is not None
        and (low := point.diffusivity_low) is not None
        and (high := point.diffusivity_high) is not None
    ]
    return [warm for warm, _ in pairs], [found for _, found in pairs]


def _arrhenius(points: Sequence[TransportPoint], charge: int) -> ArrheniusLine | None:
    temperatures, found = _estimates(points)
    if len({*temperatures}) < _TWO:
        return None
    fit = fit_arrhenius(temperatures, found)
    factor = _at_room(points[0], charge)
    value, low, high = (factor * float(np.exp(item)) for item in fit.log_room)
    return ArrheniusLine(
        activation_energy=fit.energy.value,
        activation_energy_low=fit.energy.low,
        activation_energy_high=fit.energy.high,
        prefactor=float(np.exp(fit.log_prefactor)),
        room_conductivity=value,
        room_conductivity_low=low,
        room_conductivity_high=high,
    )


def _vtf(points: Sequence[TransportPoint], charge: int) -> VTFCurve | None:
    temperatures, found = _estimates(points)
    if len({*temperatures}) < LEAST_TEMPERATURES:
        return None
    fit = fit_vtf(temperatures, found)
    room = fit.log_room
    return VTFCurve(
        temperature=fit.temperature.value,
        temperature_low=fit.temperature.low,
        temperature_high=fit.temperature.high,
        energy=fit.energy.value,
        energy_low=fit.energy.low,
        energy_high=fit.energy.high,
        prefactor=float(np.exp(fit.log_prefactor)),
        room_conductivity=None
        if room is None
        else _at_room(points[0], charge) * float(np.exp(room)),
        preferred=fit.preferred,
    )


def _at_room(coldest: TransportPoint, charge: int) -> float:
    """Return the conductivity at 300 K per coefficient, at the density of a run."""
    return nernst_einstein(coldest.ions, coldest.volume, charge, ROOM)
