"""What the interface campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.interface import InterfaceParameters
from liponflow.inputs.protocol import describe_stage, total_duration
from liponflow.runners.documents import all_jobs
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, cell_text


def understood(
    request: RunRequest[InterfaceParameters],
    flow: Flow,
    lines: Sequence[Line],  # noqa: ARG001 - of every campaign
) -> Understood:
    """Return the layers of the stack with their atoms and strains, and the stages."""
    parameters = request.parameters
    if request.structure is None:
        [result] = [job for job in all_jobs(flow) if job.name == "result"]
        made = result.function_kwargs["record"]["source_structure"]
        material = str(made).removeprefix("built: ")
    else:
        material = f"{cell_text(request.structure)}, from {request.file}"
    stages = parameters.protocol
    relaxed = f"a relaxation to {parameters.force_limit:g} eV/Å, then " if parameters.relax else ""
    names = ", ".join(stage.name for stage in stages)
    phases = "; atoms named by phase" if parameters.phases else ""
    return Understood(
        material,
        f"{relaxed}{names} ({total_duration(stages):g} ps){phases}",
        [describe_stage(stage) for stage in stages],
    )
