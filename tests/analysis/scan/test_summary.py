import pytest
from scan_results import (
    compositions,
    facts,
    glass,
    scan_result,
    scan_result_of_engines,
    transport,
)
from stability_results import made_by

from liponflow.analysis.scan.result import ScanResult
from liponflow.analysis.scan.summary import Composition, scan_row, summarise_scan
from liponflow.analysis.spread import ComparedEngine


@pytest.fixture(scope="module")
def result() -> ScanResult:
    return scan_result()


def test_reliable_rows_are_ranked_and_others_are_not(result: ScanResult) -> None:
    ranks = {row.modelled: row.rank for row in result.rows}
    # The conductivities of the first two differ by less than their intervals; that of Li4P2O7 is
    # the largest, from too few temperatures.
    assert ranks == {"Li2PO2N": 1, "Li3SO3N": 1, "Li3PO4": 3, "Li4P2O7": None, "LiPO3": None}
    assert [row.rank for row in result.rows] == [1, 1, 3, None, None]
    assert "3 of 5 ranked" in result.ranked_by


def test_missing_values_have_their_reason(result: ScanResult) -> None:
    problems = "\n".join(result.problems)
    assert "LiPO3: no glass: it failed" in problems
    assert "Li4P2O7: no stability: it failed" in problems
    assert "Li4P2O7: transport is not reliable: 2 reliable temperatures, and 3 are" in problems
    assert not result.converged
    assert "10 of 15 results" not in result.criterion
    assert "11 of 15 results" in result.criterion


def test_published_values_stand_beside_ours(result: ScanResult) -> None:
    rows = {row.modelled: row for row in result.rows}
    assert rows["Li3SO3N"].published_activation_energy == 1.03
    assert rows["Li3SO3N"].citation == "Kurzman 2013"
    assert rows["Li2PO2N"].published_conductivity is None


def test_windows_rank_by_their_width_within_its_error() -> None:
    result = scan_result("window")
    assert [row.rank for row in result.rows] == [1, 1, 1, None, None]
    width = result.rows[0].window_width
    assert width is not None
    low, high = result.rows[0].window_width_low, result.rows[0].window_width_high
    assert low is not None
    assert high is not None
    assert low < width < high


def test_nothing_reliable_is_not_ranked_and_says_so() -> None:
    items = [
        Composition(facts("Li3PO4"), {"transport": "t"}, glass(), transport(1e-6, reliable=1))
    ]
    result = summarise_scan(items, rank_by="conductivity", provenance=made_by())
    assert result.rows[0].rank is None
    assert any("no composition has a reliable value" in line for line in result.warnings)
    assert "1 of 3 temperatures are long enough" in result.problems[0]


def test_unconverged_glass_is_named() -> None:
    partly = glass().model_copy(update={"converged": False, "criterion": "1 of 3 models"})
    row = scan_row(Composition(facts("Li3PO4"), {"glass": "g"}, partly))
    assert "the glass is not converged (1 of 3 models)" in row.problems[0]


def test_scan_without_any_glass_is_refused() -> None:
    with pytest.raises(ValueError, match="every composition failed"):
        summarise_scan(
            [Composition(facts("Li3PO4"), {"glass": "g"}, None)],
            rank_by="window",
            provenance=made_by(),
        )


def test_random_packing_warns() -> None:
    assert any("packed as atoms" in line for line in scan_result().warnings)
    first = [item for item in compositions() if item.facts["method"] == "units"]
    quiet = summarise_scan(first, rank_by="window", provenance=made_by())
    assert not any("packed as atoms" in line for line in quiet.warnings)


def test_a_run_that_is_missing_is_the_reason() -> None:
    found = transport(1e-6).model_copy(
        update={"converged": False, "criterion": "3 of 3 runs, 1 more not measured"}
    )
    row = scan_row(Composition(facts("Li3PO4"), {"transport": "t"}, glass(), found))
    assert not row.transport_trusted
    assert "not converged (3 of 3 runs, 1 more not measured)" in row.problems[-1]


def test_spreads_over_engines_are_those_of_every_composition() -> None:
    result = scan_result_of_engines()
    density = result.spread("density", "Li2PO2N: mean of the models")
    assert density is not None
    assert density.high / density.low == pytest.approx(1.03 / 0.98)
    assert result.spread("log10 of the conductivity in S/cm", "Li2PO2N: 300 K") is not None
    names = [engine.name for engine in result.engines]
    assert len(names) == len(set(names)) == 3
    # Above the limit of 0.05 g/cm³.
    assert any(line.startswith("the engines disagree on density") for line in result.warnings)
    assert scan_result().engines == []


def test_engine_without_numbers_is_named_with_its_composition_and_reason() -> None:
    lacking = ComparedEngine(name="sevennet-0", recomputed="nothing", reason="it failed")
    glassy = glass().model_copy(update={"engines": [lacking]})
    items = [Composition(facts("Li3PO4"), {"glass": "g"}, glassy)]
    result = summarise_scan(items, rank_by="window", provenance=made_by())
    assert "Li3PO4: no numbers of sevennet-0 for its glass: it failed" in result.warnings
    assert result.engines == []
