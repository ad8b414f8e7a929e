"""Edge cases of the migration of one dopant; test_summary covers whole results."""

import math

import pytest
from migration_example import OTO, TO, TT, made_up_hop, made_up_site

from liponflow.analysis.migration.barrier import WELL
from liponflow.analysis.migration.dopant import Conditions, Way, dopant_migration
from liponflow.analysis.migration.hop_documents import hop_label
from liponflow.analysis.migration.published import published_migration
from liponflow.analysis.migration.result import Migration
from liponflow.analysis.migration.summary import with_energies
from liponflow.analysis.spread import EngineSpread, Observable, engine_spreads
from liponflow.units import BOLTZMANN


def migration(
    way: Way | None, conditions: Conditions, spread: EngineSpread | None = None
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


def test_diffusivities_have_the_requested_temperatures():
    found = migration(Way(3, 0.26, [OTO]), Conditions(temperatures=[400.0, 800.0]))
    assert found.temperatures == [400, 800]
    assert found.diffusivity_300 is not None
    assert found.diffusivity_300 < found.diffusivities[0]


def test_dopant_without_percolating_path_has_no_diffusivity():
    found = migration(None, Conditions())
    assert found.diffusivities == []
    assert found.diffusivity_300 is None
    assert found.lowest_site == "octahedral"


@pytest.mark.parametrize(
    ("hop", "expected"), [(OTO, (0.16, 0.36)), (TT, (None, None))], ids=["own", "another"]
)
def test_barrier_range_is_that_of_the_bottleneck(
    hop: str, expected: tuple[float | None, float | None]
):
    values = {"a": 0.16, "b": 0.23, "c": 0.36}
    subject = hop_label("N", hop)
    observed = {name: [Observable("barrier", subject, "eV", v)] for name, v in values.items()}
    [spread] = engine_spreads(observed, {})
    found = migration(Way(3, 0.26, [OTO]), Conditions(), spread)
    assert (found.barrier_low, found.barrier_high) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("wells", "shift"),
    [
        ({OTO: -0.05}, 0.05),
        ({OTO: -WELL / 2}, 0.0),
        ({TO: -0.05}, 0.0),
        ({TO: -0.24}, 0.10),
        ({OTO: -0.05, TO: -0.24}, 0.10),
    ],
    ids=["below", "too shallow", "below its start only", "below all sites", "deeper of two"],
)
def test_rates_fall_with_the_depth_of_the_deepest_minimum(wells: dict[str, float], shift: float):
    """TO starts 0.14 eV above the lowest site; from a deeper minimum the climb is higher.

    Every rate falls by exp(-shift/kT), independent of the network.
    """
    sites, hops = with_energies(
        [made_up_site("O", "octahedral", 0.0), made_up_site("O", "tetrahedral", 0.14)],
        [made_up_hop("O", OTO, 0.25, 0.0), made_up_hop("O", TO, 0.06, -0.14)],
    )
    assert [hop.start_site for hop in hops] == ["octahedral", "tetrahedral"]
    deeper = [hop.model_copy(update={"lowest_on_the_way": wells.get(hop.hop)}) for hop in hops]
    level, found = (
        dopant_migration(
            "O",
            sites,
            given,
            Way(3, 0.25, [OTO]),
            n_sites=18,
            spreads=[],
            published=None,
            conditions=Conditions(temperatures=[300.0, 600.0]),
        )
        for given in (hops, deeper)
    )
    assert level.percolating_barrier is not None
    assert found.percolating_barrier == pytest.approx(level.percolating_barrier + shift, abs=1e-9)
    cold, hot = (math.exp(-shift / (BOLTZMANN * temperature)) for temperature in (300, 600))
    expected = [level.diffusivities[0] * cold, level.diffusivities[1] * hot]
    assert found.diffusivities == pytest.approx(expected, rel=1e-9)
    assert level.diffusivity_300 is not None
    assert found.diffusivity_300 == pytest.approx(level.diffusivity_300 * cold, rel=1e-9)
