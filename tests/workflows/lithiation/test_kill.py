"""A campaign that is killed again and again ends in the numbers of an unbroken one."""

import time
from pathlib import Path
from typing import Any

import psutil
import short_campaign
from forked import CONTEXT

from liponflow.analysis.lithiation.result import LithiationResult

PATIENCE_S = 60
KILLS = ((0, 1), (0, 2), (2, 0), (6, 0), (12, 0))
"""Finished jobs and started attempts at which the runner is killed: while the first job starts,
while it is repeated, between relaxations, while jobs add others, and before the result."""
OF_THE_RUN = {"created_at", "parent_uuids", "directory"}
"""Fields that tell runs apart, not what they computed."""


def numbers(value: Any) -> Any:
    """Return a document without what tells runs apart."""
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items() if key not in OF_THE_RUN}
    return [numbers(item) for item in value] if isinstance(value, list) else value


def outcomes(folder: Path) -> dict[str, int]:
    """Return when the outcome of each finished job was written (ns)."""
    found = folder.glob("runs/*/outcomes/[!.]*.json")
    return {path.name: path.stat().st_mtime_ns for path in found}


def kill_at(folder: Path, jobs: int, attempts: int) -> None:
    """Start or resume the campaign, and kill its runner and workers as a power cut would."""
    runner = CONTEXT.Process(target=short_campaign.go_on, args=(folder,))
    runner.start()
    limit = time.monotonic() + PATIENCE_S
    while len(outcomes(folder)) < jobs or len(list(folder.glob("runs/*/jobs/*"))) < attempts:
        assert time.monotonic() < limit
        assert runner.exitcode is None, "the campaign ended before it was killed"
        time.sleep(0.005)
    family = psutil.Process(runner.pid).children(recursive=True)
    for process in [psutil.Process(runner.pid), *family]:
        process.kill()
    runner.join(PATIENCE_S)
    assert runner.exitcode == -9
    psutil.wait_procs(family, PATIENCE_S)


def test_killed_campaign_ends_in_the_numbers_of_an_unbroken_one(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    finished: dict[str, int] = {}
    for jobs, attempts in KILLS:
        kill_at(killed, jobs, attempts)
        assert finished.items() <= outcomes(killed).items(), "a finished job was repeated"
        finished = outcomes(killed)
    results = []
    for folder in (killed, whole):
        done = short_campaign.go_on(folder)
        assert done.report.failures == ()
        assert done.result is not None
        results.append(done.result.result)
    assert finished.items() <= outcomes(killed).items()
    assert len(outcomes(killed)) == len(outcomes(whole)) > max(jobs for jobs, _ in KILLS)
    broken, unbroken = results
    assert isinstance(unbroken, LithiationResult)
    assert len(unbroken.states) == len(short_campaign.PARAMETERS["x"])
    assert numbers(broken.model_dump(mode="json")) == numbers(unbroken.model_dump(mode="json"))
