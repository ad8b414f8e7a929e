"""Bands that pass a site below them are started again through it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from jobflow import Flow, JobStore, run_locally
from maggma.stores import MemoryStore
from two_branches import HEIGHT, INWARD, TwoBranches, cell, energy_of, with_atoms_moved

from liponflow import safejson
from liponflow.analysis.migration.branches import TOLERANCE
from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.hops import HopRecord, hop_barrier
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.engine import EngineOptions
from liponflow.engines.potential.neb.maker import BandMaker
from liponflow.engines.registry import get_engine
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.hop_cell import site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import interpolate, path_mirror
from liponflow.workflows.migration.branches import OnSite, follow
from liponflow.workflows.migration.sites import hop_record

OTO = "octahedral-tetrahedral-octahedral"
LIMIT = 0.05  # eV/Å

pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")


def followed(folder: Path, depth: float, *, mirrored: bool) -> HopBarrier:
    """Run a band and what follows it; the tetrahedral site is relaxed with its atoms moved."""
    here = cell()
    [hop] = [hop for hop in distinct_hops(here.sites) if hop.label == OTO]
    ends = hop_starts(here, hop, "N")
    mirror = path_mirror(here, ends.start, ends.end) if mirrored else None
    engine = get_engine(
        "two_branches:TwoBranches", EngineOptions(LIMIT, 200, {}, {"depth": depth})
    )
    spec = CalculatorSpec(TwoBranches, {"depth": depth})
    maker = BandMaker(spec, engine.describe(), force_limit=LIMIT)
    band = maker.make(interpolate(ends.start, ends.end, 5), mirror)
    site = site_start(here, "N", int(here.sites.positions_of("tetrahedral")[0]))
    held = engine.relax(cell=False, max_step=0.05).make(with_atoms_moved(site, 0.9 * INWARD))
    parameters = load_parameters(
        MigrationParameters, TOPIC, "quick", {"supercell": [2, 2, 2], "force_limit": LIMIT}
    )
    start = site_start(here, "N", int(here.sites.positions_of("octahedral")[0]))
    following = follow(
        asdict(hop_record(here, hop, "N", mirrored=mirrored)),
        band.output,
        host=here.sites.host,
        on_sites={"octahedral": OnSite(structure=start, energy=energy_of(start))},
        held={"tetrahedral": held.output},
        maker=maker,
        parameters=parameters,
        supercell=[2, 2, 2],
        engine=engine.describe(),
    )
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    flow = Flow([held, band, following], output=following.output)
    run_locally(flow, store=store, root_dir=folder, ensure_success=True, log=False)
    output: Any = safejson.decode(store.get_output(following.uuid, load=True))
    return hop_barrier(HopRecord(**output["record"]), output["band"], force_limit=LIMIT)


def test_forces_of_the_surface_are_its_derivatives() -> None:
    start = with_atoms_moved(site_start(cell(), "N", 4, nudge=0.1), 0.8)
    atoms = Atoms("Li16N", start.cart_coords, cell=start.lattice.matrix, pbc=True)
    atoms.rattle(0.05, seed=1)
    atoms.calc = TwoBranches()
    forces = atoms.get_forces()
    for atom, axis in ((16, 0), (16, 1), (3, 2), (7, 0), (9, 1)):
        energies = []
        for step in (1e-5, -1e-5):
            moved = atoms.copy()
            moved.positions[atom, axis] += step
            moved.calc = TwoBranches()
            energies.append(moved.get_potential_energy())
        assert forces[atom, axis] == pytest.approx((energies[1] - energies[0]) / 2e-5, abs=1e-5)


@pytest.mark.parametrize("mirrored", [True, False])
def test_a_band_on_the_wrong_branch_is_started_again_through_the_lower_site(
    tmp_path: Path, *, mirrored: bool
) -> None:
    hop = followed(tmp_path, 0.5, mirrored=mirrored)
    restart = hop.restart
    assert restart is not None
    assert restart.site == "tetrahedral"
    assert restart.kept == "second"
    assert restart.first_barrier == pytest.approx(HEIGHT, abs=0.01)
    assert restart.second_barrier == hop.barrier
    assert hop.barrier is not None
    assert hop.barrier < HEIGHT - 0.05
    [passed] = hop.passed
    assert passed.band_energy == pytest.approx(HEIGHT, abs=0.01)
    assert passed.site_energy == pytest.approx(HEIGHT - 0.2, abs=0.03)
    assert f"limit {TOLERANCE:g}" in restart.reason
    assert f"{hop.barrier:.3f} instead of {restart.first_barrier:.3f} eV" in restart.reason
    assert hop.symmetric is mirrored
    middle = [image.energy or 0 for image in hop.images][3]
    assert middle == pytest.approx(passed.site_energy, abs=0.04)


def test_a_surface_with_one_branch_is_left_alone(tmp_path: Path) -> None:
    hop = followed(tmp_path, 0.0, mirrored=True)
    assert hop.restart is None
    assert hop.barrier == pytest.approx(HEIGHT, abs=0.01)
    [passed] = hop.passed
    assert passed.below is not None
    assert -0.05 < passed.below < TOLERANCE
    assert np.isclose(passed.distance, 0, atol=0.05)
