"""What ``run --dry-run`` prints: the calculations, then what was understood in five lines."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from liponflow.cli.choices import Choices
from liponflow.cli.output import print_json
from liponflow.workflows.campaign import Campaign

if TYPE_CHECKING:
    from jobflow import Flow

    from liponflow.cost.estimate import Estimate
    from liponflow.workflows.request import RunRequest

_MINUTE, _HOUR = 1 / 60, 1.0
"""Hours."""

_MOST_HOURS = 72.0
"""Hours above which a time is given in days."""


def dry_run_document(
    campaign: Campaign,
    chosen: Choices,
    request: "RunRequest[Any]",
    flow: "Flow",
    cost: "Estimate",
    *,
    workers: int | None,
) -> dict[str, Any]:
    """Return what a dry run tells, as JSON.

    Parameters
    ----------
    campaign
        The campaign.
    chosen
        What the user chose.
    request, flow, cost
        Its request, flow and estimate.
    workers
        Processes of a run; None for as many as there are cores.
    """
    from liponflow.runners.local import available_cores
    from liponflow.versions import package_versions
    from liponflow.workflows.understood import changed, engines_of

    found = campaign.understand(request, flow, cost.lines)
    record = chosen.record(campaign, request.parameters)
    workers = workers or available_cores()
    return {
        "campaign": campaign.name,
        "material": found.material,
        "plan": found.plan,
        "details": list(found.details),
        "preset": chosen.preset,
        "changed": changed(request.parameters, campaign.load_parameters(chosen.preset)),
        "parameters": record["parameters"],
        "engine": request.engine,
        "engines": [info.label for info in engines_of(flow)] or [request.engine],
        "engine_arguments": dict(request.engine_arguments),
        "versions": package_versions(),
        "calculations": [asdict(line) for line in cost.lines],
        "core_hours": cost.core_hours,
        "wall_hours": cost.wall_hours(workers),
        "workers": workers,
        "basis": cost.basis,
        "advice": list(cost.advice),
    }


def print_dry_run(
    document: dict[str, Any], cost: "Estimate", *, verbose: bool, json: bool
) -> None:
    """Print a dry run: long lists first, five lines last."""
    if json:
        print_json(document)
        return
    from liponflow.cli.tables import print_estimate

    print_estimate(cost)
    if verbose:
        typer.echo("\n".join(["", *document["details"]]))
    typer.echo()
    for line in summary(document):
        typer.echo(line)


def summary(document: dict[str, Any]) -> list[str]:
    """Return the five lines: material, plan, parameters, engines, cost."""
    changes = "; ".join(document["changed"]) or "unchanged"
    version = document["versions"]["liponflow"]
    own = document["engine"]
    given = ", ".join(
        f"{key if '.' in key else f'{own}.{key}'} = {value}"
        for key, value in document["engine_arguments"].items()
    )
    engines = ", ".join(document["engines"]) + (f" with {given}" if given else "")
    return [
        f"{document['campaign']}: {document['material']}",
        f"plan: {document['plan']}",
        f"parameters: preset {document['preset']}, {changes}",
        f"engines: {engines}; liponflow {version}",
        f"cost: {cost_text(document)}",
    ]


def cost_text(document: Mapping[str, Any]) -> str:
    """Return number of calculations, core-hours and wall time of a plan, in words."""
    jobs = sum(line["jobs"] for line in document["calculations"])
    hours, workers = document["wall_hours"], document["workers"]
    processes = f"{workers} process{'' if workers == 1 else 'es'}"
    if not jobs:
        wall = "nothing to compute"
    elif hours is None:
        wall = "wall time by the cores that each calculation gets"
    else:
        wall = f"about {duration(hours)} with {processes} on this machine"
        if hours < _MINUTE:
            wall += ", after they have loaded the engine"
    calculations = f"{jobs} calculation{'' if jobs == 1 else 's'}"
    return f"{calculations}, {core_hours(document['core_hours'])}, {wall}"


def core_hours(hours: float) -> str:
    """Return core-hours to two digits.

    Examples
    --------
    >>> core_hours(0.0613), core_hours(1234567.8)
    ('0.061 core-hours', '1,200,000 core-hours')
    """
    return f"{_two_digits(hours)} core-hours"


def duration(hours: float) -> str:
    """Return a time in the unit in which it is read.

    Examples
    --------
    >>> duration(0.002), duration(0.61), duration(5.2), duration(100), duration(3000)
    ('7 s', '37 min', '5.2 h', '4.2 d', '120 d')
    """
    if hours < _MINUTE:
        return f"{max(1, round(hours * 3600))} s"
    if hours < _HOUR:
        return f"{round(hours * 60)} min"
    return f"{_two_digits(hours)} h" if hours < _MOST_HOURS else f"{_two_digits(hours / 24)} d"


def _two_digits(number: float) -> str:
    # Not "g" alone, which writes 120 with two digits as 1.2e+02.
    return f"{float(f'{number:.2g}'):,.12g}"
