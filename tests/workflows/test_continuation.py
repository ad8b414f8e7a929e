"""Unconverged runs go on from their last geometries in new runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import dynamic_relaxations
import numpy as np
import pytest
import short_campaign
from in_process import InProcessPool
from typer.testing import CliRunner

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.cli import app
from liponflow.runners import local
from liponflow.runners.documents import loads
from liponflow.settings import Settings
from liponflow.store.results import find_results, open_results
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.continuation import NothingToContinueError, continuation
from liponflow.workflows.run import Outcome

FEW, ENOUGH = 16, 60
"""Steps: with the first number, only Li metal and x = 1 converge."""
LEFT = ["relax x=0.5 vacancy 0 as given", "relax x=0 vacancy 0 as given"]
RELAXATIONS = ["relax Li metal", "relax x=1 vacancy 0 as given", *LEFT]


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "WorkerPool", InProcessPool)


def settings(folder: Path) -> Settings:
    return Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=1)


def lithiation(folder: Path, max_steps: int) -> Outcome:
    file = folder / "host.cif"
    short_campaign.host().to(str(file))
    flow = get_campaign("lithiation").plan(
        preset="quick",
        engine=short_campaign.ENGINE,
        engine_arguments={"distance": 2.2},
        overrides=short_campaign.PARAMETERS | {"max_steps": max_steps},
        structure_file=file,
    )
    return campaigns.run(flow, settings(folder), {}, [short_campaign.ENGINE])


def result_of(outcome: Outcome) -> LithiationResult:
    assert outcome.result is not None
    assert isinstance(outcome.result.result, LithiationResult)
    return outcome.result.result


def ran(outcome: Outcome) -> dict[str, Any]:
    """Return the outputs of the jobs that ran in a run, by name."""
    folder = outcome.report.run_dir
    found = {}
    for file in (folder / "outcomes").iterdir():
        (document,) = loads(file.read_bytes())["documents"]
        if list(folder.glob(f"jobs/*-{document['uuid']}-{document['index']}")):
            found[document["name"]] = document["output"]
    return found


def steps(outcome: Outcome, name: str) -> int:
    return int(ran(outcome)[name]["output"]["n_steps"])


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """Run the campaign with too few steps for two of three Li contents."""
    folder = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "WorkerPool", InProcessPool)
        return folder, lithiation(folder, FEW)


@pytest.fixture
def folder(broken: tuple[Path, Outcome], tmp_path: Path) -> Path:
    """Return a copy of its folder."""
    return Path(shutil.copytree(broken[0], tmp_path / "few"))


def test_what_did_not_converge_is_named_with_force_and_limit(
    broken: tuple[Path, Outcome],
) -> None:
    found = broken[1].shortfalls
    assert [item.name for item in found] == LEFT
    assert all("limit 0.05" in item.reason for item in found)
    assert not result_of(broken[1]).converged


def test_continued_run_reaches_the_same_minimum_with_fewer_steps(
    broken: tuple[Path, Outcome], folder: Path, tmp_path: Path
) -> None:
    first = broken[1]
    new = continuation(settings(folder))
    assert [item.name for item in new.goes_on] == LEFT
    second = campaigns.resume(settings(folder), new.run_dir)
    assert set(ran(second)) & set(RELAXATIONS) == set(LEFT)
    assert "static x=1" not in ran(second)
    whole = lithiation(tmp_path, ENOUGH)
    assert not second.shortfalls
    for state, other in zip(result_of(second).states, result_of(whole).states, strict=True):
        assert state.x == other.x
        assert state.energy_per_atom == pytest.approx(other.energy_per_atom, abs=2e-3)
    for name in LEFT:
        assert steps(first, name) + steps(second, name) < steps(first, name) + steps(whole, name)
    assert first.result is not None
    assert result_of(second).provenance.continues == first.result.uuid
    assert second.store is not None
    stored = [item.uuid for item in find_results(open_results(second.store), kind="lithiation")]
    assert len(stored) == 2
    assert stored[1] == first.result.uuid
    with pytest.raises(NothingToContinueError, match="converged"):
        continuation(settings(folder), second.report.run_dir)


def test_continuation_resumes_after_a_kill(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submit = InProcessPool.submit
    names = []

    def killed(self: Any, task: Any, request: dict[str, Any]) -> None:
        names.append(request["job"]["name"])
        if names[-1] == LEFT[1]:
            raise KeyboardInterrupt
        submit(self, task, request)

    new = continuation(settings(folder))
    with monkeypatch.context() as patch:
        patch.setattr(InProcessPool, "submit", killed)
        with pytest.raises(KeyboardInterrupt):
            campaigns.resume(settings(folder))
    assert names == LEFT
    outcome = campaigns.resume(settings(folder))
    assert outcome.report.run_dir == new.run_dir
    assert result_of(outcome).converged
    assert steps(outcome, LEFT[1]) < 2 * FEW


def test_command_goes_on_with_the_latest_run(
    broken: tuple[Path, Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(folder / "runs"))
    answer = CliRunner().invoke(app, ["resume", "--continue", "--json"])
    assert answer.exit_code == 0, answer.output
    assert f"going on from the last geometry: {', '.join(LEFT)}; jobs kept: " in answer.stderr
    assert broken[1].result is not None
    assert json.loads(answer.stdout)["provenance"]["continues"] == broken[1].result.uuid
    again = CliRunner().invoke(app, ["resume", "--continue"])
    assert again.exit_code == 2
    assert "there is nothing to go on with" in again.stderr


def test_relaxations_of_a_repeated_job_go_on_or_are_kept(tmp_path: Path) -> None:
    flow = dynamic_relaxations.flow(max_steps=4)
    options = settings(tmp_path), {}, ["dynamic_relaxations:any"]
    outcome = campaigns.run(flow, *options)
    assert [item.name for item in outcome.shortfalls] == ["relax first", "relax 1"]
    new = continuation(settings(tmp_path))
    second = campaigns.resume(settings(tmp_path), new.run_dir)
    found = ran(second)
    assert "relax 0" not in found
    assert {"relax first", "relax 1"} <= set(found)
    assert not second.shortfalls
    forces = ran(outcome)["relax 1"]["output"]["forces"], found["relax 1"]["output"]["forces"]
    assert np.abs(forces[1]).max() < dynamic_relaxations.FORCE_LIMIT < np.abs(forces[0]).max()
