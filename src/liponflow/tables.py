"""Results as tables on the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from liponflow.analysis.result import Result
from liponflow.store import StoredResult
from liponflow.store.frames import states_frame, tables

DIGITS = 4
"""Significant digits on the terminal; JSON and CSV have them all."""


def print_list(found: Sequence[StoredResult], console: Console | None = None) -> None:
    """Print one line per result."""
    table = Table("uuid", "kind", "formula", "engine", "preset", "converged", "completed")
    for item in found:
        made = item.result.provenance
        table.add_row(
            item.uuid[:8],
            item.result.kind,
            item.result.formula,
            made.engine.label,
            made.preset,
            "yes" if item.result.converged else "NO",
            f"{item.completed_at:%Y-%m-%d %H:%M}",
        )
    (console or Console()).print(table)


def print_result(stored: StoredResult, console: Console | None = None) -> None:
    """Print a result: its scalar fields, its tables and what made it."""
    console = console or Console()
    result = stored.result
    console.print(f"{result.kind} of {result.formula}  {stored.uuid}", style="bold", markup=False)
    console.print(_fields(result))
    for name in tables(result):
        console.print(_table(result, name))
    for warning in result.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)


def _fields(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    made = result.provenance
    grid.add_row(
        "engine", f"{made.engine.label}, {made.engine.functional or 'functional unknown'}"
    )
    grid.add_row("preset", f"{made.preset}, source {made.source_structure}")
    for name in type(result).model_fields:
        value = getattr(result, name)
        if name not in {"kind", "formula"} and isinstance(value, str | int | float):
            grid.add_row(name, _text(value))
    return grid


def _table(result: Result, name: str) -> Table:
    frame = states_frame(result, name)
    model = type(getattr(result, name)[0])
    summary = getattr(model, "summary_columns", frame.columns)
    columns = [c for c in frame.columns if c in summary or c.startswith("moments.")]
    table = Table(*columns, title=name, title_justify="left")
    for row in frame[columns].itertuples(index=False):
        table.add_row(*(_text(value) for value in row))
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    return str(value)
