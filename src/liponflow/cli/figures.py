"""The command that draws figures: of one result, or all that the sources have."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liponflow.cli.completion import result_ids
from liponflow.cli.console import StandardOutput, reported_errors, said_if_slow, say
from liponflow.cli.options import JsonOption, ResultFilesOption, StoreOption
from liponflow.cli.output import check_out, draw, print_json, settings_with, stored_result

if TYPE_CHECKING:
    from liponflow.report.source_figures import Drawable

ALL = "all"
"""In place of a result: every figure of the sources."""


def figures(
    ctx: typer.Context,
    result: Annotated[
        str | None,
        typer.Argument(
            help="First characters of the result's uuid, or `all`.",
            autocompletion=result_ids,
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory to write to.", show_default=False)
    ] = None,
    *,
    list_: Annotated[
        bool,
        typer.Option(
            "--list", help="List the figures of the sources, and what each needs to be drawn."
        ),
    ] = False,
    measured: ResultFilesOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Draw the figures of a stored result, with a table of the points of each.

    With `all`, ours of every figure of the sources that shows a calculation, a model or a fit, and
    the commands that make what is missing.
    """
    with reported_errors(debug=ctx.obj):
        if result is None and not list_:
            raise ValueError("name a result, `all`, or --list")
        if list_ or result == ALL:
            found = _drawable(store, measured or [])
            if result == ALL:
                _draw_all(found, _given(out))
            if json:
                print_json([_record(item) for item in found])
            else:
                _print(found)
            return
        stored = stored_result(str(result), store)
        paths = draw(stored.result, _given(out))
        if not paths:
            raise ValueError(f"result {stored.uuid} holds nothing that its figures show")
        for path in paths:
            typer.echo(path)


def _given(out: Path | None) -> Path:
    if out is None:
        raise ValueError("--out is missing: name the directory of the figures")
    return out


def _drawable(store: Path | None, measured: Sequence[Path]) -> "list[Drawable]":
    with said_if_slow("reading the results ..."):
        from liponflow.report.findings import all_findings
        from liponflow.report.source_figures import drawable, source_figures

        findings = all_findings(settings_with(store=store).store, measured, say)
        return drawable(source_figures(), findings)


def _draw_all(found: "Sequence[Drawable]", out: Path) -> None:
    """Draw every figure of the results that the figures of the sources need."""
    check_out(out)
    results = {item.figure.kind: item.finding.result for item in found if item.finding}
    number = 0
    for kind, result in results.items():
        number += len(draw(result, out / kind))
    say(f"{number} files written to {out}, in a folder for each kind of result")


def _record(item: "Drawable") -> dict[str, object]:
    figure = item.figure
    return figure.model_dump() | {
        "result": item.finding.name if item.finding else None,
        "missing": item.reason or None,
    }


def _print(found: "Sequence[Drawable]") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("source", "figure", "shows", "by", "ours"):
        table.add_column(heading, overflow="fold")
    for item in found:
        figure = item.figure
        ours = f"{figure.kind}/{figure.figure}" if item.finding else f"- {item.reason}"
        cells = (figure.source, figure.number, figure.shows, figure.nature, ours)
        table.add_row(*map(escape, cells))
    StandardOutput().print(table)
    drawn = sum(item.finding is not None for item in found)
    say(f"{drawn} of {len(found)} can be drawn")
    for command in dict.fromkeys(item.figure.command for item in found if item.is_missing):
        say(f"  {command}")
