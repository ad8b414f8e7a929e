"""Molecular dynamics in segments, through atomate2, custodian, emmet and the stand-in."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core.structure import Structure
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.vasp_runs import MDResult
from liponflow.structures.lithium import bcc_lithium
from liponflow.workflows.runners.local import start
from liponflow.workflows.vasp_md import SegmentedMDMaker, continuation

PRINTED = 2e-8
"""Total energies (eV) have 8 decimals in vasprun.xml, positions 16 digits in CONTCAR."""


@pytest.fixture
def rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("ATOMATE2_VASP_CMD", "ATOMATE2_VASP_GAMMA_CMD"):
        monkeypatch.setenv(variable, str(Path(sys.executable).with_name("liponflow-vasp")))


def run(folder: Path, **options: Any) -> MDResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    maker = SegmentedMDMaker(
        steps=9, time_step=1.0, start_temperature=300, end_temperature=300, **options
    )
    flow = maker.make(bcc_lithium(3.44))
    report = start(flow, store, folder, workers=2, console=Console(quiet=True))
    assert report.failures == ()
    result: MDResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return result


@pytest.mark.usefixtures("rehearsal")
def test_three_segments_are_one_trajectory(tmp_path: Path) -> None:
    unbroken = run(tmp_path, ensemble="nve", segment_steps=9)
    broken = run(tmp_path, ensemble="nve", segment_steps=3)
    assert [(s.first_step, s.n_steps) for s in broken.segments] == [(0, 3), (3, 3), (6, 3)]
    assert all(segment.complete for segment in broken.segments)
    assert broken.time_step == 1.0
    np.testing.assert_allclose(broken.total_energies, unbroken.total_energies, atol=PRINTED)
    np.testing.assert_allclose(broken.temperatures, unbroken.temperatures, rtol=1e-6)
    np.testing.assert_allclose(
        broken.structure.frac_coords, unbroken.structure.frac_coords, atol=1e-7
    )
    drift = np.ptp(unbroken.total_energies)
    assert np.ptp(broken.total_energies) <= drift + PRINTED
    assert broken.provenance.engine.label.startswith("vasp (stand-in: chgnet 0.3.0)")


def test_the_ramp_goes_on_from_segment_to_segment() -> None:
    maker = SegmentedMDMaker(250, 100, 1.0, 300, 800, ensemble="npt", seed=5)
    generators = [job.maker.input_set_generator for job in maker.make(bcc_lithium()).jobs[:-1:2]]
    assert [(g.start_temp, g.end_temp) for g in generators] == [(300, 500), (500, 700), (700, 800)]
    assert [g.nsteps for g in generators] == [100, 100, 50]
    seeds = [g.user_incar_settings["RANDOM_SEED"][0] for g in generators]
    assert seeds == [5, 6, 7]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps = 0 must be above 0"),
        ({"time_step": -1.0}, r"time_step = -1\.0 must be above 0"),
        ({"start_temperature": -5}, "start_temperature = -5 K is negative"),
    ],
)
def test_numbers_that_no_run_could_have(options: dict[str, Any], message: str) -> None:
    good = {
        "steps": 1,
        "segment_steps": 1,
        "time_step": 1.0,
        "start_temperature": 300,
        "end_temperature": 300,
    }
    with pytest.raises(ValueError, match=message):
        SegmentedMDMaker(**(good | options))


def test_a_contcar_without_velocities_is_refused(tmp_path: Path) -> None:
    structure: Structure = bcc_lithium()
    structure.to(filename=str(tmp_path / "CONTCAR"), fmt="poscar")
    with pytest.raises(ValueError, match="CONTCAR has no velocities"):
        continuation.original(f"localhost:{tmp_path}")
