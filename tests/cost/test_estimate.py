"""Estimates of the cost of a flow."""

from typing import Any

import pytest
from jobflow import Flow, JobStore, job
from maggma.stores import MemoryStore

from liponflow.cost import estimate as module
from liponflow.cost.estimate import estimate, seconds_by_job
from liponflow.engines.cost import CostModel, Timing
from liponflow.engines.engine import Engine
from liponflow.engines.planned import PlannedCalculation, announce
from liponflow.engines.potential import cost as potential_cost
from liponflow.engines.standin.identity import version_string
from liponflow.engines.vasp import cost as vasp_cost
from liponflow.workflows.campaign import get_campaign

plan = get_campaign("lithiation").plan


@pytest.fixture
def store() -> JobStore:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    return store


def force_field_document(uuid: str, atoms: int, steps: int, seconds: float) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "index": 1,
        "hosts": ["inner", "outer"],
        "output": {
            "forcefield_name": "MLFF.CHGNet",
            "nsites": atoms,
            "is_force_converged": True,
            # atomate2 writes the last structure of a relaxation twice.
            "output": {"n_steps": steps + 1, "elapsed_time": seconds},
        },
    }


def result_document(kind: str) -> dict[str, Any]:
    return {"uuid": "result", "index": 1, "hosts": ["outer"], "output": {"kind": kind}}


def vasp_document(uuid: str, version: str) -> dict[str, Any]:
    calculation = {
        "vasp_version": version,
        "input": {
            "kpoints": {"actual_points": [[0, 0, 0]] * 7},
            "incar": {"IBRION": 2, "NSW": 50, "ISPIN": 2},
            "parameters": {"NELECT": 218.0},
        },
        "output": {"num_electronic_steps": [20] * 10},
    }
    return {
        "uuid": uuid,
        "index": 1,
        "output": {
            "nsites": 28,
            "calcs_reversed": [calculation],
            "run_stats": {"overall": {"elapsed_time": 360.0, "cores": 4}},
        },
    }


def flow(engine: str, **overrides: Any) -> Flow:
    return plan(preset="quick", engine=engine, overrides={"x": [0, 1]} | overrides)


def test_calculations_of_a_flow_are_counted() -> None:
    lines = estimate(flow("chgnet")).lines
    counted = {(line.name, line.atoms): (line.jobs, line.kpoints) for line in lines}
    assert counted == {
        ("relax", 2): (1, 1),  # Li metal
        ("relax", 48): (1, 1),
        ("relax", 56): (1, 1),
        ("static", 48): (1, 1),
        ("static", 56): (1, 1),
    }


def test_time_of_jobs_adds_up_to_the_cost_of_the_flow() -> None:
    planned = flow("chgnet")
    seconds = seconds_by_job(planned, None, "lithiation")
    assert sum(seconds.values()) / 3600 == pytest.approx(estimate(planned).core_hours)
    # Li metal, and at both Li contents the relaxation and the job that adds the static one.
    assert len(seconds) == 5


def test_rule_for_a_force_field_is_linear() -> None:
    result = estimate(flow("chgnet"))
    relaxed = (2 + 48 + 56) * module.STEPS_OF_A_RELAXATION
    expected = potential_cost.RULE * (relaxed + 48 + 56) / 3600
    assert result.core_hours == pytest.approx(expected)
    assert "no run of this force field in the store" in result.basis


def test_rule_for_vasp_is_named_as_a_rule() -> None:
    result = estimate(flow("vasp"))
    [static] = [line for line in result.lines if (line.name, line.atoms) == ("static", 56)]
    assert static.kpoints == 14  # of 3 x 3 x 3, by time reversal alone
    # Li8Ni4Mn12O32 with moments of 4 (-2) + 12 x 4 µB, on 14 points with 2 spins.
    size = vasp_cost.bands(436, 56, 40) ** 2 * vasp_cost.plane_waves(8.17**3, 520)
    expected = vasp_cost.ITERATIONS["static"] * vasp_cost.SECONDS * 28 * size / 3600
    assert static.core_hours == pytest.approx(expected, rel=0.01)
    assert 1 < expected < 10
    [metal] = [line for line in result.lines if line.atoms == 2]
    # 15 x 15 x 15 in bcc: a spin-less mesh is reduced by symmetry.
    assert metal.kpoints == 120
    assert "no VASP run in the store, so a rule from 23 public timings" in result.basis
    # The cells of Li metal and of both Li contents change, so that VASP may relax them again.
    relaxations = {line.ionic_steps for line in result.lines if line.name == "relax"}
    again = vasp_cost.STEPS_OF_A_REPETITION
    assert relaxations == {module.STEPS_OF_A_RELAXATION + again}
    assert f"{again} more to repeat it where the cell changes" in result.basis


def test_timings_in_the_store_are_scaled(store: JobStore) -> None:
    store.docs_store.update(
        [
            force_field_document("a", atoms=10, steps=5, seconds=50.0),
            force_field_document("b", atoms=20, steps=9, seconds=180.0),
            result_document("lithiation"),
        ],
        key=["uuid", "index"],
    )
    first, _ = potential_cost.timings(store, "MLFF.CHGNet")
    assert first == Timing(10, 1, 5, 50.0, relaxation=True, campaign="lithiation")
    result = estimate(flow("chgnet"), store, "lithiation")
    # One second per atom and step; 7 steps, the mean.
    assert result.core_hours == pytest.approx(((2 + 48 + 56) * 7 + 48 + 56) / 3600)
    assert (
        "median of 2 calculations in the store, of lithiation and of other sizes" in result.basis
    )
    assert "mean of 2 of lithiation in the store" in result.basis


def test_relaxations_of_another_campaign_tell_no_steps(store: JobStore) -> None:
    """Crystals of a phase diagram relax in few steps, and made lithiation 5 times too cheap."""
    store.docs_store.update(
        [
            *(force_field_document(str(n), atoms=50, steps=4, seconds=200.0) for n in range(3)),
            force_field_document("small", atoms=1, steps=4, seconds=400.0),
            result_document("stability"),
        ],
        key=["uuid", "index"],
    )
    result = estimate(flow("chgnet"), store, "lithiation")
    large = [line for line in result.lines if line.name == "relax" and line.atoms > 2]
    assert {line.ionic_steps for line in large} == {module.STEPS_OF_A_RELAXATION}
    # A second per atom and step, from the cells of similar size; 100 s from the small one.
    assert sum(line.core_hours for line in large) == pytest.approx(104 * 30 / 3600)
    [metal] = [line for line in result.lines if line.atoms == 2]
    assert metal.core_hours == pytest.approx(2 * 100 * 30 / 3600)
    assert "of other campaigns and of similar size" in result.basis
    assert "30 ionic steps assumed per relaxation" in result.basis
    # The same store tells the steps of a stability run.
    assert "mean of" in estimate(flow("chgnet"), store, "stability").basis


def test_steps_are_those_of_relaxations_of_similar_size(store: JobStore) -> None:
    store.docs_store.update(
        [
            force_field_document("metal", atoms=2, steps=4, seconds=8.0),
            force_field_document("a", atoms=48, steps=20, seconds=960.0),
            force_field_document("b", atoms=56, steps=100, seconds=5600.0),
            result_document("lithiation"),
        ],
        key=["uuid", "index"],
    )
    lines = estimate(flow("chgnet"), store, "lithiation").lines
    steps = {line.atoms: line.ionic_steps for line in lines if line.name == "relax"}
    assert steps == {2: 4, 48: 60, 56: 60}


def test_bands_of_the_store_tell_their_steps(store: JobStore) -> None:
    provenance = {"engine": {"name": "chgnet"}}
    band = {"kind": "neb", "force_evaluations": 75, "provenance": provenance}
    store.docs_store.update(
        [
            {"uuid": "band", "index": 1, "hosts": ["inner", "outer"], "output": band},
            result_document("migration"),
        ],
        key=["uuid", "index"],
    )
    nothing = job(lambda: None)()
    announce(nothing, [PlannedCalculation("neb", "chgnet", 50, images=5)])
    [line] = estimate(Flow([nothing]), store, "migration").lines
    assert line.ionic_steps == 15


def test_only_real_vasp_is_a_basis_for_vasp(store: JobStore) -> None:
    documents = [vasp_document("a", "6.4.2"), vasp_document("b", version_string("chgnet 0.3.0"))]
    store.docs_store.update(documents, key=["uuid", "index"])
    timing = Timing(28, 7, 10, 1440.0, relaxation=True, electrons=218.0, spins=2)
    assert vasp_cost.timings(store) == [timing]
    part = {"directory": "relax.attempt1", "steps": 5, "reason": "the volume changed by +7.0 %"}
    documents[0]["output"]["additional_json"] = {"restarts": {"job": "", "earlier": [part]}}
    documents[0] |= {"hosts": ["outer"]}
    store.docs_store.update([documents[0], result_document("lithiation")], key=["uuid", "index"])
    [timing] = vasp_cost.timings(store)
    assert (timing.ionic_steps, timing.core_seconds) == (15, pytest.approx(1440.0 * 15 / 10))
    result = estimate(flow("vasp"), store, "lithiation")
    assert {line.ionic_steps for line in result.lines if line.name == "relax"} == {15}
    [static] = [line for line in result.lines if line.name == "static"][1:]
    # Twice the electrons of the stored calculation: Li8Ni4Mn12O32 has 436.
    expected = 1440.0 / (10 * 7) * 14 * 2**vasp_cost.EXPONENT / 3600
    assert static.core_hours == pytest.approx(expected)


def test_wall_time_is_that_of_busy_processes_or_of_the_longest_calculation() -> None:
    nothing = job(lambda: None)()
    several = [PlannedCalculation("md", "chgnet", 100, 450, core_hours=1.0, basis="given")] * 4
    announce(nothing, [*several, PlannedCalculation("md", "chgnet", 200, 450, core_hours=2.0)])
    result = estimate(Flow([nothing]))
    assert [result.wall_hours(workers) for workers in (1, 2, 8)] == [6.0, 3.0, 2.0]
    assert estimate(flow("vasp")).wall_hours(2) is None


def test_calculations_of_a_name_share_a_line() -> None:
    nothing = job(lambda: None)()
    sizes = {40: 0.5, 50: 1.0, 45: 3.0}
    named = [
        PlannedCalculation("spectrum", "feff", atoms, 1, core_hours=hours, name="spectrum Li K")
        for atoms, hours in sizes.items()
    ]
    other = PlannedCalculation("spectrum", "feff", 60, 1, core_hours=2.0, name="spectrum O K")
    announce(nothing, [named[0], other, *named])
    result = estimate(Flow([nothing]))
    lithium, oxygen = result.lines
    assert (lithium.name, lithium.jobs, lithium.atoms) == ("spectrum Li K", 4, 50)
    assert lithium.core_hours == pytest.approx(2 * 0.5 + 1.0 + 3.0)
    assert (oxygen.name, oxygen.jobs, oxygen.atoms) == ("spectrum O K", 1, 60)
    # The longest calculation, not the mean of its line
    assert [result.wall_hours(workers) for workers in (1, 8)] == [7.0, 3.0]


def test_flow_without_calculations_costs_nothing() -> None:
    result = estimate(Flow([], name="nothing"))
    assert list(result.lines) == []
    assert result.core_hours == 0
    assert result.basis.startswith("no calculation")


def test_bands_and_engines_have_separate_lines() -> None:
    calculations = [
        PlannedCalculation("neb", "chgnet", 50, images=3),
        PlannedCalculation("md", "vasp", 50, 100, kpoints=2, spins=2),
        PlannedCalculation("core loss", "feff", 50, 1, core_hours=1.5, basis="as measured"),
    ]
    nothing = job(lambda: None)()
    announce(nothing, calculations)
    result = estimate(Flow([nothing]))
    lines = {line.name: line for line in result.lines}
    band = lines["neb, 3 images (chgnet)"]
    assert band.ionic_steps == module.STEPS_OF_A_BAND
    steps = 3 * module.STEPS_OF_A_BAND
    assert band.core_hours == pytest.approx(steps * 50 * potential_cost.RULE / 3600)
    dynamics = lines["md (vasp)"]
    per_step = vasp_cost.rule(calculations[1]) / 3600
    assert dynamics.core_hours == pytest.approx(100 * per_step)
    assert lines["core loss (feff)"].core_hours == 1.5
    assert "as measured" in result.basis
    assert "60 ionic steps assumed per nudged elastic band" in result.basis


def test_dynamics_do_not_count_as_relaxations(store: JobStore) -> None:
    dynamics = force_field_document("a", atoms=10, steps=5000, seconds=50.0)
    dynamics["output"]["is_force_converged"] = None
    store.docs_store.update([dynamics], key=["uuid", "index"])
    [timing] = potential_cost.timings(store, "MLFF.CHGNet")
    assert not timing.relaxation
    assert "30 ionic steps assumed per relaxation" in estimate(flow("chgnet"), store).basis


def test_unknown_cost_is_named_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "engine_class", lambda _: Engine)
    nothing = job(lambda: None)()
    announce(nothing, [PlannedCalculation("static", "new-code", 50, 1)])
    result = estimate(Flow([nothing]))
    assert result.core_hours == 0
    assert result.basis == "the cost of new-code is unknown and not counted"


def test_timings_without_kpoints_do_not_scale_by_those_of_the_plan(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = CostModel(
        exponent=2.0,
        rule=lambda item: item.effort or 0.0,
        rule_basis="by effort",
        timings=lambda store: [Timing(10, 1, 5, 500.0, relaxation=False)] if store else [],
        knows_kpoints=False,
    )
    monkeypatch.setattr(Engine, "cost", lambda _: model)
    monkeypatch.setattr(module, "engine_class", lambda _: Engine)
    nothing = job(lambda: None)()
    announce(nothing, [PlannedCalculation("static", "new-code", 20, 1, kpoints=4, effort=36.0)])
    flow = Flow([nothing])
    by_rule = estimate(flow)
    assert (by_rule.core_hours, by_rule.basis) == (pytest.approx(0.01), "by effort")
    # One second per square of the atoms and step.
    measured = estimate(flow, store)
    assert measured.core_hours == pytest.approx(400 / 3600)
    assert (
        "of other campaigns and of similar size; scaled by size to the power 2" in measured.basis
    )
