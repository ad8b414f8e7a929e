"""Commands about presets, the help of campaigns, and files of parameters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.cli.choices import choose
from liponflow.inputs.phonons import PhononParameters
from liponflow.inputs.presets import ParameterError
from liponflow.workflows.campaign import get_campaign

PHONONS = get_campaign("phonons")


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CliResult]:
    """Run commands in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_presets_are_listed_with_their_purpose(liponflow: Callable[..., CliResult]) -> None:
    lines = liponflow("presets", "list").stdout.splitlines()
    assert any(line.startswith("glass melt-quench: a model") for line in lines)
    one = json.loads(liponflow("presets", "list", "phonons", "--json").stdout)
    assert list(one) == ["phonons"]
    assert list(one["phonons"]) == ["quick", "paper"]


def test_show_explains_every_parameter(liponflow: Callable[..., CliResult]) -> None:
    text = liponflow("presets", "show", "stability", "paper").stdout
    assert "\ntemperature = 300.0 K\n    Temperature of a second window; 0 for none.\n" in text
    assert "Value: number at least 0, at most 1,000 (K). Source: our choice: room" in text
    assert "fields of voltages:" in text
    items = json.loads(liponflow("presets", "show", "stability", "--json").stdout)
    [pressure] = [item for item in items if item["name"] == "gas_pressure"]
    assert (pressure["value"], pressure["unit"]) == (1.0, "bar")
    [corrections] = [item for item in items if item["name"] == "corrections"]
    assert corrections["choices"] == ["auto", "none", "mp2020"]


def test_help_of_a_campaign_ends_with_its_parameters(liponflow: Callable[..., CliResult]) -> None:
    text = liponflow("run", "phonons", "--help").stdout
    after = text.partition("Parameters for --set and --config, preset quick:")[2]
    for name in PhononParameters.model_fields:
        assert f"\n{name} = " in after
    assert "presets list phonons" in after


def test_written_file_is_not_replaced(liponflow: Callable[..., CliResult], tmp_path: Path) -> None:
    done = liponflow("presets", "write", "phonons", "paper", "run.yaml")
    assert done.exit_code == 0
    assert "liponflow run phonons --config run.yaml" in done.stderr
    text = (tmp_path / "run.yaml").read_text()
    assert "preset: paper" in text
    again = liponflow("presets", "write", "phonons", "run.yaml")
    assert again.exit_code == 2
    assert "run.yaml exists" in again.stderr
    assert (tmp_path / "run.yaml").read_text() == text


def test_preset_without_a_file_is_not_a_file(
    liponflow: Callable[..., CliResult], tmp_path: Path
) -> None:
    done = liponflow("presets", "write", "phonons", "paper")
    assert done.exit_code == 2
    assert "liponflow presets write phonons paper run.yaml" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_file_of_another_campaign_is_refused(
    liponflow: Callable[..., CliResult], tmp_path: Path
) -> None:
    (tmp_path / "run.yaml").write_text("campaign: glass\ndensity: 2.4\n")
    done = liponflow("run", "phonons", "--config", "run.yaml", "--dry-run")
    assert done.exit_code == 2
    assert "run.yaml, line 1: it is for the campaign glass, not for phonons" in done.stderr


def test_set_has_priority_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("preset: paper\ndistance: 0.03\nmin_length: 10.0\nmax_steps: 50\n")
    chosen = choose(PHONONS, None, default="quick", config=path, set_=["max_steps=60"])
    assert chosen.preset == "paper"
    # What the file has as the preset has it is the preset's.
    assert chosen.overrides == {"distance": 0.03, "max_steps": 60}
    assert chosen.origins == {"distance": f"{path}, line 2", "max_steps": "--set"}
    assert choose(PHONONS, "quick", default="paper", config=path).overrides["min_length"] == 10


def test_record_has_every_parameter_with_its_origin(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("distance: 0.03\n")
    chosen = choose(
        PHONONS, None, default="quick", config=path, set_=["max_steps=60"], given={"phase": "MgO"}
    )
    parameters = PHONONS.load_parameters(chosen.preset, chosen.overrides)
    record = chosen.record(PHONONS, parameters)
    assert record["config_file"] == str(path)
    sources = {name: cited["source"] for name, cited in record["parameters"].items()}
    assert sources.keys() == PhononParameters.model_fields.keys()
    assert sources["distance"] == f"given by the user: {path}, line 1"
    assert sources["max_steps"] == "given by the user: --set"
    assert sources["phase"] == "given by the user: --phase"
    assert sources["mesh_length"].startswith("preset quick: our choice")


def test_wrong_value_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("\n\ndistance: far\n")
    chosen = choose(PHONONS, None, default="quick", config=path)
    with (
        pytest.raises(ParameterError, match=r"run\.yaml, line 3: parameter distance"),
        chosen.named(),
    ):
        PHONONS.load_parameters(chosen.preset, chosen.overrides)
