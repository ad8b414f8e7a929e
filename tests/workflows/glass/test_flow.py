"""The glass campaign: its jobs, invalid input, and one tiny campaign from start to end."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ase.io import iread
from atomate2.utils.path import strip_hostname
from jobflow import Flow, Job

from liponflow.analysis.glass.result import GlassResult
from liponflow.cost.estimate import estimate
from liponflow.engines.engine import EngineError
from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.settings import Settings
from liponflow.store.results import open_store
from liponflow.structures.glass.build import build
from liponflow.structures.glass.packing import PackingError
from liponflow.structures.glass.roles import CompositionError
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.glass.flow import GlassMaker

pytestmark = pytest.mark.usefixtures("warm_workers")

plan = get_campaign("glass").plan

SMALL: dict[str, Any] = {"composition": "Li7P2O7N", "density": 1.8, "n_models": 2}
"""PO4, PO3N and 7 Li: 17 atoms."""

STAGES = [
    {
        "name": "settle",
        "ensemble": "nvt",
        "temperature": 300,
        "duration": 0.01,
        "time_step": 1,
        "friction": 100,
    },
    {"name": "hold", "ensemble": "nvt", "temperature": 300, "duration": 0.02, "time_step": 1},
]


def parameters(**overrides: Any) -> GlassParameters:
    return load_parameters(GlassParameters, TOPIC, "quick", SMALL | overrides)


def names(flow: Flow) -> Counter[str]:
    return Counter(job.name for job, _ in flow.iterflow())


def jobs(flow: Flow) -> dict[str, Job]:
    return {job.name: job for job, _ in flow.iterflow()}


# Jobs of the flow


def test_quick_preset_anneals_relaxes_and_measures_every_model() -> None:
    flow = GlassMaker(parameters(), "chgnet").make()
    per_model = ("dynamics", "last structure", "relax", "measure")
    assert names(flow) == Counter(
        [*(f"{kind} seed {seed}" for seed in (0, 1) for kind in per_model), "result"]
    )


def test_quick_preset_packs_three_published_models() -> None:
    starts = GlassMaker(load_parameters(GlassParameters, TOPIC, "quick"), "chgnet").starts(
        None, None
    )
    assert [start.origin.seed for start in starts] == [0, 1, 2]
    for start in starts:
        assert start.structure.composition.formula == "Li46 P16 N5 O55"
    assert starts[0].structure != starts[1].structure


def test_volume_search_and_properties_add_their_jobs() -> None:
    flow = GlassMaker(
        parameters(n_models=1, volume="pressure-volume", properties=["tg", "elastic", "cleavage"]),
        "chgnet",
    ).make()
    found = names(flow)
    for name in (
        "volume seed 0",
        "volume seed 0: chosen",
        "cooling seed 0",
        "elastic seed 0: unstrained",
        "elastic seed 0",
        "relax cluster PO3N",
        "relax O2",
        "cleave bridging N of P2O6N",
    ):
        assert found[name] == 1, name


def test_seed_determines_packing_and_dynamics() -> None:
    first, second = (
        jobs(GlassMaker(parameters(seed=seed, n_models=1), "chgnet").make()) for seed in (4, 5)
    )
    assert first["dynamics seed 4"].maker.seed == 4
    start = first["dynamics seed 4"].function_args[0]
    assert start != second["dynamics seed 5"].function_args[0]
    again = jobs(GlassMaker(parameters(seed=4, n_models=1), "chgnet").make())
    assert again["dynamics seed 4"].function_args[0] == start


def test_vasp_stages_are_split_into_segments() -> None:
    maker = GlassMaker(parameters(n_models=1, protocol=STAGES, segment_steps=15), "vasp", "paper")
    found = names(maker.make())
    for name in ("settle 1", "hold 1", "hold 2", "trajectory", "relax seed 0"):
        assert found[name] == 1, name


def test_dynamics_and_relaxations_are_estimated() -> None:
    lines = {line.name: line for line in estimate(GlassMaker(parameters(), "chgnet").make()).lines}
    steps = sum(stage.steps for stage in parameters().protocol)
    (dynamics,) = [line for name, line in lines.items() if name.startswith("md")]
    assert (dynamics.jobs, dynamics.atoms, dynamics.ionic_steps) == (2, 17, steps)
    searched = estimate(GlassMaker(parameters(volume="pressure-volume"), "chgnet").make()).lines
    counts = Counter({line.ionic_steps: line.jobs for line in searched if "md" in line.name})
    assert counts == {steps: 2, parameters().volume_stage.steps: 2 * parameters().volume_points}
    (relaxations,) = [line for name, line in lines.items() if name.startswith("relax")]
    assert relaxations.jobs == 2


def test_given_structure_starts_every_model(tmp_path: Path) -> None:
    path = tmp_path / "glass.cif"
    build("Li7P2O7N", density=1.8).structure.to(str(path))
    flow = plan(preset="quick", engine="chgnet", structure_file=path, overrides={"n_models": 2})
    found = jobs(flow)
    first = found["dynamics seed 0"].function_args[0]
    assert first == found["dynamics seed 1"].function_args[0]
    assert first.composition.formula == "Li7 P2 N1 O7"
    with pytest.raises(ParameterError, match="density: not applicable with --structure"):
        plan(preset="quick", engine="chgnet", structure_file=path, overrides={"density": 2.0})


# Input that is refused before any calculation


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        ({"composition": "Li3PO9"}, CompositionError, "5 anions more than the corners"),
        ({"composition": "LiPO3"}, CompositionError, "longer than pairs"),
        ({"composition": "Li3PO4Xe"}, CompositionError, "Xe is not a network former"),
        ({"density": 8, "packing_time": 0.2}, PackingError, r"8 g/cm³"),
        ({"protocol": [STAGES[0] | {"duration": -1}]}, ParameterError, "must be above 0"),
        ({"protocol": [STAGES[0] | {"temperature": -1}]}, ParameterError, "is negative"),
    ],
)
def test_impossible_models_are_refused_by_name(
    overrides: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        plan(preset="quick", engine="chgnet", overrides=SMALL | overrides)


def test_unknown_engine_and_untrained_element_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="unknown engine 'chgnett'"):
        plan(preset="quick", engine="chgnett", overrides=SMALL)
    path = tmp_path / "POSCAR"
    structure = build("Li7P2O7N", density=1.8).structure
    structure.replace(0, "Po")
    structure.to(str(path), fmt="poscar")
    with pytest.raises(EngineError, match="not trained on Po"):
        plan(preset="quick", engine="chgnet", structure_file=path)


# A whole campaign


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campaign")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> campaigns.Outcome:
    chosen = parameters(
        protocol=STAGES,
        frame_interval=5,
        segment_steps=10,
        measure="last stage",
        relax_cell=False,
        force_limit=0.5,
        max_steps=60,
    )
    flow = GlassMaker(chosen, "chgnet").make()
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=2)
    return campaigns.run(flow, settings, {"command": ["pytest"]})


@pytest.fixture(scope="module")
def result(outcome: campaigns.Outcome) -> GlassResult:
    assert outcome.result is not None, outcome.report
    assert isinstance(outcome.result.result, GlassResult)
    return outcome.result.result


def test_result_averages_the_models(result: GlassResult) -> None:
    assert (result.n_models, result.converged, result.formula) == (2, True, "Li7P2O7N")
    assert result.density == pytest.approx(1.8, rel=1e-4)  # in a fixed cell
    assert result.density_spread == pytest.approx(0, abs=1e-6)
    assert [model.seed for model in result.models] == [0, 1]
    assert result.provenance.engine.surrogate
    assert result.protocol[0] == "settle: NVT, Langevin, 300 K, 0.01 ps, 1 fs"


def test_structural_units_survive_a_cool_protocol(result: GlassResult) -> None:
    shares = {share.name: share.share for share in result.mean.units}
    assert shares == pytest.approx({"Q0_0": 0.5, "Q0_1": 0.5})
    assert result.problems == []


def test_last_stage_is_measured_and_the_trajectory_referenced(
    result: GlassResult,
) -> None:
    for model in result.models:
        # Steps 15, 20, 25 and 30 belong to "hold"; 10 ends "settle".
        assert model.fingerprint.n_frames == 4
        (file,) = model.trajectories
        frames = list(iread(strip_hostname(file), ":"))
        assert [frame.info["stage"] for frame in frames].count("hold") == 4
        assert {point.stage for point in model.series} == {"settle", "hold"}


def test_trajectory_data_are_not_stored(outcome: campaigns.Outcome, folder: Path) -> None:
    store = open_store(folder / "results.db", read_only=True)
    assert outcome.result is not None
    document = store.query_one({"uuid": outcome.result.uuid}, load=False)
    assert document is not None
    assert len(str(document)) < 1_500_000
