"""Measurements that belong to no campaign, here one that another package registers."""

import json
import os
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow import registry
from liponflow.cli import app

PACKAGE = '''\
"""Counts of bytes."""

from pydantic import Field

from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo, Result
from liponflow.document import Document
from liponflow.workflows.measurement import Measurement

BYTES = Measurement(
    "count-bytes",
    summary="Count the bytes of files.",
    options="byte_counts:Options",
    function="byte_counts:count",
)


class Options(Document):
    """Options."""

    weights: list[float] = Field(description="Weight of every file [dimensionless].")
    least: int = Field(1, ge=0, description="Least number.")
    doubled: bool = Field(False, description="Count everything twice.")


class Bytes(Result):
    """Counted bytes."""

    kind: str = "bytes"
    total: float = Field(description="Weighted sum.")


def count(files, options):
    """Count."""
    sizes = [file.stat().st_size for file in files]
    total = sum(map(float.__mul__, options.weights, map(float, sizes)))
    if total < options.least:
        raise ValueError(f"{files[0]}: {total:g} bytes, and the least is {options.least}")
    return Bytes(
        formula="-",
        converged=True,
        criterion="all read",
        provenance=provenance(
            engine=EngineInfo(name="-", version=None, surrogate=False),
            preset="as read",
            parameters=options.model_dump(),
            input_fingerprint="-",
            source_structure="-",
            parent_uuids=[],
        ),
        total=total * (2 if options.doubled else 1),
    )
'''
Command = Callable[..., CliResult]


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``liponflow analyze`` where another package has registered a measurement."""
    (tmp_path / "byte_counts.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in list(os.environ):
        if variable.startswith("LIPONFLOW_"):
            monkeypatch.delenv(variable)
    for name, reference in {"count-bytes": "byte_counts:BYTES", "lost": "nowhere:LOST"}.items():
        entry = EntryPoint(name, reference, registry.MEASUREMENTS)
        monkeypatch.setitem(registry._entries(registry.MEASUREMENTS), name, entry)
    (tmp_path / "a.txt").write_text("12345")
    (tmp_path / "b.txt").write_text("123")
    return lambda *words: CliRunner().invoke(app, ["analyze", *words])


def test_measurements_are_listed_beside_campaigns(analyze: Command) -> None:
    shown = " ".join(analyze("--help").stdout.split())
    assert "count-bytes Count the bytes of files." in shown
    assert " glass " in shown
    assert "lost cannot be used" in shown
    assert "No module named 'nowhere'" in analyze("lost", "a.txt").stderr


def test_options_of_a_measurement_are_flags(analyze: Command) -> None:
    shown = " ".join(analyze("count-bytes", "--help").stdout.replace("│", " ").split())
    assert "Weight of every file [dimensionless]." in shown
    assert "Least number. [default: 1]" in shown
    result = analyze("count-bytes", "a.txt", "b.txt", "--weights", "-1", "10", "--json")
    assert json.loads(result.stdout)["total"] == 25
    # Before the measurement, and in the form FLAG=VALUE.
    result = analyze("--json", "count-bytes", "a.txt", "--weights=3", "--doubled")
    assert json.loads(result.stdout)["total"] == 30


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("count-bytes nowhere.txt --weights 1", "nowhere.txt: no such file"),
        ("count-bytes a.txt --weights much", "--weights much: Input should be a valid number"),
        ("count-bytes a.txt --weights 1 --least 9", "a.txt: 5 bytes, and the least is 9"),
        ("count-byte a.txt", "nothing to analyze is called 'count-byte'; did you mean 'count-byt"),
        ("count-bytes a.txt", "--weights"),
    ],
)
def test_wrong_words_cost_one_line(analyze: Command, words: str, message: str) -> None:
    result = analyze(*words.split())
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
