"""Commands about results in the store."""

from contextlib import closing
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liponflow.analysis.kinds import get_kind
from liponflow.cli.comparison import results_compare
from liponflow.cli.console import EXIT_FAILED, reported_errors, say
from liponflow.cli.deletion import results_delete
from liponflow.cli.options import (
    Format,
    JsonOption,
    ResultArgument,
    ResultKindArgument,
    ResultKindOption,
    StoreOption,
)
from liponflow.cli.output import print_json, settings_with, stored_result
from liponflow.cli.synchronisation import results_sync

if TYPE_CHECKING:
    from liponflow.store.file import StoreError

app = typer.Typer(help="Query and export results.", no_args_is_help=True)


@app.command("list")
def results_list(
    ctx: typer.Context,
    *,
    kind: ResultKindOption = None,
    formula: Annotated[
        str | None, typer.Option(help="Only this formula, however it is written.")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Only this engine.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Completed at or after.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Completed at or before.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD>VALUE", help="Condition on a field; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Most results; 0 for all.")] = 50,
    store: StoreOption = None,
    json: JsonOption = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print every scalar field as CSV, units in the header.")
    ] = False,
) -> None:
    """List results, the latest first.

    Results that cannot be read are named, and the exit status is 1.
    """
    with reported_errors(debug=ctx.obj):
        from liponflow.store.conditions import Filters
        from liponflow.store.frames import csv_text, results_frame
        from liponflow.store.results import find_results, find_summaries, open_results

        if kind is not None:
            get_kind(kind)  # an unknown one is named
        skipped: list[StoreError] = []
        location = settings_with(store=store).store
        chosen: Filters = {
            "kind": kind,
            "formula": formula,
            "engine": engine,
            "since": since,
            "until": until,
            "where": where or [],
            "limit": limit and limit + 1,
            "skipped": skipped,
        }
        asked = (kind, formula, engine, since, until, where)
        most = limit or None
        if json or csv:
            with closing(open_results(location)) as opened:
                found = find_results(opened, **chosen)
            number = len(found)
            if json:
                documents = [
                    {"uuid": item.uuid, "completed_at": item.completed_at.isoformat()}
                    | item.result.with_units()
                    for item in found[:most]
                ]
                print_json(documents)
            else:
                typer.echo(csv_text(results_frame(found[:most])), nl=False)
        else:
            with closing(open_results(location)) as opened:
                summaries = find_summaries(opened, **chosen)
            number = len(summaries)
            if summaries:
                import_module("liponflow.cli.tables").print_list(summaries[:most])
        if not number and not skipped:
            say("no result matches" if any(asked) else "the store holds no results")
        if 0 < limit < number:
            say(f"there are more results than these {limit}: --limit 0 lists all")
        for error in skipped:
            say(f"skipped a result: {error}", style="red")
        if skipped:
            raise typer.Exit(EXIT_FAILED)


@app.command("show")
def results_show(
    ctx: typer.Context,
    result: ResultArgument,
    *,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show a result."""
    with reported_errors(debug=ctx.obj):
        stored = stored_result(result, store)
        if json:
            print_json(stored.result.with_units())
        else:
            import_module("liponflow.cli.tables").print_result(stored)


app.command("compare")(results_compare)
app.command("delete")(results_delete)
app.command("sync")(results_sync)


@app.command("schema")
def results_schema(ctx: typer.Context, kind: ResultKindArgument) -> None:
    """Print the JSON schema of a kind of result: every field with its unit."""
    with reported_errors(debug=ctx.obj):
        print_json(get_kind(kind).load().model_json_schema())


@app.command("export")
def results_export(
    ctx: typer.Context,
    result: ResultArgument,
    out: Annotated[Path, typer.Option(help="File to write.")],
    *,
    format_: Annotated[
        Format | None, typer.Option("--format", help="\\[default: by the file's ending]")
    ] = None,
    field: Annotated[
        str | None,
        typer.Option(help="Table (CSV) or structure (CIF, POSCAR), e.g. states or states.2."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Export a result: all of it as JSON, a table as CSV, a structure as CIF or POSCAR."""
    with reported_errors(debug=ctx.obj):
        from liponflow.store.export import export

        export(stored_result(result, store).result, out, format_ and format_.value, field)
        typer.echo(out)


@app.command("check")
def results_check(ctx: typer.Context, *, store: StoreOption = None) -> None:
    """Check a store: damaged, missing or repeated documents, data and files; newer schemas."""
    with reported_errors(debug=ctx.obj):
        from liponflow.store.check import check_store
        from liponflow.store.results import open_store

        with closing(open_store(settings_with(store=store).store, read_only=True)) as opened:
            check = check_store(opened)
        for problem in check.problems:
            typer.echo(problem)
        count = len(check.problems)
        found = f"{count} problem{'' if count == 1 else 's'}" if count else "no problems"
        say(f"{check.documents} documents checked, {found}")
        if not check.sound:
            raise typer.Exit(EXIT_FAILED)
