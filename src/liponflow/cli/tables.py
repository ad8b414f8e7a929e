"""Results as tables on the terminal, readable at 80 columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.segment import Segment, Segments
from rich.table import Table

from liponflow.analysis.quantity import Column, column_of, inline_of
from liponflow.analysis.result import EngineInfo, Provenance, Result
from liponflow.cli.console import StandardOutput
from liponflow.crystals.formula_unit import written_by_unit
from liponflow.store.frames import table_items, table_rows, tables
from liponflow.store.reading import ResultSummary, StoredResult

if TYPE_CHECKING:
    from liponflow.analysis.method import Comparison
    from liponflow.cost.estimate import Estimate
    from liponflow.diagnosis import Finding
    from liponflow.inputs.difference import Difference


UNLIMITED = 10_000
"""Width (characters) at which a table is measured."""

SHORT_UUID = 8
"""Characters of a uuid that a list shows, if they tell its results apart."""

MOST_LAID_OUT = 500
"""Rows of a list that rich lays out, which takes 1 ms each; more are printed as plain lines."""

GAP = 2
"""Spaces between columns of plain lines, as rich sets them."""

MOST_ROWS = 40
"""Rows of a table that a terminal shows."""

SURROGATE_NOTE = "* computed with a potential, not DFT"


@dataclass(frozen=True)
class _Shown:
    """A column of a table: its title, its values and how they are set."""

    title: str
    texts: Sequence[str]
    numeric: bool = False
    wraps: bool = False
    """Whether a long value may take several lines."""


def print_list(found: Sequence[ResultSummary], console: Console | None = None) -> None:
    """Print one line per result."""
    console = console or StandardOutput()
    length = _unique_length(item.uuid for item in found)
    columns = {
        "uuid": [item.uuid[:length] for item in found],
        "kind": [item.kind for item in found],
        "formula": [written_by_unit(item.formula) for item in found],
        "engine": [_short(item.engine) for item in found],
        "preset": [item.preset for item in found],
        "conv.": [_text(item.converged) for item in found],
        "completed": [f"{item.completed_at:%Y-%m-%d %H:%M}" for item in found],
    }
    wrapping = {"engine", "preset", "completed"}
    hidden = _print_columns(
        {name: _Shown(name, texts, wraps=name in wrapping) for name, texts in columns.items()},
        console,
        expendable=("preset", "completed", "engine", "conv.", "formula", "kind"),
    )
    _print_hidden(hidden, console)
    if any(item.engine.surrogate for item in found):
        console.print(SURROGATE_NOTE, markup=False)


def _unique_length(uuids: Iterable[str]) -> int:
    """Return how many characters tell uuids apart, at least :data:`SHORT_UUID`.

    Runs of the same job have the same uuid.
    """
    distinct = set(uuids)
    length = SHORT_UUID
    while len({uuid[:length] for uuid in distinct}) < len(distinct):
        length += 1
    return length


def print_result(stored: StoredResult, console: Console | None = None) -> None:
    """Print a result of the store under its uuid."""
    print_document(stored.result, stored.uuid, console)


def print_document(result: Result, uuid: str = "", console: Console | None = None) -> None:
    """Print a result: its scalar fields, its tables and what made it."""
    console = console or StandardOutput()
    title = f"{result.kind} of {written_by_unit(result.formula)}  {uuid}".rstrip()
    console.print(title, style="bold", markup=False)
    console.print(_fields(result))
    for name in tables(result):
        print_rows(name, table_items(result, name), console)
    for warning in result.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)


def _fields(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    for _ in range(2):
        grid.add_column(overflow="fold")
    _add_origin(grid, result.provenance)
    model = type(result)
    for name in model.model_fields:
        value, inline = getattr(result, name), inline_of(model, name)
        column = column_of(model, name)
        if name in {"kind", "formula", "schema_version"} or value is None:
            continue
        if isinstance(value, str | int | float):
            _add_field(grid, column or Column(heading=name.replace("_", " ")), value)
        elif inline is not None:
            for key, inner in inline.columns(type(value)):
                if getattr(value, key) is not None:
                    _add_field(grid, inner, getattr(value, key))
        elif isinstance(value, EngineInfo) and column is not None:
            grid.add_row(column.title(), value.label)
        elif isinstance(value, list) and column is not None and column.heading:
            grid.add_row(column.title(), "\n".join(value) or "none")
    return grid


def _add_origin(grid: Table, made: Provenance) -> None:
    grid.add_row("engine", made.engine.label)
    grid.add_row("functional", made.engine.functional or "unknown")
    grid.add_row("preset", made.preset)
    grid.add_row("structure", made.source_structure)
    if made.continues is not None:
        grid.add_row("continues", f"result {made.continues}")


def _add_field(grid: Table, column: Column, value: str | float) -> None:
    grid.add_row(column.title().replace("\n", ", "), _text(value, column.fmt))


def print_rows(title: str, items: Sequence[BaseModel], console: Console | None = None) -> None:
    """Print submodels of one class as a table, under a title; nothing if no column is shown."""
    console = console or StandardOutput()
    rows = table_rows(items)
    columns = _columns(type(items[0]), list(dict.fromkeys(key for row in rows for key in row)))
    if not columns:  # curves, which no terminal shows
        return
    shown = {
        key: _Shown(
            title,
            [_text(row.get(key), column.fmt) for row in rows[:MOST_ROWS]],
            numeric=bool(column.fmt),
            wraps=column.wraps,
        )
        for key, (title, column) in columns.items()
        # A quantity that no row has, such as c/a of a layered host, takes no room.
        if any(row.get(key) is not None for row in rows)
    }
    console.print()
    console.print(title, style="bold", markup=False)
    hidden = _print_columns(shown, console, expendable=list(shown)[:0:-1])
    if len(rows) > MOST_ROWS:
        console.print(f"{len(rows) - MOST_ROWS} more rows are in the export", style="dim")
    _print_hidden(hidden, console)


def _print_columns(
    columns: Mapping[str, _Shown],
    console: Console,
    expendable: Sequence[str],
    *,
    with_total: bool = False,
) -> list[str]:
    """Print the columns that fit without cutting a value, and return the names of the others.

    Parameters
    ----------
    columns
        Columns by name, in order.
    console
        Where to print.
    expendable
        Names of columns to leave out where they do not fit, the first one first.
    with_total
        Whether the last row is a sum.
    """
    any_width = console.options.update(width=UNLIMITED)
    is_long = any(len(column.texts) > MOST_LAID_OUT for column in columns.values())
    left_out: list[str] = []
    while True:
        chosen = [column for name, column in columns.items() if name not in left_out]
        if is_long:
            widths = [max(map(len, [column.title, *column.texts])) for column in chosen]
            width = sum(widths) + GAP * (len(widths) - 1)
        else:
            table = _table(chosen, with_total=with_total)
            width = Measurement.get(console, any_width, table).minimum
        if len(left_out) == len(expendable) or width <= console.width:
            break
        left_out.append(expendable[len(left_out)])
    if is_long:
        # As one segment: rich would split a text into lines, which takes most of the time.
        console.print(Segments([Segment(_lines(chosen, widths))]), crop=False)
    else:
        console.print(table)
    return [name for name in columns if name in left_out]


def _lines(columns: Sequence[_Shown], widths: Sequence[int]) -> str:
    """Return a table as plain text that looks as rich's, a line for each row."""
    padded = [
        [text.rjust(width) if column.numeric else text.ljust(width) for text in texts]
        for column, width in zip(columns, widths, strict=True)
        for texts in [[column.title, *column.texts]]
    ]
    title, *rows = [(" " * GAP).join(row).rstrip() for row in zip(*padded, strict=True)]
    rule = "\u2500" * (sum(widths) + GAP * (len(widths) - 1))
    return "\n".join([title, rule, *rows, ""])


def _print_hidden(names: Sequence[str], console: Console) -> None:
    if names:
        console.print(f"not shown in {console.width} columns: {', '.join(names)}", style="dim")


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


def _table(columns: Sequence[_Shown], *, with_total: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    for column in columns:
        # A single column folds rather than lose a part of a value.
        rigid = not column.wraps and len(columns) > 1
        lines = [*column.title.splitlines(), *column.texts]
        table.add_column(
            column.title,
            justify="right" if column.numeric else "left",
            no_wrap=rigid,
            min_width=max(map(len, lines)) if rigid else None,
            overflow="fold",
        )
    rows = list(zip(*(column.texts for column in columns), strict=True))
    for number, row in enumerate(rows, start=1):
        table.add_row(
            *map(escape, row), style="bold" if with_total and number == len(rows) else None
        )
    return table


def _short(engine: EngineInfo) -> str:
    return engine.short + ("*" if engine.surrogate else "")


def _text(value: Any, format_: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if value is None:
        return "-"
    return f"{value:{format_}}"


def print_findings(found: Mapping[str, Sequence["Finding"]]) -> None:
    """Print what a machine has of each engine; remedies are unbroken lines, to be copied."""
    console = StandardOutput()

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    for name, findings in found.items():
        if len(found) > 1:
            line(name)
        for finding in findings:
            part = "" if finding.part == name and len(found) > 1 else f"{finding.part}: "
            line(f"{finding.state.value:>8}  {part}{finding.found}")
            if finding.remedy:
                line(f"{'':10}{finding.remedy}")


def print_estimate(estimate: "Estimate", console: Console | None = None) -> None:
    """Print the calculations of a flow and their estimated cost."""
    console = console or StandardOutput()
    lines = estimate.lines
    columns = {
        "calculation": _Shown("calculation", [*(line.name for line in lines), "all"], wraps=True),
        "jobs": _number("jobs", [line.jobs for line in lines], estimate.jobs),
        "atoms": _number("atoms", [line.atoms for line in lines]),
        "k-points": _number("k-points", [line.kpoints for line in lines]),
        "ionic steps": _number("ionic steps", [line.ionic_steps for line in lines]),
        "core-hours": _Shown(
            "core-hours",
            [*(_hours(line.core_hours) for line in lines), _hours(estimate.core_hours)],
        ),
    }
    hidden = _print_columns(
        columns, console, expendable=("k-points", "ionic steps", "atoms"), with_total=True
    )
    _print_hidden(hidden, console)
    for line in (f"basis: {estimate.basis}", *estimate.advice):
        console.print(line, markup=False, highlight=False)


def _number(title: str, numbers: Sequence[int], total: int | None = None) -> _Shown:
    return _Shown(title, [*map(str, numbers), "" if total is None else str(total)])


def _hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.2g}"  # noqa: PLR2004 - an estimate


def print_differences(found: Sequence["Difference"]) -> None:
    """Print the differences between a VASP directory and an input set."""
    console = StandardOutput()
    if not found:
        console.print("no difference")
        return
    table = Table(box=SIMPLE_HEAD)
    for heading in ("differs in", "file", "key", "there", "ours", "source of ours"):
        table.add_column(heading, overflow="fold")
    roles = list(type(found[0].role))
    for item in sorted(found, key=lambda item: roles.index(item.role)):
        values = ("default" if value is None else value for value in (item.theirs, item.ours))
        texts = (escape(str(value)) for value in (*values, item.source))
        table.add_row(item.role, item.file, item.key, *texts)
    console.print(table)
    if not any(item.role.matters for item in found):
        console.print("no difference in physics or numerics")


def print_comparison(comparison: "Comparison") -> None:
    """Print the differences of two methods; nothing if there is none."""
    if not comparison.differences:
        return
    table = Table(box=SIMPLE_HEAD)
    for heading in ("setting", "first", "second", "energies"):
        table.add_column(heading, overflow="fold")
    for item in comparison.differences:
        verdict = "do not compare" if item.fundamental else "may differ"
        table.add_row(item.setting, *map(escape, item.values), verdict)
    StandardOutput().print(table)
