import math

import numpy as np
import pytest
from migration_example import OTO, TO, TT, cell, made_up_hop, made_up_site

from liponflow.analysis.migration.hop_diffusion import (
    jump_network,
    taking_part,
    with_barrier_shifted,
)
from liponflow.analysis.migration.hop_documents import HopBarrier
from liponflow.analysis.migration.random_walk import JumpNetwork, diffusivity, occupations
from liponflow.analysis.migration.rates import jump_rate
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


def between(start: str, end: str, jump: tuple[int, int, float], **prefactors: float) -> HopBarrier:
    """Return a hop along x between two sites of a chain, over a saddle of 0.3 eV."""
    i, j, x = jump
    made = made_up_hop("O", OTO, 0.25, 0.0)
    update = {"start_site": start, "end_site": end, "via": [], "saddle_energy": 0.3}
    computed = {"attempt_frequency": None, "reverse_attempt_frequency": None, **prefactors}
    return made.model_copy(update={**update, **computed, "jumps": [(i, j, x, 0.0, 0.0)]})


def chain(*hops: HopBarrier, energies: dict[str, float], n_sites: int) -> JumpNetwork:
    made = jump_network(hops, energies, n_sites=n_sites, temperature=T, attempt_frequency=8.0)
    assert made is not None
    return made


def net_flows(network: JumpNetwork) -> np.ndarray:
    """Return the net flow through each hop at equilibrium, relative to the flow one way."""
    flows = occupations(network)[network.start] * network.rates
    return flows[0::2] / flows[1::2] - 1


def test_ratio_of_prefactors_belongs_to_the_sites_not_to_the_hop():
    """One of two hops between the same sites has prefactors of its own: no flow at equilibrium."""
    energies = {"A": 0.0, "B": 0.1}
    own = between("A", "B", (0, 1, 1.0), attempt_frequency=10.0, reverse_attempt_frequency=2.0)
    for other in (between("A", "B", (0, 1, -1.0)), between("B", "A", (1, 0, 1.0))):
        network = chain(own, other, energies=energies, n_sites=2)
        assert net_flows(network) == pytest.approx([0, 0], abs=1e-12)
        shares = occupations(network)
        assert shares[1] / shares[0] == pytest.approx(5 * math.exp(-0.1 / (BOLTZMANN * T)))
        # The computed prefactors are kept, and the default is the mean of both directions.
        assert network.rates[0] == pytest.approx(jump_rate(0.3, 10.0, T))
        assert network.rates[1] == pytest.approx(jump_rate(0.2, 2.0, T))
        mean = math.sqrt(network.rates[2] * network.rates[3])
        assert mean == pytest.approx(jump_rate(0.25, 8.0, T))


def test_cycle_of_hops_whose_prefactors_disagree_is_in_detailed_balance():
    """A to B to C and back to A, of which the computed ratios multiply to 1.5 instead of 1."""
    energies = {"A": 0.0, "B": 0.1, "C": 0.05}
    legs = [("A", "B", (0, 1, 1.0)), ("B", "C", (1, 2, 1.0)), ("C", "A", (2, 0, 1.0))]
    forward = (10.0, 6.0, 4.0)
    computed = [
        between(*leg, attempt_frequency=f, reverse_attempt_frequency=r)
        for leg, f, r in zip(legs, forward, (5.0, 8.0, 4.0), strict=True)
    ]
    network = chain(*computed, energies=energies, n_sites=3)
    assert net_flows(network) == pytest.approx(np.zeros(3), abs=1e-12)
    # A hop between sites of one kind has one rate both ways.
    same = between("A", "A", (0, 0, 3.0), attempt_frequency=9.0, reverse_attempt_frequency=4.0)
    network = chain(same, *computed, energies=energies, n_sites=3)
    assert network.rates[:2] == pytest.approx(jump_rate(0.3, 6.0, T))


def test_hop_with_one_prefactor_keeps_it():
    energies = {"A": 0.0, "B": 0.1}
    both = between("A", "B", (0, 1, 1.0), attempt_frequency=10.0, reverse_attempt_frequency=2.0)
    for one in ("attempt_frequency", "reverse_attempt_frequency"):
        network = chain(
            both, between("A", "B", (0, 1, -1.0), **{one: 6.0}), energies=energies, n_sites=2
        )
        kept = {"attempt_frequency": (2, 0.3), "reverse_attempt_frequency": (3, 0.2)}[one]
        assert network.rates[kept[0]] == pytest.approx(jump_rate(kept[1], 6.0, T))
        assert net_flows(network) == pytest.approx([0, 0], abs=1e-12)


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


def test_lower_sites_without_hops_hold_the_dopant_by_their_boltzmann_factor():
    """Two sites of kind A in a chain; one of B, 0.2 eV lower, from which no hop is known."""
    energies = {"A": 0.2, "B": 0.0}
    hops = [between("A", "A", (0, 1, 1.0)), between("A", "A", (1, 0, 1.0))]
    options = {"n_sites": 3, "temperature": T, "attempt_frequency": 8.0}
    free = jump_network(hops, energies, **options)
    held = jump_network(hops, energies, **options, positions={"A": [0, 1], "B": [2]})
    assert free is not None
    assert held is not None
    factor = math.exp(-0.2 / (BOLTZMANN * T))
    share = 2 * factor / (1 + 2 * factor)
    assert occupations(held) == pytest.approx([share / 2, share / 2, 1 - share])
    assert occupations(free) == pytest.approx([0.5, 0.5, 0])
    assert diffusivity(held) == pytest.approx(share * diffusivity(free))


def test_known_equilibrium_changes_nothing_in_a_network_of_one_part(hops: dict[str, HopBarrier]):
    positions = {kind: cell().sites.positions_of(kind).tolist() for kind in ENERGIES}
    options = {"n_sites": len(cell().sites), "temperature": T, "attempt_frequency": 8.0}
    with_own = hops[TO].model_copy(
        update={"attempt_frequency": 3.0, "reverse_attempt_frequency": 12.0}
    )
    for hop in (without_prefactors(hops[TO]), with_own):
        plain = jump_network([hop], ENERGIES, **options)
        known = jump_network([hop], ENERGIES, **options, positions=positions)
        assert plain is not None
        assert known is not None
        assert occupations(known) == pytest.approx(occupations(plain), rel=1e-9)
        assert known.equilibrium / known.equilibrium.sum() == pytest.approx(
            occupations(plain), rel=1e-9
        )


def test_no_usable_hops_give_no_network():
    options = {"n_sites": 18, "temperature": T, "attempt_frequency": 8.0}
    assert jump_network([], ENERGIES, **options) is None
    unknown = made_up_hop("P", TT, 0.1, 0.0)  # its sites have no energy
    assert jump_network([unknown], ENERGIES, **options) is None


def test_barrier_shift_changes_diffusivity_by_boltzmann_factor():
    slower = with_barrier_shifted(1e-12, 0.1, 500.0)
    assert slower == pytest.approx(1e-12 * math.exp(-0.1 / (BOLTZMANN * 500)))
    assert with_barrier_shifted(slower, -0.1, 500.0) == pytest.approx(1e-12)
