"""Command that compares results."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from liponflow.cli.completion import result_ids
from liponflow.cli.console import StandardOutput, reported_errors, say
from liponflow.cli.options import JsonOption, StoreOption
from liponflow.cli.output import print_json, settings_with

if TYPE_CHECKING:
    from liponflow.store.comparison import ComparedResults

MOST_ROWS = 60
"""Quantities that a terminal shows."""


def results_compare(
    ctx: typer.Context,
    results: Annotated[
        list[str],
        typer.Argument(
            help="First characters of the uuids of two results or more.",
            autocompletion=result_ids,
        ),
    ],
    *,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Compare results of one kind: quantities side by side, and in what the results differ.

    Differences are to the first result. Methods whose energies are on different scales are named.
    """
    with reported_errors(debug=ctx.obj):
        from liponflow.store.comparison import compare_results
        from liponflow.store.results import get_result, open_results

        with closing(open_results(settings_with(store=store).store)) as opened:
            compared = compare_results([get_result(opened, beginning) for beginning in results])
        if json:
            print_json(compared.document())
        else:
            _print(compared)


def _print(compared: "ComparedResults") -> None:
    from liponflow.crystals.formula_unit import written_by_unit

    console = StandardOutput()
    names = [item.uuid[:8] for item in compared.results]
    for name, stored in zip(names, compared.results, strict=True):
        result = stored.result
        console.print(
            f"{name}  {result.kind} of {written_by_unit(result.formula)}, "
            f"{result.provenance.engine.label}",
            markup=False,
            highlight=False,
        )
    settings = [[differing.name, *map(_text, differing.values)] for differing in compared.settings]
    if settings:
        console.print(_table(["differs", *names], settings))
    rows = []
    for item in compared.quantities[:MOST_ROWS]:
        later = zip(item.values[1:], item.differences[1:], strict=True)
        cells = [text for pair in later for text in (_number(pair[0]), _signed(pair[1]))]
        rows.append([item.name, item.unit or "", _number(item.values[0]), *cells])
    headings = [heading for name in names[1:] for heading in (name, "difference")]
    console.print(_table(["quantity", "unit", names[0], *headings], rows, numbers=2))
    if len(compared.quantities) > MOST_ROWS:
        more = len(compared.quantities) - MOST_ROWS
        console.print(f"{more} more quantities are in the output of --json", style="dim")
    for name, reason in zip(names, compared.methods, strict=True):
        if reason:
            say(f"the energies of {names[0]} and {name} do not compare: {reason}", style="yellow")


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> Table:
    """Make a table, whose columns from `numbers` on are numbers if it is not 0."""
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for place, heading in enumerate(headings):
        numeric = 0 < numbers <= place
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3g}"
