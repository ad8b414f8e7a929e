"""The end of the batch job, and the handler that stops VASP before it."""

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from liponflow.engines.engine import EngineError
from liponflow.engines.vasp.clock import START_VARIABLE, batch_environment
from liponflow.engines.vasp.walltime import StopBeforeWalltime, batch_end

START = "Sun Nov 29 10:00:00 UTC 2026"
BEGAN = datetime(2026, 11, 29, 10).timestamp()  # noqa: DTZ001 - custodian reads local time


@pytest.mark.parametrize(
    ("environment", "setting", "end"),
    [
        ({}, None, None),
        ({}, 3600, None),
        ({START_VARIABLE: START}, 3600, BEGAN + 3600),
        ({"SLURM_JOB_END_TIME": "1790000000"}, None, 1_790_000_000),
        ({"PBS_WALLTIME": "7200", START_VARIABLE: START}, None, BEGAN + 7200),
        ({"SBATCH_TIMELIMIT": "1-0", START_VARIABLE: START}, None, BEGAN + 86400),
    ],
)
def test_end_of_the_batch_job(
    environment: dict[str, str], setting: float | None, end: float | None
) -> None:
    assert batch_end(environment, setting) == end


@pytest.mark.parametrize(
    "environment",
    [{"SLURM_JOB_END_TIME": "soon"}, {"PBS_WALLTIME": "1:00"}, {START_VARIABLE: "yesterday"}],
)
def test_variable_without_a_time_is_named(environment: dict[str, str]) -> None:
    [name] = environment
    with pytest.raises(EngineError, match=name):
        batch_end(environment)


def test_scheduler_is_asked_without_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scontrol = tmp_path / "scontrol"
    scontrol.write_text("#!/bin/sh\necho JobId=$4 EndTime=2026-11-29T10:00:00 Deadline=N/A\n")
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert batch_end({"SLURM_JOB_ID": "7"}) == BEGAN


def test_start_is_recorded_where_only_the_length_is_known() -> None:
    assert batch_environment({}) == {}
    assert batch_environment({"PBS_WALLTIME": "60", START_VARIABLE: START}) == {}
    found = batch_environment({"PBS_WALLTIME": "60"})
    end = batch_end({"PBS_WALLTIME": "60"} | found)
    assert end == pytest.approx(time.time() + 60, abs=2)


def test_environment_imports_no_library_of_vasp(tmp_path: Path) -> None:
    code = "from liponflow.engines.registry import environment as e; import sys; "
    code += "from liponflow.settings import Settings; e(Settings(vasp_cmd='v')); "
    code += "print(*{'atomate2', 'custodian', 'torch'} & sys.modules.keys())"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"HOME": str(tmp_path)},
    )  # fmt: skip
    assert found.stdout == "\n", "each submitted job would spend seconds on it"


def test_stopcar_is_written_once_and_only_while_vasp_runs(tmp_path: Path) -> None:
    late = StopBeforeWalltime(None, time.time() + 1)
    assert late.by_batch
    late.start_time = datetime.fromtimestamp(time.time() - 1)  # noqa: DTZ006
    assert late.check(str(tmp_path)), "an OUTCAR that is not there yet is no reason to wait"
    late.correct(str(tmp_path))
    assert (tmp_path / "STOPCAR").read_text() == "LSTOP = .TRUE."
    assert not late.check(str(tmp_path))
    (tmp_path / "STOPCAR").unlink()
    (tmp_path / "OUTCAR").write_text(" General timing and accounting informations for this job:\n")
    assert not late.check(str(tmp_path))


def test_early_run_is_left_alone(tmp_path: Path) -> None:
    assert not StopBeforeWalltime(3600, None).check(str(tmp_path))
    assert not StopBeforeWalltime(None, None).check(str(tmp_path))
    assert not StopBeforeWalltime(3600, time.time() + 7200).by_batch
