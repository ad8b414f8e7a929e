"""Runs as they are read: their paths, times and temperatures."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from walks import TRICLINIC, blocks, brownian, walk, wrapped

from liponflow.analysis.trajectory.frames import Frames
from liponflow.analysis.transport.displacements import TransportError
from liponflow.analysis.transport.estimate import coefficient, estimate_diffusion
from liponflow.analysis.transport.run import Run, follow_run

DIFFUSIVITY = 0.01
STEPS = brownian(300, 10, DIFFUSIVITY, 1)


def followed(*segments: Frames, species: str = "Li", **given: float) -> Run:
    files = {Path(f"{number}.xyz"): frames for number, frames in enumerate(segments, start=1)}

    def read(path: Path) -> Iterator[Frames]:
        return blocks(files[path])

    return follow_run(list(files), read, species=species, **given)


def part(frames: Frames, begin: int, end: int) -> Frames:
    return next(blocks(replace(frames, **{
        name: getattr(frames, name)[begin:end]
        for name in ("positions", "cells", "times", "temperatures", "energies", "stages")
    }), end))  # fmt: skip


def own(run: Run) -> np.ndarray:
    return np.trace(run.squares.own, axis1=1, axis2=2)


@pytest.fixture(scope="module")
def reference() -> Run:
    return followed(walk(STEPS))


def test_wrapped_frames_give_the_same(reference: Run) -> None:
    run = followed(wrapped(walk(STEPS)))
    assert np.allclose(own(run), own(reference), rtol=1e-9)
    assert np.allclose(run.squares.collective, reference.squares.collective, rtol=1e-9)


@pytest.mark.parametrize("wrap", [False, True])
def test_a_triclinic_cell_gives_the_same(reference: Run, wrap: bool) -> None:  # noqa: FBT001
    frames = walk(STEPS, cell=TRICLINIC)
    run = followed(wrapped(frames) if wrap else frames)
    assert np.allclose(own(run), own(reference), rtol=1e-9)
    assert np.allclose(run.squares.own, reference.squares.own, atol=1e-9)


def test_a_skewed_choice_of_the_same_lattice_gives_the_same(reference: Run) -> None:
    frames = walk(STEPS)
    skewed = np.array([[1, 0, 0], [2, 1, 0], [-1, 3, 1]]) @ frames.cells
    run = followed(wrapped(replace(frames, cells=skewed)))
    assert np.allclose(own(run), own(reference), rtol=1e-9)


def test_a_breathing_cell_moves_no_ion(reference: Run) -> None:
    frames = walk(STEPS)
    rng = np.random.default_rng(3)
    strain = 1 + rng.normal(0, 0.01, (300, 1, 1))
    breathing = frames.cells * strain / strain.mean()
    scaled = frames.positions @ np.linalg.inv(frames.cells) @ breathing
    run = followed(wrapped(replace(frames, positions=scaled, cells=breathing)))
    assert np.allclose(own(run), own(reference), rtol=1e-3)
    assert run.volume == pytest.approx(1000, rel=5e-3)


def test_drift_of_the_whole_frame_is_removed(reference: Run) -> None:
    frames = walk(STEPS)
    drift = np.linspace(0, 40, 300)[:, None, None] * np.array([1.0, 0.3, -0.2])
    run = followed(wrapped(replace(frames, positions=frames.positions + drift)))
    assert np.allclose(own(run), own(reference), rtol=1e-9)


def test_a_framework_that_diffuses_is_named(reference: Run) -> None:
    assert not reference.notes
    [note] = followed(walk(STEPS), species="P").notes
    moved = np.sqrt(6 * DIFFUSIVITY * 299)
    assert float(note.split(" by ")[1].split()[0]) == pytest.approx(moved, rel=0.25)
    assert note.startswith("1.xyz: the centre of mass of the other atoms counts as at rest")
    assert "(Li by " in note
    assert "that of a melt" in note


def test_segments_with_the_last_frame_twice_are_one_run(reference: Run) -> None:
    frames = wrapped(walk(STEPS))
    run = followed(part(frames, 0, 140), part(frames, 139, 300))
    assert np.allclose(own(run), own(reference), rtol=1e-9)
    assert run.notes == [
        "2.xyz: 1 frames that repeat the one before them are left out, as restarts write them"
    ]


def test_anisotropic_motion_is_seen_along_its_axis() -> None:
    run = followed(walk(STEPS * [0.0, 0.0, 1.0], spread=0.0))
    found = estimate_diffusion(run.squares, "a", interval=run.interval)
    along = [coefficient(line, 1).value for line in found.components]
    assert along[2] == pytest.approx(DIFFUSIVITY, rel=0.2)
    assert abs(along[0]) < 1e-9 * along[2]


def test_all_atoms_mobile_and_one_mobile_atom() -> None:
    run = followed(walk(STEPS, framework=0))
    assert run.all_mobile
    assert np.abs(run.squares.collective).max() < 1e-18
    single = followed(walk(STEPS[:, :1]))
    assert np.allclose(single.squares.collective, single.squares.own)


def test_temperature_and_step_come_from_the_frames(reference: Run) -> None:
    assert (reference.temperature, reference.interval) == (600, pytest.approx(0.1))
    bare = walk(STEPS, temperature=np.nan, step_ps=np.nan)
    given = followed(bare, time_step=100, temperature=600)
    assert np.allclose(own(given), own(reference))
    with pytest.raises(TransportError, match=r"by --time-step \(fs\)"):
        followed(bare, temperature=600)
    with pytest.raises(TransportError, match=r"by --temperature \(K\)"):
        followed(bare, time_step=100)


def test_a_step_that_contradicts_the_thermal_velocities_is_refused() -> None:
    with pytest.raises(TransportError, match="times the thermal velocity of 600 K; it would be"):
        followed(walk(STEPS, step_ps=np.nan), time_step=5)
    # Straight flight at the velocities of 600 K, 2 fs from frame to frame, said to be 20 fs.
    mass, seconds = 6.94, 0.002
    speed = np.sqrt(8.617333e-5 * 600 / (mass * 1.036427e-4))
    steps = np.random.default_rng(2).normal(0, speed * seconds, (1, 12, 3)).repeat(99, axis=0)
    flying = walk(steps, framework=0, spread=0.0, step_ps=np.nan)
    assert followed(flying, time_step=2).interval == pytest.approx(0.002)
    with pytest.raises(TransportError, match=r"0\.\d+ times the thermal velocity"):
        followed(flying, time_step=20)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step_ps": 0.1, "time_step": 50}, "100 fs apart by their times, and --time-step is 50"),
        ({"temperature": 800}, r"is at 600 K by its frames, and --temperature is 800; give that"),
        ({"species": "Na"}, "no Na, only Li, O, P; name the mobile ion by --species"),
    ],
)
def test_contradictions_are_refused(change: dict[str, float], message: str) -> None:
    step = change.pop("step_ps", 0.1)
    with pytest.raises(TransportError, match=message):
        followed(walk(STEPS, step_ps=step), **change)


def test_jumps_above_half_a_cell_are_refused() -> None:
    steps = STEPS.copy()
    steps[120, 3] = [3.5, 3.5, 3.5]
    with pytest.raises(TransportError, match=r"atom 4 \(Li\) moves by .* between frames 121 and"):
        followed(walk(steps))


def test_frames_in_another_order_or_too_few_are_refused() -> None:
    frames = walk(STEPS)
    other = replace(frames, symbols=frames.symbols[::-1])
    with pytest.raises(TransportError, match=r"2\.xyz: its atoms differ from those of 1\.xyz"):
        followed(frames, other)
    with pytest.raises(TransportError, match="40 different frames, and 50 are the fewest"):
        followed(part(frames, 0, 40))


def test_uneven_times_and_different_temperatures_are_refused() -> None:
    frames = walk(STEPS)
    times = frames.times.copy()
    times[200:] += 0.5
    with pytest.raises(TransportError, match="600 fs apart, those before them 100"):
        followed(replace(frames, times=times))
    cold = replace(frames, temperatures=np.full(300, 450.0))
    with pytest.raises(TransportError, match=r"450 K and .* at 600 K, which are not segments"):
        followed(part(frames, 0, 150), part(cold, 150, 300))
