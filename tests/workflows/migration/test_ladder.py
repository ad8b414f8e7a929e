"""A ladder of two rungs: N through the octahedral site of bcc Cu, by effective medium theory."""

import json
from importlib.metadata import version

import pytest
from ase.calculators.emt import EMT
from ase.constraints import FixSymmetry
from ase.optimize import BFGS
from jobflow import Flow, JobStore, run_locally
from maggma.stores import MemoryStore
from migration_example import TOT, band, profile
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow import safejson
from liponflow.analysis.migration.hops import HopRecord, hop_barrier
from liponflow.analysis.migration.result import Refinement
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.hop_cell import HopCell, hop_cell, site_start
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.images import interpolate
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.workflows.migration.flow import MigrationMaker
from liponflow.workflows.migration.ladder import RungTools, refine
from liponflow.workflows.migration.sites import hop_record
from liponflow.workflows.migration.survey import Survey

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

ENGINES = {
    "dft": {"calculator": "ase.calculators.emt:EMT", "surrogate": False},
    "potential": {"calculator": "ase.calculators.emt:EMT"},
}
"""The same energies under two names, of which one stands for a DFT code."""

CHEAP = EngineInfo(name="cheap", version="1", surrogate=True)
LIMIT = 0.02
PARAMETERS = load_parameters(
    MigrationParameters,
    "migration",
    "quick",
    {"dopant": "N", "supercell": "2,2,2", "min_radius": 1.0, "images": 3, "force_limit": LIMIT},
)


def copper(a: float) -> Structure:
    host = bcc_lithium(a)
    host.replace_species({"Li": "Cu"})
    return host


def cell_with(a: float) -> HopCell:
    return hop_cell(interstitial_sites(copper(a), min_radius=1.0), (2, 2, 2))


def tools_of(engine: Engine) -> RungTools:
    """Return what the campaign hands over: only the rung of DFT begins with a Hessian."""
    campaign = MigrationMaker(
        parameters=PARAMETERS, preset="quick", engine_name="potential", engine_arguments={}
    )
    hessian_of, hessian, remarks = campaign.hessian_below(engine, ["potential"])
    return RungTools(
        static=engine.static(),
        relax=engine.relax(cell=False, initial_hessian=hessian),
        symmetric=engine.relax(cell=False, keep_symmetry=True, initial_hessian=hessian),
        band=engine.neb(),
        hessian_of=hessian_of,
        remarks=remarks,
    )


def survey() -> Survey:
    """Return a survey of one hop by an engine with another lattice constant."""
    cell = cell_with(2.95)
    [hop] = [hop for hop in distinct_hops(cell.sites) if hop.label == TOT]
    ends = hop_starts(cell, hop, "N")
    made = band(interpolate(ends.start, ends.end, 3), profile(0.3, 0.0))
    record: HopRecord = hop_record(cell, hop, "N", mirrored=True)
    host = Calculation(
        engine=CHEAP, structure=copper(2.95), energy=-1.0, converged=True, ionic_steps=3
    )
    return Survey(
        host=host, host_atoms=16, sites=[], hops=[hop_barrier(record, made, force_limit=0.05)]
    )


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Refinement], HopCell]:
    """Return the hop on both rungs, and the supercell in which the first refined it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIPONFLOW_ENGINES", json.dumps(ENGINES))
        folder = tmp_path_factory.mktemp("ladder")
        jobs, refined = [], []
        for name in ("dft", "potential"):
            engine = get_engine(name, EngineOptions(LIMIT, 300))
            host = engine.relax().make(copper(2.9))
            rung = refine(
                host.output,
                survey(),
                [below.output for below in refined],
                parameters=PARAMETERS,
                supercell=[2, 2, 2],
                tools=tools_of(engine),
                engine=engine.describe(),
            )
            jobs += [host, rung]
            refined.append(rung)
        store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
        run_locally(
            Flow(jobs), store=store, root_dir=folder, ensure_success=True, raise_immediately=True
        )
        outputs = [safejson.decode(store.get_output(rung.uuid, load=True)) for rung in refined]
        host = safejson.decode(store.get_output(jobs[0].uuid, load=True)).output.structure
    found = []
    for [hop] in outputs:
        assert isinstance(hop["refinement"], Refinement)
        found.append(hop["refinement"])
    return found, hop_cell(interstitial_sites(host, min_radius=1.0), (2, 2, 2))


def energy_of(cell: HopCell, site: str) -> float:
    """Return the energy of N on a site, relaxed within its symmetry by ASE alone."""
    start = site_start(cell, "N", int(cell.sites.positions_of(site)[0]))
    atoms = AseAtomsAdaptor.get_atoms(start, msonable=False)
    atoms.set_constraint(FixSymmetry(atoms))
    atoms.calc = EMT()
    BFGS(atoms, logfile=None).run(fmax=LIMIT)
    return float(atoms.get_potential_energy())


def test_first_rung_gives_single_points_then_states_within_their_space_groups(
    ladder: tuple[list[Refinement], HopCell],
) -> None:
    [found, _], cell = ladder
    assert (found.geometry_of, found.barrier_before) == ("cheap 1", pytest.approx(0.3, abs=1e-3))
    assert (found.saddle_by, found.reason) == ("symmetry", None)
    assert (found.space_group, found.saddle_space_group) == ("P-4m2 (115)", "P4/mmm (123)")
    # Half of the five images: the mirrored ones are not computed again.
    assert found.single_points == 3
    assert found.calculations == 3 + (found.end_steps or 0) + (found.saddle_steps or 0)
    energies = [energy for _, energy in found.single_point_profile]
    assert energies == energies[::-1]
    assert found.single_point_barrier == energies[2]
    assert found.barrier is not None
    assert abs(found.barrier - found.single_point_barrier) > 0.01, "relaxation changes it"
    assert max(found.end_force or 1, found.saddle_force or 1) < LIMIT
    assert found.hessian_of == f"potential {version('ase')}"
    # With uniform curvature, 24 and 15.
    assert max(found.end_steps or 99, found.saddle_steps or 99) <= 8
    apart = energy_of(cell, "octahedral") - energy_of(cell, "tetrahedral")
    assert found.barrier == pytest.approx(apart, abs=2e-3)


def test_second_rung_starts_from_the_geometry_of_the_first(
    ladder: tuple[list[Refinement], HopCell],
) -> None:
    [below, found], _ = ladder
    assert (found.geometry_of, found.barrier_before) == (below.model, below.barrier)
    # The energies are those of the first rung, whose states are relaxed already.
    assert found.single_point_barrier == pytest.approx(below.barrier, abs=1e-4)
    assert found.saddle_by == "band"
    assert found.barrier == pytest.approx(below.barrier, abs=2e-3)
    assert found.hessian_of is None


def test_engine_that_takes_no_hessian_says_so() -> None:
    campaign = MigrationMaker(
        parameters=PARAMETERS, preset="quick", engine_name="chgnet", engine_arguments={}
    )
    hessian_of, hessian, remarks = campaign.hessian_below(campaign.engine("vasp"), ["chgnet"])
    assert (hessian_of, hessian) == (None, None)
    assert remarks == ["the Hessian of chgnet 0.3.0 was not used: vasp takes none"]
