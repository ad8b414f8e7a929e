"""Results as tables on the terminal, readable at 80 columns."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from liponflow.analysis.quantity import Column, column_of, inline_of
from liponflow.analysis.result import EngineInfo, Result
from liponflow.store.frames import states_frame, table_items, tables
from liponflow.store.results import StoredResult

if TYPE_CHECKING:
    from liponflow.cost.estimate import Estimate
    from liponflow.inputs.difference import Difference


UNLIMITED = 10_000
"""Width (characters) at which a table is measured."""

MOST_ROWS = 40
"""Rows of a table that a terminal shows."""

SURROGATE_NOTE = "* computed with a potential, not DFT"


def print_list(found: Sequence[StoredResult], console: Console | None = None) -> None:
    """Print one line per result."""
    console = console or Console()
    table = _empty("uuid", "kind", "formula", "engine", "preset", "conv.", "completed")
    for item in found:
        made = item.result.provenance
        table.add_row(
            item.uuid[:8],
            item.result.kind,
            item.result.formula,
            _short(made.engine),
            made.preset,
            _text(item.result.converged),
            f"{item.completed_at:%Y-%m-%d %H:%M}",
        )
    console.print(table)
    if any(item.result.provenance.engine.surrogate for item in found):
        console.print(SURROGATE_NOTE, markup=False)


def print_result(stored: StoredResult, console: Console | None = None) -> None:
    """Print a result of the store under its uuid."""
    print_document(stored.result, stored.uuid, console)


def print_document(result: Result, uuid: str = "", console: Console | None = None) -> None:
    """Print a result: its scalar fields, its tables and what made it."""
    console = console or Console()
    title = f"{result.kind} of {result.formula}  {uuid}".rstrip()
    console.print(title, style="bold", markup=False)
    console.print(_fields(result))
    for name in tables(result):
        _print_table(result, name, console)
    for warning in result.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)


def _fields(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    made = result.provenance
    grid.add_row("engine", made.engine.label)
    grid.add_row("functional", made.engine.functional or "unknown")
    grid.add_row("preset", made.preset)
    grid.add_row("structure", made.source_structure)
    model = type(result)
    for name in model.model_fields:
        value, inline = getattr(result, name), inline_of(model, name)
        column = column_of(model, name)
        if name in {"kind", "formula", "schema_version"} or value is None:
            continue
        if isinstance(value, str | int | float):
            _add_field(grid, column or Column(heading=name), value)
        elif inline is not None:
            for key, inner in inline.columns(type(value)):
                if getattr(value, key) is not None:
                    _add_field(grid, inner, getattr(value, key))
        elif isinstance(value, list) and column is not None and column.heading:
            grid.add_row(column.title(), "\n".join(value) or "none")
    return grid


def _add_field(grid: Table, column: Column, value: str | float) -> None:
    grid.add_row(column.title().replace("\n", ", "), _text(value, column.fmt))


def _print_table(result: Result, name: str, console: Console) -> None:
    frame = states_frame(result, name)
    columns = _columns(type(table_items(result, name)[0]), list(frame.columns))
    if not columns:  # curves, which no terminal shows
        return
    rows = frame.head(MOST_ROWS).to_dict("records")
    any_width = console.options.update(width=UNLIMITED)
    for shown in range(len(columns), 0, -1):
        table = _table(rows, dict(list(columns.items())[:shown]))
        if Measurement.get(console, any_width, table).minimum <= console.width:
            break
    console.print()
    console.print(name, style="bold")
    console.print(table)
    if len(frame) > MOST_ROWS:
        console.print(f"{len(frame) - MOST_ROWS} more rows are in the export", style="dim")
    if hidden := list(columns)[shown:]:
        console.print(f"not shown in {console.width} columns: {', '.join(hidden)}", style="dim")


def _columns(model: type[BaseModel], names: Sequence[str]) -> dict[str, tuple[str, Column]]:
    """Choose the columns of a table, in order, each with its title and format.

    A dictionary of numbers has one column per key, which is dotted: ``moments.Ni``.
    """
    chosen = {}
    for field in getattr(model, "summary_columns", model.model_fields):
        column = column_of(model, field)
        if column is None or not column.heading:
            continue
        for name in names:
            if name == field or name.startswith(f"{field}."):
                chosen[name] = (column.title(name.removeprefix(f"{field}.")), column)
    return chosen


def _table(rows: Sequence[dict[Any, Any]], columns: Mapping[str, tuple[str, Column]]) -> Table:
    table = _empty()
    cells = []
    for name, (title, column) in columns.items():
        texts = [_text(row[name], column.fmt) for row in rows]
        cells.append(texts)
        table.add_column(
            title,
            justify="right" if column.fmt else "left",
            min_width=None if column.wraps else max(map(len, [*title.splitlines(), *texts])),
        )
    for row in zip(*cells, strict=True):
        table.add_row(*row)
    return table


def _empty(*headings: str) -> Table:
    return Table(*headings, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)


def _short(engine: EngineInfo) -> str:
    return engine.short + ("*" if engine.surrogate else "")


def _text(value: Any, format_: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if value is None or value != value:  # noqa: PLR0124 - NaN, pandas' word for None
        return "-"
    return f"{value:{format_}}"


def print_estimate(estimate: "Estimate", console: Console | None = None) -> None:
    """Print the calculations of a flow and their estimated cost."""
    console = console or Console()
    table = _empty("calculation", "jobs", "atoms", "k-points", "ionic steps", "core-hours")
    for line in estimate.lines:
        numbers = (line.jobs, line.atoms, line.kpoints, line.ionic_steps)
        table.add_row(line.name, *map(str, numbers), _hours(line.core_hours))
    jobs = sum(line.jobs for line in estimate.lines)
    table.add_row("all", str(jobs), "", "", "", _hours(estimate.core_hours), style="bold")
    console.print(table)
    console.print(f"basis: {estimate.basis}", markup=False, highlight=False)


def _hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.2g}"  # noqa: PLR2004 - an estimate


def print_differences(found: Sequence["Difference"], console: Console | None = None) -> None:
    """Print the differences between a VASP directory and an input set."""
    console = console or Console()
    if not found:
        console.print("no difference")
        return
    table = Table(box=SIMPLE_HEAD)
    for heading in ("file", "key", "there", "ours", "source of ours"):
        table.add_column(heading, overflow="fold")
    for item in found:
        texts = (escape(str(value)) for value in (item.theirs, item.ours, item.source))
        table.add_row(item.file, item.key, *texts)
    console.print(table)
