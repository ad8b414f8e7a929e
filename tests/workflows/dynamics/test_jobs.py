"""Jobs that follow dynamics."""

from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.runs import MDResult, MDSegment, MDStage
from liponflow.structures.plain import without_properties
from liponflow.workflows.dynamics.jobs import last_structure, stage_files


@pytest.fixture
def structure() -> Structure:
    """Return bcc Li."""
    return Structure(Lattice.cubic(3.5), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def dynamics(structure: Structure, **fields: Any) -> MDResult:
    """Return a run of one frame."""
    provenance = Provenance(
        engine=EngineInfo(name="chgnet", version="0.4.2", surrogate=True),
        preset="protocol",
        parameters={},
        input_fingerprint="0" * 64,
        source_structure="given",
        parent_uuids=[],
        packages={},
    )
    return MDResult(
        formula="Li",
        converged=True,
        criterion="every step",
        provenance=provenance,
        time_step=2,
        n_steps=1,
        duration=0.002,
        ensemble="NVT",
        mean_temperature=300,
        temperatures=[300.0],
        potential_energies=[0.0],
        total_energies=[0.0],
        volumes=[structure.volume],
        structure=structure,
    ).model_copy(update=fields)


def test_last_structure_has_no_velocities(structure: Structure) -> None:
    moving = structure.copy(site_properties={"velocities": [[0.1, 0, 0]] * len(structure)})
    assert not last_structure(dynamics(moving)).site_properties
    assert without_properties(moving) == structure
    with pytest.raises(ValueError, match="not finished: temperature"):
        last_structure(dynamics(moving, converged=False, stop_reason="temperature"))


def test_last_stage_of_vasp_is_read_from_its_own_segments(structure: Structure) -> None:
    files = [f"host:/run/{index}/vasprun.xml.gz" for index in range(4)]
    segments = [
        MDSegment(
            directory=f"/run/{index}",
            first_step=first,
            n_steps=100,
            start_temperature=300,
            end_temperature=300,
            complete=True,
        )
        for index, first in enumerate((0, 100, 200, 300))
    ]
    stages = [
        MDStage(
            name=name,
            ensemble="NVT",
            target_temperature=300,
            end_target_temperature=300,
            time_step=1,
            first_step=first,
            n_steps=200,
            duration=0.2,
            mean_temperature=300,
            mean_potential_energy=0,
        )
        for name, first in (("melt", 0), ("production", 200))
    ]
    run = dynamics(structure, trajectory_files=files, segments=segments, stages=stages)
    found, stage = stage_files(run, "production")
    assert [str(file) for file in found] == [file.removeprefix("host:") for file in files[2:]]
    assert stage is None
    whole, stage = stage_files(run.model_copy(update={"segments": []}), "production")
    assert (len(whole), stage) == (4, "production")
