"""A potential's path refined by GPAW from end to end, in a tiny cell with a low cut-off."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.migration.result import MigrationResult
from liponflow.runners.local import start
from liponflow.workflows.campaign import get_campaign

OVERRIDES = {
    "dopant": "N",
    "supercell": "2,2,2",
    "vibrations": False,
    "models": [],
    "refine": "gpaw",
    "force_limit": 0.1,
}
"""CHGNet finds one hop in this cell: between octahedral sites, past a tetrahedral one."""

COARSE = {"gpaw.ecut": 150, "gpaw.kpts": 1.0}
"""No physics, but every part of the ladder."""


@pytest.mark.exhaustive
@pytest.mark.skipif(find_spec("gpaw") is None, reason="GPAW is not installed")
def test_path_of_a_potential_is_refined_by_gpaw(tmp_path: Path) -> None:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = get_campaign("migration").plan(
        preset="quick", engine="chgnet", overrides=OVERRIDES, engine_arguments=COARSE
    )
    report = start(flow, store, tmp_path, workers=2, console=Console(quiet=True))
    assert report.failures == ()
    result: MigrationResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    [found] = result.refinements
    assert found.model.startswith("gpaw")
    assert found.geometry_of == "chgnet 0.3.0"
    assert found.single_points == 4
    assert found.single_point_barrier is not None
    # At this cut-off GPAW need not have its saddle where the potential has it.
    assert found.saddle_by in {"symmetry", "band"}
    assert found.reason is None
    assert found.barrier is not None
    assert found.calculations == 4 + (found.end_steps or 0) + (found.saddle_steps or 0)
    assert "number of imaginary modes" in (found.unchecked or "")
