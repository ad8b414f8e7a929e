"""Cost of an engine's calculations: the contract between engines and the estimate."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobflow import JobStore

from liponflow import registry
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
    campaign: str = ""
    """Campaign that it was part of; empty if unknown."""
    electrons: float | None = None
    """Valence electrons of the cell; None if unknown, and for potentials."""
    spins: int = 1
    """Spin channels."""


@dataclass(frozen=True)
class Band:
    """Cost of one finished nudged elastic band."""

    evaluations: int
    """Structures that were computed, end points not among them."""
    campaign: str = ""
    """Campaign that it was part of; empty if unknown."""


@dataclass(frozen=True)
class CostModel:
    """Scaling of an engine's cost, and a rule for calculations without timings.

    Attributes
    ----------
    exponent
        Power of the number of electrons, or of atoms where that is unknown, in the cost of an
        ionic step, which is linear in the numbers of k-points and spins.
    rule
        Core-seconds of one structure and ionic step of a calculation, without timings.
    rule_basis
        Basis of the rule, for the user.
    timings
        Function that returns the timings of this engine in a store.
    knows_kpoints
        Whether the timings know their k-points and spins; otherwise those of the plan are not
        scaled by.
    bands
        Function that returns the bands of this engine in a store; None if it finds none.
    one_core
        Whether a calculation takes one core of this machine, so that its wall time is known.
    """

    exponent: float
    rule: Callable[[PlannedCalculation], float]
    rule_basis: str
    timings: Callable[[JobStore], list[Timing]]
    knows_kpoints: bool = True
    bands: Callable[[JobStore], list[Band]] | None = None
    one_core: bool = True


def stored_outputs(
    store: JobStore, criteria: dict[str, Any], fields: Sequence[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield job outputs in a store, and the campaigns that they were part of.

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
    dict, str
        The ``output`` of each document, with these fields, and the name of the campaign; empty if
        its run has no result.
    """
    results = {"output.kind": {"$in": registry.names(registry.CAMPAIGNS)}}
    campaigns = {
        document["hosts"][-1]: document["output"]["kind"]
        for document in store.query(results, properties=["hosts", "output.kind"])
        if document.get("hosts")
    }
    for document in store.query(criteria, properties=["hosts", *fields]):
        hosts = document.get("hosts") or [""]
        yield document["output"], campaigns.get(hosts[-1], "")
