"""Repeated kill -9 of the runner or the stand-in while segments of dynamics run."""

import re
import time
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np
import psutil
import pytest
import segments
from cheap_potential import CheapPotential
from cheap_vasp import LITHIUM
from forked import CONTEXT
from monty.io import zopen
from pymatgen.io.vasp import Incar, Vasprun

from liponflow.analysis.runs import MDResult
from liponflow.engines.standin import run as standin
from liponflow.runners import pool
from liponflow.store.results import find_results, open_store

KILLS = (
    ("runner", 1),
    ("stand-in", segments.SEGMENT_STEPS // 2),
    ("runner", segments.SEGMENT_STEPS + 10),
    ("stand-in", segments.SEGMENT_STEPS - 1),
    ("runner", segments.SEGMENT_STEPS),
    ("stand-in", segments.SEGMENT_STEPS // 3),
)
"""What is killed, after how many new steps: at the first one, within each segment, at its end and
in the next one. A killed stand-in is started again by its job, and then the runner is killed.
"""
PATIENCE_S = 120
JOB = re.compile(r"molecular_dynamics_\d+-([0-9a-f-]{36})-(\d+)")
POSITIONS = 1e-5
"""Å: velocities have nine digits in CONTCAR, and the rounding grows over 240 steps."""

pytestmark = [
    pytest.mark.usefixtures("warm_workers"),
    # pymatgen leaves the XDATCAR open.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def directories(folder: Path) -> dict[int, Path]:
    """Return segment directories by inode, as those of earlier attempts are renamed."""
    return {path.stat().st_ino: path for path in folder.glob("runs/*/jobs/molecular_dynamics_*")}


def outcomes(folder: Path) -> dict[str, int]:
    """Return when each finished segment got its outcome (ns), by directory name."""
    found = {}
    for path in directories(folder).values():
        match = JOB.fullmatch(path.name)
        outcome = path.parents[1] / "outcomes" / f"{match[1]}_{match[2]}.json" if match else None
        if outcome is not None and outcome.is_file():
            found[path.name] = outcome.stat().st_mtime_ns
    return found


def steps_in(directory: Path) -> int:
    """Count the steps that a segment has written, finished or not."""
    try:
        return (directory / "XDATCAR").read_text().count("Direct")
    except FileNotFoundError:  # not yet written, or already compressed
        return segments.SEGMENT_STEPS if (directory / "XDATCAR.gz").exists() else 0


def read(directory: Path, name: str) -> str:
    """Read a file that may be compressed."""
    with zopen(next(directory.glob(f"{name}*")), "rt", encoding="utf-8") as file:
        return str(file.read())


def added(folder: Path, before: AbstractSet[int]) -> int:
    """Count the steps in new directories."""
    present = directories(folder)
    return sum(steps_in(path) for inode, path in present.items() if inode not in before)


def kill_in(folder: Path, command: str, after: int, victim: str) -> None:
    """Start the runner, and kill it or the stand-in after a number of new steps."""
    before = directories(folder).keys()
    runner = CONTEXT.Process(target=segments.go_on, args=(folder, command, pool.COMMAND))
    runner.start()
    limit = time.monotonic() + PATIENCE_S
    while added(folder, before) < after:
        assert time.monotonic() < limit
        assert runner.exitcode is None, "the run ended before it was killed"
        time.sleep(0.02)  # counting the steps costs more than computing one
    if victim == "stand-in":
        running = [
            found
            for found in psutil.process_iter(["cmdline", "cwd"])
            if "cheap_vasp" in (found.info["cmdline"] or ())
            and folder in Path(found.info["cwd"] or "/").parents
        ]
        attempts = directories(folder).keys()
        for child in running:
            child.kill()
        # The job starts VASP again; only then the runner is killed, too. Where VASP had written
        # all, nothing is left to compute: the job fails, and the next run reads it.
        while running and directories(folder).keys() <= attempts and runner.exitcode is None:
            assert time.monotonic() < limit
            time.sleep(0.02)
    runner.kill()
    runner.join(PATIENCE_S)
    assert runner.exitcode is not None


def test_kills_do_not_repeat_finished_segments_or_change_the_trajectory(
    tmp_path: Path, cheap_vasp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: dict[str, int] = {}
    for victim, steps in KILLS:
        # Never so far that nothing is left to kill.
        left = (segments.SEGMENTS - len(finished)) * segments.SEGMENT_STEPS
        kill_in(tmp_path, cheap_vasp, min(steps, left - 15), victim)
        assert finished.items() <= outcomes(tmp_path).items(), "a finished segment was repeated"
        finished = outcomes(tmp_path)

    assert segments.go_on(tmp_path, cheap_vasp, pool.COMMAND).failures == ()
    assert finished.items() <= outcomes(tmp_path).items()
    assert len(outcomes(tmp_path)) == segments.SEGMENTS
    # A kill costs the attempt only; behind one of the stand-in, the runner is killed, too.
    ended = sum(2 if victim == "stand-in" else 1 for victim, _ in KILLS)
    assert segments.SEGMENTS < len(directories(tmp_path)) <= segments.SEGMENTS + ended
    store = open_store(tmp_path / "store.db", read_only=True)
    [found] = find_results(store)
    store.close()
    result = found.result
    assert isinstance(result, MDResult)
    assert result.n_steps == segments.SEGMENTS * segments.SEGMENT_STEPS

    # The uninterrupted run, in this process.
    whole = tmp_path / "whole"
    whole.mkdir()
    first = Path(result.segments[0].directory.split(":")[-1])
    for name in ("INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"):
        (whole / name).write_text(read(first, name))
    incar = Incar.from_file(whole / "INCAR")
    incar["NSW"] = result.n_steps
    incar.write_file(whole / "INCAR")
    monkeypatch.setattr(standin, "Potential", lambda **_: CheapPotential(LITHIUM))
    standin.run(whole)
    unbroken = Vasprun(whole / "vasprun.xml", parse_potcar_file=False)
    totals = [step["total"] for step in unbroken.ionic_steps]
    np.testing.assert_allclose(result.total_energies, totals, atol=1e-5)
    shift = result.structure.frac_coords - unbroken.final_structure.frac_coords
    shift = (shift - np.round(shift)) @ result.structure.lattice.matrix
    assert np.abs(shift).max() < POSITIONS
