"""What ``run --dry-run`` prints of several structures: a line for each, and the total."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from liponflow.boundary import reason_of
from liponflow.cli.choices import Choices
from liponflow.cli.console import EXIT_FAILED
from liponflow.cli.dry_run import cost_text, dry_run_document
from liponflow.cli.output import print_json
from liponflow.cost.estimate import estimate
from liponflow.settings import Settings
from liponflow.workflows.batch import known_result
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.run import known_store


def plan_batch(
    campaign: Campaign,
    chosen: Choices,
    choices: Mapping[str, Any],
    files: Sequence[Path],
    settings: Settings,
) -> list[dict[str, Any]]:
    """Plan a campaign for each structure without running it.

    Parameters
    ----------
    campaign
        The campaign.
    chosen, choices
        What the user chose, as in the record and as arguments of a request.
    files
        Files of the structures.
    settings
        Store and workers.

    Returns
    -------
    list of dict
        For each file, in order: its ``structure``, ``state`` (``planned``, ``in the store`` or
        ``refused``) and ``reason``, and of a planned one the document of its dry run.
    """
    return [
        {"structure": os.fspath(file)} | _planned(campaign, chosen, choices, file, settings)
        for file in files
    ]


def _planned(
    campaign: Campaign, chosen: Choices, choices: Mapping[str, Any], file: Path, settings: Settings
) -> dict[str, Any]:
    try:
        with known_store(settings) as known:
            request = campaign.request(**{**choices, "structure_file": file}, store=known)
            flow = campaign.make_flow(request)
            if found := known_result(campaign, flow, known):
                return {"state": "in the store", "reason": f"result {found.uuid[:8]}"}
            cost = estimate(flow, known, campaign.name)
        document = dry_run_document(
            campaign, chosen, request, flow, cost, workers=settings.workers
        )
    except Exception as error:  # noqa: BLE001 - any structure of a user's folder
        return {"state": "refused", "reason": reason_of(error)}
    return {"state": "planned", "reason": "", **document}


def finish_plan(plans: Sequence[dict[str, Any]], *, json: bool) -> None:
    """Print the plans and their total.

    Raises
    ------
    typer.Exit
        With :data:`EXIT_FAILED` if a structure was refused, as the run would end.
    """
    if json:
        print_json({"structures": list(plans), "total": _total(plans)})
    else:
        for plan in plans:
            typer.echo(f"{plan['structure']}: {_line(plan)}")
        typer.echo(_summary(plans))
    if any(plan["state"] == "refused" for plan in plans):
        raise typer.Exit(EXIT_FAILED)


def _line(plan: Mapping[str, Any]) -> str:
    if plan["state"] != "planned":
        return f"{plan['state']}: {plan['reason']}"
    return f"{plan['material']}; {plan['plan']}; {cost_text(plan)}"


def _total(plans: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the calculations and hours of all that is planned, which runs one by one."""
    planned = [plan for plan in plans if plan["state"] == "planned"]
    hours = [plan["wall_hours"] for plan in planned]
    return {
        "calculations": [line for plan in planned for line in plan["calculations"]],
        "core_hours": sum(plan["core_hours"] for plan in planned),
        "wall_hours": None if None in hours else sum(hours),
        "workers": planned[0]["workers"] if planned else 1,
    }


def _summary(plans: Sequence[dict[str, Any]]) -> str:
    states = [plan["state"] for plan in plans]
    counts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    return f"total of {len(plans)} structures ({', '.join(counts)}): {cost_text(_total(plans))}"
