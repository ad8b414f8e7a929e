"""How long the calculations in the store took: the basis of estimates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobflow.core.store import JobStore


@dataclass(frozen=True)
class Timing:
    """Cost of one finished calculation."""

    atoms: int
    kpoints: int
    """Irreducible k-points; 1 for a force field."""
    ionic_steps: int
    core_seconds: float
    """Elapsed time multiplied by the number of cores (s)."""
    relaxation: bool
    """Whether it is a relaxation: how long it takes to converge is known from it."""


FORCE_FIELD_FIELDS = (
    "output.nsites",
    "output.is_force_converged",
    "output.output.n_steps",
    "output.output.elapsed_time",
)
_RELAXING = (1, 2, 3)
"""IBRION of the ways to relax."""
VASP_FIELDS = ("output.nsites", "output.calcs_reversed", "output.run_stats.overall")


def force_field_timings(store: JobStore, mlff: str) -> list[Timing]:
    """Find the timings of a force field.

    Parameters
    ----------
    store
        Open store.
    mlff
        Name of the force field as atomate2 writes it, e.g. ``MLFF.CHGNet``.

    Returns
    -------
    list of Timing
        One per calculation; our runner gives each one core.
    """
    criteria = {"output.forcefield_name": mlff}
    return [
        Timing(
            output["nsites"],
            1,
            inner["n_steps"],
            inner["elapsed_time"],
            # Dynamics know no convergence; a static calculation has one step.
            relaxation=output.get("is_force_converged") is not None and inner["n_steps"] > 1,
        )
        for output, inner in (
            (output, output["output"]) for output in _outputs(store, criteria, FORCE_FIELD_FIELDS)
        )
        if inner.get("elapsed_time") and inner.get("n_steps")
    ]


def vasp_timings(store: JobStore) -> list[Timing]:
    """Find the timings of real VASP calculations; those of a stand-in say nothing about VASP."""
    criteria = {"output.run_stats.overall.elapsed_time": {"$gt": 0}}
    return [
        Timing(
            output["nsites"],
            len(last["input"]["kpoints"].get("actual_points") or [0]),
            len(last["output"]["num_electronic_steps"]),
            stats["elapsed_time"] * max(stats["cores"], 1),
            relaxation=last["input"]["incar"].get("IBRION", -1) in _RELAXING,
        )
        for output, last, stats in (
            (output, output["calcs_reversed"][0], output["run_stats"]["overall"])
            for output in _outputs(store, criteria, VASP_FIELDS)
        )
        if "stand-in" not in last["vasp_version"] and last["output"].get("num_electronic_steps")
    ]


def _outputs(
    store: JobStore, criteria: dict[str, Any], fields: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    for document in store.query(criteria, properties=[*fields]):
        yield document["output"]
