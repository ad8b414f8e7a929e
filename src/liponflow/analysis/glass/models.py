"""Result of a glass campaign from its models: means, spreads and warnings."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.glass.average import average_fingerprints, spread
from liponflow.analysis.glass.elastic import ModelElasticity
from liponflow.analysis.glass.quality import problems
from liponflow.analysis.glass.result import (
    Fingerprint,
    GlassModel,
    GlassResult,
    SeriesPoint,
)
from liponflow.analysis.glass.transition import GlassTransition, fit_glass_transition
from liponflow.analysis.result import Calculation, Provenance
from liponflow.analysis.runs import MDResult
from liponflow.formulas import reduced_formula
from liponflow.units import FS_PER_PS

SERIES_POINTS = 400
"""Largest number of points of a model's series, enough for a figure."""

COOLING_POINTS = 28
"""Number of points of V(T) to which lines are fitted: 50 K each for a cooling by 1400 K."""


def glass_model(
    *,
    seed: int,
    start: str,
    notes: Sequence[str],
    fingerprint: Fingerprint,
    structure: Structure,
    dynamics: MDResult | None,
    relaxation: Calculation | None,
) -> GlassModel:
    """Return the record of one model.

    Parameters
    ----------
    seed, start, notes
        Seed, starting model and remarks of its building.
    fingerprint
        Fingerprint of its structure or trajectory.
    structure
        Final structure.
    dynamics
        Dynamics of the protocol; None without one.
    relaxation
        Relaxation of the last structure; None without one.

    Returns
    -------
    GlassModel
        Record that is not converged, with the criterion, if the protocol stopped early or the
        relaxation did not converge.
    """
    reasons = []
    if dynamics is not None and not dynamics.converged:
        reasons.append(f"dynamics: {dynamics.stop_reason}")
    if relaxation is not None and (reason := unconverged_reason(relaxation)):
        reasons.append(f"relaxation: {reason}")
    reached = []
    if dynamics is not None:
        reached.append(f"every step of {dynamics.duration:.3g} ps taken")
    if relaxation is not None and relaxation.max_force is not None:
        limit = f", limit {relaxation.force_limit:g}" if relaxation.force_limit else ""
        reached.append(f"largest force {relaxation.max_force:.3f} eV/Å{limit}")
    energy, pressure = None, None
    if relaxation is not None:
        energy = relaxation.energy_per_atom
        pressure = None if relaxation.stress is None else -float(np.trace(relaxation.stress)) / 3
    return GlassModel(
        seed=seed,
        start=start,
        notes=list(notes),
        structure=structure,
        density=float(structure.density),
        pressure=pressure,
        energy_per_atom=energy,
        recorded_method=None if relaxation is None else relaxation.recorded_method,
        max_force=relaxation.max_force if relaxation is not None else None,
        converged=not reasons,
        criterion="; ".join(reasons or reached),
        fingerprint=fingerprint,
        trajectories=[] if dynamics is None else list(dynamics.trajectory_files),
        series=[] if dynamics is None else protocol_series(dynamics),
    )


def protocol_series(dynamics: MDResult) -> list[SeriesPoint]:
    """Return temperature, volume and energy through a protocol, thinned for a figure.

    Parameters
    ----------
    dynamics
        With one entry per block in its lists.

    Returns
    -------
    list of SeriesPoint
    """
    atoms = len(dynamics.structure)
    blocks = len(dynamics.temperatures)
    step = max(1, -(-blocks // SERIES_POINTS))
    times = dynamics.times or [
        (index + 1) * dynamics.stride * dynamics.time_step / FS_PER_PS for index in range(blocks)
    ]
    return [
        SeriesPoint(
            time=times[index],
            stage=_stage_at(dynamics, times[index]),
            temperature=dynamics.temperatures[index],
            volume_per_atom=dynamics.volumes[index] / atoms if dynamics.volumes else None,
            energy_per_atom=dynamics.potential_energies[index] / atoms,
        )
        for index in range(0, blocks, step)
    ]


def _stage_at(dynamics: MDResult, time: float) -> str:
    end = 0.0
    for stage in dynamics.stages:
        end += stage.duration
        if time <= end + 1e-9:  # a block ends at the end of its stage
            return stage.name
    return dynamics.stages[-1].name if dynamics.stages else ""


def summarise_glass(
    models: Sequence[GlassModel],
    *,
    protocol: Sequence[str],
    provenance: Provenance,
    warnings: Sequence[str] = (),
    **properties: Any,
) -> GlassResult:
    """Return the result of a campaign from its models.

    Parameters
    ----------
    models
        All models.
    protocol
        Its stages, one line each.
    provenance
        Provenance of the result.
    warnings
        Further remarks for the reader.
    **properties
        ``tg``, ``elastic``, ``cleavage``: the properties that were computed.

    Returns
    -------
    GlassResult
        Result without unconverged models, each of which has a warning.

    Raises
    ------
    ValueError
        If no model converged; each one's reason is given.
    """
    usable = [model for model in models if model.converged]
    refused = [f"seed {model.seed}: {model.criterion}" for model in models if not model.converged]
    if not usable:
        raise ValueError(f"no model of the glass converged: {'; '.join(refused) or 'none ended'}")
    densities = [model.density for model in usable]
    mean = average_fingerprints([model.fingerprint for model in usable])
    return GlassResult(
        formula=reduced_formula(usable[0].structure.composition),
        converged=not refused and not any(_unconverged(item) for item in properties.values()),
        criterion="; ".join(f"seed {model.seed}: {model.criterion}" for model in usable),
        provenance=provenance,
        n_models=len(usable),
        density=fmean(densities),
        density_spread=spread(densities),
        protocol=list(protocol),
        models=usable,
        mean=mean,
        problems=[
            f"seed {model.seed}: {line}"
            for model in usable
            for line in problems(model.fingerprint.defects)
        ],
        warnings=[
            *(f"model left out, {line}" for line in refused),
            *(line for item in properties.values() for line in _doubts(item)),
            *warnings,
        ],
        **properties,
    )


def _unconverged(item: Any) -> list[Any]:
    """Return the parts of a property that did not converge."""
    parts = [*getattr(item, "models", ()), *getattr(item, "bonds", ())]
    return [part for part in parts if not part.converged]


def _doubts(item: Any) -> list[str]:
    """Return warnings on elastic moduli that do not enter the means, and on an unresolved Tg."""
    if isinstance(item, GlassTransition):
        return [] if item.resolved else [f"glass transition {item.note}"]
    return [
        f"elastic moduli of seed {part.seed} are in no mean: {part.criterion}"
        for part in _unconverged(item)
        if isinstance(part, ModelElasticity)
    ]


def cooling_points(
    runs: Sequence[MDResult], points: int = COOLING_POINTS
) -> tuple[list[float], list[float]]:
    """Return temperature and volume of cooling runs, averaged over equal lengths of time.

    Parameters
    ----------
    runs
        Dynamics of several models, through the same protocol.
    points
        Number of lengths of time.

    Returns
    -------
    list of float, list of float
        Temperatures, K, and volumes, Å³/atom, each the mean over the models.

    Raises
    ------
    ValueError
        If a run has fewer blocks than `points`, or no volumes.
    """
    temperatures, volumes = [], []
    for run in runs:
        if len(run.volumes) < points:
            raise ValueError(
                f"a cooling run has {len(run.volumes)} blocks with a volume, fewer than {points}: "
                "make the stages of cooling longer"
            )
        temperatures.append([chunk.mean() for chunk in np.array_split(run.temperatures, points)])
        volumes.append(
            [chunk.mean() / len(run.structure) for chunk in np.array_split(run.volumes, points)]
        )
    return np.mean(temperatures, axis=0).tolist(), np.mean(volumes, axis=0).tolist()


def glass_transition(runs: Sequence[MDResult], *, cooling_rate: float) -> GlassTransition:
    """Return the glass transition from the mean volume of several cooling runs.

    Parameters
    ----------
    runs
        Dynamics of several models, through the same protocol.
    cooling_rate
        K/ps.

    Returns
    -------
    GlassTransition

    Raises
    ------
    ValueError
        If a run was not finished, or has too few points.
    """
    for run in runs:
        if not run.converged:
            raise ValueError(f"a cooling run was not finished: {run.stop_reason}")
    temperatures, volumes = cooling_points(runs)
    return fit_glass_transition(
        temperatures, volumes, quantity="volume", cooling_rate=cooling_rate
    )
