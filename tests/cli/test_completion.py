"""Completion in bash, which divides words at ``=``, and in fish, which does not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.cli.completion import join_words, result_ids, run_names

Complete = Callable[[str], list[str]]


@pytest.fixture
def bash() -> Complete:
    """Complete the last word of a line as bash asks for it."""

    def complete(line: str) -> list[str]:
        words = line.replace("=", " = ").split(" ")
        environment = {
            "_LIPONFLOW_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
        return CliRunner().invoke(app, prog_name="liponflow", env=environment).output.split()

    return complete


@pytest.fixture
def fish() -> Complete:
    """Complete the last word of a line as fish asks for it."""

    def complete(line: str) -> list[str]:
        environment = {
            "_LIPONFLOW_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_ARGS": line,
        }
        output = CliRunner().invoke(app, prog_name="liponflow", env=environment).output
        return [item.partition("\t")[0] for item in output.splitlines()]

    return complete


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("liponflow run li", ["lithiation"]),
        ("liponflow run glass --preset m", ["melt-quench"]),
        ("liponflow presets show phonons p", ["paper"]),
        ("liponflow run lithiation --engine sevennet-l", ["sevennet-l3i5"]),
        ("liponflow run lithiation --set ordering=dis", ["disordered"]),
        ("liponflow run glass --set properties=tg,el", ["tg,elastic"]),
        ("liponflow run lithiation --set moments=chgnet-r", ["chgnet-r2scan"]),
        ("liponflow run lithiation --set force_limit=", []),
        ("liponflow run lithiation --set unknown=", []),
        ("liponflow results schema phon", ["phonons"]),
        ("liponflow presets show mech", ["mechanics"]),
        ("liponflow model mechanics --preset p", ["published"]),
        ("liponflow model mechanics --set volume", ["volume_changes=", "volume_changes=VALUE"]),
        ("liponflow model mechanics --set element", []),
    ],
)
def test_bash_gets_what_follows_the_equals_sign(
    bash: Complete, line: str, expected: list[str]
) -> None:
    assert bash(line) == expected


def test_bash_adds_no_space_after_the_name_of_a_parameter(bash: Complete) -> None:
    assert bash("liponflow run lithiation --set budg") == ["budget=", "budget=VALUE"]


def test_bash_gets_whole_names_after_an_earlier_value(bash: Complete) -> None:
    before = "liponflow run lithiation --set ordering=disordered --set"
    assert "budget=" in bash(f"{before} ")
    assert bash(f"{before} budg") == ["budget=", "budget=VALUE"]


def test_fish_gets_whole_words(fish: Complete) -> None:
    assert fish("liponflow run lithiation --set budg") == ["budget="]
    assert fish("liponflow run lithiation --set ordering=d") == ["ordering=disordered"]


def test_words_without_an_equals_sign_stay() -> None:
    words = {
        "_LIPONFLOW_COMPLETE": "complete_bash",
        "COMP_WORDS": "liponflow run",
        "COMP_CWORD": "2",
    }
    assert join_words(words) == {}


def test_runs_are_suggested_the_latest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(tmp_path))
    for number, name in enumerate(("glass-1", "glass-2", "other")):
        (tmp_path / name).mkdir()
        record = tmp_path / name / "run.json"
        record.write_text("{}")
        os.utime(record, (number, number))
    assert run_names("gl") == ["glass-2", "glass-1"]


def test_nothing_is_suggested_without_a_store(tmp_path: Path) -> None:
    context = click.Context(click.Command("show"))
    context.params = {"store": tmp_path / "none.db"}
    assert result_ids(context) == []


def test_results_are_suggested_with_kind_and_formula(stored: Path) -> None:
    context = click.Context(click.Command("show"))
    context.params = {"store": stored}
    found = result_ids(context)
    assert found
    assert all(len(uuid) == 8 and words.startswith("lithiation of ") for uuid, words in found)
    assert result_ids(context, found[0][0][:6])[0] == found[0]
    assert result_ids(context, "zz") == []


IMPORTS = """
import json, os, sys
os.environ.update(_LIPONFLOW_COMPLETE="complete_fish", _TYPER_COMPLETE_FISH_ACTION="get-args",
                  _TYPER_COMPLETE_ARGS=sys.argv[1])
from liponflow.cli import app
try:
    app(prog_name="liponflow")
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    "line",
    [
        "liponflow run lithiation --preset ",
        "liponflow run lithiation --set ",
        "liponflow run stability --set corrections=",
    ],
)
def test_completion_imports_no_heavy_package(line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, line], capture_output=True, text=True, check=False
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "yaml" in loaded
    assert not {"atomate2", "jobflow", "matplotlib", "torch", "emmet"} & loaded
