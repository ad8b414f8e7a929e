"""The command that shows published tables."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.analysis.published_tables import TABLES
from liponflow.cli import app


def liponflow(*arguments: str) -> CliResult:
    return CliRunner().invoke(app, ["published", *arguments])


def test_tables_are_listed() -> None:
    lines = liponflow().stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == list(TABLES)
    assert "(37 rows)" in lines[0]
    assert list(json.loads(liponflow("--json").stdout)) == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_printed_with_their_source(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = liponflow(name)
    assert shown.exit_code == 0
    table = TABLES[name].read()
    assert f"source: {table.source}" in shown.stdout
    first = str(next(iter(table.rows[0].model_dump().values())))
    assert first in shown.stdout


def test_csv_has_units_and_json_every_field() -> None:
    rows = list(csv.DictReader(liponflow("derivatives", "--csv").stdout.splitlines()))
    assert len(rows) == 37
    assert float(rows[0]["conductivity (S/cm)"]) == 5.65e-6
    assert rows[0]["modelled"] == "Li2.3Si0.2PO2.4N1.1"
    document = json.loads(liponflow("derivatives", "--json").stdout)
    assert document["references"]["Lee 2003"].startswith("S.-J. Lee")


def test_figure_and_rows_are_written(tmp_path: Path) -> None:
    assert liponflow("synthesis", "--out", str(tmp_path)).exit_code == 0
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"synthesis.png", "synthesis.svg", "synthesis.pdf", "synthesis.csv"}


def test_an_unknown_table_is_refused_with_the_nearest() -> None:
    shown = liponflow("derivative")
    assert shown.exit_code == 2
    assert "did you mean 'derivatives'?" in shown.stderr
