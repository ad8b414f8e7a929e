"""Molecular dynamics in segments, with atomate2, custodian, emmet and the stand-in."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase.md.verlet import VelocityVerlet
from ase.units import fs
from atomate2.forcefields.utils import ase_calculator
from jobflow import JobStore
from maggma.stores import MemoryStore
from monty.json import jsanitize
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Poscar
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.runs import MDResult
from liponflow.engines.vasp.md.segments import SegmentedMDMaker, read_end
from liponflow.engines.vasp.run import vasp_environment
from liponflow.runners.local import start
from liponflow.structures.lithium import bcc_lithium

STEPS, TIME_STEP = 9, 1.0
PRINTED = 2e-8
"""Total energies (eV) have 8 decimals in vasprun.xml, positions 16 digits in CONTCAR."""
MILLIELECTRONVOLT = 1e-3
"""Largest difference of energies (eV/atom) between the direct engine and the stand-in."""


pytestmark = pytest.mark.usefixtures("warm_workers")


def moving_lithium() -> Structure:
    """Return two atoms of bcc Li that move fast against each other."""
    velocity = np.array([0.012, -0.008, 0.004])  # Å/fs
    return bcc_lithium(3.44).add_site_property("velocities", [velocity, -velocity])


def run(folder: Path, command: str, structure: Structure, **options: Any) -> MDResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    maker = SegmentedMDMaker(
        steps=STEPS,
        time_step=TIME_STEP,
        start_temperature=300,
        end_temperature=300,
        **options,
    )
    flow = maker.make(structure)
    report = start(
        flow,
        store,
        folder,
        workers=2,
        environment=vasp_environment(command),
        console=Console(quiet=True),
    )
    assert report.failures == ()
    result: MDResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return result


def test_nve_segments_match_direct_dynamics(tmp_path: Path, standin: str) -> None:
    start_from = moving_lithium()
    result = run(tmp_path, standin, start_from, ensemble="nve", segment_steps=3)
    assert result.provenance.engine.label.startswith("vasp (stand-in: chgnet 0.3.0)")

    atoms = start_from.to_ase_atoms()
    atoms.set_velocities(np.array(start_from.site_properties["velocities"]) / fs)
    atoms.calc = ase_calculator("CHGNet", stress_unit="eV/A3")
    potential, total = [], []
    dynamics = VelocityVerlet(atoms, timestep=TIME_STEP * fs)
    for _ in dynamics.irun(STEPS - 1):
        potential.append(atoms.get_potential_energy())
        total.append(atoms.get_total_energy())
    tolerance = MILLIELECTRONVOLT * len(atoms)
    assert result.potential_energies == pytest.approx(potential, abs=tolerance)
    assert result.total_energies == pytest.approx(total, abs=tolerance)
    # Potential and kinetic energy vary by more than that: the trajectories are the same.
    assert np.ptp(potential) > 10 * tolerance


def test_nose_segments_match_the_unbroken_run(tmp_path: Path, cheap_vasp: str) -> None:
    """The state of the thermostat also continues."""
    unbroken = run(
        tmp_path / "unbroken", cheap_vasp, bcc_lithium(3.44), ensemble="nvt", segment_steps=STEPS
    )
    broken = run(
        tmp_path / "broken", cheap_vasp, bcc_lithium(3.44), ensemble="nvt", segment_steps=3
    )
    assert [(s.first_step, s.n_steps) for s in broken.segments] == [(0, 3), (3, 3), (6, 3)]
    assert all(segment.complete for segment in broken.segments)
    assert broken.time_step == TIME_STEP
    np.testing.assert_allclose(broken.total_energies, unbroken.total_energies, atol=PRINTED)
    np.testing.assert_allclose(broken.temperatures, unbroken.temperatures, rtol=1e-6)
    np.testing.assert_allclose(
        broken.structure.frac_coords, unbroken.structure.frac_coords, atol=1e-7
    )
    drift = np.ptp(unbroken.total_energies)
    assert np.ptp(broken.total_energies) <= drift + PRINTED


@pytest.mark.filterwarnings("ignore:ISMEAR = 0 with a small SIGMA")
def test_thermostat_state_continues_only_within_a_stage(tmp_path: Path) -> None:
    cell = bcc_lithium(3.44)
    state = Poscar(
        cell,
        velocities=[[0.0, 0.0, 0.001], [0.0, 0.0, -0.001]],
        predictor_corrector=np.full((2, 3, 3), 0.1).tolist(),
        predictor_corrector_preamble="1\n1.0\n0.5 0.25 0.0 0.0",
        lattice_velocities=np.full((6, 3), 0.2).tolist(),
    )
    state.write_file(tmp_path / "CONTCAR")
    end = read_end(f"localhost:{tmp_path}")
    end = Structure.from_dict(json.loads(json.dumps(jsanitize(end, strict=True))))
    jobs = SegmentedMDMaker(20, 10, 1.0, 300, 300, ensemble="npt").make(end).jobs[:-1:2]
    first, second = (
        job.maker.input_set_generator.get_input_set(end, potcar_spec=True) for job in jobs
    )
    assert "predictor" not in str(first.poscar)
    assert "Lattice velocities" not in str(first.poscar)
    assert np.array(first.poscar.velocities) == pytest.approx(np.array(state.velocities))
    again = Poscar.from_str(str(second.poscar))
    assert again.predictor_corrector_preamble == state.predictor_corrector_preamble
    assert np.array(again.predictor_corrector) == pytest.approx(0.1)
    assert np.array(again.lattice_velocities) == pytest.approx(0.2)
    assert "predictor_corrector" in end.site_properties, "the structure given is not changed"


def test_ramp_continues_across_segments() -> None:
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
def test_invalid_numbers_are_refused(options: dict[str, Any], message: str) -> None:
    good = {
        "steps": 1,
        "segment_steps": 1,
        "time_step": 1.0,
        "start_temperature": 300,
        "end_temperature": 300,
    }
    with pytest.raises(ValueError, match=message):
        SegmentedMDMaker(**(good | options))


def test_contcar_without_velocities_is_refused(tmp_path: Path) -> None:
    structure: Structure = bcc_lithium()
    structure.to(filename=str(tmp_path / "CONTCAR"), fmt="poscar")
    with pytest.raises(ValueError, match="CONTCAR has no velocities"):
        read_end(f"localhost:{tmp_path}")
