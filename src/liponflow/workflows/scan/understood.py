"""What a scan understood of a request."""

from collections.abc import Sequence
from typing import Any

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.scan import ScanParameters
from liponflow.runners.documents import all_jobs
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood


def understood(
    request: RunRequest[ScanParameters],
    flow: Flow,
    lines: Sequence[Line],  # noqa: ARG001 - of every campaign
) -> Understood:
    """Return the compositions as given and as modelled, and what is computed of each."""
    facts: list[dict[str, Any]] = next(
        list(job.function_args[0]) for job in all_jobs(flow) if job.uuid == flow.output.uuid
    )
    parameters = request.parameters
    computed = {
        "transport": f"its transport (preset {parameters.transport_preset})",
        "window": "its voltage window",
    }
    further = "".join(f", {computed[name]}" for name in parameters.compute)
    ranked = f"ranked by {parameters.rank_by}" if parameters.compute else "not ranked"
    number = f"{len(facts)} composition{'' if len(facts) == 1 else 's'}"
    return Understood(
        f"{number} of about {parameters.n_atoms} atoms",
        f"the glass of each (preset {parameters.glass_preset}){further}; {ranked}",
        [
            f"{row['printed']} -> {row['modelled']} (changed: {row['change']}): {row['cell']}, "
            f"{'packed units' if row['method'] == 'units' else 'packed atoms'}"
            for row in facts
        ],
    )
