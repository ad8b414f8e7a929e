"""Task documents of atomate2's VASP jobs."""

from typing import Any

from emmet.core.types.enums import TaskState

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.standin.engine import stand_in_engine
from liponflow.engines.task_documents import calculation
from liponflow.inputs.vasp.ionic import is_static


def read_task_document(document: Any, info: EngineInfo, force_limit: float) -> Calculation:
    """Return the result of a relaxation or static calculation; see Engine.read.

    Parameters
    ----------
    document
        An ``emmet.core.tasks.TaskDoc``, complete as atomate2 makes them.
    info, force_limit
        As for Engine.read.
    """
    last = document.calcs_reversed[0]
    version = last.vasp_version
    magmoms = document.output.structure.site_properties.get("magmom")
    # pymatgen takes it for convergence that steps are left, as where a STOPCAR ended a relaxation.
    relaxation = not is_static(last.input.parameters)
    stopped = relaxation and (last.output.outcar or {}).get("is_stopped", False)
    return calculation(
        document,
        stand_in_engine(version) or info.model_copy(update={"version": version}),
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=last.has_vasp_completed is TaskState.SUCCESS and not stopped,
        ionic_steps=len(last.output.num_electronic_steps),
        force_limit=force_limit,
    )
