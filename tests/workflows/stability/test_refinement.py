"""The phases that decide a window, relaxed again by a better engine."""

from collections import Counter
from pathlib import Path

import pytest
from jobflow import Flow, JobStore, run_locally
from maggma.stores import MemoryStore

from liponflow import safejson
from liponflow.analysis.stability.result import StabilityResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import EngineError
from liponflow.inputs.presets import ParameterError
from liponflow.workflows.campaign import get_campaign

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

LADDER = {
    "composition": "Li2O",
    "compare": [],
    "unseen": [],
    "electrode": None,
    "samples": 0,
    "refine": ["chgnet-0.2.0"],
    "force_limit": 0.3,
}
"""Four small crystals: Li, Li2O, Li2O2, LiO2."""


def refined(**overrides: object) -> Flow:
    return get_campaign("stability").plan(
        preset="quick", engine="chgnet", overrides=LADDER | overrides
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StabilityResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    flow = refined()
    folder = tmp_path_factory.mktemp("ladder")
    # In this process: workers would load the potentials once more.
    run_locally(flow, store=store, root_dir=folder, ensure_success=True, raise_immediately=True)
    found: StabilityResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return found


def test_window_of_the_better_engine_stands_beside_the_first(result: StabilityResult) -> None:
    [window] = result.refined_windows
    assert window.model == "chgnet-0.2.0"
    assert window.reason is None
    assert (window.low_before, window.high_before) == (result.window_low, result.window_high)
    assert window.low == 0
    assert window.high == pytest.approx(2.9, abs=0.15)
    assert window.high != pytest.approx(result.window_high, abs=1e-6)
    assert window.oxidation == result.comparison[0].oxidation == "2 Li2O -> Li2O2 + 2 Li"
    # The superoxide of the library is a product of neither limit.
    assert sorted(window.phases) == ["Li", "Li2O", "Li2O2", "O2"]


def test_energies_of_the_two_engines_are_not_mixed(result: StabilityResult) -> None:
    [window] = result.refined_windows
    assert "0.2.0" in (window.scale or "")
    formed = {phase.name: phase.formation_energy_per_atom for phase in result.refined_phases}
    before = {phase.name: phase.formation_energy_before for phase in result.refined_phases}
    first = {phase.name: phase.formation_energy_per_atom for phase in result.phases}
    assert before == {name: first[name] for name in ("Li2O", "Li2O2")}
    # 2 Li2O -> Li2O2 + 2 Li, by the energies of the better engine alone.
    oxide, peroxide = formed["Li2O"], formed["Li2O2"]
    assert oxide is not None
    assert peroxide is not None
    assert window.high == pytest.approx((4 * peroxide - 6 * oxide) / 2, abs=1e-6)


def test_only_deciding_phases_are_planned_for_the_better_engine() -> None:
    flow = refined()
    relaxations = Counter(item.engine for item in planned(flow) if item.kind == "relax")
    # Li, Li2O, and at most three of the other crystals for the two limits.
    assert relaxations == {"chgnet": 4, "chgnet-0.2.0": 4}


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        ({"refine": ["md"]}, EngineError, "unknown engine 'md'"),
        ({"refine": ["chgnet-r2scan"]}, ValueError, "O2 enter a phase diagram by their PBE"),
    ],
)
def test_engine_that_cannot_refine_is_refused(
    overrides: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        refined(**overrides)


def test_entries_from_elsewhere_cannot_be_refined(tmp_path: Path) -> None:
    file = tmp_path / "entries.json"
    file.write_text("[]")
    with pytest.raises(ParameterError, match=r"refine=chgnet-0.2.0: the energies come from file"):
        refined(entries=str(file))
