"""The command line: each command parses, calls one function and prints.

Every heavy import stands inside its command, so that ``liponflow --help`` answers at once.
"""

from typing import Annotated

import typer

from liponflow import __version__
from liponflow.cli import campaigns, files, results

app = typer.Typer(
    name="liponflow",
    help="Computational-materials workflows for the LiPON thin-film battery.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("run")(campaigns.run)
app.command()(campaigns.resume)
app.command()(campaigns.inputs)
app.command()(files.ingest)
app.command()(files.analyze)
app.command()(results.figures)
app.add_typer(results.app, name="results")


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    *,
    debug: Annotated[bool, typer.Option(help="Show the traceback of errors.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Computational-materials workflows for the LiPON thin-film battery."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    ctx.obj = debug
