import math

import numpy as np
import pytest
from migration_example import OTO, TO, TT, cell, made_up_hop, made_up_site

from liponflow.analysis.migration.hop_diffusion import (
    jump_network,
    taking_part,
    with_barrier_shifted,
)
from liponflow.analysis.migration.random_walk import diffusivity, occupations
from liponflow.analysis.migration.rates import jump_rate
from liponflow.analysis.migration.result import HopBarrier
from liponflow.analysis.migration.summary import with_energies
from liponflow.units import BOLTZMANN

A = 3.44  # Å
T = 300.0  # K
EXAMPLE = 0.02
"""Relative: the splines of the example give the requested barriers within 0.5 meV."""
ENERGIES = {"tetrahedral": 0.14, "octahedral": 0.0}


@pytest.fixture(scope="module")
def hops() -> dict[str, HopBarrier]:
    made = [made_up_hop("O", TO, 0.06, -0.14), made_up_hop("O", OTO, 0.25, 0.0)]
    sites = [made_up_site("O", label, energy) for label, energy in ENERGIES.items()]
    return {hop.hop: hop for hop in with_energies(sites, made)[1]}


def without_prefactors(hop: HopBarrier) -> HopBarrier:
    return hop.model_copy(update={"attempt_frequency": None, "reverse_attempt_frequency": None})


def test_saddle_energies_are_relative_to_the_lowest_site(hops: dict[str, HopBarrier]):
    assert hops[TO].saddle_energy == pytest.approx(0.14 + 0.06, abs=1e-3)
    assert hops[OTO].saddle_energy == pytest.approx(0.25, abs=1e-3)


def test_long_hop_through_a_minimum_is_replaced_by_shorter_hops(hops: dict[str, HopBarrier]):
    both = list(hops.values())
    assert [hop.hop for hop in taking_part(both, ENERGIES)] == [TO]
    # A long hop with a lower saddle than the shorter ones is a separate path.
    lower = hops[OTO].model_copy(update={"saddle_energy": 0.17})
    assert [hop.hop for hop in taking_part([hops[TO], lower], ENERGIES)] == [TO, OTO]
    # If the intermediate site is not a minimum, only the long hop remains.
    alone = {"octahedral": 0.0}
    assert [hop.hop for hop in taking_part(both, alone)] == [OTO]
    # The same holds if the shorter hop has no barrier.
    unconverged = hops[TO].model_copy(update={"saddle_energy": None})
    assert [hop.hop for hop in taking_part([unconverged, hops[OTO]], ENERGIES)] == [OTO]


def test_single_hop_type_has_the_textbook_diffusivity(hops: dict[str, HopBarrier]):
    network = jump_network(
        [without_prefactors(hops[OTO])],
        {"octahedral": 0.0},
        n_sites=len(cell().sites),
        temperature=T,
        attempt_frequency=8.0,
    )
    assert network is not None
    assert hops[OTO].barrier is not None
    expected = 4 * (A / 2) ** 2 * jump_rate(hops[OTO].barrier, 8.0, T) / 6 * 1e-20
    assert diffusivity(network) == pytest.approx(expected, rel=1e-9)


def test_prefactor_of_a_hop_replaces_the_default(hops: dict[str, HopBarrier]):
    hop = hops[OTO].model_copy(update={"attempt_frequency": 3.0, "reverse_attempt_frequency": 3.0})
    options = {"n_sites": len(cell().sites), "temperature": T, "attempt_frequency": 99.0}
    own = jump_network([hop], ENERGIES, **options)
    assert own is not None
    assert own.rates == pytest.approx(jump_rate(hop.barrier or 0, 3.0, T))


def test_forward_and_reverse_rates_have_their_own_prefactors(hops: dict[str, HopBarrier]):
    forward, reverse = 3.0, 12.0  # THz
    hop = hops[TO].model_copy(
        update={"attempt_frequency": forward, "reverse_attempt_frequency": reverse}
    )
    assert (hop.start_site, hop.end_site) == ("tetrahedral", "octahedral")
    network = jump_network(
        [hop], ENERGIES, n_sites=len(cell().sites), temperature=T, attempt_frequency=99.0
    )
    assert network is not None
    assert network.rates[0::2] == pytest.approx(jump_rate(0.06, forward, T), rel=EXAMPLE)
    assert network.rates[1::2] == pytest.approx(jump_rate(0.20, reverse, T), rel=EXAMPLE)
    # Detailed balance: the ratio of the prefactors raises the occupation of the softer site.
    shares = occupations(network)
    tetrahedral, octahedral = (
        shares[cell().sites.positions_of(label)] for label in ("tetrahedral", "octahedral")
    )
    ratio = reverse / forward * math.exp(-0.14 / (BOLTZMANN * T))
    assert tetrahedral.mean() / octahedral.mean() == pytest.approx(ratio, rel=1e-6)


def test_sites_have_boltzmann_occupations(hops: dict[str, HopBarrier]):
    network = jump_network(
        [without_prefactors(hops[TO])],
        ENERGIES,
        n_sites=len(cell().sites),
        temperature=T,
        attempt_frequency=8.0,
    )
    assert network is not None
    shares = occupations(network)
    tetrahedral, octahedral = (
        shares[cell().sites.positions_of(label)] for label in ("tetrahedral", "octahedral")
    )
    ratio = math.exp(-0.14 / (BOLTZMANN * T))
    assert tetrahedral / octahedral[0] == pytest.approx(np.full(12, ratio), rel=1e-6)


def test_no_usable_hops_give_no_network():
    options = {"n_sites": 18, "temperature": T, "attempt_frequency": 8.0}
    assert jump_network([], ENERGIES, **options) is None
    unknown = made_up_hop("P", TT, 0.1, 0.0)  # its sites have no energy
    assert jump_network([unknown], ENERGIES, **options) is None


def test_barrier_shift_changes_diffusivity_by_boltzmann_factor():
    slower = with_barrier_shifted(1e-12, 0.1, 500.0)
    assert slower == pytest.approx(1e-12 * math.exp(-0.1 / (BOLTZMANN * 500)))
    assert with_barrier_shifted(slower, -0.1, 500.0) == pytest.approx(1e-12)
