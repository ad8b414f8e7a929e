"""Protocols with VASP, run by atomate2, custodian and the stand-in, as by VASP 5.4.4."""

from pathlib import Path

import numpy as np
import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.runs import MDResult
from liponflow.engines.vasp.md.stages import StagedVaspMDMaker
from liponflow.engines.vasp.run import vasp_environment
from liponflow.inputs.protocol import Stage
from liponflow.runners.local import start
from liponflow.structures.lithium import bcc_lithium

pytestmark = pytest.mark.usefixtures("warm_workers")

STAGES = [
    Stage(
        name="heat",
        ensemble="nvt",
        temperature=300,
        end_temperature=500,
        duration=0.006,
        time_step=1.5,
    ),
    Stage(name="press", ensemble="npt", temperature=500, pressure=1, duration=0.003, time_step=1),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, cheap_vasp: str) -> MDResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = StagedVaspMDMaker(STAGES, seed=4, segment_steps=2).make(bcc_lithium(3.44))
    report = start(
        flow,
        store,
        tmp_path_factory.mktemp("runs"),
        workers=1,
        environment=vasp_environment(f"{cheap_vasp} --layout 5.4.4"),
        console=Console(quiet=True),
    )
    assert report.failures == ()
    found: MDResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return found


def test_stages_are_split_into_segments(result: MDResult) -> None:
    assert [segment.n_steps for segment in result.segments] == [2, 2, 2, 1]
    starts = [segment.start_temperature for segment in result.segments]
    assert starts == [300, 400, 500, 500]
    heat, press = result.stages
    assert (heat.name, heat.first_step, heat.n_steps) == ("heat", 0, 4)
    assert (press.name, press.first_step, press.n_steps) == ("press", 4, 3)
    assert press.ensemble == "NpT, Langevin"
    assert (press.target_pressure, heat.target_pressure) == (1, None)


def test_time_uses_the_time_step_of_each_stage(result: MDResult) -> None:
    expected = [0.0015, 0.003, 0.0045, 0.006, 0.007, 0.008, 0.009]
    assert result.times == pytest.approx(expected)
    assert result.duration == pytest.approx(0.009)


def test_cell_changes_only_in_npt(result: MDResult) -> None:
    assert np.ptp(result.volumes[:4]) == 0
    assert np.ptp(result.volumes[4:]) > 0
    assert result.stages[1].mean_volume == pytest.approx(np.mean(result.volumes[4:]))


def test_velocities_continue_across_stages(result: MDResult) -> None:
    assert np.abs(result.structure.site_properties["velocities"]).max() > 0
    # The temperature does not start anew in each segment.
    assert np.abs(np.diff(result.temperatures)).max() < 200


def test_stage_at_constant_volume_starts_in_the_mean_cell() -> None:
    hold = Stage(name="hold", ensemble="nvt", temperature=300, duration=0.002, time_step=1)
    flow = StagedVaspMDMaker([STAGES[1], hold, hold], segment_steps=2).make(bcc_lithium(3.44))
    jobs = {job.name: job for job in flow.jobs}
    averaged = jobs["mean cell of press"]
    segments = [jobs[f"press {number}"].output.dir_name for number in (1, 2)]
    assert averaged.function_args == (segments,)
    holds = [job for job in flow.jobs if job.name == "hold 1"]
    assert holds[0].function_args == (averaged.output,)
    assert holds[1].function_args != (averaged.output,)


def test_trajectory_files_are_the_files_of_the_segments(result: MDResult) -> None:
    assert len(result.trajectory_files) == 4
    assert all(Path(file).exists() for file in result.trajectory_files)
    assert result.provenance.engine.surrogate


def test_unsupported_stage_is_refused_by_the_maker() -> None:
    chains = STAGES[1].model_copy(update={"thermostat": "nose-hoover"})
    with pytest.raises(ValueError, match="VASP has no Nosé-Hoover barostat"):
        StagedVaspMDMaker([chains])
