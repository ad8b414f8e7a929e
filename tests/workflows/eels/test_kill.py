"""A killed run of the EELS campaign, with real FEFF."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytest.importorskip("feff10")

COMMAND = [sys.executable, "-c", "from liponflow.cli import app; app()"]
RUN = [
    *("run", "eels", "--preset", "quick", "--workers", "1"),
    *("--set", "phases=Li2O", "--set", "glass=null", "--set", "edges=Li K,O K"),
    *("--set", "scf_radius=2.2", "--set", "fms_radius=2.5"),
]
PATIENCE_S = 300


def wait_for(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE_S} s"
        time.sleep(0.1)


@pytest.mark.exhaustive
def test_a_killed_run_leaves_no_feff_and_repeats_no_spectrum(tmp_path: Path) -> None:
    environment = os.environ | {
        "LIPONFLOW_STORE": str(tmp_path / "results.db"),
        "LIPONFLOW_RUNS_DIR": str(tmp_path / "runs"),
    }
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.DEVNULL}
    runner = subprocess.Popen([*COMMAND, *RUN], **options)
    family: list[psutil.Process] = []

    def computes_the_second() -> bool:
        assert runner.poll() is None, "the run ended before it was killed"
        finished = list(tmp_path.glob("runs/*/outcomes/*_1.json"))
        family[:] = psutil.Process(runner.pid).children(recursive=True)
        return len(finished) == 1 and any("feff10" in " ".join(p.cmdline()) for p in family)

    wait_for(computes_the_second, "the second spectrum")
    runner.kill()
    runner.wait()
    wait_for(lambda: not psutil.wait_procs(family, timeout=0)[1], "the end of FEFF")
    (first,) = tmp_path.glob("runs/*/jobs/*Li_K*/eels.dat")
    written = first.stat().st_mtime_ns
    subprocess.run([*COMMAND, "resume"], check=True, **options)
    assert first.stat().st_mtime_ns == written
    assert len(list(tmp_path.glob("runs/*/jobs/*/eels.dat"))) == 2
