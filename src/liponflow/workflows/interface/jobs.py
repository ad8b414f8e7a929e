"""Jobs of the interface campaign between the calculations and the result."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from atomate2.utils.path import strip_hostname
from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.interface.course import MOBILE, sides_of_structure
from liponflow.analysis.interface.depth import way_in
from liponflow.analysis.interface.observables import observables
from liponflow.analysis.interface.result import InsertionPoint, InterfaceLayer, InterfaceResult
from liponflow.analysis.interface.settings import InterfaceSettings
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import MDResult
from liponflow.analysis.spread import with_spread
from liponflow.engines.reading import read_calculation
from liponflow.job_directory import found_here
from liponflow.structures.interface.insertion import Inserted, moved_to, room_of
from liponflow.structures.plain import without_properties
from liponflow.units import FS_PER_PS
from liponflow.workflows.dynamics.jobs import stage_files
from liponflow.workflows.further_engines import Comparison, further_results
from liponflow.workflows.interface.measure import Reading, measure
from liponflow.workflows.jobs import named

RECOMPUTED = "relaxation and dynamics of the same model"
"""What a further engine computes."""
ANY_FORCE = 1000.0
"""eV/Å; without effect, since nothing is relaxed."""


@job
def relaxed_structure(document: Any, *, engine: EngineInfo, force_limit: float) -> Structure:
    """Return the structure of a relaxation, refused if it did not converge."""
    return without_properties(read_calculation(document, engine, force_limit).structure)


@job
def conclude(
    dynamics: MDResult | None,
    *,
    layers: list[dict[str, Any]],
    record: dict[str, Any],
    zone: float,
    phases: bool,
    last_stage: str,
    insertion: Sequence[InsertionPoint] | None = (),
    further: Comparison | None = None,
) -> InterfaceResult:
    """Measure the trajectory.

    Parameters
    ----------
    dynamics
        Of the model; None if they failed.
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
    insertion
        Energies of one Li on its way into the electrolyte; None if they failed.
    further
        Dynamics of further engines.

    Raises
    ------
    ValueError
        If the dynamics failed.
    """
    if dynamics is None:
        raise ValueError("the dynamics failed; the run's report names their directory and cause")
    settings = Measuring(layers, record, zone, last_stage, phases=phases)
    found = measure_dynamics(dynamics, settings, insertion or ())
    if insertion is None:
        lost = "no energies of Li on its way: they failed; the run's report says why"
        found = found.model_copy(update={"warnings": [*found.warnings, lost]})
    return with_spread(
        found,
        further_results(further, lambda other: measure_dynamics(other, settings)),
        observables,
        limits=record["parameters"].get("disagreement", {}),
        recomputed=RECOMPUTED,
    )


class Measuring(NamedTuple):
    """How the dynamics of a model are measured; see :func:`conclude`."""

    layers: list[dict[str, Any]]
    record: dict[str, Any]
    zone: float
    last_stage: str
    phases: bool


def measure_dynamics(
    dynamics: MDResult, settings: Measuring, insertion: Sequence[InsertionPoint] = ()
) -> InterfaceResult:
    """Return what formed in the dynamics of one engine."""
    files = [found_here(Path(strip_hostname(file))) for file in dynamics.trajectory_files]
    return measure(
        files,
        InterfaceSettings(zone=settings.zone),
        provenance(engine=dynamics.provenance.engine, **settings.record),
        reading=Reading(
            # VASP's files hold every step, and no times.
            interval=dynamics.time_step / FS_PER_PS if dynamics.segments else None,
            diffusing=stage_files(dynamics, settings.last_stage) if dynamics.converged else None,
        ),
        phases=settings.phases,
        layers=[InterfaceLayer.model_validate(layer) for layer in settings.layers],
        insertion=insertion,
        complete=dynamics.converged,
    )


@job
def insert(
    structure: Structure,
    static_maker: Maker,
    engine: EngineInfo,
    *,
    points: int,
    zone: float,
) -> Response[list[InsertionPoint]]:
    """Compute the energy of one Li at places on its way into the electrolyte.

    Parameters
    ----------
    structure
        Relaxed model.
    static_maker
        Maker of the energies.
    engine
        Description of the engine before it ran.
    points
        Number of places, the first where the Li is.
    zone
        Depth that counts as the interface, Å.

    Returns
    -------
    Response
        Replaced by the calculations and the profile.
    """
    sides = sides_of_structure(structure, InterfaceSettings(zone=zone))
    lithium = np.array([site.specie.symbol == MOBILE for site in structure])
    level = np.array(structure.frac_coords)[:, 2]
    way = way_in(sides, level, lithium, points)
    first = Inserted(structure, way.levels[0], room_of(structure, way.atom))
    placed = [first, *moved_to(structure, way.atom, way.levels[1:])]
    statics: list[Flow | Job] = [
        named(static_maker.make(item.structure), f"static Li at {depth:.1f} Å")
        for item, depth in zip(placed, way.depths, strict=True)
    ]
    profile = named(
        insertion_profile(
            [static.output for static in statics],
            engine,
            depths=way.depths,
            rooms=[item.room for item in placed],
        ),
        "energies of Li",
    )
    return Response(replace=Flow([*statics, profile], output=profile.output))


@job
def insertion_profile(
    documents: list[Any],
    engine: EngineInfo,
    *,
    depths: Sequence[float],
    rooms: Sequence[float],
) -> list[InsertionPoint]:
    """Return the energies relative to the first place; see :func:`insert`."""
    energies = [read_calculation(document, engine, ANY_FORCE).energy for document in documents]
    return [
        InsertionPoint(depth=depth, room=room, energy=energy - energies[0])
        for depth, room, energy in zip(depths, rooms, energies, strict=True)
    ]
