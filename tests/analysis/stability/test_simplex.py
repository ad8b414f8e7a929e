from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from liponflow.analysis.stability.simplex import (
    InfeasibleError,
    UnboundedError,
    Vertex,
    minimise,
)

EXACT = 1e-12

Programme = tuple[np.ndarray, np.ndarray, np.ndarray]


@st.composite
def phases(draw: Any) -> Programme:
    """Draw columns of small integers, so that zeros, duplicates and ties are frequent."""
    rows = draw(st.integers(1, 6))
    counts = st.lists(st.integers(0, 3), min_size=rows, max_size=rows)
    compounds = draw(st.lists(counts, min_size=1, max_size=25))
    columns = np.array(compounds, dtype=float).T
    if draw(st.booleans()):  # otherwise some targets are out of reach
        columns = np.column_stack([np.eye(rows), columns])
    columns = columns[:, columns.sum(axis=0) > 0]
    if not columns.size:
        columns = np.eye(rows)
    columns = np.column_stack([columns, columns[:, : draw(st.integers(0, 3))]])
    columns /= columns.sum(axis=0)
    count = columns.shape[1]
    most = draw(st.sampled_from([1, 3, 500]))  # few different costs make ties
    energies = st.lists(st.integers(-most, 0), min_size=count, max_size=count)
    costs = np.array(draw(energies)) / 64.0
    if draw(st.booleans()):
        target = np.array(draw(counts), dtype=float)
    else:  # few phases make a degenerate vertex
        places = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3))
        target = columns[:, places].sum(axis=1)
    target /= max(target.sum(), 1.0)
    if draw(st.booleans()):  # a row that follows from the others
        columns, target = np.vstack([columns, columns[-1]]), np.append(target, target[-1])
    return columns, costs, target


def assert_optimal(found: Vertex, columns: Any, costs: Any, target: Any) -> None:
    assert found.weights.min() >= 0
    assert columns @ found.weights == pytest.approx(target, abs=EXACT)
    assert found.cost == pytest.approx(costs @ found.weights, rel=EXACT, abs=EXACT)
    # The prices prove it: no column is cheaper than they say, and they pay the whole target.
    assert (costs - found.prices @ columns).min() > -1e-10
    assert found.prices @ target == pytest.approx(found.cost, abs=1e-11)
    assert np.count_nonzero(found.weights) <= len(target)


@given(phases())
@settings(max_examples=150, deadline=None)
def test_degenerate_programmes_have_the_solution_of_scipy(programme: Programme) -> None:
    columns, costs, target = programme
    theirs = linprog(costs, A_eq=columns, b_eq=target, method="highs-ds")
    if not theirs.success:
        with pytest.raises(InfeasibleError):
            minimise(columns, costs, target)
        return
    found = minimise(columns, costs, target)
    assert_optimal(found, columns, costs, target)
    assert found.cost == pytest.approx(theirs.fun, rel=EXACT, abs=EXACT)


@given(phases(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_start_does_not_change_the_solution(programme: Programme, chance: Any) -> None:
    columns, costs, target = programme
    try:
        cold = minimise(columns, costs, target)
    except InfeasibleError:
        return
    shuffled = np.array(chance.sample(costs.tolist(), costs.size))
    other_costs = minimise(columns, shuffled, target, cold.basis)
    assert_optimal(other_costs, columns, shuffled, target)
    back = minimise(columns, costs, target, other_costs.basis)
    assert back.cost == pytest.approx(cold.cost, rel=EXACT, abs=EXACT)
    # The target of another basis may have negative weights in this one.
    moved = columns @ np.array([chance.random() for _ in costs])
    assert_optimal(minimise(columns, costs, moved, cold.basis), columns, costs, moved)


def test_cycling_example_ends() -> None:
    """E. M. L. Beale, Naval Res. Logist. Quart. 2, 269 (1955): Dantzig's rule alone cycles."""
    columns = np.array(
        [
            [1, 0, 0, 1 / 4, -60, -1 / 25, 9],
            [0, 1, 0, 1 / 2, -90, -1 / 50, 3],
            [0, 0, 1, 0, 0, 1, 0],
        ]
    )
    costs = np.array([0, 0, 0, -3 / 4, 150, -1 / 50, 6])
    found = minimise(columns, costs, np.array([0.0, 0.0, 1.0]))
    assert found.cost == pytest.approx(-1 / 20, abs=EXACT)


def test_negative_targets_and_entries_are_allowed() -> None:
    columns, costs = np.array([[1.0, -1.0, 2.0], [0.0, 1.0, -3.0]]), np.array([1.0, 1.0, 1.0])
    target = np.array([1.0, -2.0])
    assert_optimal(minimise(columns, costs, target), columns, costs, target)


def test_cost_without_minimum_is_refused() -> None:
    with pytest.raises(UnboundedError, match="no minimum"):
        minimise(np.array([[1.0, -1.0]]), np.array([-1.0, 0.0]), np.array([1.0]))
