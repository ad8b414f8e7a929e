import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liponflow.analysis.stability.mixtures import NoMixtureError, cheapest, cheapest_between, kinks

TOLERANCE = 1e-6  # the solver's 1e-7 with a margin


def random_phases(seed: int, rows: int = 3, count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    columns = np.column_stack([np.eye(rows), chance.dirichlet(np.ones(rows), count).T])
    costs = np.concatenate([np.zeros(rows), -chance.uniform(0, 2, count)])
    return columns, costs


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_cheapest_mixture_is_feasible_and_optimal(seed: int) -> None:
    columns, costs = random_phases(seed)
    target = np.random.default_rng(seed + 1).dirichlet(np.ones(3))
    found = cheapest(columns, costs, target)
    assert columns @ found.weights == pytest.approx(target, abs=TOLERANCE)
    # Duality: no phase lies below the plane of the dual prices, and the target lies on it.
    assert (costs - found.prices @ columns).min() > -TOLERANCE
    assert found.prices @ target == pytest.approx(found.cost, abs=TOLERANCE)
    assert len(found.present) <= 3


def test_composition_outside_the_phases_is_refused() -> None:
    columns = np.array([[1.0, 0.5], [0.0, 0.5]])
    with pytest.raises(NoMixtureError, match="no mixture"):
        cheapest(columns, np.zeros(2), np.array([0.2, 0.8]))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_lowest_cost_between_two_ends_agrees_with_a_scan(seed: int) -> None:
    columns, costs = random_phases(seed)
    first, second = np.random.default_rng(seed + 2).dirichlet(np.ones(3), 2)
    end_costs = (0.1, -0.2)
    _, found = cheapest_between(columns, costs, (first, second), end_costs)
    scan = [
        cheapest(columns, costs, (1 - t) * first + t * second).cost
        - ((1 - t) * end_costs[0] + t * end_costs[1])
        for t in np.linspace(0, 1, 41)
    ]
    assert found.cost <= min(scan) + TOLERANCE
    assert found.cost == pytest.approx(min(scan), abs=0.1)  # the grid misses the minimum


@given(
    slopes=st.lists(st.floats(-5, 5), min_size=1, max_size=7, unique=True),
    places=st.lists(st.floats(-0.99, 0.99), min_size=6, max_size=6, unique=True),
    side=st.sampled_from(["left", "right"]),
)
@settings(max_examples=200, deadline=None)
def test_every_kink_is_found(slopes: list[float], places: list[float], side: str) -> None:
    slopes, places = sorted(slopes), sorted(places)[: len(slopes) - 1]
    # Kinks closer than the tolerance count as one; they are excluded here.
    if np.diff(slopes).size and np.diff(slopes).min() < 1e-3:
        return
    if np.diff(places).size and np.diff(places).min() < 1e-3:
        return

    def evaluate(x: float) -> tuple[float, float]:
        value = slopes[0] * x
        for place, low, high in zip(places, slopes, slopes[1:], strict=False):
            value += (high - low) * max(0.0, x - place)
        index = np.searchsorted(places, x, side=side)
        return value, slopes[int(index)]

    assert kinks(evaluate, -1.0, 1.0) == pytest.approx(places, abs=1e-5)


def test_degenerate_slopes_at_the_ends_add_no_kinks() -> None:
    """Dual prices of a linear programme at an end may belong to no segment."""

    def evaluate(x: float) -> tuple[float, float]:
        if x in {-1.0, 1.0}:
            return 1.0, 50.0 * x
        return abs(x), float(np.sign(x))

    assert kinks(evaluate, -1.0, 1.0) == pytest.approx([0.0])
