"""Projected densities of states of the static calculations and relaxations that have them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from liponflow.analysis.pdos import PDOSResult, pdos_state
from liponflow.analysis.result import Result
from liponflow.boundary import FileError
from liponflow.engines.vasp.reading.runs import AnyRun, Run
from liponflow.engines.vasp.reading.unit import Unit
from liponflow.formulas import reduced_formula
from liponflow.ingest.lithiation import formula_units, frameworks


@dataclass(frozen=True)
class PDOSUnit(Unit[AnyRun]):
    """Runs of one framework with different Li contents, or a single run."""

    kind: ClassVar[str] = "pdos"

    units: int | None = None
    """Formula units in the cell; None if the run is not a state of a lithiation."""
    notes: Sequence[str] = field(default=())

    def build(self) -> Result:
        """See Unit."""
        states = [
            pdos_state(
                run.densities(),
                run.final_structure,
                run.directory,
                run.lithium / self.units if self.units else None,
            )
            for run in self.runs
        ]
        converged = [run.converged for run in self.runs]
        first = states[0].structure.composition
        return PDOSResult(
            formula=reduced_formula(first),
            converged=all(converged),
            criterion=f"VASP's own: {sum(converged)} of {len(states)} runs converged",
            provenance=self.provenance(),
            warnings=[*self.notes, *self._grids()],
            states=states,
        )

    def _options(self) -> list[str]:
        return [f"units={self.units}"]

    def _grids(self) -> list[str]:
        moved = [run.directory for run in self.runs if run.task == "relaxation"]
        return [
            f"{directory}: density of states of a relaxation; a static calculation has the basis "
            "of its final cell, and may have more k-points"
            for directory in moved
        ]


def pdos_units(runs: Sequence[AnyRun], units: int | None = None) -> list[PDOSUnit]:
    """Group the runs with projected densities: one result per framework.

    Parameters
    ----------
    runs
        Relaxations and static calculations.
    units
        Formula units in the cell; guessed if None.
    """
    having = [run for run in runs if not isinstance(run, Run) or run.has_projected_densities]
    found = []
    grouped = frameworks(having)
    for group in grouped:
        chosen, notes = _one_per_content(group)
        is_series = len(chosen) > 1
        counted, guess = formula_units(chosen, units)
        known = is_series or not guess
        notes += guess if is_series else []
        found.append(PDOSUnit(chosen, counted if known else None, notes))
    members = [id(run) for group in grouped for run in group]
    return found + [PDOSUnit([run]) for run in having if id(run) not in members]


def _last_energy(run: AnyRun) -> float:
    """Return the last energy (eV); infinite if it cannot be read."""
    try:
        return run.last_energy
    except FileError:  # its message comes with its other results
        return math.inf


def _one_per_content(group: Sequence[AnyRun]) -> tuple[list[AnyRun], list[str]]:
    """Keep one run per Li content: static before relaxation, then the lowest energy."""
    chosen: list[AnyRun] = []
    notes = []
    for n_li in dict.fromkeys(run.lithium for run in group):
        here = [run for run in group if run.lithium == n_li]
        best = min(here, key=lambda run: (run.task != "static", _last_energy(run)))
        chosen.append(best)
        notes += [
            f"{run.directory} is left out: {best.directory} has the same composition"
            for run in here
            if run is not best
        ]
    return chosen, notes
