"""Corners of one dopant's summary; the whole is tested with the campaign's result."""

import pytest
from migration_example import OTO, TT, made_up_hop, made_up_site

from liponflow.analysis.migration.dopant import Conditions, Way, dopant_migration
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import Migration, ModelSpread
from liponflow.analysis.migration.summary import with_energies


def migration(
    way: Way | None, conditions: Conditions, spread: ModelSpread | None = None
) -> Migration:
    sites, hops = with_energies(
        [made_up_site("N", "octahedral", 0.0)], [made_up_hop("N", OTO, 0.26, 0.0)]
    )
    return dopant_migration(
        "N",
        sites,
        hops,
        way,
        n_sites=18,
        spreads=[] if spread is None else [spread],
        published=published_migration("Li"),
        conditions=conditions,
    )


def test_walkers_are_asked_for():
    way = Way(3, 0.26, [OTO])
    assert migration(way, Conditions()).monte_carlo_300 is None
    assert migration(way, Conditions(walkers=20)).monte_carlo_300 is not None


def test_temperatures_are_those_asked_for():
    found = migration(Way(3, 0.26, [OTO]), Conditions(temperatures=[400.0, 800.0]))
    assert found.temperatures == [400, 800]
    assert found.diffusivity_300 is not None
    assert found.diffusivity_300 < found.diffusivities[0]


def test_without_a_way_there_is_no_diffusivity():
    found = migration(None, Conditions(walkers=20))
    assert found.diffusivities == []
    assert found.diffusivity_300 is None
    assert found.monte_carlo_300 is None
    assert found.lowest_site == "octahedral"


@pytest.mark.parametrize(
    ("hop", "expected"), [(OTO, (0.16, 0.36)), (TT, (None, None))], ids=["own", "another"]
)
def test_the_spread_of_the_bottleneck_counts(
    hop: str, expected: tuple[float | None, float | None]
):
    spread = ModelSpread(
        dopant="N", hop=hop, n_models=3, barrier_mean=0.25, barrier_low=0.16, barrier_high=0.36
    )
    found = migration(Way(3, 0.26, [OTO]), Conditions(), spread)
    assert (found.barrier_low, found.barrier_high) == pytest.approx(expected, abs=1e-3)
