"""The EELS campaign with an engine of made-up spectra."""

import itertools
import shutil
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spectra_engine
from ase.io import write
from in_process import InProcessPool
from jobflow import Flow
from pymatgen.core import Lattice, Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow import registry
from liponflow.analysis.eels.result import EELSResult
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.analysis.glass.result import GlassResult
from liponflow.cost.estimate import estimate
from liponflow.crystals.checked import StructureError
from liponflow.engines.engine import EngineError
from liponflow.inputs.presets import ParameterError
from liponflow.runners import local
from liponflow.runners.documents import all_jobs
from liponflow.settings import Settings
from liponflow.store.results import find_results
from liponflow.structures.glass.library import library_glass
from liponflow.structures.phases import PhaseError, phase
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.eels.materials import MaterialError

GOLDEN = Path(__file__).parents[2] / "data" / "golden" / "0.2.0.db"
EELS = get_campaign("eels")
CRYSTALS = {"phases": ["Li2O", "Li3PO4_gamma"], "glass": None}
RADII = {"scf_radius": 2.6, "fms_radius": 4.0}
"""Å; with them, lines of the engine have the radius 3.6 that tests compare with."""
TRUSTED = "spectra_engine:LineEngine"


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the engine, as another package would."""
    entry = EntryPoint("lines", TRUSTED, registry.ENGINES)
    monkeypatch.setitem(registry._entries(registry.ENGINES), "lines", entry)
    monkeypatch.setattr(local, "WorkerPool", InProcessPool)


def plan(**overrides: Any) -> Flow:
    return EELS.plan(preset="quick", engine="lines", overrides={**RADII, **overrides})


def settings(folder: Path) -> Settings:
    return Settings(
        store=folder / "results.db",
        runs_dir=folder / "runs",
        workers=1,
        trusted_classes=["spectra_engine:LineMaker", "spectra_engine:compute"],
    )


def computed(flow: Flow, folder: Path) -> EELSResult:
    outcome = campaigns.run(flow, settings(folder), {"command": ["pytest"]}, ["lines"])
    assert outcome.result is not None, outcome.report
    result = outcome.result.result
    assert isinstance(result, EELSResult)
    return result


def names(flow: Flow) -> list[str]:
    return [job.name for job in all_jobs(flow)]


def test_every_site_and_edge_has_a_job() -> None:
    flow = plan(**CRYSTALS)
    assert names(flow) == [
        "Li2O Li K site 0",
        "Li3PO4_gamma Li K site 0",
        "Li3PO4_gamma Li K site 8",
        "Li3PO4_gamma P L2 site 12",
        "Li3PO4_gamma P L3 site 12",
        "Li2O O K site 2",
        "Li3PO4_gamma O K site 20",
        "Li3PO4_gamma O K site 16",
        "Li3PO4_gamma O K site 28",
        "result",
    ]
    assert estimate(flow).jobs == 9


def test_spectra_are_averaged_with_multiplicities(tmp_path: Path) -> None:
    result = computed(plan(**CRYSTALS, edges=["Li K", "P L23"]), tmp_path)
    crystal = phase("Li3PO4_gamma").primitive()
    edge = result.edge("Li3PO4_gamma", "Li K")
    energy = edge.spectrum.energy
    expected = np.mean(
        [
            np.interp(energy, line.energy, line.intensity)
            for line in (spectra_engine.line_of(crystal, site, "K", 3.6) for site in range(12))
        ],
        axis=0,
    )
    assert crystal[11].specie.symbol == "Li"
    np.testing.assert_allclose(edge.spectrum.intensity, expected, atol=2e-3)
    assert [site.weight for site in edge.sites] == pytest.approx([2 / 3, 1 / 3])
    assert (edge.error, edge.n_sites, edge.n_computed, edge.n_runs) == (0, 12, 2, 2)
    both = result.edge("Li3PO4_gamma", "P L23")
    assert both.n_runs == 2
    assert both.sites[0].made_by == ["lines 1", "lines 1"]
    assert result.converged
    assert result.n_runs == 5
    assert result.formula == "Li2O, Li3PO4"
    assert result.criterion == (
        "self-consistent potentials of every run: 4 of 4 sites; radii were not scanned"
    )
    assert result.comparison is not None
    assert result.comparison.scale is not None
    assert list(EELS.result.draw(result)) == ["edges"]


def test_representatives_of_a_glass_have_weights_and_an_error(tmp_path: Path) -> None:
    flow = plan(phases=[], glass="LiPON", edges=["Li K"], representatives=4, second_members=2)
    result = computed(flow, tmp_path)
    edge = result.edge("LiPON glass", "Li K")
    structure = library_glass("LiPON").structure()
    every = [i for i, site in enumerate(structure) if site.specie.symbol == "Li"]
    assert sorted(i for s in edge.sites for i in s.stands_for) != every  # two share a group
    assert sorted({i for s in edge.sites for i in s.stands_for}) == every
    assert sum(site.weight for site in edge.sites) == pytest.approx(1)
    assert (edge.n_sites, edge.n_computed) == (len(every), 6)
    assert edge.choice.startswith("6 of 23 Li sites, representatives of 4 groups, weights 0.")
    assert edge.error_basis.startswith("the spread within 2 of ")
    energy = edge.spectrum.energy
    lines = [spectra_engine.line_of(structure, site, "K", 3.6) for site in every]
    mean = np.mean([np.interp(energy, one.energy, one.intensity) for one in lines], axis=0)
    missed = np.linalg.norm(edge.spectrum.intensity - mean) / np.linalg.norm(mean)
    assert edge.error is not None
    assert 0.2 * edge.error < missed < 2 * edge.error
    assert result.materials[0].glass
    assert library_glass("LiPON").made_by in result.provenance.source_structure


def test_a_run_goes_on_site_by_site_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(spectra_engine.FAIL, "Li K 8")
    flow = plan(**CRYSTALS, edges=["Li K", "P L3"])
    first = campaigns.run(flow, settings(tmp_path), {"command": ["pytest"]}, ["lines"])
    assert first.result is not None
    partial = first.result.result
    assert isinstance(partial, EELSResult)
    assert not partial.converged
    [warning] = partial.warnings
    assert warning == (
        "Li3PO4_gamma Li K is left out: 1 of its runs failed; the run's report names their "
        "directories and causes, and `liponflow resume` repeats them"
    )
    monkeypatch.delenv(spectra_engine.FAIL)
    second = campaigns.resume(settings(tmp_path))
    assert second.result is not None
    whole = second.result.result
    assert isinstance(whole, EELSResult)
    assert [(edge.material, edge.edge) for edge in whole.edges] == [
        ("Li2O", "Li K"),
        ("Li3PO4_gamma", "Li K"),
        ("Li3PO4_gamma", "P L3"),
    ]
    assert whole.converged


def test_scans_find_the_smallest_converged_radii(tmp_path: Path) -> None:
    flow = plan(
        phases=["Li2O"],
        glass=None,
        edges=["Li K"],
        scan_scf=[1.5, 2.5, 3.5, 4],
        scan_fms=[4, 5],
        scan_limit=0.05,
    )
    assert estimate(flow).jobs == 1 + 4 + 2
    result = computed(flow, tmp_path)
    [scan] = result.scans
    assert scan.scf is not None
    assert scan.fms is not None
    changes = [step.change or 0 for step in scan.scf.steps[:-1]]
    assert all(a > b for a, b in itertools.pairwise(changes))
    assert scan.scf.converged_radius in {2.5, 3.5}
    assert scan.fms.other_radius == scan.scf.converged_radius
    assert result.criterion.endswith("radii by a scan")


def test_unconverged_radii_are_said(tmp_path: Path) -> None:
    flow = plan(phases=["Li2O"], glass=None, edges=["Li K"], scan_scf=[1.5, 2], scan_limit=1e-3)
    result = computed(flow, tmp_path)
    assert not result.converged
    [scan] = result.scans
    assert scan.scf is not None
    assert scan.scf.converged_radius is None
    assert result.warnings[0].startswith(
        "Li2O Li K: not converged with the SCF radius up to 2 Å: the last step changes the"
    )


def test_an_edge_that_cannot_be_averaged_and_a_failed_scan_leave_the_rest() -> None:
    job = list(all_jobs(plan(**CRYSTALS, edges=["Li K"])))[-1]
    materials, plans, *_ = job.function_args
    cards = EELS.request(preset="quick", engine="lines").parameters.cards
    spectra = [
        [
            [
                spectra_engine.compute.original(
                    materials[one.material].models[0], site, "Li K", cards
                )
            ]
            for site in one.choice.computed
        ]
        for one in plans
    ]
    assert job.function(materials, plans, spectra, [], **job.function_kwargs).converged
    unknown = job.function(materials, plans, spectra, [None], **job.function_kwargs)
    assert not unknown.converged
    assert unknown.warnings == ["1 of 1 convergence scans failed"]
    assert unknown.criterion.endswith("3 of 3 sites; radii by a scan")
    # The second site of Li3PO4 begins at its maximum, and nothing is known below.
    line = spectra[1][1][0].spectrum
    top = int(np.argmax(line.intensity))
    late = Spectrum.from_arrays(line.energy[top:], line.intensity[top:])
    spectra[1][1][0] = spectra[1][1][0].model_copy(update={"spectrum": late})
    partial = job.function(materials, plans, spectra, [], **job.function_kwargs)
    assert [edge.material for edge in partial.edges] == ["Li2O"]
    assert not partial.converged
    assert "; edges left out: 1;" in partial.criterion
    [warning] = partial.warnings
    assert warning.startswith(
        "Li3PO4_gamma Li K is left out: its spectra cannot be averaged: the grid begins at "
    )


def test_potentials_that_are_not_self_consistent_are_said(tmp_path: Path) -> None:
    result = computed(plan(phases=["Na2O"], glass=None, edges=["Na K"]), tmp_path)
    assert not result.converged
    assert not result.edges[0].converged
    assert result.warnings[0] == (
        "Na2O Na K: the potentials of site 0 are not self-consistent (last change 0.5 eV); raise "
        "scf_iterations, or lower scf_acceleration to 0.05"
    )


def test_a_run_that_two_edges_share_counts_once(tmp_path: Path) -> None:
    crystals = {"phases": ["Li3PO4_gamma"], "glass": None}
    flow = plan(**crystals, edges=["P L23", "P L3"])
    result = computed(flow, tmp_path)
    assert [edge.n_runs for edge in result.edges] == [2, 1]
    assert result.n_runs == estimate(flow).jobs == 2


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        ({"phases": ["Li20"]}, PhaseError, "no reference crystal 'Li20'; did you mean .*'Li2O'"),
        ({"phases": [], "glass": None}, MaterialError, "no material: name crystals"),
        ({"edges": ["Mn L3"]}, MaterialError, "no edge Mn L3: Li2O, .* have no Mn"),
        ({"edges": ["Li L3"]}, ParameterError, "L shell of Li is not a core level"),
        (
            {"glass": "LiPO"},
            MaterialError,
            "the library has LiPON, LiPON-melt-quench, and there is no results store",
        ),
        ({"scan_scf": [3]}, ParameterError, "a scan compares two radii or more"),
        ({"scan_scf": [3, 2]}, ParameterError, "the radii of a scan must increase"),
        ({"scan_scf": [3, 5]}, ParameterError, "scan_scf goes to 5 Å, beyond fms_radius = 4 Å"),
        ({"scan_fms": [2, 5]}, ParameterError, "scan_fms begins at 2 Å, below a radius of"),
    ],
)
def test_invalid_input_is_refused(
    overrides: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        plan(**overrides)


def test_engines_without_spectra_are_refused() -> None:
    with pytest.raises(EngineError, match="chgnet cannot compute spectra of core levels; use"):
        EELS.plan(preset="quick", engine="chgnet")


def test_results_that_are_no_glass_are_refused(stored: Path) -> None:
    with campaigns.known_store(Settings(store=stored)) as store:
        for which, message in {
            "zz": "glass=zz: the library has LiPON, LiPON-melt-quench; in the store, no result "
            "begins with 'zz'",
            "latest": "the results store holds no glass",
        }.items():
            with pytest.raises(MaterialError, match=message):
                EELS.plan(preset="quick", engine="lines", overrides={"glass": which}, store=store)


def test_a_given_structure_replaces_the_materials_of_the_preset(tmp_path: Path) -> None:
    path = tmp_path / "POSCAR"
    phase("Li2O").structure().to_file(str(path))
    flow = EELS.plan(
        preset="quick",
        engine="lines",
        structure_file=path,
        overrides={"edges": ["Li K"], "phases": ["Li2O"]},
    )
    assert names(flow) == ["Li2O Li K site 0", "Li2O (2) Li K site 0", "result"]
    # Edges of the preset that it lacks are left out; those that a user names are not.
    flow = EELS.plan(preset="quick", engine="lines", structure_file=path)
    assert names(flow) == ["Li2O Li K site 0", "Li2O O K site 8", "result"]
    with pytest.raises(MaterialError, match="no edge P L23: Li2O has no P"):
        EELS.plan(
            preset="quick", engine="lines", structure_file=path, overrides={"edges": ["P L23"]}
        )


@pytest.mark.parametrize(("frame", "length"), [(None, 4.7), (1, 4.65)])
def test_a_frame_of_a_trajectory_is_a_material(
    tmp_path: Path, frame: int | None, length: float
) -> None:
    path = tmp_path / "run.xyz"
    crystal = AseAtomsAdaptor.get_atoms(phase("Li2O").structure(), msonable=False)
    images = []
    for side in (4.6, 4.65, 4.7):
        image = crystal.copy()
        image.set_cell([side] * 3, scale_atoms=True)
        images.append(image)
    write(path, images, format="extxyz")
    flow = plan(trajectory=path, frame=frame, edges=["Li K"])
    assert names(flow) == ["Li2O Li K site 0", "result"]
    [material] = list(all_jobs(flow))[-1].function_args[0]
    assert material.models[0].lattice.a == pytest.approx(length)
    assert material.source == f"frame {2 if frame is None else frame} of {path}"
    with pytest.raises(MaterialError, match="there is no frame 3: it has 3, from 0"):
        plan(trajectory=path, frame=3)
    with pytest.raises(MaterialError, match="frame=3 is one of a trajectory"):
        plan(frame=3)


def test_a_stored_glass_is_computed_model_by_model(tmp_path: Path) -> None:
    copy = shutil.copy(GOLDEN, tmp_path)
    with campaigns.known_store(Settings(store=Path(copy))) as store:
        assert store is not None
        [glass] = find_results(store, kind="glass")
        for which in (glass.uuid[:8], "latest"):
            overrides = {"phases": [], "glass": which, "edges": ["P L3"], "representatives": 2}
            flow = EELS.plan(preset="quick", engine="lines", overrides=overrides, store=store)
            [material] = list(all_jobs(flow))[-1].function_args[0]
            assert isinstance(glass.result, GlassResult)
            assert material.models == [model.structure for model in glass.result.models]
            assert material.source.startswith(f"glass {glass.uuid[:8]} by ")
        [other] = find_results(store, kind="phonons")
        with pytest.raises(MaterialError, match="is of kind phonons; glass takes a result of"):
            EELS.plan(preset="quick", engine="lines", overrides={"glass": other.uuid}, store=store)


def test_molecules_in_vacuum_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "Li2O.cif"
    places = [[0.5, 0.5, 0.5], [0.42, 0.5, 0.5], [0.58, 0.5, 0.5]]
    Structure(Lattice.cubic(20), ["O", "Li", "Li"], places).to(str(path))
    with pytest.raises(StructureError, match="Give the cell of a bulk solid"):
        EELS.plan(preset="quick", engine="lines", structure_file=path)


def test_the_campaign_says_what_it_understood() -> None:
    request = EELS.request(preset="quick", engine="lines", overrides={"edges": ["Li K"]})
    flow = EELS.make_flow(request)
    found = EELS.understand(request, flow, estimate(flow).lines)
    assert found.plan == "Li K: 11 of 46 sites, 11 runs"
    assert "LiPON glass" in found.material
    assert any(
        line.startswith("LiPON glass Li K: 4 of 23 Li sites, representatives of 3 groups")
        for line in found.details
    )
