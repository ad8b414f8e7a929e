"""Task documents of atomate2's force-field jobs."""

from typing import Any

from emmet.core.types.enums import TaskState

from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines import device
from liponflow.engines.potential.steps import ionic_steps
from liponflow.engines.task_documents import calculation


def read_task_document(document: Any, info: EngineInfo, force_limit: float) -> Calculation:
    """Return the result of a relaxation or static calculation; see Engine.read.

    Parameters
    ----------
    document
        A ``ForceFieldTaskDocument`` of atomate2, with its ionic steps.
    info, force_limit
        As for Engine.read.
    """
    tags = [str(tag) for tag in document.tags or ()]
    devices = [tag.removeprefix(device.TAG) for tag in tags if tag.startswith(device.TAG)]
    magmoms = document.output.ionic_steps[-1].magmoms
    return calculation(
        document,
        info.model_copy(
            update={
                "version": document.forcefield_version,
                "device": devices[0] if devices else None,
            }
        ),
        magmoms=None if magmoms is None else [float(moment) for moment in magmoms],
        converged=document.state is TaskState.SUCCESS,
        ionic_steps=ionic_steps(document.output.n_steps),
        force_limit=force_limit,
    )
