"""The command that writes the report."""

from pathlib import Path
from typing import Annotated

import typer

from liponflow import durable
from liponflow.cli.console import reported_errors, said_if_slow, say
from liponflow.cli.options import ResultFilesOption, StoreOption
from liponflow.cli.output import check_file, settings_with


def report(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("report.html"),
    *,
    measured: ResultFilesOption = None,
    store: StoreOption = None,
) -> None:
    """Write one page with every published number beside ours, all figures and structures.

    The page needs no network. Numbers without a result are listed with the command that makes it.
    """
    with reported_errors(debug=ctx.obj):
        check_file(out)
        with said_if_slow("reading the results and drawing the figures ..."):
            write_report(out, settings_with(store=store).store, measured or [])
        say(f"the report is in {out}")


def write_report(out: Path, store: "Path | dict[str, object]", measured: list[Path]) -> None:
    """Write the report of a store and of files, and say how many numbers pass."""
    from liponflow.report.catalogue import catalogue
    from liponflow.report.findings import all_findings
    from liponflow.report.page import make_page

    findings = all_findings(store, measured, say)
    durable.write(out, make_page(catalogue(), findings))
