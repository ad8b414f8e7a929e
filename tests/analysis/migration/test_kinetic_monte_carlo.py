"""Walkers against the exact diffusivity, within their own error bars."""

import numpy as np
import pytest

from liponflow.analysis.migration.kinetic_monte_carlo import TRANSIENT, Walk, kinetic_monte_carlo
from liponflow.analysis.migration.random_walk import JumpNetwork, diffusion_tensor, diffusivity
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.hops import distinct_hops
from liponflow.structures.migration.interstitials import interstitial_sites

A = 3.44  # Å
SAMPLED = 0.12
"""Relative, of a standard deviation from 2000 walkers: three times its own error of 4 %."""
ERRORS = 3.5  # standard errors that a correct walk may be off, once in 2000 seeds


def bcc(rates: dict[str, tuple[float, float]]) -> JumpNetwork:
    sites = interstitial_sites(bcc_lithium(A))
    jumps = []
    for hop in distinct_hops(sites):
        there, back = rates.get(hop.label, (0.0, 0.0))
        for i, j, *cell in hop.edges.tolist() if there else []:
            away = (sites.frac_coords[j] + cell - sites.frac_coords[i]) * A
            jumps += [(i, j, away, there), (j, i, -away, back)]
    start, end, vectors, k = (np.array(column) for column in zip(*jumps, strict=True))
    return JumpNetwork(len(sites), start, end, vectors, k)


NETWORKS = {
    "tetrahedral": {"tetrahedral-tetrahedral": (1e12, 1e12)},
    "octahedral": {"octahedral-tetrahedral-octahedral": (1e12, 1e12)},
    # Back and forth: the sites differ, and jumps are correlated.
    "mixed": {
        "tetrahedral-octahedral": (1e12, 8e12),
        "tetrahedral-tetrahedral": (2e10, 2e10),
    },
}


@pytest.fixture(scope="module", params=NETWORKS)
def walk(request: pytest.FixtureRequest) -> tuple[JumpNetwork, Walk]:
    network = bcc(NETWORKS[request.param])
    return network, kinetic_monte_carlo(network, seed=3)


def test_the_diffusivity_is_the_exact_one(walk: tuple[JumpNetwork, Walk]):
    network, found = walk
    exact = diffusivity(network)
    assert found.error < 0.05 * exact
    assert found.diffusivity == pytest.approx(exact, abs=ERRORS * found.error)


def test_displacements_grow_as_the_time(walk: tuple[JumpNetwork, Walk]):
    network, found = walk
    exact = 6 * diffusivity(network) * found.times * 1e20
    late = found.times > found.times[-1] / 4
    # What inequivalent sites add at first stays a constant below one jump squared.
    allowed = ERRORS * found.mean_square_errors + A**2 / 4
    assert (np.abs(found.mean_squares - exact)[late] < allowed[late]).all()


def test_the_number_of_jumps_is_that_of_the_exit_rates(walk: tuple[JumpNetwork, Walk]):
    _, found = walk
    expected = 2000 * 200
    assert found.jumps == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_error_bars_are_those_of_brownian_motion(walk: tuple[JumpNetwork, Walk]):
    """In three dimensions cov(r²(s), r²(t)) = 24 D² min(s, t)² after many jumps."""
    network, found = walk
    exact, walkers = diffusivity(network), 2000
    covariance = 24 * exact**2 * np.minimum.outer(found.times, found.times) ** 2
    last = np.sqrt(covariance[-1, -1] / walkers) * 1e20  # Å²
    assert found.mean_square_errors[-1] == pytest.approx(last, rel=SAMPLED)
    late = found.times > TRANSIENT * found.times[-1]
    away = found.times[late] - found.times[late].mean()
    weights = away / (away @ away) / 6
    variance = weights @ covariance[np.ix_(late, late)] @ weights
    assert found.error == pytest.approx(np.sqrt(variance / walkers), rel=SAMPLED)


def test_error_bars_are_as_wide_as_repeated_walks_scatter():
    network = bcc(NETWORKS["tetrahedral"])
    walks = [
        kinetic_monte_carlo(network, walkers=200, jumps_per_walker=50, seed=seed)
        for seed in range(40)
    ]
    scatter = np.std([found.diffusivity for found in walks], ddof=1)
    assert np.mean([found.error for found in walks]) == pytest.approx(scatter, rel=0.4)


def test_a_seed_repeats_a_walk():
    network = bcc(NETWORKS["tetrahedral"])
    one, same, other = (
        kinetic_monte_carlo(network, walkers=10, jumps_per_walker=20, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.diffusivity == same.diffusivity != other.diffusivity


def test_a_layered_network_stays_in_its_layer():
    x, y = np.array([2.0, 0, 0]), np.array([0, 3.0, 0])
    plane = JumpNetwork(
        1, np.zeros(4, int), np.zeros(4, int), np.array([x, -x, y, -y]), np.ones(4)
    )
    found = kinetic_monte_carlo(plane, seed=1)
    tensor = diffusion_tensor(plane)
    assert tensor[2] == pytest.approx(0)
    assert found.diffusivity == pytest.approx(np.trace(tensor) / 3, abs=ERRORS * found.error)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"walkers": 1}, "1 walkers and 20 points"),
        ({"points": 3}, "3 points"),
        ({"walkers": 10**6, "jumps_per_walker": 100}, "give fewer"),
    ],
)
def test_walks_that_tell_nothing_or_never_end_are_refused(options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        kinetic_monte_carlo(bcc(NETWORKS["tetrahedral"]), **options)
