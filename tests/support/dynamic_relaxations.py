"""A flow whose relaxations are added by a job, which reads an earlier one."""

from collections.abc import Callable
from typing import Any

from jobflow import Flow, Maker, Response, job
from pymatgen.core import Lattice, Structure

from liponflow.engines.engine import EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.workflows.jobs import named

ENGINE = "ase.calculators.emt:EMT"
FORCE_LIMIT = 0.02
FINGERPRINT = "copper"


def copper(shift: float) -> Structure:
    """Return fcc Cu with one atom off its site (Å)."""
    sites = [[0, 0, shift / 3.6], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Structure(Lattice.cubic(3.6), ["Cu"] * 4, sites)


def lithium(shift: float) -> Structure:
    """Return bcc Li with one atom off its site (Å)."""
    return Structure(Lattice.cubic(3.44), ["Li"] * 2, [[0, 0, shift / 3.44], [0.5, 0.5, 0.5]])


@job
def add(
    first: Any,  # noqa: ARG001
    relax: Maker,
    structures: list[Structure],
    *,
    record: dict[str, Any],  # noqa: ARG001
) -> Response[Any]:
    """Relax structures that do not depend on the relaxation before them."""
    jobs = [
        named(relax.make(structure), f"relax {number}")
        for number, structure in enumerate(structures)
    ]
    steps = count([made.output.output.n_steps for made in jobs])
    return Response(replace=Flow([*jobs, steps], output=steps.output))


@job
def count(steps: list[int]) -> dict[str, Any]:
    """Return the steps of the relaxations."""
    return {"steps": steps}


def flow(
    max_steps: int,
    engine: str = ENGINE,
    make: Callable[[float], Structure] = copper,
    **arguments: Any,
) -> Flow:
    """Relax a start, then a structure that is almost at rest and one that is not."""
    found = get_engine(engine, EngineOptions(FORCE_LIMIT, max_steps, arguments=arguments))
    relax = found.relax(cell=False)
    first = named(relax.make(make(0.3)), "relax first")
    record = {"input_fingerprint": FINGERPRINT, "parameters": {"max_steps": max_steps}}
    added = add(first.output, found.relax(cell=False), [make(0.001), make(0.25)], record=record)
    return Flow([first, added], output=added.output)
