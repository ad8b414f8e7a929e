"""The migration campaign: invalid input, its jobs, and a tiny campaign from end to end."""

from pathlib import Path
from typing import Any

import pytest
from jobflow import Flow, JobStore
from maggma.stores import MemoryStore
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.migration.hops import has_saddle
from liponflow.analysis.migration.result import MigrationResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.runners.documents import flow_document
from liponflow.runners.errors import OutdatedRunError
from liponflow.runners.journal import Journal
from liponflow.runners.local import start
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.phases import phase
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.migration.flow import MigrationMaker

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("migration").plan

TINY = {
    "dopant": "N",
    "supercell": [2, 2, 2],
    "force_limit": 0.1,
    "nudge": 0.0,
    "images": 3,
    "refine": "chgnet",
    "refine_baseline": True,
    "vibration_radius": 2.0,
    "models": [],
}
"""16 host atoms: no physics, but every part of the campaign."""

EQUIVALENT = 1e-3
"""eV, to which equivalent end points agree."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> MigrationResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = plan(preset="quick", engine="chgnet", overrides=TINY)
    report = start(
        flow, store, tmp_path_factory.mktemp("runs"), workers=2, console=Console(quiet=True)
    )
    assert report.failures == ()
    found: MigrationResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return found


def test_result_has_sites_hops_and_percolating_barrier(result: MigrationResult) -> None:
    assert result.host_atoms == 16
    assert result.formula == "Li"
    assert {site.site for site in result.sites} == {"tetrahedral", "octahedral"}
    assert min(site.site_energy or 0 for site in result.sites) == 0
    lowest = min(result.sites, key=lambda site: site.site_energy or 0)
    [migration] = result.migrations
    assert migration.lowest_site == lowest.site
    assert migration.network_dimension == 3
    assert migration.published_barrier == 0.5
    barriers = [hop.saddle_energy for hop in result.hops if hop.hop in migration.percolating_hops]
    assert migration.percolating_barrier is not None
    assert migration.percolating_barrier >= max(barrier or 0 for barrier in barriers) - 1e-9
    assert result.provenance.engine.label.startswith("chgnet 0.3.0 (machine-learned potential")
    assert result.provenance.parameters["dopant"] == ["N"]


def test_hops_between_equivalent_sites_are_symmetric(result: MigrationResult) -> None:
    same = [hop for hop in result.hops if hop.start_site == hop.end_site]
    assert same
    for hop in same:
        assert hop.converged
        assert hop.barrier == pytest.approx(hop.reverse_barrier, abs=EQUIVALENT)
        energies = [image.energy for image in hop.images]
        assert energies == pytest.approx(energies[::-1], abs=EQUIVALENT)
        assert hop.symmetric


def test_end_point_energies_agree_with_the_site_energies(
    result: MigrationResult,
) -> None:
    energies = {site.site: site.site_energy for site in result.sites}
    [hop] = [hop for hop in result.hops if hop.start_site != hop.end_site]
    assert not hop.symmetric
    difference = (energies[hop.end_site] or 0) - (energies[hop.start_site] or 0)
    assert hop.images[-1].energy == pytest.approx(difference, abs=EQUIVALENT)


def test_saddles_are_checked_by_vibrations(result: MigrationResult) -> None:
    rising = [hop for hop in result.hops if has_saddle(hop)]
    assert rising
    for hop in rising:
        assert hop.imaginary_modes is not None
        assert hop.start_frequencies
        assert hop.saddle_frequencies


def test_refining_a_converged_path_takes_fewer_steps(result: MigrationResult) -> None:
    """With the same engine the path is already converged, while the interpolation is not."""
    rising = {hop.hop for hop in result.hops if has_saddle(hop)}
    assert {refined.hop for refined in result.refinements} == rising != set()
    for refined in result.refinements:
        assert refined.reason is None
        assert refined.model == "chgnet 0.3.0"
        assert refined.steps_from_path is not None
        assert refined.steps_from_interpolation is not None
        assert refined.steps_from_path < refined.steps_from_interpolation
        [hop] = [hop for hop in result.hops if hop.hop == refined.hop]
        assert refined.barrier == pytest.approx(hop.highest_image, abs=0.01)


# Input that is refused before any calculation, and planned jobs.


def oxide() -> Structure:
    """Return rock-salt MgO, which has no void of 1.9 Å."""
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5] * 3]
    )


@pytest.mark.parametrize(
    ("overrides", "error", "complaint"),
    [
        ({"dopant": "Po"}, EngineError, r"chgnet was not trained on Po .*--engine vasp"),
        ({"models": "chgnet-r2scn"}, EngineError, "did you mean 'chgnet-r2scan'"),
        ({"refine": "chgnet,vsp"}, EngineError, "unknown engine 'vsp'; did you mean 'vasp'"),
        ({"refine": "vasp,vasp"}, ParameterError, "vasp is on the ladder vasp,vasp twice"),
        ({"max_distance": 0.5}, ValueError, r"0\.5"),
        ({"min_radius": 3.0}, ValueError, "no interstitial void large enough: the largest has"),
        ({"dopants": "N"}, ParameterError, "did you mean 'dopant'"),
    ],
)
def test_invalid_parameters_are_refused_by_name(
    overrides: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        plan(preset="quick", engine="chgnet", overrides=overrides)


def test_host_without_interstitial_voids_is_refused_by_file(tmp_path: Path) -> None:
    file = tmp_path / "oxide.cif"
    oxide().to(str(file))
    with pytest.raises(ValueError, match=r"oxide\.cif: MgO has no interstitial void large enough"):
        plan(
            preset="quick",
            engine="chgnet",
            overrides={"min_radius": 1.9},
            structure_file=file,
        )


def test_other_host_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "oxide.cif"
    oxide().to(str(file))
    overrides = {"dopant": "H", "supercell": [1, 1, 1], "min_radius": 1.5}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides, structure_file=file)
    assert any(job.name == "relax host" for job in flow.jobs)
    record = flow.jobs[-1].function_kwargs["record"]
    assert record["source_structure"] == f"{file} repeated 1x1x1"
    overrides["supercell"] = [[1, 1, 0], [-1, 1, 0], [0, 0, 1]]
    flow = plan(preset="quick", engine="chgnet", overrides=overrides, structure_file=file)
    assert flow.jobs[-1].function_kwargs["record"]["parameters"]["supercell"][1] == [-1, 1, 0]
    assert flow.jobs[1].name == "sites and hops"


def test_models_supercells_and_refinement_add_their_jobs() -> None:
    flow = plan(
        preset="paper",
        engine="vasp",
        overrides={
            "dopant": "N",
            "models": "chgnet, chgnet-r2scan, vasp",
            "larger_supercell": [5, 5, 5],
            "refine": "chgnet,vasp",
        },
    )
    assert [job.name for job in flow.jobs] == [
        "relax host",
        "sites and hops",
        "relax host chgnet",
        "sites and hops chgnet",
        "relax host chgnet-r2scan",
        "sites and hops chgnet-r2scan",
        "relax host 5x5x5",
        "sites and hops 5x5x5",
        "relax host chgnet",
        "refine with chgnet",
        "relax host vasp",
        "refine with vasp",
        "result",
    ]


def test_a_run_planned_with_a_former_parameter_is_refused_in_one_line(tmp_path: Path) -> None:
    document = flow_document(plan(preset="quick", engine="chgnet", overrides={"dopant": "N"}))
    assert isinstance(Journal.create(tmp_path, document, None).flow([]), Flow)
    [result] = [job for job in document["jobs"] if job["name"] == "result"]
    result["function_kwargs"]["parameters"]["walkers"] = 200
    with pytest.raises(
        OutdatedRunError, match="walkers: Extra inputs are not permitted"
    ) as caught:
        Journal.create(tmp_path, document, None).flow([])
    assert "\n" not in str(caught.value)


def test_calculations_of_all_dopants_are_planned() -> None:
    flow = plan(preset="quick", engine="chgnet", overrides={"dopant": "N,O", "models": []})
    kinds = [calculation.kind for calculation in planned(flow)]
    # The host, then two sites and four hops for each dopant.
    assert kinds.count("relax") == 1 + 2 * 2
    assert kinds.count("neb") == 2 * 4


def test_vibrations_of_sites_and_saddles_are_planned() -> None:
    def steps(**overrides: Any) -> list[int | None]:
        overrides |= {"dopant": "N", "models": []}
        flow = plan(preset="quick", engine="chgnet", overrides=overrides)
        return [item.ionic_steps for item in planned(flow) if item.kind == "displacement"]

    # Two displacements along each axis of 55 atoms, for two sites and four saddles.
    assert steps() == [6 * 55] * (2 + 4)
    assert steps(vibrations=False) == []
    # Only the dopant and its nearest atoms move, and the end points of each hop are its own.
    near = steps(vibration_radius=2.0)
    assert len(near) == 5 + 4
    assert all(6 * 2 <= (count or 0) < 6 * 15 for count in near)


def test_dft_engine_gets_the_settings_of_the_host() -> None:
    parameters = load_parameters(MigrationParameters, TOPIC, "quick", {"dopant": "Li"})
    maker = MigrationMaker(parameters, "gpaw", "quick", {})
    smearing = {
        host.reduced_formula: {
            maker.engine("gpaw", host, cell=cell).input_settings()["gpaw"]["smearing"]
            for cell in (False, True)
        }
        for host in (bcc_lithium(), phase("Li3PO4_gamma").primitive())
    }
    assert smearing == {"Li": {"methfessel-paxton"}, "Li3PO4": {"fermi-dirac"}}


def test_rung_of_a_dft_engine_is_planned_without_bands_where_symmetry_fixes_the_saddle() -> None:
    overrides = {"dopant": "N", "refine": "vasp"}
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    kinds = [calculation.kind for calculation in planned(flow) if calculation.engine == "vasp"]
    # Three symmetric hops with half of seven images, and one without symmetry with all.
    assert kinds.count("static") - 2 == 3 * 4 + 7  # two more for the end points of the band
    # The host, one start of each kind, the saddles, and the other end of the band.
    assert kinds.count("relax") == 1 + 2 + 3 + 1
    assert kinds.count("neb") == 1
    overrides["refine_saddle"] = "band"
    flow = plan(preset="quick", engine="chgnet", overrides=overrides)
    kinds = [calculation.kind for calculation in planned(flow) if calculation.engine == "vasp"]
    assert kinds.count("neb") == 4
