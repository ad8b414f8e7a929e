"""Unconverged runs continue from their last geometries in new runs."""

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
from liponflow.analysis.provenance import changed_fingerprint
from liponflow.cli import app
from liponflow.runners import local
from liponflow.runners.documents import loads
from liponflow.runners.journal import Journal
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


def energies(outcome: Outcome, name: str) -> list[float]:
    """Return the energies (eV) along a relaxation that ran in a run."""
    for file in (outcome.report.run_dir / "outcomes").iterdir():
        found = loads(file.read_bytes())
        if found["documents"][0]["name"] == name:
            [blob] = found["blobs"]["data"]
            return [step["energy"] for step in blob["data"]]
    raise LookupError(name)


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
    assert f"continuing from the last geometry: {', '.join(LEFT)}; jobs kept: " in answer.stderr
    assert broken[1].result is not None
    assert json.loads(answer.stdout)["provenance"]["continues"] == broken[1].result.uuid
    again = CliRunner().invoke(app, ["resume", "--continue"])
    assert again.exit_code == 2
    assert "there is nothing to continue" in again.stderr


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


def test_more_steps_are_taken_and_stated_beside_those_before(
    broken: tuple[Path, Outcome], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(folder / "runs"))
    command = ["resume", "--continue", "--json", "--set", f"max_steps={ENOUGH}"]
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 0, answer.output
    made = json.loads(answer.stdout)["provenance"]
    first = result_of(broken[1]).provenance
    assert first.earlier_values == {}
    assert made["parameters"] == first.parameters | {"max_steps": ENOUGH}
    assert made["earlier_values"] == {"max_steps": [FEW]}
    changed = changed_fingerprint(first.input_fingerprint, {"max_steps": ENOUGH})
    assert made["input_fingerprint"] == changed
    _, new = sorted((folder / "runs").iterdir())
    config = Journal(new).record["config"]
    assert config["input_fingerprint"] == changed
    assert config["earlier_values"] == {"max_steps": [FEW]}
    limits = {
        job["name"]: job["function"]["@bound"]["steps"]
        for job in loads((new / "flow.json").read_bytes())["jobs"]
        if job["name"] in RELAXATIONS
    }
    # What is kept was computed with the steps before.
    assert limits == {name: ENOUGH if name in LEFT else FEW for name in RELAXATIONS}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--continue", "--set", "force_limit=0.1"], "cannot change force_limit"),
        (["--continue", "--set", "max_steps=1"], "max_steps=1: Input should be greater than"),
        (["--continue", "--set", "max_steps=many"], "max_steps='many': Input should be a valid"),
        (["--set", "max_steps=60"], "--set needs --continue"),
    ],
)
def test_parameters_that_cannot_change_are_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], message: str
) -> None:
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(folder / "runs"))
    answer = CliRunner().invoke(app, ["resume", *given])
    assert answer.exit_code == 2
    assert message in " ".join(answer.stderr.split())
    assert len(list((folder / "runs").iterdir())) == 1


def test_jobs_of_a_repeated_job_take_more_steps_from_the_last_geometry(tmp_path: Path) -> None:
    flow = dynamic_relaxations.flow(max_steps=2)
    first = campaigns.run(flow, settings(tmp_path), {}, ["dynamic_relaxations:any"])
    new = continuation(settings(tmp_path), overrides={"max_steps": 3})
    second = campaigns.resume(settings(tmp_path), new.run_dir)
    before, after = ran(first), ran(second)
    assert "relax 0" not in after
    for name in ("relax first", "relax 1"):
        assert energies(second, name)[0] == pytest.approx(before[name]["output"]["energy"])
        assert steps(second, name) > steps(first, name)
    assert [item.name for item in second.shortfalls] == ["relax first", "relax 1"]
    third = continuation(settings(tmp_path), overrides={"max_steps": 50})
    assert not campaigns.resume(settings(tmp_path), third.run_dir).shortfalls
    assert Journal(third.run_dir).record["config"]["earlier_values"] == {"max_steps": [2, 3]}
