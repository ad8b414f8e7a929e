"""Interfaces in files, as ``liponflow analyze interface`` measures them."""

import json
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
from bilayers import HEIGHT, nitrogen_leaves, still
from typer.testing import CliRunner

from liponflow.analysis.interface.result import InterfaceResult
from liponflow.analysis.trajectory.frames import Frames
from liponflow.cli import app
from liponflow.workflows.interface.measurements import INTERFACE


def write(
    path: Path,
    frames: Frames,
    *,
    times: bool = True,
    order: np.ndarray | None = None,
    temperature: float | None = None,
) -> Path:
    chosen = np.arange(len(frames.symbols)) if order is None else order
    ase.io.write(
        path,
        [
            ase.Atoms(
                [frames.symbols[i] for i in chosen],
                positions=positions[chosen],
                cell=cell,
                pbc=True,
                info=({"time": float(time)} if times else {})
                | ({} if temperature is None else {"temperature": temperature}),
            )
            for positions, cell, time in zip(
                frames.positions, frames.cells, frames.times, strict=True
            )
        ],
    )
    return path


def measured(files: list[Path], **options: object) -> InterfaceResult:
    found = INTERFACE.measure(files, {"without_phases": True, **options})
    assert isinstance(found, InterfaceResult)
    return found


def test_files_give_what_their_frames_show(tmp_path: Path) -> None:
    found = measured([write(tmp_path / "run.extxyz", nitrogen_leaves(20, after=5))])
    assert found.n_frames == 20
    assert found.duration == pytest.approx(9.5)
    assert found.first_broken == "P-N (apical)"
    assert found.electrolyte_height + found.other_thickness == pytest.approx(HEIGHT)
    assert found.layers == []
    assert found.provenance.preset == "as read"


def test_a_time_step_gives_times_where_files_have_none(tmp_path: Path) -> None:
    path = write(tmp_path / "run.extxyz", nitrogen_leaves(20, after=5), times=False)
    without = measured([path])
    assert without.duration is None
    assert any("no times" in text for text in without.warnings)
    assert measured([path], time_step="2").duration == pytest.approx(19 * 0.002)
    halved = measured([path], time_step="2", every="2")
    assert (halved.n_frames, halved.duration) == (10, pytest.approx(18 * 0.002))


def test_segments_with_another_order_of_atoms_are_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "1.extxyz", still(2))
    order = np.arange(len(still(1).symbols))[::-1]
    second = write(tmp_path / "2.extxyz", still(2), order=order)
    with pytest.raises(ValueError, match=r"2\.extxyz, frame 1: atom 1 is Li.*one order"):
        measured([first, second])


def test_the_command_reports_as_json(tmp_path: Path) -> None:
    path = write(tmp_path / "run.extxyz", nitrogen_leaves(6))
    arguments = ["analyze", "interface", str(path), "--without-phases", "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["kind"] == "interface"


def test_options_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "run.extxyz", still(1))
    with pytest.raises(ValueError, match=r"--formers.*Xx is not an element"):
        measured([path], formers=["Xx"])
    with pytest.raises(ValueError, match="no network former"):
        measured([path], formers=["Si"])


def hopping(count: int, *, seed: int) -> Frames:
    """Return a bilayer whose Li walk at random in the plane, at 300 K."""
    frames = still(count)
    rng = np.random.default_rng(seed)
    lithium = [i for i, symbol in enumerate(frames.symbols) if symbol == "Li"]
    steps = rng.normal(0, 0.02, (count, len(lithium), 2))
    frames.positions[:, lithium, :2] += np.cumsum(steps, axis=0)
    return frames


def test_transport_by_region_is_that_of_the_walk(tmp_path: Path) -> None:
    path = write(tmp_path / "run.extxyz", hopping(400, seed=5), temperature=300)
    found = measured([path], zone="4.9")
    [interface, bulk] = found.regions
    # 0.02 Å in a frame of 0.5 ps: D = 0.02² / 2 / 0.5 Å²/ps, 1e-4 cm²/s each.
    right = 0.02**2 / 2 / 0.5 * 1e-4
    assert (interface.name, bulk.name) == ("interface", "bulk")
    assert interface.diffusivity == pytest.approx(right, rel=0.35)
    assert interface.diffusivity_low < right < interface.diffusivity_high
    assert found.conductivity_ratio == pytest.approx(interface.conductivity / bulk.conductivity)


def test_li_that_streams_does_not_diffuse_and_the_result_says_so(tmp_path: Path) -> None:
    frames = still(400)
    rng = np.random.default_rng(3)
    for atom in (index for index, symbol in enumerate(frames.symbols) if symbol == "Li"):
        frames.positions[:, atom, :2] += rng.normal(0, 0.1, (400, 2))
        frames.positions[:, atom, 0] += 0.01 * np.arange(400)
    found = measured([write(tmp_path / "run.extxyz", frames, temperature=300)])
    assert all(region.diffusivity is None for region in found.regions)
    assert any("no transport by region: 300 K: not diffusive" in text for text in found.warnings)


def test_too_few_frames_for_transport_are_noted(tmp_path: Path) -> None:
    found = measured([write(tmp_path / "run.extxyz", still(5), temperature=300)])
    assert found.regions == []
    assert any("no transport by region: " in text for text in found.warnings)
