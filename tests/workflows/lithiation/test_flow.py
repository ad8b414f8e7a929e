"""The lithiation campaign: its jobs, invalid input, and the published numbers."""

from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from jobflow import Flow, Job
from pymatgen.core import Lattice, Structure

from liponflow.analysis.lithiation.result import LithiationResult
from liponflow.analysis.result import Calculation
from liponflow.crystals.supercell import AS_GIVEN
from liponflow.engines.engine import EngineError
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.cells import ReplacedCellWarning
from liponflow.workflows.lithiation import jobs as lithiation_jobs
from liponflow.workflows.lithiation.flow import LithiationMaker, further_engines
from liponflow.workflows.lithiation.jobs import settle

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("lithiation").plan

SMALL = {"x": [0, 0.5, 1], "force_limit": 0.5, "magmoms": {"Mn": 4.0}, "hubbard_u": {"Mn": 4.5}}
"""Parameters with which a cell of 8 atoms is relaxed in seconds."""


def limno2() -> Structure:
    """Return orthorhombic LiMnO2, Pmmn, with 2 formula units."""
    return Structure(
        Lattice.orthorhombic(2.81, 4.57, 5.76),
        ["Li"] * 2 + ["Mn"] * 2 + ["O"] * 4,
        [
            [0, 0.5, 0.126],
            [0.5, 0, -0.126],
            [0, 0, 0.635],
            [0.5, 0.5, -0.635],
            [0, 0, 0.144],
            [0.5, 0.5, -0.144],
            [0, 0.5, 0.602],
            [0.5, 0, -0.602],
        ],
    )


def parameters(**overrides: Any) -> LithiationParameters:
    return load_parameters(LithiationParameters, TOPIC, "quick", overrides)


def settings(folder: Path) -> Settings:
    return Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=2)


def jobs(flow: Flow) -> list[Job]:
    return [job for job, _ in flow.iterflow()]


# Jobs of the flow


def test_quick_preset_relaxes_every_family_and_start_cell() -> None:
    names = Counter(job.name for job in jobs(plan(preset="quick", engine="chgnet")))
    families = ("octahedral-added", "all-octahedral", "tetrahedral-added")
    over = [
        f"relax x={x} {family} 0 {cell}"
        for x in ("1.5", "2")
        for family in families
        for cell in ("cubic", "tetragonal")
    ]
    vacant = [f"relax x={x} vacancy 0 cubic" for x in ("0", "0.5", "1")]
    choices = [f"choose x={x}" for x in ("0", "0.5", "1", "1.5", "2")]
    assert names == Counter([*vacant, *over, *choices, "relax Li metal", "result"])


def test_start_structures_have_the_published_moments() -> None:
    for job in jobs(plan(preset="quick", engine="vasp")):
        if job.name.startswith("relax x="):
            structure = job.function_args[0]
            moments = {site.specie.symbol: site.properties["magmom"] for site in structure}
            assert {"Ni": -2, "Mn": 4, "O": 0}.items() <= moments.items()


def test_overlithiated_start_cells_are_cubic_and_tetragonal() -> None:
    ratios = {
        job.name.split()[-1]: job.function_args[0].lattice.c / job.function_args[0].lattice.a
        for job in jobs(plan(preset="quick", engine="chgnet"))
        if "all-octahedral" in job.name
    }
    assert ratios == pytest.approx({"cubic": 1, "tetragonal": 1.03**1.5})


def test_seed_determines_the_cation_disorder() -> None:
    def framework(seed: int) -> Any:
        overrides = {"x": [1], "ordering": "disordered", "seed": seed}
        flow = plan(preset="quick", engine="chgnet", overrides=overrides)
        (job,) = [job for job in jobs(flow) if job.name.startswith("relax x=1 ")]
        return job.function_args[0].as_dict()["sites"]

    assert framework(1) == framework(1)
    assert framework(1) != framework(2)


def test_replaced_cell_is_said_in_a_warning_and_the_provenance() -> None:
    sites = [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2605]]
    layered = Structure.from_spacegroup(
        "R-3m", Lattice.hexagonal(2.85, 14.3), ["Li", "Mn", "O"], sites
    ).get_primitive_structure()
    maker = LithiationMaker(parameters(**SMALL | {"x": [0, 1]}), "chgnet")
    with pytest.warns(ReplacedCellWarning, match="conventional cell of 12 atoms is taken"):
        conclusion = jobs(maker.make(layered, "a.cif"))[-1]
    [remark] = conclusion.function_kwargs["remarks"]
    assert conclusion.function_kwargs["record"]["source_structure"] == f"a.cif: {remark}"
    kept = LithiationMaker(parameters(**SMALL | {"x": [0, 1], "supercell": AS_GIVEN}), "chgnet")
    conclusion = jobs(kept.make(layered, "a.cif"))[-1]
    assert conclusion.function_kwargs["remarks"] == []
    assert conclusion.function_kwargs["formula_units"] == 1


def test_metal_without_u_is_refused_for_vasp_only() -> None:
    maker = LithiationMaker(parameters(**SMALL | {"hubbard_u": {"Ni": 6.0}}), "vasp")
    with pytest.raises(ParameterError, match="no Hubbard U for Mn"):
        maker.make(limno2())
    LithiationMaker(maker.parameters, "chgnet").make(limno2())


def test_untrained_element_is_refused() -> None:
    structure = limno2()
    structure.replace(4, "Po")
    with pytest.raises(EngineError, match="not trained on Po"):
        LithiationMaker(parameters(**SMALL), "chgnet").make(structure)


def test_engine_of_moments_follows_the_static_calculation() -> None:
    maker = LithiationMaker(parameters(**SMALL | {"moments": "chgnet", "x": [1]}), "sevennet-0")
    flow = maker.make(limno2())
    by_name = {job.name: job for job in jobs(flow)}
    settled, conclusion = by_name["choose x=1"], by_name["result"]
    assert further_engines(maker.parameters) == ["chgnet"]
    assert conclusion.function_kwargs["moments_engine"].name == "chgnet"
    [candidate] = settled.function_args[0][:1]
    computed = Calculation(
        engine=settled.function_args[3],
        structure=limno2(),
        energy=-1.0,
        max_force=0.01,
        force_limit=0.5,
        converged=True,
        ionic_steps=1,
    )
    relaxed = candidate.model_copy(update={"calculation": computed})
    outcome = {"calculation": computed}
    arguments = ([relaxed], [None], *settled.function_args[2:])
    with mock.patch.object(lithiation_jobs, "_outcome", return_value=outcome):
        response = settle.original(*arguments, **settled.function_kwargs)
    static, moments, collected = response.replace.jobs
    assert [static.name, moments.name] == ["static x=1", "moments x=1"]
    assert static.function_args[0] == moments.function_args[0] == limno2()
    assert moments.maker.engine.name == "chgnet"
    assert collected.function_kwargs["moments"].uuid == moments.uuid


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("sevennet-0", "moments=sevennet-0: this engine computes no moments.*moments=chgnet does"),
        ("chgnett", "unknown engine 'chgnett'; did you mean 'chgnet'"),
    ],
)
def test_engine_without_moments_is_refused_for_them(name: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        LithiationMaker(parameters(**SMALL | {"moments": name}), "chgnet").make(limno2())


def test_li_content_that_does_not_fit_the_cell_is_refused() -> None:
    with pytest.raises(ValueError, match=r"nearest values are 0 and 0.5"):
        LithiationMaker(parameters(**SMALL | {"x": [0.3]}), "chgnet").make(limno2())


# A whole campaign in which one relaxation fails and one does not converge


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campaign")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> campaigns.Outcome:
    flow = LithiationMaker(parameters(**SMALL), "chgnet").make(limno2(), "LiMnO2.cif")
    by_content = {job.name.split()[1]: job for job in jobs(flow) if "vacancy" in job.name}
    by_content["x=0.5"].maker.optimizer_kwargs = {"optimizer": "no such optimizer"}
    by_content["x=1"].maker.steps = 2
    return campaigns.run(flow, settings(folder), {"command": ["pytest"]})


@pytest.fixture(scope="module")
def partial(outcome: campaigns.Outcome) -> LithiationResult:
    assert outcome.result is not None
    assert isinstance(outcome.result.result, LithiationResult)
    return outcome.result.result


def test_remaining_states_are_computed_if_others_fail(partial: LithiationResult) -> None:
    assert [state.x for state in partial.states] == [0]
    state = partial.states[0]
    assert state.converged
    assert state.structure.composition.formula == "Mn2 O4"
    assert state.energy_per_formula == pytest.approx(state.energy_per_atom * 3)
    assert -2.1 < partial.li_energy_per_atom < -1.7
    assert not partial.converged


def test_unconverged_and_failed_candidates_are_refused_with_reason(
    partial: LithiationResult, outcome: campaigns.Outcome
) -> None:
    reasons = {entry.x: entry.reason for entry in partial.refused}
    assert set(reasons) == {0.5, 1}
    assert "failed" in reasons[0.5]
    assert "limit 0.5" in reasons[1]
    assert "steps" in reasons[1]
    (failure,) = outcome.report.failures
    assert failure.name.startswith("relax x=0.5")
    assert failure.cause.splitlines()[-1] in (failure.directory / "traceback.txt").read_text()


def test_provenance_is_complete(
    partial: LithiationResult, outcome: campaigns.Outcome, folder: Path
) -> None:
    made = partial.provenance
    assert made.engine.label == "chgnet 0.3.0 (machine-learned potential, not DFT)"
    assert made.preset == "quick"
    assert made.source_structure == "LiMnO2.cif"
    assert made.parameters == parameters(**SMALL).model_dump(mode="json")
    assert {"liponflow", "chgnet", "torch", "pymatgen"} <= made.packages.keys()
    assert len(made.input_fingerprint) == 64
    store = campaigns.open_store(settings(folder).store, read_only=True)
    for uuid in made.parent_uuids:
        assert store.query_one({"uuid": uuid}) is not None
    assert (outcome.report.run_dir / "run.json").is_file()


def test_resume_repeats_only_what_failed(outcome: campaigns.Outcome, folder: Path) -> None:
    again = campaigns.resume(settings(folder), outcome.report.run_dir)
    assert again.report.reused >= outcome.report.finished - 3
    assert [failure.name for failure in again.report.failures] == [
        failure.name for failure in outcome.report.failures
    ]
    assert again.result is not None


# Published numbers: D. Cheng, dissertation, UC San Diego (2023), section 5.3.2, Figures 5.4E, F


def test_moments_on_charge_agree_with_published_values(tmp_path: Path) -> None:
    flow = plan(preset="quick", engine="chgnet", overrides={"x": [0, 1]})
    outcome = campaigns.run(flow, settings(tmp_path), {})
    assert outcome.result is not None
    assert outcome.result.result.converged
    charged, pristine = outcome.result.result.states
    assert charged.moments["Ni"] < 0.7
    assert pristine.moments["Ni"] == pytest.approx(1.7, abs=0.15)
    assert pristine.moments["Mn"] == pytest.approx(3.2, abs=0.1)
    for state in (charged, pristine):
        assert state.c_over_a == pytest.approx(1, abs=0.01)


def test_overlithiated_state_agrees_with_published_values(tmp_path: Path) -> None:
    flow = plan(preset="quick", engine="chgnet", overrides={"x": [2], "force_limit": 0.3})
    for job in jobs(flow):
        # Only the tetragonal start; the others reach the same phase, but take minutes.
        if job.name.startswith("relax x=2") and "all-octahedral 0 tetragonal" not in job.name:
            job.maker.steps = 2
    outcome = campaigns.run(flow, settings(tmp_path), {})
    assert outcome.result is not None
    (state,) = outcome.result.result.states
    assert state.moments["Ni"] == pytest.approx(1.7, abs=0.1)
    assert state.moments["Mn"] == pytest.approx(3.7, abs=0.15)
    assert state.c_over_a > 1.03
    assert state.li_sites == {"octahedral": 16}
    assert len(outcome.result.result.refused) == 5
