"""``liponflow model NAME``, and the presets of models."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow import registry
from liponflow.cli import app

DOME = "domes=[{chord: 20, height: 2, thickness: 1}]"


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CliResult]:
    """Run commands in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_models_are_listed(liponflow: Callable[..., CliResult]) -> None:
    text = liponflow("model", "--help").stdout
    assert all(name in text for name in registry.names(registry.MODELS))


def test_table_says_that_a_model_made_it(liponflow: Callable[..., CliResult]) -> None:
    done = liponflow("model", "mechanics")
    assert done.exit_code == 0
    assert "model (formulas, neither simulated nor measured)" in done.stdout
    assert "0.151" in done.stdout


def test_values_of_the_user_and_output_directory(
    liponflow: Callable[..., CliResult], tmp_path: Path
) -> None:
    done = liponflow("model", "mechanics", "--set", DOME, "--json", "--out", "found")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    [dome] = document["domes"]
    assert dome["radius"] == pytest.approx(26.0)
    assert document["@units"]["domes.stress"] == "GPa"
    assert document["provenance"]["sources"]["domes"] == "given by the user: --set"
    assert (tmp_path / "found/domes.png").is_file()
    assert json.loads((tmp_path / "found/mechanics.json").read_text())["kind"] == "mechanics"


def test_written_preset_is_read_again(liponflow: Callable[..., CliResult], tmp_path: Path) -> None:
    done = liponflow("presets", "write", "mechanics", "mine.yaml")
    assert "liponflow model mechanics --config mine.yaml" in done.stderr
    file = tmp_path / "mine.yaml"
    text = file.read_text()
    assert "model: mechanics\npreset: published\n" in text
    file.write_text(text.replace("modulus: 129.8", "modulus: 110.0"))
    changed = json.loads(liponflow("model", "mechanics", "--config", file, "--json").stdout)
    assert changed["modulus"] == 110.0
    assert "mine.yaml, line" in changed["provenance"]["sources"]["modulus"]
    assert changed["provenance"]["sources"]["collector"].startswith("preset published: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model: cells\n", "it is for the model cells, not for mechanics"),
        ("campaign: glass\n", "unknown parameter 'campaign'"),
        ("modulus: -1\n", "line 1: parameter modulus=-1"),
        ("engine_set: {}\n", "unknown parameter 'engine_set'"),
    ],
)
def test_file_that_does_not_fit_is_refused_with_its_line(
    liponflow: Callable[..., CliResult], tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    done = liponflow("model", "mechanics", "--config", "mine.yaml")
    assert done.exit_code == 2
    assert told in done.stderr
    assert "mine.yaml" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["mechanic"], "did you mean 'mechanics'"),
        (["mechanics", "--preset", "paper"], "unknown preset 'paper' (known: published)"),
        (["mechanics", "--set", "modulu=3"], "did you mean 'modulus'"),
        (["mechanics", "--modulus", "3"], "give it as --set modulus=VALUE"),
        (["--preset", "published"], "names no model; there is"),
        (["mechanics", "--set", "domes=[{chord: 20, height: 12, thickness: 1}]"], "hemisphere"),
        (["mechanics", "--set", "domes=[{chord: 20, height: 2}]"], "thickness or stress"),
        (["mechanics", "--set", "domes=[{strain: 0.1, thickness: 1}]"], "give the chord"),
    ],
)
def test_errors_name_the_remedy(
    liponflow: Callable[..., CliResult], arguments: list[str], told: str
) -> None:
    done = liponflow("model", *arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_presets_of_models_are_explained(liponflow: Callable[..., CliResult]) -> None:
    assert "mechanics published: " in liponflow("presets", "list").stdout
    text = liponflow("presets", "show", "mechanics").stdout
    assert "mechanics, preset published" in text
    assert "Source: published: Cheng 2023" in text
    assert "--structure" not in text
