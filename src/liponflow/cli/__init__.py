"""The command line: each command parses, calls one function and prints.

Heavy imports are inside the commands, so that ``liponflow --help`` answers at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from liponflow import __version__
from liponflow.cli import (
    campaigns,
    completion,
    doctor,
    figures,
    files,
    models,
    presets,
    published,
    remote,
    report,
    results,
    setup,
    submit,
)
from liponflow.cli.console import EXIT_USAGE, say

ORDER = (
    "run", "resume", "presets", "inputs", "ingest", "analyze", "model", "published", "figures",
    "report", "results", "submit", "status", "cancel", "rerun", "fetch", "setup", "doctor",
)  # fmt: skip
"""Commands in the order in which a user needs them."""


class Commands(TyperGroup):
    """All commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the commands, groups among them."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse empty words, which no command takes: ``--out ''``, ``results show ''``."""
        for before, word in pairwise(["", *args]):
            option = word.removesuffix("=") if word.startswith("--") else ""
            if not word.strip() or (option and option != word):
                named = option or (before if before.startswith("--") else "")
                say(
                    f"error: {named or 'an argument'} is empty: give "
                    f"{f'{named} a value, or leave it out' if named else 'a name or a path'}",
                    style="red",
                )
                raise typer.Exit(EXIT_USAGE)
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the words before the name of a command."""
        with _usage_in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Read the other words, and run the command."""
        with _usage_in_one_line():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, or complete it for a shell."""
        with completion.shell_words():
            return super().main(*args, **kwargs)


@contextmanager
def _usage_in_one_line() -> Iterator[None]:
    """Print an error of usage as all others are, and not in a frame of four lines."""
    try:
        yield
    except typer.TyperException as error:
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        if not text:  # the help was printed, for want of a command
            raise
        text = " ".join(text.split()).rstrip(".").replace(": Value error, ", ": ")
        command = getattr(getattr(error, "ctx", None), "command_path", "liponflow")
        say(f"error: {text[:1].lower()}{text[1:]} (see {command} --help)", style="red")
        raise typer.Exit(EXIT_USAGE) from None


app = typer.Typer(
    name="liponflow",
    cls=Commands,
    help="Computational-materials workflows for the LiPON thin-film battery.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for name, group, action in (
    ("run", campaigns.RunGroup, campaigns.run),
    ("inputs", campaigns.InputsGroup, campaigns.inputs),
    ("analyze", campaigns.AnalyzeGroup, campaigns.analyze),
    ("submit", submit.SubmitGroup, submit.submit),
):
    app.add_typer(
        typer.Typer(cls=group, help=action.__doc__, no_args_is_help=True),
        name=name,
        subcommand_metavar="CAMPAIGN [OPTIONS]...",
    )
app.add_typer(
    typer.Typer(cls=models.ModelGroup, help=models.model.__doc__, no_args_is_help=True),
    name="model",
    subcommand_metavar="MODEL [OPTIONS]...",
)
app.command()(campaigns.resume)
app.command()(files.ingest)
app.command()(figures.figures)
app.command()(report.report)
app.add_typer(results.app, name="results")
app.add_typer(presets.app, name="presets")
app.command()(published.published)
app.command()(remote.status)
app.command()(remote.cancel)
app.command()(remote.rerun)
app.command()(remote.fetch)
app.add_typer(setup.app, name="setup")
app.command()(doctor.doctor)


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
