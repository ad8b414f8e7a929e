from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as CliResult
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.workflows import tour
from liponflow.workflows.batch import BatchState, Finished


@pytest.fixture
def liponflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CliResult]:
    """Run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_dry_run_lists_the_campaigns_and_their_time(liponflow: Callable[..., CliResult]) -> None:
    listed = liponflow("run", "all", "--preset", "quick", "--dry-run")
    assert listed.exit_code == 0, listed.output
    assert "lithiation: about 2 min" in listed.output
    assert "together about" in listed.output
    assert "not scan: " in listed.output


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (BatchState.DONE, 0),
        (BatchState.KNOWN, 0),
        (BatchState.UNCONVERGED, 3),
        (BatchState.FAILED, 1),
    ],
)
def test_status_is_that_of_the_worst_campaign_and_the_report_is_written(
    state: BatchState, code: int, liponflow: Callable[..., CliResult], monkeypatch: Any
) -> None:
    records = []

    def at_once(campaign: Any, _: Any, choices: Any, record: Any) -> Finished:
        parameters = campaign.load_parameters("quick", choices["overrides"])
        records.append(record(parameters))
        last = campaign.name == "migration"
        return Finished(state if last else BatchState.DONE, None, "why" if last else "")

    monkeypatch.setattr(tour, "run_or_resume", at_once)
    monkeypatch.setattr("liponflow.cli.tour.write_report", lambda out, *_: out.write_text("page"))
    done = liponflow("run", "all", "--store", "none.db", "--out", "report.html")
    assert done.exit_code == code, done.output
    assert f"migration: {state}: why" in done.output
    assert Path("report.html").read_text() == "page"
    glass = next(item for item in records if item["kind"] == "glass")
    assert glass["parameters"]["properties"]["value"] == ["cleavage"]


def test_unknown_preset_is_refused(liponflow: Callable[..., CliResult]) -> None:
    done = liponflow("run", "all", "--preset", "papper")
    assert done.exit_code == 2
    assert "`run all` has no preset 'papper'" in done.output
