"""The last job of the transport campaign."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jobflow import job

from liponflow.analysis.provenance import provenance
from liponflow.analysis.runs import MDResult
from liponflow.analysis.spread import with_spread
from liponflow.analysis.trajectory.frames import Frames, read_frames
from liponflow.analysis.trajectory.readers import TrajectoryError
from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.observables import observables
from liponflow.analysis.transport.regions import parse_regions
from liponflow.analysis.transport.result import TransportResult
from liponflow.analysis.transport.run import Run, follow_run
from liponflow.analysis.transport.summary import summarise
from liponflow.inputs.transport import PRODUCTION, TransportParameters
from liponflow.workflows.dynamics.jobs import stage_files
from liponflow.workflows.further_engines import Comparison, further_results

OFF = 0.1
"""Largest relative difference between the temperature of a run and its target without a remark."""


RECOMPUTED = "the dynamics, from the same structure"
"""What a further engine computes."""


@job
def conclude_transport(
    dynamics: Sequence[MDResult | None],
    *,
    parameters: TransportParameters,
    made: dict[str, Any],
    further: Comparison | None = None,
) -> TransportResult:
    """Measure the production of every temperature.

    Parameters
    ----------
    dynamics
        Run of each temperature; None for those that failed.
    parameters
        Parameters of the campaign.
    made
        Provenance known before the run.
    further
        Runs of further engines.

    Returns
    -------
    TransportResult
        Runs that failed or cannot be measured are named in its warnings.

    Raises
    ------
    ValueError
        If none can be measured.
    """

    def measured(runs: Sequence[MDResult | None]) -> TransportResult:
        return measure_runs(runs, parameters, made)

    return with_spread(
        measured(dynamics),
        further_results(further, measured),
        observables,
        limits=parameters.disagreement,
        recomputed=RECOMPUTED,
    )


def measure_runs(
    dynamics: Sequence[MDResult | None], parameters: TransportParameters, made: dict[str, Any]
) -> TransportResult:
    """Return the transport in the runs of one engine; see :func:`conclude_transport`."""
    runs, warnings, engine = [], list[str](), None
    for temperature, found in zip(parameters.temperatures, dynamics, strict=True):
        if found is None:
            warnings.append(
                f"the run at {temperature:g} K failed; the run's report names its directory and "
                "cause"
            )
            continue
        engine = engine or found.provenance.engine
        try:
            run = follow_production(found, parameters, f"{temperature:g} K")
        except (TransportError, TrajectoryError) as error:
            warnings.append(f"the run at {temperature:g} K is not measured: {error}")
            continue
        run.target = temperature
        if abs(run.temperature - temperature) > OFF * temperature:
            run.notes.append(
                f"the run at {temperature:g} K had {run.temperature:.0f} K on average: it was too "
                "short to come to its temperature"
            )
        runs.append(run)
    if not runs or engine is None:
        raise ValueError(f"no run can be measured: {'; '.join(warnings)}")
    result = summarise(
        runs,
        provenance(engine=engine, **made),
        species=parameters.species,
        charge=parameters.charge,
        hop_length=parameters.hop_length,
    )
    missing = len(dynamics) - len(runs)
    return result.model_copy(
        update={
            "warnings": [*warnings, *result.warnings],
            "converged": result.converged and not missing,
            "criterion": result.criterion + (f", {missing} more not measured" if missing else ""),
        }
    )


def follow_production(dynamics: MDResult, parameters: TransportParameters, name: str) -> Run:
    """Read the production of a run, whose temperature is its mean over all segments.

    Those of VASP are too short to have one temperature each.

    Raises
    ------
    TransportError, TrajectoryError
        If it cannot be measured.
    """
    files, stage = stage_files(dynamics, PRODUCTION)
    production = next(stage for stage in dynamics.stages if stage.name == PRODUCTION)

    def read(path: Path) -> Iterator[Frames]:
        for frames in read_frames(path, stage=stage, distances=False):
            yield replace(frames, temperatures=np.full(len(frames), np.nan))

    return follow_run(
        files,
        read,
        species=parameters.species,
        temperature=production.mean_temperature,
        regions=parse_regions(parameters.regions),
        name=name,
    )
