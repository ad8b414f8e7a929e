"""Further engines of every campaign: their jobs, their names, and what becomes of a failed one."""

from pathlib import Path
from typing import Any

import pytest
from jobflow import Flow, Job, job
from migration_example import migration_result
from pymatgen.core import Lattice, Structure

from liponflow import registry
from liponflow.analysis.phonons import PhononResult
from liponflow.cost.flow import planned
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.inputs.comparison import ComparedParameters, SeveralEngines
from liponflow.inputs.presets import ParameterError
from liponflow.settings import Settings
from liponflow.workflows import run as campaigns
from liponflow.workflows.campaign import get_campaign
from liponflow.workflows.further_engines import (
    Comparison,
    FurtherEngineWarning,
    further_names,
    further_results,
    wire_further,
)
from liponflow.workflows.preflight import preflight

pytestmark = pytest.mark.usefixtures("warm_workers")

FURTHER = "chgnet-0.2.0"

SMALL: dict[str, dict[str, Any]] = {
    "lithiation": {"x": [1]},
    "stability": {"composition": "Li2O", "compare": [], "unseen": [], "electrode": None},
    "glass": {"composition": "Li7P2O7N", "density": 1.8, "n_models": 1},
    "phonons": {"phase": "Li_bcc"},
    "migration": {"dopant": "N", "vibrations": False},  # only of the main engine
    "interface": {"first_thickness": 7, "second_thickness": 8, "min_length": 8, "phases": False},
    "transport": {},
}
"""Parameters of small campaigns, one for every campaign of ours that compares engines."""

EMT = "ase.calculators.emt:EMT"


def flow_of(kind: str, **overrides: Any) -> Flow:
    campaign = get_campaign(kind)
    return campaign.plan(preset="quick", engine="chgnet", overrides=SMALL[kind] | overrides)


def names(flow: Flow) -> list[str]:
    return [one.name for one, _ in flow.iterflow()]


def test_every_campaign_is_compared() -> None:
    compared = {
        name
        for name in registry.names(registry.CAMPAIGNS)
        if issubclass(get_campaign(name).parameter_model(), ComparedParameters)
    }
    assert compared == set(SMALL)
    # A scan hands its further engines to the campaigns of each composition; spectra have one.
    several = {
        name
        for name in registry.names(registry.CAMPAIGNS)
        if issubclass(get_campaign(name).parameter_model(), SeveralEngines)
    }
    assert several == {*SMALL, "scan"}


@pytest.mark.parametrize("kind", SMALL)
def test_further_engine_computes_beside_the_main_one(kind: str) -> None:
    alone = flow_of(kind, models=[])
    both = flow_of(kind, models=[FURTHER, "chgnet"])
    added = [name for name in names(both) if name not in names(alone)]
    begin = "dynamics" if kind == "transport" else "relax"
    assert any(name.startswith(begin) and name.endswith(FURTHER) for name in added)
    assert names(both)[-1] == "result"
    further = [one for one in planned(both) if one.engine == FURTHER]
    assert further
    if kind != "glass":  # there the further engine only relaxes the final models
        main = [one for one in planned(alone) if one.engine == "chgnet"]
        assert len(further) == len(main)


@pytest.mark.parametrize("kind", SMALL)
def test_engines_of_a_run_include_the_further_ones(kind: str) -> None:
    campaign = get_campaign(kind)
    overrides = SMALL[kind] | {"models": FURTHER}
    request = campaign.request(preset="quick", engine="chgnet", overrides=overrides)
    assert campaign.engines(request) == ["chgnet", FURTHER]


@pytest.mark.parametrize("kind", SMALL)
def test_unknown_further_engine_is_refused_before_the_run(kind: str) -> None:
    with pytest.raises(EngineError, match="did you mean 'chgnet-r2scan'"):
        flow_of(kind, models="chgnet-r2scn")


@pytest.mark.parametrize("kind", SMALL)
def test_every_quantity_with_a_limit_is_compared(kind: str) -> None:
    parameters = get_campaign(kind).load_parameters("quick")
    assert parameters.disagreement  # type: ignore[attr-defined]
    with pytest.raises(ParameterError, match="unknown quantity 'voltag'"):
        get_campaign(kind).load_parameters("quick", {"disagreement": {"voltag": 0.1}})


def test_energies_from_elsewhere_have_no_further_engine(tmp_path: Path) -> None:
    (tmp_path / "entries.json").write_text("[]")
    overrides = {"source": "file", "entries": tmp_path / "entries.json", "models": FURTHER}
    with pytest.raises(ParameterError, match="omit models, or set source=engine"):
        flow_of("stability", **overrides)


def test_glass_that_is_not_relaxed_is_not_compared() -> None:
    with pytest.raises(ParameterError, match="set relax=true, or omit models"):
        flow_of("glass", relax=False, models=FURTHER)


def test_main_engine_and_repeated_names_are_left_out() -> None:
    assert further_names(["b", "a", "b", "c"], "a") == ["b", "c"]


@job
def answer() -> int:
    return 1


def engine(name: str) -> Engine:
    return get_engine(name, EngineOptions(0.1, 10))


def test_engine_that_refuses_the_campaign_keeps_its_reason() -> None:
    def wire(made: Engine) -> tuple[list[Flow | Job], Any]:
        if made.name == FURTHER:
            raise EngineError("chgnet-0.2.0 does not know Po")
        one = answer()
        return [one], one.output

    with pytest.warns(FurtherEngineWarning, match=r"chgnet-0\.2\.0 is not computed: .* Po"):
        found = wire_further([FURTHER, "chgnet"], engine, wire)
    assert found.comparison["refused"] == {FURTHER: "chgnet-0.2.0 does not know Po"}
    assert list(found.comparison["outputs"]) == ["chgnet"]
    assert len(found.jobs) == 1


def test_failed_calculations_become_reasons() -> None:
    result = migration_result()

    def summarise(output: str) -> Any:
        if output == "bad":
            raise ValueError("the relaxation of Li metal failed")
        return result

    comparison = Comparison(
        outputs={"a": "good", "b": "bad", "c": None}, refused={"d": "does not know Po"}
    )
    found = further_results(comparison, summarise)
    assert found["a"] is result
    assert found["b"] == "the relaxation of Li metal failed"
    assert "the run's report names directory and cause" in str(found["c"])
    assert found["d"] == "does not know Po"
    assert further_results(None, summarise) == {}


def test_spread_of_phonons_over_calculators(tmp_path: Path) -> None:
    """One whole run: a main engine, one that differs a little, and one that knows no element."""
    copper = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.62), ["Cu"], [[0, 0, 0]])
    copper.get_primitive_structure().to(str(tmp_path / "POSCAR"))
    others = ["other_emt:asap", "other_emt:Failing"]
    with pytest.warns(FurtherEngineWarning, match="no parameters for this element"):
        flow = get_campaign("phonons").plan(
            preset="quick",
            engine=EMT,
            overrides={"min_length": 5, "models": others, "disagreement": {"volume": 0.01}},
            structure_file=tmp_path / "POSCAR",
        )
    settings = Settings(store=tmp_path / "results.db", runs_dir=tmp_path / "runs", workers=1)
    done = campaigns.run(flow, settings, {"command": ["pytest"]}, [EMT, *others])
    assert not done.report.failures
    assert done.result is not None
    result = done.result.result
    assert isinstance(result, PhononResult)
    assert result.provenance.engine.name == EMT
    assert [one.reason is None for one in result.engines] == [True, False, True]
    volume = result.spread("volume", "the crystal")
    assert volume is not None
    assert volume.n_engines == 2
    assert volume.low < volume.high
    main = result.structure.volume / len(result.structure)
    assert volume.values[result.provenance.engine.short] == pytest.approx(main)
    assert "no parameters for this element" in result.warnings[0]
    assert result.warnings[1].startswith("the engines disagree on volume: 1 of 1")


def preflight_of(folder: Path, engine_name: str, models: list[str]) -> list[str]:
    copper = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.62), ["Cu"], [[0, 0, 0]])
    copper.perturb(0.1)
    copper.to(str(folder / "POSCAR"))
    campaign = get_campaign("phonons")
    request = campaign.request(
        preset="quick",
        engine=engine_name,
        overrides={"models": models, "supercell": [1, 1, 1]},
        structure_file=folder / "POSCAR",
    )
    return list(preflight(campaign.make_flow(request), request, campaign.engines(request)))


def test_preflight_compares_the_starting_structures(tmp_path: Path) -> None:
    with pytest.warns(FurtherEngineWarning, match="no parameters for this element"):
        near, failing = preflight_of(tmp_path, EMT, ["other_emt:asap", "other_emt:Failing"])
    assert near.startswith("other_emt:asap on 1 starting structures: energies cannot")
    assert failing == (
        "warning: other_emt:Failing computes no starting structure: no parameters for this element"
    )


def test_preflight_needs_two_potentials(tmp_path: Path) -> None:
    assert preflight_of(tmp_path, "vasp", [EMT]) == [
        "no preflight: it compares potentials, of which this run has fewer than two"
    ]
