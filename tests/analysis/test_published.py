import pytest

from liponflow.analysis.published import published_lithiation


def test_values_for_lnmo_are_the_printed_ones():
    published = published_lithiation("Li2Mn3NiO8")
    assert published is not None
    assert published.moments.values == {"Ni": {0: 0.5, 1: 1.7, 2: 1.7}, "Mn": {1: 3.2, 2: 3.7}}
    assert [value.volts for value in published.voltages] == [(4.7, 4.7), (4.0, 4.0), (2.8, 2.9)]
    assert published.volume_change.percent == (11, 13)


def test_every_value_has_source_and_note():
    published = published_lithiation("Li2Mn3NiO8")
    assert published is not None
    cited = [
        published.moments,
        published.tetragonal,
        published.volume_change,
        *published.voltages,
    ]
    for entry in cited:
        assert "section" in entry.source
        assert entry.citation.split()[0] in entry.source
        assert entry.note


@pytest.mark.parametrize("formula", ["LiTiS2", ""])
def test_other_materials_have_no_published_values(formula: str) -> None:
    assert published_lithiation(formula) is None
