"""Dynamics in a directory: bitwise continuation after kills, output files, memory."""

import csv
import gzip
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import ase.io
import killed
import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk
from cheap import LennardJones, Wells, argon

from liponflow.engines.potential.md import chunk
from liponflow.engines.potential.md.chunk import Dynamics, ExplodedError
from liponflow.engines.potential.md.driver import STATE, run
from liponflow.engines.potential.md.output import SERIES, TRAJECTORY
from liponflow.engines.potential.md.progress import Speedometer
from liponflow.engines.potential.md.state import CheckpointError, load
from liponflow.inputs.protocol import Stage

KILLS = 10
WRITTEN = 1e-8
"""Positions and momenta of a trajectory have eight decimals."""


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unbroken")
    run(killed.dynamics(), argon(), folder)
    return folder / "checkpoint"


def test_ten_kills_do_not_change_the_trajectory(tmp_path: Path, unbroken: Path) -> None:
    script = Path(killed.__file__)
    out = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(KILLS), "1"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert len(set(out.split())) == KILLS
    resumed = tmp_path / "checkpoint"
    for name in (TRAJECTORY, SERIES):
        assert (resumed / name).read_bytes() == (unbroken / name).read_bytes()
    with np.load(resumed / STATE) as one, np.load(unbroken / STATE) as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def test_ase_reads_the_trajectory(unbroken: Path) -> None:
    frames = ase.io.read(unbroken / TRAJECTORY, ":")
    steps = sum(stage.steps for stage in killed.STAGES)
    assert [frame.info["step"] for frame in frames] == list(range(0, steps + 1, 7))
    last = frames[-1]
    assert (last.info["stage"], frames[0].info["stage"]) == ("chains", "constant energy")
    assert last.info["time"] == pytest.approx(0.002 * last.info["step"])
    assert last.pbc.all()
    # Energy, stress and temperature belong to the positions, momenta and cell of the frame.
    calculator = LennardJones()
    again = Atoms(last.symbols, last.positions, cell=last.cell, pbc=True)
    again.calc = calculator
    assert last.get_potential_energy() == pytest.approx(again.get_potential_energy(), abs=1e-6)
    np.testing.assert_allclose(last.get_stress(), again.get_stress(), atol=1e-8)
    kinetic = 1.5 * (len(last) - 1) * units.kB * last.info["temperature"]
    assert last.get_kinetic_energy() == pytest.approx(kinetic, rel=1e-6)


def test_stage_at_constant_volume_has_the_mean_cell_of_the_stage_before(tmp_path: Path) -> None:
    press = Stage(name="press", ensemble="npt", temperature=40, duration=0.04, time_step=2)
    hold = Stage(name="hold", ensemble="nvt", temperature=40, duration=0.01, time_step=2)
    # A chunk ends within the second half, so that the sum passes through a checkpoint.
    end = run(Dynamics([press, hold], LennardJones, seed=3, chunk_steps=14), argon(), tmp_path)
    with (tmp_path / "checkpoint" / SERIES).open() as file:
        rows = [row for row in csv.DictReader(file) if row["step"] != "0"]
    volumes = np.array([float(row["volume_A3"]) for row in rows])
    edges = np.cbrt(volumes[: press.steps])
    assert np.ptp(edges) > 1e-4
    mean = edges[press.steps // 2 :].mean()
    np.testing.assert_allclose(np.cbrt(volumes[press.steps :]), mean, rtol=1e-9)
    np.testing.assert_allclose(end.cell, mean * np.eye(3), rtol=1e-9, atol=1e-9)


def test_every_chunk_is_a_separate_gzip_member(unbroken: Path) -> None:
    data = (unbroken / TRAJECTORY).read_bytes()
    assert data.count(b"\x1f\x8b\x08") > len(killed.STAGES)
    assert gzip.decompress(data).startswith(b"32\n")


def test_series_contains_every_step(unbroken: Path) -> None:
    with (unbroken / SERIES).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
    chain = [float(row["target_K"]) for row in rows if row["stage"] == "chain"]
    assert chain == pytest.approx(np.linspace(40, 60, len(chain) + 1)[1:])
    still = {row["volume_A3"] for row in rows if row["stage"] in {"chain", "rescaled"}}
    moving = {row["volume_A3"] for row in rows if row["stage"] in {"piston", "chains"}}
    assert len(still) == 1
    assert len(moving) > 150


def test_finished_run_is_not_repeated(unbroken: Path) -> None:
    before = (unbroken / STATE).stat().st_mtime_ns
    state = run(killed.dynamics(), argon(), unbroken.parent)
    assert state.place.step == sum(stage.steps for stage in killed.STAGES)
    assert (unbroken / STATE).stat().st_mtime_ns == before


def wells(stiffness: float, n_atoms: int = 4) -> tuple[Atoms, Callable[[], Wells]]:
    atoms = Atoms(["Li"] * n_atoms, np.arange(3 * n_atoms).reshape(-1, 3) * 1.0, cell=[20] * 3)
    centres = atoms.positions + 0.01
    return atoms, lambda: Wells(centres, stiffness)


def test_memory_does_not_grow_with_the_trajectory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "BLOCKS", 100)  # both runs are longer than the lists
    atoms, potential = wells(5.0)
    peaks, sizes = [], []
    for steps in (200, 800):
        hold = Stage(
            name="hold", ensemble="nve", temperature=300, duration=steps / 1000, time_step=1
        )
        folder = tmp_path / str(steps)
        folder.mkdir()
        tracemalloc.start()
        run(Dynamics([hold], potential, frame_interval=1, chunk_steps=20), atoms, folder)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append((folder / "checkpoint" / TRAJECTORY).stat().st_size)
    assert sizes[1] > 3.5 * sizes[0]
    assert peaks[1] < 1.3 * peaks[0]  # 1.6 if the frames were kept


def test_exploding_run_stops_and_names_the_last_checkpoint(tmp_path: Path) -> None:
    atoms, potential = wells(-2.0)
    fall = Stage(name="fall", ensemble="nve", temperature=300, duration=1, time_step=1)
    dynamics = Dynamics([fall], potential, chunk_steps=10)
    with pytest.raises(ExplodedError, match=r"limit of 10000 K") as caught:
        run(dynamics, atoms, tmp_path)
    [note] = caught.value.__notes__
    file = tmp_path / "checkpoint" / STATE
    assert f"the last good checkpoint is {file}" in note
    state = load(file, dynamics.fingerprint(atoms))
    assert state is not None
    assert 0 < state.place.step < 1000
    assert f"in step {state.place.step}" not in note
    kinetic = (state.momenta**2).sum() / 2 / atoms.get_masses()[0]
    assert 2 * kinetic / (9 * units.kB) < 10_000


def test_chgnet_run_is_resumed_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from liponflow.engines.chgnet.calculator import FastCHGNet

    crystal = bulk("NiO", "rocksalt", a=4.2, cubic=True)
    hold = Stage(name="hold", ensemble="npt", temperature=900, duration=0.018, time_step=2)
    dynamics = Dynamics([hold], FastCHGNet, chunk_steps=2, frame_interval=1)
    whole = run(dynamics, crystal, _made(tmp_path / "whole"))

    def broken(_stage: str, time: float) -> None:
        if time > 0.009:
            raise KeyboardInterrupt

    folder = _made(tmp_path / "broken")
    with monkeypatch.context() as patch:
        patch.setattr(Speedometer, "update", lambda _, *arguments: broken(*arguments))
        with pytest.raises(KeyboardInterrupt):
            run(dynamics, crystal, folder)
    resumed = run(dynamics, crystal, folder)
    np.testing.assert_array_equal(resumed.positions, whole.positions)
    np.testing.assert_array_equal(resumed.momenta, whole.momenta)
    files = [folder / "checkpoint" / TRAJECTORY for folder in (tmp_path / "whole", folder)]
    assert files[0].read_bytes() == files[1].read_bytes()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    atoms, potential = wells(5.0)
    hold = Stage(name="hold", ensemble="nve", temperature=300, duration=0.01, time_step=1)
    run(Dynamics([hold], potential), atoms, tmp_path)
    with pytest.raises(CheckpointError, match=r"state\.npz is of dynamics with another"):
        run(Dynamics([hold], potential, seed=1), atoms, tmp_path)


def test_truncated_trajectory_is_named(tmp_path: Path) -> None:
    atoms, potential = wells(5.0)
    hold = Stage(name="hold", ensemble="nve", temperature=300, duration=0.01, time_step=1)
    run(Dynamics([hold], potential), atoms, tmp_path)
    file = tmp_path / "checkpoint" / TRAJECTORY
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"extxyz\.gz has \d+ bytes, but its checkpoint expects"):
        run(Dynamics([hold], potential), atoms, tmp_path)


def test_status_shows_stage_and_time(tmp_path: Path) -> None:
    atoms, potential = wells(5.0)
    hold = Stage(name="hold", ensemble="nve", temperature=300, duration=0.01, time_step=1)
    run(Dynamics([hold], potential), atoms, tmp_path)
    assert (tmp_path / "status").read_text().startswith("hold, 0.001 of 0.01 ps")
