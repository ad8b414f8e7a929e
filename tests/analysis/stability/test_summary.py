from typing import Any

import pytest
from equations import imbalance
from stability_entries import quoted_entries
from stability_results import made_by, stability_result

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.hull import Hull
from liponflow.analysis.stability.materials import crystal, glass
from liponflow.analysis.stability.result import StabilityResult
from liponflow.analysis.stability.summary import Question, summarise
from liponflow.analysis.stability.thermal import with_free_energies


@pytest.fixture(scope="module")
def result() -> StabilityResult:
    return stability_result()


@pytest.fixture(scope="module")
def of_glass() -> StabilityResult:
    return stability_result("Li2.98PO3.3N0.46", samples=2)


def equations(document: Any) -> list[str]:
    """Return all equations in a document, at any depth."""
    if isinstance(document, dict):
        own = [document["equation"]] if "equation" in document else []
        return own + [e for value in document.values() for e in equations(value)]
    if isinstance(document, list):
        return [e for value in document for e in equations(value)]
    return []


def test_window_and_products_agree_with_published_ones(result: StabilityResult) -> None:
    assert result.formula == "Li2PO2N"
    assert result.window_low == pytest.approx(0.68, abs=0.02)
    assert result.window_high == pytest.approx(2.64, abs=0.02)
    assert set(result.segments[0].phases) == {"Li3N", "Li3P", "Li2O"}
    [own] = [c for c in result.comparison if c.formula == "Li2PO2N"]
    assert own.published is not None
    assert own.published.startswith("0.68-2.63 V (Y. Zhu")
    assert result.converged
    assert result.criterion == "every phase usable; reached 36 of 36"


def test_all_equations_of_a_result_balance(
    result: StabilityResult, of_glass: StabilityResult
) -> None:
    for document in (result, of_glass):
        found = [e for e in equations(document.model_dump()) if " -> " in e]
        assert len(found) > 40
        assert max(imbalance(equation) for equation in found) < 1e-6
        compared = [e for c in document.comparison for e in (c.reduction, c.oxidation) if e]
        assert max(imbalance(equation) for equation in compared) < 1e-6


def test_interfaces_are_with_lithium_and_the_electrode(result: StabilityResult) -> None:
    pairs = [(r.second, r.voltage) for r in result.interfaces]
    assert pairs[:4] == [
        ("Li", None),
        ("Ni0.5Mn1.5O4", None),
        ("Li0.5Ni0.5Mn1.5O4", None),
        ("LiNi0.5Mn1.5O4", None),
    ]
    second, voltage = pairs[4]
    assert second == "Ni0.5Mn1.5O4"
    assert voltage == pytest.approx(4.647, abs=2e-3)
    assert pairs[5:] == [("Li3PO4", None), ("Li3N", None), ("P3N5", None)]
    beside = {r.second: r for r in result.interfaces}
    assert (beside["Li3PO4"].min_energy, beside["Li3PO4"].equation) == (0, "no reaction")
    assert beside["Li3N"].min_energy < 0


def test_temperature_shifts_the_oxidation_limit_by_the_released_gas(
    result: StabilityResult,
) -> None:
    """7 Li2PO2N -> N2 + ... + 6 Li: N2 lower by 0.5 eV, limit lower by 0.5/6 V."""
    [warm] = result.thermal
    assert warm.temperature == 300
    assert warm.high_shift == pytest.approx(-0.5 / 6, abs=1e-4)
    assert warm.low_shift == pytest.approx(0, abs=1e-4)
    assert warm.products_oxidation == "Li4P2O7 + N2 + P3N5"


def test_layers_are_given_with_and_without_unobserved_phases(result: StabilityResult) -> None:
    assert {tuple(layer.without) for layer in result.layers} == {(), ("Li3P",)}


def test_glass_keeps_its_energy_above_hull(of_glass: StabilityResult) -> None:
    assert of_glass.above_hull == 0.03
    assert of_glass.energy_source == "assumed"
    assert of_glass.decomposes_to == "Li2O + Li3PO4 + Li2PO2N"
    [at_rest] = [s for s in of_glass.segments if s.li_exchanged == 0]
    assert at_rest.energy_low == pytest.approx(-0.03)
    assert of_glass.window.low is not None
    assert of_glass.metastable_window.low is None
    assert not any("Li2.98" in phase.name for phase in of_glass.phases)


def test_result_survives_json(result: StabilityResult) -> None:
    assert StabilityResult.model_validate_json(result.model_dump_json()) == result


def small(**changes: Any) -> StabilityResult:
    entries = changes.pop("entries", quoted_entries())
    material = changes.pop("material", None) or crystal("Li3PO4", entries, Hull.of(entries))
    return summarise(
        entries, material, Question(pathways=2, **changes.pop("question", {})),
        provenance=made_by(), **changes,
    )  # fmt: skip


def test_assumptions_give_warnings() -> None:
    entries = quoted_entries()
    hull = Hull.of(entries)
    on_hull = glass("Li46P16O55N5", hull, above_hull=0.0, energy_source="assumed on the hull")
    warnings = small(material=on_hull).warnings
    assert any("assumed to lie on the hull; a glass lies above it" in w for w in warnings)
    assert any("sum to +1 e per formula unit" in w for w in warnings)
    below = glass("Li3PO4", hull, above_hull=-0.01, energy_source="glass result")
    assert any("lies 10 meV/atom below the hull" in w for w in small(material=below).warnings)


def test_excluded_phases_are_named_and_appear_nowhere() -> None:
    entries = quoted_entries()
    warm = with_free_energies(entries, {}, 300, missing="neglect").within(["Li", "P", "O", "N"])
    found = small(question={"exclude": ("Li3P", "Mn3NiO8")}, warm=warm)
    assert {item.name for item in found.excluded} == {"Li3P", "Mn3NiO8"}
    assert "Li3P" not in {phase.name for phase in found.phases}
    assert not any("Li3P" in segment.phases for segment in found.segments)
    assert found.converged  # exclusion on request is not a failure
    with pytest.raises(ValueError, match="no phase 'Li9P'"):
        small(question={"exclude": ("Li9P",)})


def test_failed_phases_are_named_and_make_the_result_unconverged() -> None:
    bad = Entry(
        name="LiP9", composition={"Li": 1, "P": 9}, energy=-3.0, source="test", converged=False
    )
    entries = EntrySet.build([*quoted_entries().entries, bad], scale="s", kind="formation")
    found = small(entries=entries)
    assert not found.converged
    assert found.criterion == "every phase usable; reached 36 of 37"
    assert [(item.name, item.reason) for item in found.excluded] == [
        ("LiP9", "its relaxation did not converge")
    ]


def test_unobserved_phases_outside_the_chemical_system_are_ignored() -> None:
    """Li3P does not belong to the Li-O system."""
    entries = quoted_entries()
    oxide = crystal("Li2O", entries, Hull.of(entries))
    assert small(material=oxide, question={"unseen": ("Li3P",)}).layers == []


def test_missing_element_is_refused_before_anything_is_computed() -> None:
    entries = quoted_entries().within(["Li", "P", "O"])
    full = quoted_entries()
    material = crystal("Li2PO2N", full, Hull.of(full))
    with pytest.raises(ValueError, match=r"have no N: add an entry for the element"):
        small(entries=entries, material=material)


def test_optional_parts_can_be_left_out() -> None:
    found = small(question={"corners": ()})
    assert found.maps == []
    assert found.uncertainty is None
    assert len(found.interfaces) == 1
    assert [s.title for s in found.slices] == ["charge-neutral Li-P-O-N"]
