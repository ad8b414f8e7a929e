"""What the glass campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.protocol import describe_stage, total_duration
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, cell_text


def understood(
    request: RunRequest[GlassParameters],
    flow: Flow,  # noqa: ARG001 - of every campaign
    lines: Sequence[Line],
) -> Understood:
    """Return the composition, the number and size of the models, and the stages."""
    parameters = request.parameters
    if request.structure is None:
        atoms = max((line.atoms for line in lines), default=0)
        material = f"{parameters.composition}, {atoms} atoms, {parameters.density:g} g/cm³"
    else:
        material = f"{cell_text(request.structure)}, from {request.file}"
    stages = parameters.protocol
    names = ", ".join(stage.name for stage in stages) or "no stage"
    relaxed = ", then a relaxation" if parameters.relax else ""
    number = parameters.n_models
    models = "1 model" if number == 1 else f"{number} models"
    plan = f"{models}: {names} ({total_duration(stages):g} ps){relaxed}"
    if parameters.properties:
        plan += f"; {', '.join(parameters.properties)}"
    return Understood(material, plan, [describe_stage(stage) for stage in stages])
