"""What the lithiation campaign understood of a request."""

from collections import Counter
from collections.abc import Sequence

from jobflow import Flow, Job

from liponflow.cost.estimate import Line
from liponflow.inputs.lithiation import LithiationParameters
from liponflow.workflows.lithiation.flow import built_in
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, axes_text, names_after


def understood(
    request: RunRequest[LithiationParameters],
    flow: Flow,
    lines: Sequence[Line],  # noqa: ARG001 - of every campaign
) -> Understood:
    """Return the host, its contents, the formula unit of x and the number of starts."""
    host = request.structure if request.structure is not None else built_in(request.parameters)
    starts = names_after(flow, "relax x=")
    at = Counter(name.partition(" ")[0] for name in starts)
    xs = sorted(at, key=float)
    [facts] = [
        job.function_kwargs["host"]
        for job in flow.jobs
        if isinstance(job, Job) and job.name == "result"
    ]
    source = f"from {request.file}" if request.file else "built in"
    material = f"{facts.formula}: {len(host)} atoms, {axes_text(host)}, {source}"
    noun = "start" if len(starts) == 1 else "starts"
    plan = f"x = {', '.join(xs)} in {facts.variable}; {len(starts)} {noun}"
    return Understood(material, plan, [f"relax x={name}" for name in starts])
