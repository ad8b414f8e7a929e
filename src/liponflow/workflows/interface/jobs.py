"""Jobs of the interface campaign between the calculations and the result."""

from pathlib import Path
from typing import Any

from atomate2.utils.path import strip_hostname
from jobflow import job
from pymatgen.core.structure import Structure

from liponflow.analysis.interface.result import InterfaceLayer, InterfaceResult
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import MDResult
from liponflow.engines.reading import read_calculation
from liponflow.job_directory import found_here
from liponflow.structures.plain import without_properties
from liponflow.units import FS_PER_PS
from liponflow.workflows.dynamics.jobs import stage_files
from liponflow.workflows.interface.measure import Reading, measure


@job
def relaxed_structure(document: Any, *, engine: EngineInfo, force_limit: float) -> Structure:
    """Return the structure of a relaxation, refused if it did not converge."""
    return without_properties(read_calculation(document, engine, force_limit).structure)


@job
def conclude(
    dynamics: MDResult,
    *,
    layers: list[dict[str, Any]],
    record: dict[str, Any],
    zone: float,
    phases: bool,
    last_stage: str,
) -> InterfaceResult:
    """Measure the trajectory.

    Parameters
    ----------
    dynamics
        Of the model.
    layers
        Documents of the layers as they were built.
    record
        Provenance known before the run.
    zone
        Depth that counts as the interface, Å.
    phases
        Whether atoms are named by phase.
    last_stage
        Stage of the protocol in which transport is measured.
    """
    files = [found_here(Path(strip_hostname(file))) for file in dynamics.trajectory_files]
    return measure(
        files,
        InterfaceSettings(zone=zone),
        provenance(engine=dynamics.provenance.engine, **record),
        reading=Reading(
            # VASP's files hold every step, and no times.
            interval=dynamics.time_step / FS_PER_PS if dynamics.segments else None,
            diffusing=stage_files(dynamics, last_stage) if dynamics.converged else None,
        ),
        phases=phases,
        layers=[InterfaceLayer.model_validate(layer) for layer in layers],
        complete=dynamics.converged,
    )
