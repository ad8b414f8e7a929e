"""Planned calculations of a flow, stated before it runs.

The calculations of atomate2's Makers are known to the engines that run them
(:func:`liponflow.engines.planning.planned_by`). Other calculations are stated in one of two ways:

- A Maker of ours implements ``planned(structure) -> Sequence[PlannedCalculation]``
  (:class:`PlanningMaker`). It is queried for jobs that its ``make`` created, and for jobs that
  have it as an argument.
- A job that adds calculations at run time, or that calculates but has no Maker (a plain ``@job``
  function), is announced: ``announce(job, calculations)``. Only the announcement counts for that
  job. Displacements of phonons, whose number is known from symmetry::

      static = planned_by(engine.static(), supercell)
      announce(displacements_job, [replace(c, kind="displacement") for c in static] * n)
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

from jobflow import Job
from pymatgen.core.structure import Structure

RELAX, STATIC, MD, NEB, PHONON = "relax", "static", "md", "neb", "phonon"
DISPLACEMENT, SPECTRUM = "displacement", "spectrum"

_ANNOUNCED, _TIMES = "planned", "times"
_END_POINTS = 2


@dataclass(frozen=True)
class PlannedCalculation:
    """One run of a code.

    Attributes
    ----------
    kind
        Kind of calculation as printed in the table: ``relax``, ``static``, ``md``, ``neb``,
        ``displacement``.
    engine
        Name of the engine as a user gives it.
    atoms
        Atoms in the cell.
    ionic_steps
        Ionic steps; None if it runs until it has converged.
    images
        Structures that are computed in each ionic step.
    kpoints
        Irreducible k-points.
    spins
        Spin channels.
    electrons
        Valence electrons of the cell; None if unknown, and for potentials.
    effort
        Core-seconds of a structure and ionic step by the rule of the engine, where it depends on
        more than the fields above; without timings in the store it is taken.
    further_steps
        Ionic steps of the relaxation that may follow one whose cell changes. They are counted
        where the number of steps is assumed.
    core_hours, basis
        For codes without a cost model: core-hours, and their basis.
    name
        Name of the line of the table on which calculations of all sizes are added up; empty for
        a line of its kind and size.
    """

    kind: str
    engine: str
    atoms: int
    ionic_steps: int | None = None
    images: int = 1
    kpoints: int = 1
    spins: int = 1
    electrons: float | None = None
    effort: float | None = None
    further_steps: int = 0
    core_hours: float | None = None
    basis: str = ""
    name: str = ""


@runtime_checkable
class PlanningMaker(Protocol):
    """A Maker that states what it will compute."""

    def planned(self, structure: Any) -> Sequence[PlannedCalculation]:
        """Return the calculations of the jobs that ``make`` creates.

        Parameters
        ----------
        structure
            First argument of ``make``; if it exists only at run time, a structure of the same
            size.
        """


def announce(job: Job, calculations: Iterable[PlannedCalculation]) -> None:
    """Announce what a job computes or will add; see the module."""
    # Equal ones are counted: hundreds of displacements would make the job too large for a queue.
    counted = Counter(calculations)
    job.metadata[_ANNOUNCED] = [asdict(one) | {_TIMES: times} for one, times in counted.items()]


def announced(job: Job) -> list[PlannedCalculation] | None:
    """Return the calculations announced for a job; None without an announcement."""
    entries = job.metadata.get(_ANNOUNCED)
    if entries is None:
        return None
    found: list[PlannedCalculation] = []
    for entry in entries:
        fields = {name: value for name, value in entry.items() if name != _TIMES}
        found += [PlannedCalculation(**fields)] * entry.get(_TIMES, 1)
    return found


def images_between(images: Sequence[Structure]) -> int:
    """Return the number of images between the end points of a band, 0 without any."""
    return max(0, len(images) - _END_POINTS)
