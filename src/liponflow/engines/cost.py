"""Cost of an engine's calculations: the contract between engines and the estimate."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobflow import JobStore

from liponflow.engines.planned import PlannedCalculation


@dataclass(frozen=True)
class Timing:
    """Cost of one finished calculation."""

    atoms: int
    kpoints: int
    """Irreducible k-points; 1 for a potential."""
    ionic_steps: int
    core_seconds: float
    """Elapsed time multiplied by the number of cores (s)."""
    relaxation: bool
    """Whether it is a relaxation, which shows how many steps one takes to converge."""


@dataclass(frozen=True)
class CostModel:
    """Scaling of an engine's cost, and a rule for calculations without timings.

    Attributes
    ----------
    exponent
        Power of the number of atoms in the cost of an ionic step, which is linear in the number of
        k-points.
    rule
        Core-seconds of one structure and ionic step of a calculation, without timings.
    rule_basis
        Basis of the rule, for the user.
    timings
        Function that returns the timings of this engine in a store.
    knows_kpoints
        Whether the timings know their k-points; otherwise those of the plan are not scaled by.
    """

    exponent: float
    rule: Callable[[PlannedCalculation], float]
    rule_basis: str
    timings: Callable[[JobStore], list[Timing]]
    knows_kpoints: bool = True


def stored_outputs(
    store: JobStore, criteria: dict[str, Any], fields: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield job outputs in a store.

    Parameters
    ----------
    store
        Open store.
    criteria
        MongoDB query on job documents.
    fields
        Fields to load, as ``output.nsites``.

    Yields
    ------
    dict
        The ``output`` of each document, with these fields.
    """
    for document in store.query(criteria, properties=list(fields)):
        yield document["output"]
