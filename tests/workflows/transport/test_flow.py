"""The transport campaign with a cheap potential."""

from pathlib import Path
from typing import Any

import pytest
from cheap_potential import CheapPotential, OtherPotential
from jobflow import Flow

from liponflow.analysis.transport.result import TransportResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.transport import TOPIC, TransportParameters
from liponflow.runners.documents import all_jobs
from liponflow.settings import Settings
from liponflow.structures.phases import phase
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.stored_glass import StoredGlassError
from liponflow.workflows.transport.jobs import RECOMPUTED, conclude_transport

plan = get_campaign("transport").plan

ENGINE = f"{CheapPotential.__module__}:{CheapPotential.__name__}"
OTHER = f"{OtherPotential.__module__}:{OtherPotential.__name__}"
SHORT: dict[str, Any] = {
    "temperatures": [300, 100],
    "equilibration": 0.05,
    "production": 0.3,
    "frame_interval": 2,
    "regions": ["lower=c:0:0.5"],
}


@pytest.fixture(scope="module")
def oxide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oxide") / "Li2O.vasp"
    phase("Li2O").structure().make_supercell([2, 2, 2]).to_file(str(path), fmt="poscar")
    return path


def short(oxide: Path, **overrides: Any) -> Flow:
    return plan(
        preset="quick",
        engine=ENGINE,
        engine_arguments={"distance": 2.1, f"{OTHER}.distance": 2.1},
        overrides=SHORT | {"models": [OTHER]} | overrides,
        structure_file=oxide,
    )


@pytest.fixture(scope="module")
def outcome(oxide: Path, tmp_path_factory: pytest.TempPathFactory) -> campaigns.Outcome:
    folder = tmp_path_factory.mktemp("transport")
    settings = Settings(store=folder / "results.db", runs_dir=folder / "runs", workers=1)
    return campaigns.run(short(oxide), settings, {"command": ["pytest"]}, [ENGINE, OTHER])


@pytest.fixture(scope="module")
def result(outcome: campaigns.Outcome) -> TransportResult:
    assert not outcome.report.failures
    assert outcome.result is not None
    found = outcome.result.result
    assert isinstance(found, TransportResult)
    return found


def test_each_temperature_is_measured_in_its_production(result: TransportResult) -> None:
    assert len(result.points) == 2
    for point in result.points:
        # 0.3 ps in steps of 2 fs, every second one; those of the equilibration are left out.
        assert (point.frames, point.time_step) == (75, pytest.approx(4.0))
        assert point.ions == 64
        assert [region.name for region in point.regions] == ["lower"]


def test_runs_that_are_not_at_their_temperature_are_named(result: TransportResult) -> None:
    """The minimum of the potential is not at the distances of the oxide, and it heats up."""
    assert result.points[0].temperature > 300
    assert any("the run at 100 K had" in text for text in result.warnings)


def test_a_crystal_does_not_jump_and_says_so(result: TransportResult) -> None:
    for point in result.points:
        assert point.sites.residences[0].jumps == 0
        assert point.sites.network.dimensions == 0
        assert point.sites.shares[0].name == "Li[O4]"
    assert not result.converged
    assert result.arrhenius is None
    assert len(result.warnings) >= 2


def test_a_further_engine_runs_the_same_dynamics(result: TransportResult) -> None:
    main, other = result.engines
    assert (main.recomputed, other.recomputed) == ("everything", RECOMPUTED)
    spreads = {(item.quantity, item.subject): item for item in result.engine_spreads}
    jumps = spreads["jump rate", "100 K"]
    assert (jumps.mean, jumps.unit, jumps.n_engines, jumps.limit) == (0, "1/ps", 2, None)
    shells = spreads["share of ions", "Li[O4] at 300 K"]
    # The same potential by another name, which starts from the same seed.
    [hot] = [point for point in result.points if point.target == 300]
    assert shells.low == shells.high == hot.sites.shares[0].share
    assert shells.limit == 0.1
    # Nothing diffuses, so that there is no coefficient to compare.
    assert not any("diffusivity" in quantity for quantity, _ in spreads)


def test_the_result_knows_where_it_is_from(result: TransportResult, oxide: Path) -> None:
    assert result.provenance.engine.name == ENGINE
    assert result.provenance.source_structure == str(oxide)
    assert result.provenance.parameters["production"] == 0.3
    assert result.charge == 1


def test_the_glass_of_the_library_is_heated_without_a_structure() -> None:
    flow = plan(preset="quick", engine="chgnet")
    runs = planned(flow)
    assert [(run.atoms, run.ionic_steps) for run in runs] == [(61, 600)] * 3
    names = [job.name for job in all_jobs(flow)]
    assert names == ["dynamics 900 K", "dynamics 1200 K", "dynamics 1500 K", "result"]


def test_runs_that_failed_are_named() -> None:
    parameters = load_parameters(TransportParameters, TOPIC, "quick", SHORT)
    with pytest.raises(ValueError, match="no run can be measured: the run at 100 K failed"):
        conclude_transport.original([None, None], parameters=parameters, made={})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"species": "Na"}, "species=Na: .*Li2O.vasp has only Li, O"),
        ({"species": "Xx"}, "is not an element"),
        ({"charge": 0}, "an ion without charge"),
        ({"temperatures": [300, 300]}, "a temperature stands twice"),
        ({"temperatures": []}, "temperatures"),
        ({"production": 0.05}, "has 12 frames, and 50 are the fewest: give at least 0.2 ps"),
        ({"regions": ["lower"]}, "is not NAME=VECTOR:FROM:TO"),
        ({"glass": "LiPON"}, "glass: not applicable with --structure"),
    ],
)
def test_bad_requests_are_refused(oxide: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        short(oxide, **given)


def test_narrow_cells_unknown_glasses_and_engines_without_dynamics_are_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "small.vasp"
    phase("Li2O").structure().to_file(str(path), fmt="poscar")
    with pytest.raises(ParameterError, match=r"faces of the cell are 4\.\d+ Å apart.*supercell"):
        short(path)
    with pytest.raises(StoredGlassError, match="glass=window: the library has LiPON, LiPON-melt"):
        plan(preset="quick", engine="chgnet", overrides={"glass": "window"})
    with pytest.raises(ParameterError, match="model=3: the LiPON glass has 1, counted from 0"):
        plan(preset="quick", engine="chgnet", overrides={"model": 3})
    with pytest.raises(EngineError, match="feff"):
        plan(preset="quick", engine="feff")
