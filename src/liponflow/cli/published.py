"""The command that shows published tables."""

from pathlib import Path
from typing import Annotated

import typer

from liponflow import durable, registry
from liponflow.cli.completion import table_names
from liponflow.cli.console import reported_errors, say
from liponflow.cli.options import JsonOption
from liponflow.cli.output import check_out, print_json


def published(
    ctx: typer.Context,
    table: Annotated[
        str | None,
        typer.Argument(help="Table \\[default: list them].", autocompletion=table_names),
    ] = None,
    *,
    json: JsonOption = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the rows as CSV, units in the header.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Also write the figure and the rows here.")
    ] = None,
) -> None:
    """Show tables of published values, with their sources."""
    with reported_errors(debug=ctx.obj):
        from liponflow.analysis.published_tables import TABLES, get_table

        if table is None:
            found = {name: kind.read() for name, kind in TABLES.items()}
            if json:
                print_json({name: item.model_dump(mode="json") for name, item in found.items()})
                return
            for name, item in found.items():
                typer.echo(f"{name}: {item.title} ({len(item.rows)} rows)")
            return
        kind = get_table(table)
        known = kind.read()
        check_out(out)
        if json:
            print_json(known.model_dump(mode="json"))
        elif csv:
            from liponflow.store.frames import csv_text, rows_frame

            typer.echo(csv_text(rows_frame(known.rows)), nl=False)
        else:
            from liponflow.cli.tables import print_rows

            print_rows(known.title, known.rows)
            typer.echo(f"source: {known.source}\nnote: {known.note}")
        if out is not None:
            from liponflow.figures.style import save
            from liponflow.store.frames import csv_text, rows_frame

            written = save(registry.resolve(kind.figure)(known), out / table)
            written.append(out / f"{table}.csv")
            durable.write(written[-1], csv_text(rows_frame(known.rows)))
            say(f"{len(written)} files written to {out}")
