"""What an engine's Maker returned, in the same words whichever engine ran."""

from typing import Any, NamedTuple

import numpy as np
from atomate2.forcefields.schemas import ForceFieldTaskDocument
from emmet.core.tasks import TaskDoc
from emmet.core.types.enums import TaskState

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.standin.engine import stand_in_engine

_KBAR_TO_GPA = 0.1


def calculation(
    document: ForceFieldTaskDocument | TaskDoc, engine: EngineInfo, force_limit: float
) -> Calculation:
    """Summarise what an engine's Maker returned.

    Parameters
    ----------
    document
        Task document of atomate2's force-field or VASP jobs.
    engine
        What is known of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.

    Returns
    -------
    Calculation
        The same fields whichever engine ran. Stress is positive under tension; both kinds of
        document give it in kbar and positive under compression.
    """
    read = _read_vasp if isinstance(document, TaskDoc) else _read_force_field
    reading = read(document)
    output: Any = document.output
    structure = output.structure
    if reading.magmoms is not None:
        structure = structure.copy(site_properties={"magmom": reading.magmoms})
    return Calculation(
        engine=stand_in_engine(reading.version)
        or engine.model_copy(update={"version": reading.version}),
        structure=structure,
        energy=output.energy,
        magmoms=reading.magmoms,
        stress=(-_KBAR_TO_GPA * np.array(output.stress)).tolist() if output.stress else None,
        max_force=float(np.linalg.norm(output.forces, axis=1).max()),
        force_limit=force_limit,
        converged=reading.converged,
        ionic_steps=reading.ionic_steps,
        directory=document.dir_name,
    )


class _Reading(NamedTuple):
    """What the two kinds of task documents keep in different places."""

    version: str
    magmoms: list[float] | None
    converged: bool
    ionic_steps: int


def _read_force_field(document: Any) -> _Reading:
    magmoms = document.output.ionic_steps[-1].magmoms
    return _Reading(
        version=document.forcefield_version,
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=document.state is TaskState.SUCCESS,
        ionic_steps=document.output.n_steps,
    )


def _read_vasp(document: Any) -> _Reading:
    last = document.calcs_reversed[0]
    magmoms = document.output.structure.site_properties.get("magmom")
    # pymatgen takes for convergence that steps are left, as where a STOPCAR ended a relaxation.
    relaxation = last.input.parameters.get("NSW", 0) > 0
    stopped = relaxation and (last.output.outcar or {}).get("is_stopped", False)
    return _Reading(
        version=last.vasp_version,
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=last.has_vasp_completed is TaskState.SUCCESS and not stopped,
        ionic_steps=len(last.output.num_electronic_steps),
    )
