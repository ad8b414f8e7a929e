"""Unconverged runs of VASP and GPAW continue with more steps until they converge."""

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dynamic_relaxations
import numpy as np
import pytest
from forked_vasp import ForkedVasp
from in_process import InProcessPool
from pymatgen.io.vasp import Incar, Poscar
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.cli.console import EXIT_UNCONVERGED
from liponflow.decompression import existing
from liponflow.engines.gpaw.calculator import RECORD
from liponflow.job_directory import CHECKPOINT
from liponflow.runners import local
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.continuation import continuation

VACANCY: dict[str, Any] = {
    "dopant": "Li",
    "mechanism": "vacancy",
    "supercell": [2, 2, 2],
    "images": 1,
    "models": [],
    "vibrations": False,
    "check_branches": False,
    "force_limit": 0.02,
}
"""Li in bcc Li. Host, end point and band take about 8, 3 and 40 steps with the pair potential."""

COARSE = {"ecut": 100, "kpts": 1.0, "spin": False}
"""No physics, but forces that are derivatives of the energy."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings that the command reads as well; jobs run in this process."""
    monkeypatch.setattr(local, "WorkerPool", InProcessPool)
    given = {
        "store": tmp_path / "results.db",
        "runs_dir": tmp_path / "runs",
        "vasp_cmd": "/bin/true",  # never run: see ForkedVasp
    }
    for name, value in given.items():
        monkeypatch.setenv(f"LIPONFLOW_{name.upper()}", str(value))
    return Settings(**given, workers=1)


def migration(settings: Settings) -> campaigns.Outcome:
    flow = get_campaign("migration").plan(
        preset="quick", engine="vasp", overrides=VACANCY | {"max_steps": 2}
    )
    return campaigns.run(flow, settings, {})


def go_on(max_steps: int) -> tuple[int, str, dict[str, Any]]:
    """Return exit code, messages and result of the command."""
    command = ["resume", "--continue", "--json", "--set", f"max_steps={max_steps}"]
    answer = CliRunner().invoke(app, command)
    return answer.exit_code, answer.stderr, json.loads(answer.stdout or "{}")


def directories(settings: Settings, name: str) -> list[Path]:
    """Return the directory of a job in every run where it ran, without its earlier attempts."""
    found = settings.runs_dir.glob(f"*/jobs/{name}-*")
    return sorted(path for path in found if ".attempt" not in path.name)


def test_relaxation_and_band_of_vasp_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", ForkedVasp)
    first = migration(settings)
    assert first.result is None
    assert [item.name for item in first.shortfalls] == ["relax host"]
    assert "--continue --set max_steps=N" in first.report.failures[0].cause

    code, messages, result = go_on(8)
    assert "continuing from the last geometry: relax host; jobs kept: 0" in messages
    assert "not converged: nudged elastic band: largest force below 0.02" in messages
    assert (code, result["converged"]) == (EXIT_UNCONVERGED, False)
    before, after = directories(settings, "relax_host")
    start, end = (
        Poscar.from_file(existing(path)) for path in (after / "POSCAR", before / "CONTCAR")
    )
    assert start.structure.volume == pytest.approx(end.structure.volume)
    incar = Incar.from_file(existing(after / "INCAR"))
    # The optimiser is that of the campaign again, not custodian's.
    assert (incar["NSW"], incar["IBRION"]) == (8, 2)

    code, messages, result = go_on(60)
    assert "continuing from the last geometry: nudged elastic band; jobs kept: 6" in messages
    assert (code, result["converged"]) == (0, True)
    assert result["provenance"]["earlier_values"] == {"max_steps": [2, 8]}
    assert result["provenance"]["parameters"]["max_steps"] == 60
    assert len(directories(settings, "relax_host")) == 2
    before, after = (
        path for path in directories(settings, "nudged_elastic_band") if (path / "01").is_dir()
    )
    start, end = (
        Poscar.from_file(existing(path)) for path in (after / "01/POSCAR", before / "01/CONTCAR")
    )
    assert start.structure.distance_matrix == pytest.approx(end.structure.distance_matrix)
    [found] = result["hops"]
    assert found["barrier"] == pytest.approx(1.5646, abs=1e-3)


@pytest.mark.exhaustive
@pytest.mark.skipif(find_spec("gpaw") is None, reason="GPAW is not installed")
def test_relaxations_of_gpaw_go_on_where_they_were(settings: Settings) -> None:
    flow = dynamic_relaxations.flow(2, "gpaw", dynamic_relaxations.lithium, **COARSE)
    first = campaigns.run(flow, settings, {}, ["dynamic_relaxations:any"])
    left = ["relax first", "relax 1"]
    assert [item.name for item in first.shortfalls] == left
    new = continuation(settings, overrides={"max_steps": 40})
    assert [item.name for item in new.goes_on] == left
    assert not campaigns.resume(settings, new.run_dir).shortfalls
    for name in ("relax_first", "relax_1"):
        before, after = (evaluations(path) for path in directories(settings, name))
        assert len(before) == 1 + 2  # the start, and two steps
        assert len(after) > 1
        # The first geometry is the last one of before, and is computed again in a new process.
        places = (each["request"]["positions"] for each in (after[0], before[-1]))
        np.testing.assert_allclose(*places, atol=1e-6)
        assert after[0]["energy"] == pytest.approx(before[-1]["energy"], abs=1e-4)
        assert max(map(abs, np.ravel(after[-1]["forces"]))) < dynamic_relaxations.FORCE_LIMIT
    assert len(directories(settings, "relax_0")) == 1


def evaluations(directory: Path) -> list[dict[str, Any]]:
    """Return what GPAW computed in a job."""
    lines = (directory / CHECKPOINT / RECORD).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
