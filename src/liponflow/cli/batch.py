"""A campaign for several structures: a table of their results at the end."""

import sys
from collections.abc import Mapping, Sequence
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from liponflow import durable
from liponflow.cli.choices import Choices
from liponflow.cli.console import (
    EXIT_FAILED,
    EXIT_UNCONVERGED,
    StandardOutput,
    reported_errors,
    say,
)
from liponflow.cli.output import export, print_json
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.settings import Settings
from liponflow.store.frames import csv_text, results_frame
from liponflow.workflows.batch import BatchItem, BatchState
from liponflow.workflows.batch import run_batch as run_each
from liponflow.workflows.campaign import Campaign

if TYPE_CHECKING:
    import pandas as pd

TABLE = "batch"
"""Name of the files with the table."""


def run_batch(
    campaign: Campaign,
    chosen: Choices,
    choices: Mapping[str, Any],
    files: Sequence[Path],
    settings: Settings,
) -> list[BatchItem]:
    """Run a campaign for each structure, and say what became of it.

    Parameters
    ----------
    campaign
        The campaign.
    chosen, choices
        What the user chose, as in the record and as arguments of a request.
    files
        Files of the structures.
    settings
        Store, runs directory, workers.
    """

    def record(parameters: Any) -> dict[str, Any]:
        made = {"command": sys.argv, "kind": campaign.name}
        return made | chosen.record(campaign, parameters)

    items: list[BatchItem] = []
    for item in run_each(campaign, files, settings, choices=choices, record=record):
        items.append(item)
        where = f"{len(items)} of {len(files)}: {item.file}: {item.state}"
        say(f"{where}: {item.reason}" if item.reason else where)
    return items


def finish_batch(
    ctx: typer.Context, items: Sequence[BatchItem], *, out: Path | None, json: bool
) -> None:
    """Print the table of a batch, and write it with the figures of every result.

    Raises
    ------
    typer.Exit
        With :data:`EXIT_FAILED` if a structure failed, and with :data:`EXIT_UNCONVERGED` if
        one did not converge.
    """
    with reported_errors(debug=ctx.obj):
        _tell(items, out=out, json=json)
    if any(item.state is BatchState.FAILED for item in items):
        raise typer.Exit(EXIT_FAILED)
    # Also of results that were in the store.
    if not all(item.stored is None or item.stored.result.converged for item in items):
        raise typer.Exit(EXIT_UNCONVERGED)


def _tell(items: Sequence[BatchItem], *, out: Path | None, json: bool) -> None:
    frame = _frame(items)
    document = {"units": frame.attrs["units"], "structures": _records(frame)}
    if out is not None:
        for name, item in _folders(items).items():
            if item.stored is not None:
                export(item.stored.result, out / name)
        durable.write(out / f"{TABLE}.csv", csv_text(frame))
        durable.write(out / f"{TABLE}.json", dumps(document, indent=2, ensure_ascii=False))
        say(f"the table is in {out / TABLE}.csv and .json")
    if json:
        print_json(document)
    else:
        _print(items)


def _frame(items: Sequence[BatchItem]) -> "pd.DataFrame":
    """Return a table with a row for each structure, and the units of its columns."""
    import pandas as pd

    stored = results_frame([item.stored for item in items if item.stored is not None])
    rows = iter(stored.to_dict("records"))
    frame = pd.DataFrame(
        {"structure": str(item.file), "state": item.state.value, "reason": item.reason}
        | (next(rows) if item.stored is not None else {})
        for item in items
    )
    frame.attrs["units"] = stored.attrs["units"]
    return frame


def _records(frame: "pd.DataFrame") -> Any:
    """Return the rows as plain values; missing ones are null."""
    return loads(frame.to_json(orient="records", date_format="iso"))


def _folders(items: Sequence[BatchItem]) -> dict[str, BatchItem]:
    """Name a folder for each structure, by its file."""
    found: dict[str, BatchItem] = {}
    for item in items:
        name, number = item.file.stem, 2
        while name in found:
            name, number = f"{item.file.stem}-{number}", number + 1
        found[name] = item
    return found


def _print(items: Sequence[BatchItem]) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("structure", "state", "result", "formula", "conv."):
        table.add_column(heading, overflow="fold")
    for item in items:
        cells = ["-", "-", "-"]
        if item.stored is not None:
            result = item.stored.result
            cells = [
                item.stored.uuid[:8],
                written_by_unit(result.formula),
                "yes" if result.converged else "NO",
            ]
        table.add_row(*map(escape, [str(item.file), item.state.value, *cells]))
    StandardOutput().print(table)
