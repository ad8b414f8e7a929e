import pytest

from liponflow.analysis.migration.published import PublishedMigration, published_migration


@pytest.fixture(scope="module")
def lithium() -> PublishedMigration:
    found = published_migration("Li")
    assert found is not None
    return found


def test_barriers_are_those_of_the_text_and_note_the_misprint(lithium: PublishedMigration):
    assert lithium.barriers.values == {"P": 0.42, "N": 0.50, "O": 1.08}
    assert "misprint" in lithium.barriers.note
    assert lithium.barrier("O") == 1.08
    assert lithium.barrier("S") is None


def test_interphase_layers_add_up_to_its_width(lithium: PublishedMigration):
    assert lithium.interphase.nm == 76
    assert sum(lithium.interphase.layers_nm.values()) == pytest.approx(76.4)


def test_every_value_names_its_source(lithium: PublishedMigration):
    for entry in (lithium.barriers, lithium.interphase):
        assert "section" in entry.source
        assert entry.citation.split()[0] in entry.source
        assert entry.note


@pytest.mark.parametrize("host", ["Na", "Li2O", ""])
def test_other_hosts_have_no_published_values(host: str):
    assert published_migration(host) is None
