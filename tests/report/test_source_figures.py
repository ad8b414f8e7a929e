import pytest

from liponflow import registry
from liponflow.analysis.kinds import get_kind
from liponflow.report.findings import Finding
from liponflow.report.source_figures import drawable, source_figures
from liponflow.workflows.model import get_model


@pytest.mark.parametrize("kind", ["lithiation", "migration", "stability", "glass"])
def test_named_figures_are_drawn(kind: str, by_kind: dict[str, Finding]) -> None:
    wanted = {item.figure for item in source_figures() if item.kind == kind}
    assert wanted <= set(get_kind(kind).draw(by_kind[kind].result))


@pytest.mark.parametrize("name", registry.names(registry.MODELS))
def test_named_figures_of_models_are_drawn(name: str) -> None:
    wanted = {item.figure for item in source_figures() if item.kind == name}
    assert wanted <= set(get_kind(name).draw(get_model(name).compute()))


def test_figures_need_a_result_of_their_kind_and_formula(findings: list[Finding]) -> None:
    found = {(i.figure.source, i.figure.number): i for i in drawable(source_figures(), findings)}
    assert found["dissertation", "5.4E"].finding is not None
    assert found["dissertation", "4.7C"].reason == "no eels result"
    assert found["dissertation", "4.7C"].is_missing
    assert found["review", "8a"].reason == "no glass result"
    assert found["review", "8b"].finding is not None


def test_numbers_are_unique_in_a_source() -> None:
    names = [(item.source, item.number) for item in source_figures()]
    assert len(names) == len(set(names))


def test_result_that_is_not_converged_counts_only_without_another(
    by_kind: dict[str, Finding],
) -> None:
    found = by_kind["lithiation"]
    bad = Finding("bad", "", found.result.model_copy(update={"converged": False}))
    (figure,) = [item for item in source_figures() if item.number == "5.4E"]
    assert drawable([figure], [bad, found])[0].finding == found
    assert drawable([figure], [bad])[0].finding == bad
