"""The result of one or several runs."""

from collections.abc import Sequence

import numpy as np
from scipy.constants import Boltzmann, elementary_charge

from liponflow.analysis.result import Provenance
from liponflow.analysis.transport.arrhenius import ROOM, fit_arrhenius
from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.estimate import (
    RELIABLE,
    Diffusion,
    Estimate,
    coefficient,
    effective_hops,
    estimate_diffusion,
    hops_needed,
    ratio,
    relative_deviation,
)
from liponflow.analysis.transport.result import (
    ArrheniusLine,
    Curve,
    TransportPoint,
    TransportResult,
)
from liponflow.analysis.transport.run import Run
from liponflow.formulas import reduced_formula
from liponflow.units import A3_PER_CM3, FS_PER_PS

CM2_S = 1e-4
"""1 Å²/ps in cm²/s."""
_TWO = 2


def nernst_einstein(ions: int, volume: float, charge: int, temperature: float) -> float:
    """Return the conductivity (S/cm) per diffusion coefficient (cm²/s).

    Parameters
    ----------
    ions
        Ions in the cell.
    volume
        Its volume, Å³.
    charge
        Charge number of an ion.
    temperature
        K.
    """
    density = ions / volume * A3_PER_CM3
    factor: float = density * (charge * elementary_charge) ** 2 / (Boltzmann * temperature)
    return factor


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
        If a run is not diffusive, or the runs are of different materials.
    """
    formulas = {reduced_formula("".join(run.symbols)): run for run in runs}
    if len(formulas) > 1:
        raise TransportError(
            f"{' and '.join(str(run.files[0]) for run in formulas.values())} are of "
            f"{' and '.join(formulas)}; analyse one material at a time"
        )
    points, warnings = [], list[str]()
    for run in sorted(runs, key=lambda run: run.temperature):
        point = _point(run, charge, hop_length)
        points.append(point)
        warnings += [*run.notes, *_doubts(point, species)]
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
    )


def _point(run: Run, charge: int, hop_length: float) -> TransportPoint:
    squares = run.squares
    found = estimate_diffusion(squares, str(run.files[0]), interval=run.interval)
    unit = CM2_S / run.interval
    tracer = coefficient(found.own, scale=unit)
    parts = [coefficient(line, 1, scale=unit) for line in found.components]
    together = None if run.all_mobile else coefficient(found.collective, scale=unit)
    haven = (None, None, None) if together is None else ratio(tracer, together)
    factor = nernst_einstein(squares.ions, run.volume, charge, run.temperature)
    hops = effective_hops(squares, hop_length)
    deviation = relative_deviation(hops)
    diffuses = tracer.low > 0
    needed = hops_needed() / hops * run.length
    missing = Estimate(0, 0, 0)
    collective = together or missing
    known = together is not None
    return TransportPoint(
        temperature=run.temperature,
        files=[str(path) for path in run.files],
        frames=squares.frames,
        ions=squares.ions,
        drift="centre of mass of all atoms"
        if run.all_mobile
        else "centre of mass of the other atoms",
        time_step=run.interval * FS_PER_PS,
        length=run.length,
        length_needed=needed if diffuses and deviation > RELIABLE else None,
        volume=run.volume,
        start=float(squares.lags[found.first]) * run.interval,
        exponent=found.exponent,
        diffusivity=tracer.value,
        diffusivity_low=tracer.low,
        diffusivity_high=tracer.high,
        diffusivity_xyz=[part.value for part in parts],
        diffusivity_xyz_error=[part.high - part.value for part in parts],
        collective=collective.value if known else None,
        collective_low=collective.low if known else None,
        collective_high=collective.high if known else None,
        haven=haven[0],
        haven_low=haven[1],
        haven_high=haven[2],
        conductivity=factor * tracer.value,
        conductivity_low=factor * tracer.low,
        conductivity_high=factor * tracer.high,
        collective_conductivity=factor * collective.value if known else None,
        collective_conductivity_low=factor * collective.low if known else None,
        collective_conductivity_high=factor * collective.high if known else None,
        effective_hops=hops,
        relative_deviation=deviation,
        fitted=diffuses and deviation <= RELIABLE,
        curve=_curve(run, found),
    )


def _curve(run: Run, found: Diffusion) -> Curve:
    squares = run.squares
    return Curve(
        time=(squares.lags * run.interval).tolist(),
        tracer=np.trace(squares.own, axis1=1, axis2=2).tolist(),
        components=np.diagonal(squares.own, axis1=1, axis2=2).tolist(),
        collective=np.trace(squares.collective, axis1=1, axis2=2).tolist(),
        slope=found.own.slope / run.interval,
        intercept=found.own.intercept,
    )


def _doubts(point: TransportPoint, species: str) -> list[str]:
    place = f"{point.temperature:.0f} K"
    found = []
    if point.diffusivity_low <= 0:
        found.append(f"{place}: no diffusion of {species} was seen: D may be zero")
    elif point.length_needed is not None:
        found.append(
            f"{place}: too short to conclude: {point.effective_hops:.3g} effective hops leave a "
            f"relative standard deviation of {point.relative_deviation:.2f}; run about "
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


def _arrhenius(points: Sequence[TransportPoint], charge: int) -> ArrheniusLine | None:
    if len({point.temperature for point in points}) < _TWO:
        return None
    fit = fit_arrhenius(
        [point.temperature for point in points],
        [
            Estimate(point.diffusivity, point.diffusivity_low, point.diffusivity_high)
            for point in points
        ],
    )
    coldest = points[0]
    factor = nernst_einstein(coldest.ions, coldest.volume, charge, ROOM)
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
