"""Flow graph: every order that it allows gives the documents of jobflow's ``run_locally``."""

import random
from pathlib import Path

import pytest
import runner_jobs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobflow import Flow, Response, run_locally
from runner_checks import memory_store, stored

from liponflow.runners.graph import FlowGraph, State


@pytest.mark.filterwarnings("ignore:Some jobs are not connected", "ignore:cd is deprecated")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the counter is emptied below
)
@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False))
def test_every_allowed_order_gives_the_same_documents(
    counter: Path, seed: int, order: random.Random
) -> None:
    expected, actual = memory_store(), memory_store()
    counter.write_text("")
    run_locally(runner_jobs.random_flow(seed, size=6), store=expected, log=False)
    executed = sorted(counter.read_text().split())

    counter.write_text("")
    graph = FlowGraph(runner_jobs.random_flow(seed, size=6))
    ready = []
    while not graph.exhausted or ready:
        while (node := graph.take()) is not None:
            ready.append(node)
        if not ready:
            break
        node = ready.pop(order.randrange(len(ready)))
        try:
            graph.finish(node, node.job.run(store=actual))
        except (RuntimeError, ValueError):  # raised on purpose, or a reference to a failed job
            graph.fail(node)

    assert stored(actual) == stored(expected)
    assert sorted(counter.read_text().split()) == executed
    assert graph.count(State.PENDING) == 0


def test_children_wait_for_replacement_and_detour_but_not_for_addition() -> None:
    parent, child = runner_jobs.add(1), runner_jobs.add(1)
    child.function_args = (parent.output,)
    graph = FlowGraph(Flow([parent, child]))
    replacement, detour, addition = (Flow([runner_jobs.add(i)]) for i in range(3))
    node = graph.take()
    assert node is not None
    assert graph.take() is None
    graph.finish(node, Response(replace=replacement, detour=detour, addition=addition))

    first, second, third = graph.take(), graph.take(), graph.take()
    assert [n.job for n in (first, second, third)] == [
        f.jobs[0] for f in (replacement, detour, addition)
    ]
    graph.finish(first, Response())
    assert graph.take() is None
    graph.fail(second)  # a failed detour also counts as finished
    assert graph.take().job is child


def test_thousands_of_replacements_do_not_recurse() -> None:
    graph = FlowGraph(Flow([runner_jobs.add(1)]))
    for _ in range(3000):
        graph.finish(graph.take(), Response(replace=Flow([runner_jobs.add(1)])))
    graph.finish(graph.take(), Response())
    assert graph.take() is None
    assert graph.count(State.FINISHED) == 3001


def test_circular_flow_is_refused() -> None:
    one, two = runner_jobs.add(1), runner_jobs.add(2)
    one.function_args, two.function_args = (two.output,), (one.output,)
    with pytest.raises(ValueError, match="cycles"):
        FlowGraph(Flow([one, two]))
