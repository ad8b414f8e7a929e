"""What a dry run prints: lists first, five lines last."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.cli.console import said_if_slow
from liponflow.cli.dry_run import cost_text, summary
from liponflow.cost.estimate import estimate
from liponflow.workflows.campaign import Campaign, get_campaign
from liponflow.workflows.request import RunRequest
from liponflow.workflows.understood import changed


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CliResult]:
    """Run commands in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_five_lines_are_last(liponflow: Callable[..., CliResult], tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("x: [0, 1]\nforce_limit: 0.1\n")
    command = ["run", "lithiation", "--config", "run.yaml", "--workers", "3", "--dry-run"]
    done = liponflow(*command, "--verbose")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[-5:]] == [
        "lithiation", "plan", "parameters", "engines", "cost"
    ]  # fmt: skip
    assert "LiNi0.5Mn1.5O4: 56 atoms" in lines[-5]
    assert lines[-4] == "plan: x = 0, 1 in LixNi0.5Mn1.5O4; 2 starts"
    assert "x = 0.0,1.0 (preset: null); force_limit = 0.1 (preset: 0.05)" in lines[-3]
    assert "chgnet 0.3.0" in lines[-2]
    assert "with 3 processes on this machine" in lines[-1]
    assert "relax x=1 vacancy 0 cubic" in lines
    assert not (tmp_path / "liponflow_runs").exists()


@pytest.mark.parametrize(("hours", "says"), [(0.0003, True), (3.0, False)])
def test_short_times_leave_out_the_loading_of_the_engine(hours: float, *, says: bool) -> None:
    plan = {"calculations": [{"jobs": 1}], "core_hours": 1.0, "wall_hours": hours, "workers": 1}
    assert ("after they have loaded the engine" in cost_text(plan)) == says


def test_json_has_the_whole_plan(liponflow: Callable[..., CliResult]) -> None:
    done = liponflow("run", "phonons", "--set", "distance=0.03", "--dry-run", "--json")
    document = json.loads(done.stdout)
    assert document["campaign"] == "phonons"
    assert document["changed"] == ["distance = 0.03 (preset: null)"]
    assert document["parameters"]["distance"] == {
        "value": 0.03,
        "source": "given by the user: --set",
    }
    displaced, relaxed = document["calculations"]
    assert (displaced["name"], displaced["jobs"], relaxed["jobs"]) == ("displacement", 29, 1)
    assert document["core_hours"] == pytest.approx(displaced["core_hours"] + relaxed["core_hours"])
    assert document["wall_hours"] <= document["core_hours"]
    assert "no run of this force field in the store" in document["basis"]


def request_of(campaign: Campaign, **overrides: object) -> RunRequest[Any]:
    """Return a request of a campaign's quick preset."""
    return campaign.request(preset="quick", engine="chgnet", overrides=overrides)


@pytest.mark.parametrize(
    ("kind", "overrides", "material", "plan"),
    [
        ("migration", {"dopant": ["N"], "models": []}, "Li: 2 atoms", "4 bands of 5 images"),
        (
            "stability",
            {"electrode": None, "composition": "Li2O", "compare": []},
            "Li2O",
            "system Li-O: ",
        ),
        (
            "glass",
            {"n_models": 1, "composition": "Li6P2O8"},
            "Li6P2O8, 16 atoms",
            "1 model: settle",
        ),
    ],
)
def test_campaigns_say_what_they_understood(
    kind: str, overrides: dict[str, object], material: str, plan: str
) -> None:
    campaign = get_campaign(kind)
    request = request_of(campaign, **overrides)
    flow = campaign.make_flow(request)
    cost = estimate(flow, None, kind)
    found = campaign.understand(request, flow, cost.lines)
    assert material in found.material
    assert plan in found.plan
    assert found.details


def test_parameters_that_the_campaign_settles_are_named() -> None:
    campaign = get_campaign("migration")
    preset = campaign.load_parameters("quick")
    settled = preset.model_copy(update={"models": ["chgnet-r2scan"]})
    assert changed(settled, preset) == ["models = chgnet-r2scan (preset: auto)"]


def test_codes_that_divide_their_work_have_no_wall_time() -> None:
    document = {
        "campaign": "x", "material": "m", "plan": "p", "preset": "quick", "changed": [],
        "engine": "vasp", "engines": ["vasp"], "engine_arguments": {},
        "versions": {"liponflow": "1"},
        "calculations": [{"jobs": 2}],
        "core_hours": 300.0, "wall_hours": None, "workers": 1,
    }  # fmt: skip
    assert summary(document)[-1] == (
        "cost: 2 calculations, 300 core-hours, wall time by the cores that each calculation gets"
    )


def test_what_takes_long_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with said_if_slow("working ...", after=0.01):
        time.sleep(0.2)
    assert capsys.readouterr().err == "working ...\n"
    with said_if_slow("working ...", after=0.1):
        pass
    time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_options_of_vasp_come_from_the_file_and_the_command(
    liponflow: Callable[..., CliResult], tmp_path: Path
) -> None:
    (tmp_path / "run.yaml").write_text(
        "x: [1]\nbudget: 1\nengine_set:\n  functional: r2SCAN\n"
        "  incar: {ENCUT: 600, relax:EDIFFG: -0.01}\n"
    )
    command = ["run", "lithiation", "--engine", "vasp", "--config", "run.yaml", "--dry-run"]
    done = liponflow(*command, "--incar", "ENCUT=650")
    assert done.exit_code == 0, done.output
    [engines] = [line for line in done.stdout.splitlines() if line.startswith("engines: ")]
    assert " with vasp.functional = r2SCAN" in engines  # there may be further engines
    assert "'ENCUT': '650'" in engines
    assert "'relax:EDIFFG': -0.01" in engines
    output = " ".join(done.stdout.split())
    assert "NCORE and KPAR by the VASP wiki, for relax of 56 atoms: " in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "chgnet", "--incar", "ENCUT=600"], "chgnet has no INCAR"),
        (["--engine", "vasp", "--incar", "ENCUT"], "'ENCUT' is not of the form TAG=VALUE"),
        (["--engine", "vasp", "--incar", "ENCUTT=6"], "did you mean ENCUT?"),
        (["--engine", "vasp", "--engine-set", "potcar_release=53"], "52, 54 or 64"),
    ],
)
def test_options_that_cannot_be_used_are_refused(
    liponflow: Callable[..., CliResult], options: list[str], message: str
) -> None:
    done = liponflow("run", "lithiation", *options, "--dry-run")
    assert done.exit_code != 0
    assert message in " ".join(done.output.split())


def test_file_with_options_that_are_no_mapping_is_refused(
    liponflow: Callable[..., CliResult], tmp_path: Path
) -> None:
    (tmp_path / "run.yaml").write_text("engine_set: r2SCAN\n")
    done = liponflow("run", "lithiation", "--config", "run.yaml", "--dry-run")
    assert "engine_set holds no `argument: value` lines" in " ".join(done.output.split())
