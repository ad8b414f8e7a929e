"""The job of a protocol, run by the local runner, and its result."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import units
from ase.calculators.emt import EMT
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import MDResult
from liponflow.cost.flow import planned
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.potential.md.maker import CheckpointedMDMaker
from liponflow.engines.potential.md.summary import to_atoms
from liponflow.inputs.protocol import Stage
from liponflow.runners.local import start

pytestmark = pytest.mark.usefixtures("warm_workers")

ENGINE = EngineInfo(name="emt", version="3", surrogate=True)
STAGES = [
    Stage(
        name="heat",
        ensemble="nvt",
        temperature=300,
        end_temperature=600,
        duration=0.06,
        time_step=3,
    ),
    Stage(name="rest", ensemble="nve", temperature=600, duration=0.04, time_step=2),
]


def copper() -> Structure:
    cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.6), ["Cu"], [[0, 0, 0]])
    return cell.add_site_property("unit", list(range(4))) * (2, 2, 2)


def maker() -> CheckpointedMDMaker:
    return CheckpointedMDMaker(
        STAGES, CalculatorSpec(EMT), ENGINE, seed=3, frame_interval=5, chunk_steps=8
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> MDResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    job = maker().make(copper())
    report = start(
        job, store, tmp_path_factory.mktemp("runs"), workers=1, console=Console(quiet=True)
    )
    assert report.failures == ()
    found: MDResult = safejson.decode(store.get_output(job.uuid, load=True))
    return found


def test_result_references_its_files(result: MDResult) -> None:
    [file] = result.trajectory_files
    frames = ase.io.read(file, ":")
    assert [frame.info["step"] for frame in frames] == list(range(0, 41, 5))
    assert result.frame_interval == 5
    assert result.series_file is not None
    assert len(Path(result.series_file).read_text().splitlines()) == 41
    assert result.checkpoint is not None
    assert Path(result.checkpoint).exists()


def test_result_describes_the_run(result: MDResult) -> None:
    assert (result.n_steps, result.time_step) == (40, 3)
    assert result.duration == pytest.approx(0.1)
    assert result.ensemble == "NVT, Langevin; NVE"
    assert result.stop_reason == "every step was taken"
    assert result.provenance.engine == ENGINE
    assert result.provenance.parameters["seed"] == 3
    assert result.formula == "Cu"


def test_time_series_agree_with_the_frames(result: MDResult) -> None:
    frames = ase.io.read(result.trajectory_files[0], "1:")
    assert result.stride == 1
    assert result.times[4::5] == pytest.approx([frame.info["time"] for frame in frames])
    energies = [frame.get_potential_energy() for frame in frames]
    assert result.potential_energies[4::5] == pytest.approx(energies, abs=1e-7)
    totals = [frame.get_total_energy() for frame in frames]
    assert result.total_energies[4::5] == pytest.approx(totals, abs=1e-6)
    assert np.ptp(result.total_energies[20:]) < 0.01 * np.ptp(result.total_energies[:20])
    volumes = [frame.get_volume() for frame in frames]
    assert result.volumes[4::5] == pytest.approx(volumes)
    pressures = [
        -np.trace(frame.get_stress(voigt=False, include_ideal_gas=True)) / 3 / units.GPa
        for frame in frames
    ]
    assert result.pressures[4::5] == pytest.approx(pressures, abs=1e-4)


def test_result_has_a_table_of_stages(result: MDResult) -> None:
    heat, rest = result.stages
    assert (heat.name, heat.first_step, heat.n_steps) == ("heat", 0, 20)
    assert (rest.name, rest.first_step, rest.n_steps) == ("rest", 20, 20)
    assert (heat.target_temperature, heat.end_target_temperature) == (300, 600)
    assert heat.mean_temperature == pytest.approx(np.mean(result.temperatures[:20]))
    assert rest.mean_potential_energy == pytest.approx(np.mean(result.potential_energies[20:]))
    assert result.mean_temperature == pytest.approx(np.mean(result.temperatures))


def test_final_structure_keeps_velocities_and_properties(result: MDResult) -> None:
    last = ase.io.read(result.trajectory_files[0], -1)
    velocities = np.array(result.structure.site_properties["velocities"])
    np.testing.assert_allclose(velocities, last.get_velocities() * units.fs, atol=1e-9)
    np.testing.assert_allclose(
        to_atoms(result.structure).get_momenta(), last.get_momenta(), atol=1e-7
    )
    shift = result.structure.frac_coords - last.get_scaled_positions(wrap=False)
    np.testing.assert_allclose(shift, np.round(shift), atol=1e-8)
    assert result.structure.site_properties["unit"] == copper().site_properties["unit"]


def test_job_is_planned() -> None:
    [calculation] = planned(maker().make(copper()))
    assert (calculation.kind, calculation.atoms, calculation.ionic_steps) == ("md", 32, 40)
