"""The time that is left of a run: honest, and close once something is known."""

from dataclasses import dataclass

import pytest
from jobflow import Maker, job
from pymatgen.core import Lattice, Structure

from liponflow.runners.forecast import PRIOR, Forecast
from liponflow.runners.graph import Node, State


@dataclass
class Relaxation(Maker):
    name: str = "relax"

    @job
    def make(self, structure: Structure) -> None:
        """Relax."""


@job
def add(maker_of: Maker) -> None:
    """Add calculations."""


@job
def glue() -> None:
    """Compute nothing."""


def relax(atoms: int) -> Node:
    cell = Structure(Lattice.cubic(4), ["Cu"] * atoms, [[0, 0, i / atoms] for i in range(atoms)])
    return Node(Relaxation().make(cell))


def finish(forecast: Forecast, node: Node, now: list[float], seconds: float) -> None:
    forecast.started(node)
    now[0] += seconds
    forecast.finished(node)
    node.state = State.FINISHED


def test_nothing_is_said_before_a_calculation_has_finished() -> None:
    now = [0.0]
    first, second = relax(4), relax(4)
    forecast = Forecast({first.job.uuid: 10.0, second.job.uuid: 10.0}, 1, lambda: now[0])
    assert forecast.left([first, second]) is None
    finish(forecast, first, now, 20.0)
    assert forecast.left([first, second]) == 20.0


def test_jobs_of_the_same_kind_and_scaled_estimates_are_taken() -> None:
    now = [0.0]
    first, same, larger, last = relax(4), relax(4), relax(8), Node(glue())
    forecast = Forecast({first.job.uuid: 600.0, larger.job.uuid: 1800.0}, 2, lambda: now[0])
    nodes = [first, same, larger, last]
    took = 2 * 600.0 + PRIOR
    finish(forecast, first, now, took)
    assert forecast.left(nodes) == pytest.approx(3600.0)  # the longest: twice its estimate
    forecast.started(larger)
    now[0] += 3000.0
    assert forecast.left(nodes) == pytest.approx(took)  # that of the other of its kind
    now[0] += 6000.0
    assert forecast.left([larger]) == 0.0


def test_a_short_job_that_loads_the_engine_hardly_scales_the_others() -> None:
    now = [0.0]
    first, larger = relax(2), relax(8)
    forecast = Forecast({first.job.uuid: 0.5, larger.job.uuid: 1650.0}, 1, lambda: now[0])
    finish(forecast, first, now, 4.0)
    assert forecast.left([first, larger]) == pytest.approx(1650.0, rel=0.1)


def test_added_calculations_that_finished_scale_the_others() -> None:
    now = [0.0]
    host, added = Node(glue()), [relax(8), relax(9)]
    for node in added:
        node.host = host
    forecast = Forecast({host.job.uuid: 12000.0}, 1, lambda: now[0])
    host.state = State.FINISHED
    finish(forecast, added[0], now, 600.0)
    assert forecast.left([host, *added]) == pytest.approx(600.0, rel=0.1)


def test_calculations_of_unknown_cost_are_not_guessed() -> None:
    now = [0.0]
    first, other, adds = relax(4), relax(8), Node(add(Relaxation()))
    forecast = Forecast({}, 1, lambda: now[0])
    finish(forecast, first, now, 20.0)
    assert forecast.left([first, other]) is None
    assert forecast.left([first, adds]) is None
    assert forecast.left([first, Node(glue())]) == 0.0


@pytest.mark.parametrize("settled", [False, True])
def test_added_calculations_share_the_estimate_of_their_host(*, settled: bool) -> None:
    now = [0.0]
    first, host = relax(4), Node(glue())
    forecast = Forecast({first.job.uuid: 10.0, host.job.uuid: 60.0}, 1, lambda: now[0])
    finish(forecast, first, now, 10.0)
    added = [relax(8), relax(8)]
    for node in added:
        node.host = host
    nodes = [first, host, *added] if settled else [first, host]
    if settled:
        host.state = State.FINISHED
    assert forecast.left(nodes) == pytest.approx(60.0)
