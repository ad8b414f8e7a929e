"""What the EELS campaign understood of a request."""

from collections.abc import Sequence

from jobflow import Flow

from liponflow.cost.estimate import Line
from liponflow.inputs.eels import EELSParameters
from liponflow.runners.documents import all_jobs
from liponflow.workflows.eels.jobs import EdgePlan
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import Understood, cell_text


def understood(
    request: RunRequest[EELSParameters],  # noqa: ARG001 - of every campaign
    flow: Flow,
    lines: Sequence[Line],
) -> Understood:
    """Return the materials, the number of runs, and the sites of every edge."""
    jobs = list(all_jobs(flow))
    materials, plans, *_ = jobs[-1].function_args
    runs = sum(line.jobs for line in lines)
    sites = sum(len(plan.choice.computed) for plan in plans)
    every = sum(plan.choice.n_sites for plan in plans)
    edges = ", ".join(dict.fromkeys(plan.edge for plan in plans))
    plan = f"{edges}: {sites} of {every} sites, {runs} runs"
    text = "; ".join(
        f"{item.name} ({cell_text(item.models[0])}"
        + (f", {len(item.models)} models)" if len(item.models) > 1 else ")")
        for item in materials
    )
    details = [
        f"{materials[one.material].name} {_model(one)}{one.edge}: {one.choice.text}"
        for one in plans
    ]
    return Understood(text, plan, [*details, *(job.name for job in jobs)])


def _model(plan: EdgePlan) -> str:
    return f"model {plan.model}, " if plan.model else ""
