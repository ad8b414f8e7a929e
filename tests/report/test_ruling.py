from typing import Any

import pytest

from liponflow.analysis.glass.result import GlassResult
from liponflow.report.catalogue import Explanation, PublishedNumber, catalogue
from liponflow.report.findings import Finding, model_findings
from liponflow.report.ruling import Verdict, agrees, rule_on


def number(**changes: Any) -> PublishedNumber:
    entry: dict[str, Any] = {
        "id": "a", "topic": "t", "statement": "s", "citation": "C", "reference": "R",
        "kind": "lithiation", "at": ("volume_change_percent",), "command": "liponflow run x",
        "unit": "%", "because": "b",
    }  # fmt: skip
    return PublishedNumber.model_validate(entry | changes)


@pytest.mark.parametrize(
    ("published", "limits", "ours", "expected"),
    [
        (4.7, {"tolerance": 0.1}, 4.8, True),
        (4.7, {"tolerance": 0.1}, 4.81, False),
        ([11, 13], {"tolerance": 1}, 10.0, True),
        ([11, 13], {"tolerance": 1}, 9.99, False),
        (2e-6, {"factor": 2}, 4e-6, True),
        (2e-6, {"factor": 2}, 0.9e-6, False),
        (122, {}, 122, True),
        (122, {}, 121, False),
        ([3, 3, 3], {}, [3, 3, 3], True),
        ([3, 3, 1], {}, [3, 1, 3], False),
        (["Li2O", "Li2PO2N"], {}, ["Li2PNO2", "Li2O"], True),
        (["Li2O", "Li3N"], {}, ["Li2O"], False),
        ("LiNi0.5Mn1.5O4", {}, "Li2Mn3NiO8", True),
        ("tetrahedral", {}, "octahedral", False),
        (True, {}, True, True),
        (True, {}, 1, False),
        ({"Mn": 5.96}, {}, {"Mn": 5.96}, True),
        ({"Mn": 5.96}, {}, {"Mn": 4.5}, False),
    ],
)
def test_agreement(published: Any, limits: dict[str, float], ours: Any, expected: object) -> None:
    assert agrees(number(value=published, **limits), ours) is expected


def test_ruling_on_the_stored_results(findings: list[Finding]) -> None:
    """CHGNet's moments agree as docs/lithiation.md says, and its first Ni moment does not."""
    rulings = {item.number.id: item for item in rule_on(catalogue().numbers, findings)}
    assert rulings["moment-Mn-2"].verdict is Verdict.PASS
    assert rulings["moment-Mn-2"].ours == pytest.approx(3.67, abs=0.01)
    assert "not DFT" in rulings["moment-Mn-2"].engine
    assert rulings["moment-Ni-0"].verdict is Verdict.DIFFERS
    assert rulings["products-lithium"].verdict is Verdict.EXPLAINED
    assert rulings["products-lithium"].page == "docs/stability.md"
    assert rulings["window-low"].interval is not None
    assert rulings["loss-LiK-LiPON"].verdict is Verdict.MISSING
    assert rulings["loss-LiK-LiPON"].reason == "there is no eels result"
    assert rulings["migration-images"].engine == "our preset"


def test_nothing_is_ruled_on_without_results() -> None:
    computed = [item for item in catalogue().numbers if not item.parameter]
    rulings = rule_on(computed, [])
    assert {item.verdict for item in rulings} == {Verdict.MISSING, Verdict.INPUT}
    put_in = [item.number for item in rulings if item.verdict is Verdict.INPUT]
    assert not any(number.at or number.function for number in put_in)


def test_result_that_is_not_converged_does_not_count(by_kind: dict[str, Finding]) -> None:
    found = by_kind["lithiation"]
    unfinished = found.result.model_copy(update={"converged": False, "criterion": "force 0.3"})
    bad = Finding("bad", "", unfinished)
    (ruling,) = rule_on([number(value=9.29, tolerance=0.1)], [bad])
    assert ruling.verdict is Verdict.MISSING
    assert ruling.reason == "the result bad is not converged: force 0.3"
    (ruling,) = rule_on([number(value=9.29, tolerance=0.1)], [bad, found])
    assert (ruling.verdict, ruling.finding) == (Verdict.PASS, found)


def test_dft_counts_before_a_later_potential(by_kind: dict[str, Finding]) -> None:
    found = by_kind["lithiation"]
    made = found.result.provenance
    engine = made.engine.model_copy(update={"name": "vasp", "surrogate": False})
    changed = made.model_copy(update={"engine": engine})
    dft = Finding("dft", "", found.result.model_copy(update={"provenance": changed}))
    for order in ([found, dft], [dft, found]):
        (ruling,) = rule_on([number(value=9.29, tolerance=0.1)], order)
        assert ruling.finding == dft


def test_value_that_was_put_in_does_not_pass(by_kind: dict[str, Finding]) -> None:
    found = by_kind["lithiation"]
    (ruling,) = rule_on([number(value=9.29, tolerance=0.1, input="fixed")], [found])
    assert (ruling.verdict, ruling.reason) == (Verdict.INPUT, "fixed")
    (ruling,) = rule_on([number(value=9.0, tolerance=0.1, input="fixed")], [found])
    assert ruling.verdict is Verdict.DIFFERS


def test_nothing_that_was_put_in_passes(findings: list[Finding]) -> None:
    """The composition, the parameters and the energies that fix the model of a cell."""
    rulings = rule_on(catalogue().numbers, [*findings, *model_findings()])
    passed = {item.number.id for item in rulings if item.verdict is Verdict.PASS}
    circular = {"glass-atoms", "glass-formula", "supercell-atoms", "unit-Q0_0", "nitrogen-apical",
                "density-steel-10", "density-steel-100"}  # fmt: skip
    assert not passed & circular
    assert not any(item.number.parameter for item in rulings if item.number.id in passed)
    assert {"density-unpackaged", "lithium-excess", "plated-thickness"} <= passed


def test_units_of_a_molten_glass_are_its_own(by_kind: dict[str, Finding]) -> None:
    numbers = [item for item in catalogue().numbers if item.id == "unit-Q0_0"]
    found = by_kind["glass"]
    (ruling,) = rule_on(numbers, [found])
    assert ruling.verdict is Verdict.INPUT
    result = found.result.model_copy(deep=True)
    assert isinstance(result, GlassResult)
    for model in result.models:
        model.series[0].temperature = 2500.0
    (ruling,) = rule_on(numbers, [Finding("melt", "", result)])
    assert ruling.verdict is Verdict.PASS


def test_synthetic_data_confirm_nothing(by_kind: dict[str, Finding]) -> None:
    found = by_kind["lithiation"]
    made = found.result.provenance
    engine = made.engine.model_copy(update={"name": "synthetic data"})
    changed = made.model_copy(update={"engine": engine})
    made_up = Finding("made", "", found.result.model_copy(update={"provenance": changed}))
    (ruling,) = rule_on([number(value=9.29, tolerance=0.1)], [made_up])
    assert ruling.verdict is Verdict.MISSING
    assert ruling.reason == "the result made is one of synthetic data, which confirm nothing"
    (ruling,) = rule_on([number(value=9.29, tolerance=0.1)], [made_up, found])
    assert (ruling.verdict, ruling.finding) == (Verdict.PASS, found)


@pytest.mark.parametrize(
    ("explanation", "expected"),
    [
        ({"side": "above"}, Verdict.EXPLAINED),
        ({"side": "below"}, Verdict.DIFFERS),
        ({"value": 9.3}, Verdict.EXPLAINED),
        ({"value": 8.0}, Verdict.DIFFERS),
    ],
)
def test_explanation_of_one_deviation_is_not_that_of_another(
    by_kind: dict[str, Finding], explanation: dict[str, Any], expected: Verdict
) -> None:
    """Our volume changes by 9.29 %."""
    why = Explanation(reason="r", page="docs/lithiation.md", **explanation)
    rows = [number(value=5.0, tolerance=0.1, explanations=(why,))]
    (ruling,) = rule_on(rows, [by_kind["lithiation"]])
    assert ruling.verdict is expected


def test_explanation_of_one_engine_is_not_that_of_another(by_kind: dict[str, Finding]) -> None:
    why = Explanation(engines=("vasp",), reason="r", page="docs/lithiation.md")
    (ruling,) = rule_on([number(value=1, explanations=(why,))], [by_kind["lithiation"]])
    assert ruling.verdict is Verdict.DIFFERS
    why = why.model_copy(update={"engines": ("chgnet",)})
    (ruling,) = rule_on([number(value=1, explanations=(why,))], [by_kind["lithiation"]])
    assert (ruling.verdict, ruling.reason) == (Verdict.EXPLAINED, "r")


def test_result_of_another_formula_does_not_count(by_kind: dict[str, Finding]) -> None:
    (ruling,) = rule_on([number(value=9, formula="LiCoO2")], [by_kind["lithiation"]])
    assert ruling.reason == "there is no lithiation result of LiCoO2"


def test_result_of_other_elements_does_not_count(by_kind: dict[str, Finding]) -> None:
    found = [by_kind["lithiation"]]
    (ruling,) = rule_on([number(value=9, elements=("Li", "P", "O", "N"))], found)
    assert ruling.reason == "there is no lithiation result of a material of Li, P, O, N"
    (ruling,) = rule_on(
        [number(value=9.29, tolerance=0.1, elements=("Li", "Mn", "Ni", "O"))], found
    )
    assert ruling.verdict is Verdict.PASS


def test_measurements_and_dynamics_of_other_materials_rule_on_nothing() -> None:
    """Impedance of any film was compared with that of LiPON."""
    bound = {"impedance", "polarisation", "thermal_analysis", "nmr", "depth_profile", "halo",
             "interface", "transport"}  # fmt: skip
    for item in catalogue().numbers:
        if item.kind in bound:
            assert set(item.elements) == {"Li", "P", "O", "N"}, item.id


def test_result_without_the_value_does_not_count(by_kind: dict[str, Finding]) -> None:
    (ruling,) = rule_on([number(value=9, at=("refused", 0, "x"))], [by_kind["lithiation"]])
    assert ruling.reason == f"the result {by_kind['lithiation'].name} does not contain it"
