import pytest
from migration_example import OTO, TO, made_up_hop, made_up_site, migration_result

from liponflow.analysis.migration.summary import with_energies
from liponflow.analysis.migration.warnings import migration_warnings


def test_converged_campaign_has_no_warnings():
    assert migration_result(["O"]).warnings == []


def test_warning_if_end_points_disagree_with_site_energies():
    sites = [made_up_site("O", "tetrahedral", 0.14), made_up_site("O", "octahedral", 0.0)]
    sites, hops = with_energies(sites, [made_up_hop("O", TO, 0.06, -0.10)])
    [text] = migration_warnings(sites, hops, [])
    assert text.startswith(f"O, {TO} hop: ")
    assert "differ by 0.040 eV (limit 0.01)" in text
    agree = with_energies(sites, [made_up_hop("O", TO, 0.06, -0.14)])
    assert migration_warnings(*agree, []) == []


def test_warning_for_invalid_saddle():
    hop = made_up_hop("N", OTO, 0.2, 0.0).model_copy(update={"saddle_reason": "2 imaginary"})
    assert migration_warnings([], [hop], []) == [f"N, {OTO} hop: 2 imaginary"]


@pytest.mark.parametrize("dimension", [0, 1, 2, 3])
def test_warning_for_network_of_fewer_than_three_dimensions(dimension: int):
    found = migration_result(["O"]).migrations[0]
    found = found.model_copy(update={"network_dimension": dimension})
    texts = migration_warnings([], [], [found])
    assert len(texts) == (dimension < 3)
    assert all(f"in {dimension} of 3 directions" in text for text in texts)
