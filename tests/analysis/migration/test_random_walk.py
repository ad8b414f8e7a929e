"""Diffusion tensors compared with textbook formulas, their definition and kinetic Monte Carlo."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinetic_monte_carlo import TRANSIENT, Walk, kinetic_monte_carlo

from liponflow.analysis.migration.random_walk import (
    JumpNetwork,
    diffusion_tensor,
    diffusivity,
    occupations,
)
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hops import Hop, distinct_hops
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å
RATE = 1e12  # 1/s
TO = "tetrahedral-octahedral"
TT = "tetrahedral-tetrahedral"
OTO = "octahedral-tetrahedral-octahedral"


@pytest.fixture(scope="module")
def bcc() -> HostSites:
    return interstitial_sites(bcc_lithium(A))


@pytest.fixture(scope="module")
def hops(bcc: HostSites) -> dict[str, Hop]:
    return {hop.label: hop for hop in distinct_hops(bcc)}


def network(
    sites: HostSites, rates: dict[str, tuple[float, float]], hops: dict[str, Hop]
) -> JumpNetwork:
    """Return the jump network of hops with forward and reverse rates (1/s)."""
    start, end, vectors, all_rates = [], [], [], []
    for label, (there, back) in rates.items():
        edges = hops[label].edges
        shift = sites.frac_coords[edges[:, 1]] + edges[:, 2:] - sites.frac_coords[edges[:, 0]]
        away = shift @ sites.host.lattice.matrix
        start += [edges[:, 0], edges[:, 1]]
        end += [edges[:, 1], edges[:, 0]]
        vectors += [away, -away]
        all_rates += [np.full(len(edges), there), np.full(len(edges), back)]
    return JumpNetwork(
        len(sites),
        np.concatenate(start),
        np.concatenate(end),
        np.vstack(vectors),
        np.concatenate(all_rates),
    )


@pytest.mark.parametrize(
    ("label", "jumps", "length"),
    [(TT, 4, A / np.sqrt(8)), (OTO, 4, A / 2)],
    ids=["tetrahedral", "octahedral"],
)
def test_equivalent_sites_of_bcc_have_the_textbook_diffusivity(
    bcc: HostSites, hops: dict[str, Hop], label: str, jumps: int, length: float
):
    """D = z l² rate / 6."""
    walk = network(bcc, {label: (RATE, RATE)}, hops)
    expected = jumps * length**2 * RATE / 6 * 1e-20
    assert diffusion_tensor(walk) == pytest.approx(expected * np.eye(3), rel=1e-9, abs=1e-20)
    assert diffusivity(walk) == pytest.approx(expected)


@pytest.mark.parametrize(("there", "back"), [(1.0, 1.0), (1.0, 30.0), (1e-7, 1.0)])
def test_walk_through_tetrahedral_and_octahedral_sites_in_turn(
    bcc: HostSites, hops: dict[str, Hop], there: float, back: float
):
    """A walk between octahedra: half of the steps through a tetrahedron continue, over a/2."""
    walk = network(bcc, {TO: (there * RATE, back * RATE)}, hops)
    time_per_step = (1 / (2 * there) + 1 / (4 * back)) / RATE
    expected = (A / 2) ** 2 / 2 / (6 * time_per_step) * 1e-20
    assert diffusion_tensor(walk) == pytest.approx(expected * np.eye(3), rel=1e-6, abs=1e-26)


def test_occupations_follow_detailed_balance(bcc: HostSites, hops: dict[str, Hop]):
    walk = network(bcc, {TO: (3e-9 * RATE, RATE), TT: (5.0, 5.0)}, hops)
    shares = occupations(walk)
    assert shares.sum() == pytest.approx(1)
    tetrahedral, octahedral = (shares[bcc.positions_of(k)] for k in ("tetrahedral", "octahedral"))
    assert np.ptp(tetrahedral) == pytest.approx(0, abs=1e-12)
    assert octahedral[0] / tetrahedral[0] == pytest.approx(3e-9, rel=1e-9)


def test_chain_of_alternating_jumps_is_limited_by_the_slow_jump():
    """One dimension, alternating rates k1 and k2: D = (l1 + l2)² k1 k2 / (2 (k1 + k2))."""
    k1, k2, l1, l2 = 3e11, 2e9, 1.2, 2.1
    x = np.array([l1, -l1, l2, -l2])
    walk = JumpNetwork(
        2,
        np.array([0, 1, 1, 0]),
        np.array([1, 0, 0, 1]),
        np.column_stack([x, 0 * x, 0 * x]),
        np.array([k1, k1, k2, k2]),
    )
    expected = (l1 + l2) ** 2 * k1 * k2 / (2 * (k1 + k2)) * 1e-20
    tensor = diffusion_tensor(walk)
    assert tensor[0, 0] == pytest.approx(expected, rel=1e-9)
    assert tensor[1:, 1:] == pytest.approx(0)


def test_isolated_cage_has_zero_diffusivity():
    x = np.array([1.0, -1.0])
    cage = JumpNetwork(
        2, np.array([0, 1]), np.array([1, 0]), np.column_stack([x, x, x]), np.full(2, RATE)
    )
    assert diffusion_tensor(cage) == pytest.approx(np.zeros((3, 3)), abs=1e-25)


def test_escape_rate_limits_diffusion_between_cages():
    """Pairs of sites along x, fast within and slow between: a random walk between pairs."""
    fast, slow = 1e13, 1e3
    jumps = [(0, 1, 1.0, fast), (1, 0, -1.0, fast), (1, 0, 2.0, slow), (0, 1, -2.0, slow)]
    start, end, x, rates = (np.array(column) for column in zip(*jumps, strict=True))
    walk = JumpNetwork(2, start, end, np.column_stack([x, 0 * x, 0 * x]), rates)
    # The walker spends half of its time at the site from which each escape starts.
    assert diffusion_tensor(walk)[0, 0] == pytest.approx(slow / 2 * 3.0**2 * 1e-20, rel=1e-6)


def test_tensor_rotates_with_the_crystal(bcc: HostSites, hops: dict[str, Hop]):
    walk = network(bcc, {"tetrahedral-octahedral-tetrahedral": (RATE, RATE)}, hops)
    q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    turned = JumpNetwork(walk.n_sites, walk.start, walk.end, walk.vectors @ q.T, walk.rates)
    expected = q @ diffusion_tensor(walk) @ q.T
    assert diffusion_tensor(turned) == pytest.approx(expected, abs=1e-20)


WALKERS, JUMPS = 2000, 200
ERRORS = 3.5
"""Standard errors; a correct walk deviates more once in 2000 seeds."""
SAMPLED = 0.12
"""Relative, for a standard deviation from 2000 walkers: three times its error of 4 %."""
NETWORKS = {
    "tetrahedral": {TT: (RATE, RATE)},
    "octahedral": {OTO: (RATE, RATE)},
    # The sites are inequivalent, so successive jumps are correlated.
    "mixed": {TO: (RATE, 8 * RATE), TT: (RATE / 50, RATE / 50)},
}


@pytest.fixture(scope="module", params=NETWORKS)
def walked(
    request: pytest.FixtureRequest, bcc: HostSites, hops: dict[str, Hop]
) -> tuple[JumpNetwork, Walk]:
    jumps = network(bcc, NETWORKS[request.param], hops)
    return jumps, kinetic_monte_carlo(jumps, walkers=WALKERS, jumps_per_walker=JUMPS, seed=3)


def test_kinetic_monte_carlo_agrees_with_the_exact_diffusivity(walked: tuple[JumpNetwork, Walk]):
    jumps, found = walked
    exact = diffusivity(jumps)
    assert found.error < 0.05 * exact
    assert found.diffusivity == pytest.approx(exact, abs=ERRORS * found.error)


def test_mean_square_displacements_of_walkers_follow_the_diffusivity(
    walked: tuple[JumpNetwork, Walk],
):
    jumps, found = walked
    exact = 6 * diffusivity(jumps) * found.times * 1e20
    late = found.times > TRANSIENT * found.times[-1]
    # The transient of inequivalent sites adds a constant smaller than one squared jump length.
    allowed = ERRORS * found.mean_square_errors + A**2 / 4
    assert (np.abs(found.mean_squares - exact)[late] < allowed[late]).all()


def test_number_of_jumps_follows_from_occupations_and_rates(walked: tuple[JumpNetwork, Walk]):
    jumps, found = walked
    expected = WALKERS * found.times[-1] * (occupations(jumps)[jumps.start] @ jumps.rates)
    assert expected == pytest.approx(WALKERS * JUMPS)
    assert found.jumps == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_error_bars_of_walkers_are_those_of_brownian_motion(walked: tuple[JumpNetwork, Walk]):
    """After many jumps in three dimensions, cov(r²(s), r²(t)) = 24 D² min(s, t)²."""
    jumps, found = walked
    covariance = 24 * diffusivity(jumps) ** 2 * np.minimum.outer(found.times, found.times) ** 2
    last = np.sqrt(covariance[-1, -1] / WALKERS) * 1e20  # Å²
    assert found.mean_square_errors[-1] == pytest.approx(last, rel=SAMPLED)
    late = found.times > TRANSIENT * found.times[-1]
    away = found.times[late] - found.times[late].mean()
    weights = away / (away @ away) / 6
    variance = weights @ covariance[np.ix_(late, late)] @ weights
    assert found.error == pytest.approx(np.sqrt(variance / WALKERS), rel=SAMPLED)


def test_walkers_on_layered_network_stay_in_the_layer():
    x, y = np.array([2.0, 0, 0]), np.array([0, 3.0, 0])
    plane = JumpNetwork(
        1, np.zeros(4, int), np.zeros(4, int), np.array([x, -x, y, -y]), np.ones(4)
    )
    found = kinetic_monte_carlo(plane, walkers=WALKERS, jumps_per_walker=JUMPS, seed=1)
    tensor = diffusion_tensor(plane)
    assert tensor[2] == pytest.approx(0)
    assert found.diffusivity == pytest.approx(np.trace(tensor) / 3, abs=ERRORS * found.error)


RATES = st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=4)


@settings(deadline=None, max_examples=30)
@given(rates=RATES, energies=st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_tensor_is_the_long_time_limit_of_the_master_equation(
    rates: list[float], energies: list[float]
):
    """Fourier component k decays as exp(-k D k t): the slowest eigenvalue of the rate matrix."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(4, 3))
    pairs = [(0, 1), (1, 2), (2, 0), (0, 1)]
    jumps = []
    for (i, j), vector, rate in zip(pairs, vectors, rates, strict=True):
        jumps += [(i, j, vector, rate * np.exp(energies[i]))]
        jumps += [(j, i, -vector, rate * np.exp(energies[j]))]
    start, end, away, k = zip(*jumps, strict=True)
    walk = JumpNetwork(3, np.array(start), np.array(end), np.array(away), np.array(k))
    tensor = diffusion_tensor(walk) * 1e20
    for direction in np.eye(3):
        small = 2e-4
        wave = small * direction
        matrix = np.zeros((3, 3), dtype=complex)
        for i, j, vector, rate in zip(start, end, away, k, strict=True):
            matrix[j, i] += rate * np.exp(1j * wave @ vector)
            matrix[i, i] -= rate
        slowest = -np.linalg.eigvals(matrix).real.max()
        assert direction @ tensor @ direction == pytest.approx(
            slowest / small**2, rel=1e-3, abs=1e-6 * max(k)
        )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rates": np.array([1.0, 0.0])}, "finite and above 0"),
        ({"rates": np.array([1.0])}, "1 rates, but start"),
        ({"end": np.array([0, 5])}, "a site outside 0 to 1"),
        ({"start": np.zeros(0, int), "end": np.zeros(0, int)}, "but start, end"),
    ],
)
def test_invalid_network_is_refused(fields: dict[str, np.ndarray], message: str):
    good = {
        "n_sites": 2,
        "start": np.array([0, 1]),
        "end": np.array([1, 0]),
        "vectors": np.ones((2, 3)),
        "rates": np.ones(2),
    }
    with pytest.raises(ValueError, match=message):
        JumpNetwork(**(good | fields))


def test_network_without_jumps_is_refused():
    none = np.zeros(0, dtype=int)
    with pytest.raises(ValueError, match="without jumps"):
        JumpNetwork(1, none, none, np.zeros((0, 3)), np.zeros(0))


def test_jump_without_its_reverse_is_refused():
    one_way = JumpNetwork(2, np.array([0]), np.array([1]), np.ones((1, 3)), np.ones(1))
    with pytest.raises(ValueError, match="both directions of every hop"):
        diffusion_tensor(one_way)
