"""What the transport campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.protocol import describe_stage
from liponflow.inputs.transport import TransportParameters
from liponflow.workflows.request import RunRequest
from liponflow.workflows.transport.flow import start_of
from liponflow.workflows.understood import Understood, cell_text


def understood(
    request: RunRequest[TransportParameters],
    flow: Flow,  # noqa: ARG001 - of every campaign
    lines: Sequence[Line],  # noqa: ARG001 - as above
) -> Understood:
    """Return the structure, its ions, the temperatures and the stages."""
    parameters, start = request.parameters, start_of(request, request.store)
    ions = sum(site.specie.symbol == parameters.species for site in start.structure)
    temperatures = parameters.temperatures
    words = ", ".join(f"{temperature:g}" for temperature in temperatures)
    runs = "1 run" if len(temperatures) == 1 else f"{len(temperatures)} runs"
    plan = (
        f"{runs} at {words} K: {parameters.equilibration:g} ps of equilibration and "
        f"{parameters.production:g} ps in which {ions} {parameters.species} are followed"
    )
    details = [
        describe_stage(stage)
        for temperature in temperatures
        for stage in parameters.stages(temperature)
    ]
    material = f"{cell_text(start.structure)}, from {request.file or start.source}"
    return Understood(material, plan, details)
