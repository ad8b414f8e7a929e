"""What the stability campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.stability import StabilityParameters
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, names_after


def understood(
    request: RunRequest[StabilityParameters],
    flow: Flow,
    lines: Sequence[Line],  # noqa: ARG001 - of every campaign
) -> Understood:
    """Return the composition, the electrode, and the reference crystals to relax."""
    parameters = request.parameters
    material = parameters.composition
    if request.file:
        material += f", from {request.file}"
    if parameters.electrode is not None:
        low, high = min(parameters.x), max(parameters.x)
        material += f"; electrode {parameters.electrode}, x = {low:g} to {high:g}"
    starts = names_after(flow, "relax ")
    elements = "-".join(parameters.elements)
    if parameters.source == "engine":
        crystals = {name.partition(" ")[0] for name in starts}
        plan = f"system {elements}: {len(crystals)} reference crystals to relax"
        if len(starts) > len(crystals):
            plan += f" from {len(starts)} starts"
    else:
        plan = f"system {elements}: energies of source={parameters.source}"
    return Understood(material, plan, [f"relax {name}" for name in starts])
