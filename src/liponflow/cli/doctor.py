"""The command that examines an engine on this machine."""

import sys
from contextlib import redirect_stdout
from importlib import import_module
from typing import Annotated

import typer

from liponflow.cli.completion import engine_names
from liponflow.cli.console import EXIT_FAILED, reported_errors


def doctor(
    ctx: typer.Context,
    engine: Annotated[
        str | None,
        typer.Argument(
            help="An engine \\[default: all registered ones].", autocompletion=engine_names
        ),
    ] = None,
) -> None:
    """Tell which engines can run here, and how to install what one lacks.

    The exit code is 1 if the named engine cannot run.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        from liponflow.engines.diagnosis import missing
        from liponflow.engines.registry import engine_class, engine_names
        from liponflow.settings import load_settings

        settings = load_settings()
        names = [engine] if engine else engine_names()
        found = {name: engine_class(name).diagnose(name, settings) for name in names}
    print_findings = import_module("liponflow.cli.tables").print_findings
    print_findings(found)
    if engine and missing(found[engine]):
        raise typer.Exit(EXIT_FAILED)
